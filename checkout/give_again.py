"""Give a fiscal receipt again that was not registered: the contractor's word, and another request.

The one before is final, here and at YooKassa, or there would be two receipts of one sum. The new
one's key and exact request are committed before anything is sent, as a settlement's are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checkout.domain import receipts as rules
from checkout.domain.case import By
from checkout.domain.errors import CheckoutError
from checkout.domain.order import Order
from checkout.domain.receipts import Json
from checkout.domain.transitions import ReceiptState
from checkout.fiscalise import receipt_sent_with, to_its_reader
from checkout.gateway.wire import receipt_request
from checkout.register import NAMES, others_at_yookassa, pursue_receipt
from checkout.shop import Shop, new_id
from checkout.store import cases, ledger, orders, receipts
from checkout.store.engine import Tx
from checkout.store.receipts import Issued
from offer.evidence import facts
from offer.wording import money

FAILED = "receipt_failed"
STANDS = {
    ReceiptState.UNSENT: "ещё не отправлен, программа отправит его сама",
    ReceiptState.PENDING: "ждёт регистрации, программа узнает о ней сама",
    ReceiptState.REGISTERED: "зарегистрирован",
    ReceiptState.FAILED: "не зарегистрирован",
}


class CannotGive(CheckoutError):  # noqa: N818 - reads as what it is
    """Nothing was asked of YooKassa; the sentence says why."""

    code = "cannot_give"


@dataclass(frozen=True)
class Given:
    """The receipts of an order as they stand; `otherwise`: kopecks in which some are registered.

    By the keys of these; it is not what they were to be of.
    """

    receipts: tuple[Issued, ...]
    otherwise: Mapping[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether none of them has failed or is of another sum."""
        return all(self.mark(it) != "✗" for it in self.receipts)

    def mark(self, it: Issued) -> str:
        """✓ of what is registered as it was to be, · of what may be yet, else ✗."""
        if it.state in (ReceiptState.UNSENT, ReceiptState.PENDING):
            return "·"
        fits = it.state is ReceiptState.REGISTERED and it.id not in self.otherwise
        return "✓" if fits else "✗"

    def stands(self, it: Issued) -> str:
        """The same in words."""
        kopecks = self.otherwise.get(it.id)
        other = f" на\u00a0другую сумму: {money(kopecks)}" if kopecks is not None else ""
        return f"{STANDS[it.state]}{other}"


def receipts_of(shop: Shop, number: str) -> Given:
    """The receipts of an order; raises CannotGive."""
    return shop.store.read(lambda tx: _given(tx, _known(tx, number)))


def _given(tx: Tx, order: Order) -> Given:
    kept, otherwise = tuple(receipts.of_order(tx, order.id)), {}
    for it in kept:
        kopecks = ledger.fact(tx, it.ended).get("registered_kopecks") if it.ended else None
        if kopecks not in (None, it.amount_kopecks):
            otherwise[it.id] = kopecks
    return Given(kept, otherwise)


def give_again(shop: Shop, number: str) -> Given:
    """Give those again that were not registered, and learn how they stand; raises CannotGive.

    Raises GatewayError while YooKassa cannot say that those before are final.
    """
    failed = [it for it in receipts_of(shop, number).receipts if it.state is ReceiptState.FAILED]
    if not failed:
        raise CannotGive(f"У\u00a0заказа {number} нет чека, который не\u00a0зарегистрирован.")
    failed = shop.store.read(lambda tx: _given_by_nobody(tx, failed))
    for it in failed:
        for other in others_at_yookassa(shop, it):
            raise CannotGive(
                f"В\u00a0ЮKassa {NAMES[it.kind]} есть: {other.id}, {other.status}. Второй не\u00a0"
                "нужен."
            )
    given = shop.store.transact(lambda tx: [*_order_all(tx, number, failed)])
    for it in given:
        pursue_receipt(shop, it)
    return receipts_of(shop, number)


def sentences(number: str, given: Given) -> list[str]:
    """A line for each receipt of an order."""
    lines = [
        f"{given.mark(it)} {NAMES[it.kind].capitalize()} на\u00a0"
        f"{money(it.amount_kopecks)}: {given.stands(it)}."
        for it in given.receipts
    ]
    return lines or [f"У\u00a0заказа {number} чеков нет."]


def _known(tx: Tx, number: str) -> Order:
    order = orders.by_number(tx, number)
    if order is None:
        raise CannotGive(f"Заказа {number} нет.")
    return order


def _order_all(tx: Tx, number: str, failed: list[Issued]) -> Iterator[Issued]:
    ledger.alone(tx)
    order = orders.locked(tx, _known(tx, number).id)
    stand = {it.id for it in receipts.of_order(tx, order.id)}
    # asked once more: a case may have been closed while YooKassa was being asked
    for before in _given_by_nobody(tx, failed):
        if before.id not in stand:
            raise CannotGive("Этот чек уже дан ещё раз.")  # by whoever was quicker
        yield _order(tx, order, before)


def _order(tx: Tx, order: Order, before: Issued) -> Issued:
    key, body = new_id(), receipt_request(_request(tx, order, before))
    fact = facts.receipt_ordered_fact(
        order.number,
        key,
        payment_id=before.payment_id,
        amount_kopecks=before.amount_kopecks,
        request=rules.nameless(body),
    )
    row = ledger.append(tx, "receipt", {**fact, "of": before.kind, "instead_of": before.id})
    receipts.change(tx, before.id, settle_at=None)
    receipts.add(
        tx,
        {
            "id": key,
            "order_id": order.id,
            "kind": before.kind,
            "subject": before.subject,
            "payment_id": before.payment_id,
            "amount_kopecks": before.amount_kopecks,
            "mode": before.mode,
            "vat_code": before.vat_code,
            "body": body,
            "state": ReceiptState.UNSENT,
            "next_look_at": tx.now,
            "settle_at": before.settle_at,
            "ordered": row.number,
            "instead_of": before.id,
        },
    )
    cases.close(tx, FAILED, before.id, By.AGAIN, row=row.number)
    given = receipts.by_key(tx, key)
    if given is None:
        raise LookupError("a receipt that was just saved is not there")
    return given


def _given_by_nobody(tx: Tx, failed: list[Issued]) -> list[Issued]:
    """Without those whose case is closed by a word: whoever did that has given them himself."""
    found = [(it, cases.named(tx, FAILED, it.id)) for it in failed]
    waiting = [it for it, case in found if case is None or case.closing is None]
    if not waiting:
        told = [f"дело №\u00a0{case.number} закрыто" for _, case in found if case]
        raise CannotGive(f"Чек уже оформлен без программы: {', '.join(told)}.")
    return waiting


def _request(tx: Tx, order: Order, before: Issued) -> Json:
    sent = receipt_sent_with(tx, before.payment_id)
    if sent is None or "customer" not in sent:
        raise CannotGive(
            "Почта покупателя стёрта: оформите чек сами в\u00a0личном кабинете ЮKassa."
        )
    return rules.separate_receipt(
        to_its_reader(tx, order, sent),
        before.kind,
        before.subject,
        before.amount_kopecks,
        mode=before.mode,
        vat_code=before.vat_code,
    )
