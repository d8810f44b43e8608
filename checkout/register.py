"""Have receipts registered: send what sets a prepayment off, and ask how all of them stand.

A settlement's key and exact request were committed before, so sending again is safe while YooKassa
remembers the key; after that its list is searched. Of none of them does YooKassa notify us.
"""

from collections.abc import Iterator
from datetime import timedelta

import structlog

from checkout.ask import CLOCK_SLACK, LIST_IS_WHOLE, key_lives
from checkout.domain.case import By
from checkout.domain.errors import GatewayError, Refused
from checkout.domain.order import Order
from checkout.domain.receipt import Receipt
from checkout.domain.receipts import Kind
from checkout.domain.transitions import ReceiptEvent, ReceiptState
from checkout.send import Saved, send
from checkout.settle import growing
from checkout.shop import SOON, Shop, new_id
from checkout.store import cases, ledger, orders, receipts
from checkout.store.engine import Tx
from checkout.store.receipts import Issued
from offer.evidence import facts
from offer.evidence.chain import Fact, instant
from offer.evidence.redaction import redacted
from offer.wording import money

log = structlog.get_logger()
LATE_AFTER = timedelta(days=1)  # facts on law 5.11
LONGEST_PAUSE = timedelta(hours=6)
NOT_FOUND = 404
WAITING = (ReceiptState.UNSENT, ReceiptState.PENDING)
NAMES = {
    Kind.PAYMENT: "чек платежа",
    Kind.SETTLEMENT: "чек полного расчёта",
    Kind.REFUND: "чек возврата",
}
BY_HAND = (
    "Оформите его сами в личном кабинете ЮKassa или на своей кассе (54-ФЗ) и закройте дело, "
    "либо дайте ещё раз."
)


def claim_receipt(tx: Tx) -> Issued | None:
    """Take the receipt that waits longest; it is due again later, if its worker dies."""
    receipt = receipts.due(tx)
    if receipt:
        _look_later(tx, receipt)
    return receipt


def pursue_receipt(shop: Shop, receipt: Issued) -> GatewayError | None:
    """Learn what can be learnt of a receipt now; returns why nothing is known, or None."""
    try:
        if receipt.state is ReceiptState.UNSENT:
            _send_or_search(shop, receipt)
        else:
            _look(shop, receipt)
    except GatewayError as error:
        log.warning("receipt not learnt of", receipt=receipt.id, error=error.code)
        return error
    finally:
        shop.store.transact(lambda tx: _report_late(tx, receipt.id))
        shop.wake.set()
    return None


def _look_later(tx: Tx, receipt: Issued) -> None:
    """Ask again after a pause that grows with the receipt's age."""
    is_unsent = receipt.state is ReceiptState.UNSENT
    soonest = SOON if is_unsent else growing(tx.now - receipt.created_at, LONGEST_PAUSE)
    receipts.change(tx, receipt.id, next_look_at=tx.now + soonest)


def _send_or_search(shop: Shop, receipt: Issued) -> None:
    now = shop.store.clock()
    age = now - receipt.created_at
    if key_lives(receipt.created_at, now):
        _send(shop, receipt)
    elif not _found(shop, receipt) and not -CLOCK_SLACK <= age < LIST_IS_WHOLE:
        why = "ЮKassa не ответила за сутки, и в её списке этого чека нет"
        shop.store.transact(lambda tx: _fail(tx, receipt.id, ReceiptEvent.UNKNOWN, why))


def _send(shop: Shop, receipt: Issued) -> None:
    request = Saved(
        ask=lambda: shop.yookassa.create_receipt(key=receipt.id, body=receipt.body),
        record=lambda tx, made: record(tx, receipt.id, made),
        found=lambda: _found(shop, receipt),
        give_up=lambda tx, why: _fail(tx, receipt.id, ReceiptEvent.REFUSED, why),
        count_try=lambda tx: _count_try(tx, receipt),
    )
    send(shop.store, request)


def _look(shop: Shop, receipt: Issued) -> None:
    """How a receipt stands: by its own id, by the list of its payment or refund, or by that."""
    if receipt.receipt_id:
        try:
            told = shop.yookassa.receipt(receipt.receipt_id)
        except Refused as refusal:
            if refusal.status != NOT_FOUND:
                raise
        else:
            shop.store.transact(lambda tx: record(tx, receipt.id, told))
            return
    if not _found(shop, receipt):
        _ask_its_subject(shop, receipt)


def _found(shop: Shop, receipt: Issued) -> bool:
    """Record the receipt if the list of its payment or refund has it; ours by what it is of."""
    for it in _of_its_kind(shop, receipt):
        if _may_be(shop, receipt, it):
            shop.store.transact(lambda tx, it=it: record(tx, receipt.id, it))  # type: ignore[misc]
            return True
    return False


def others_at_yookassa(shop: Shop, receipt: Issued) -> Iterator[Receipt]:
    """What YooKassa has in the place of a receipt that failed here, and did not cancel."""
    return (it for it in _of_its_kind(shop, receipt) if it.status != "canceled")


def _may_be(shop: Shop, receipt: Issued, told: Receipt) -> bool:
    """Whether a receipt in the list is this one, and not another of ours that failed before it."""
    if receipt.instead_of is None or told.id == receipt.receipt_id:
        return True
    known = shop.store.read(lambda tx: receipts.known_as(tx, told.id))
    return known is None and told.status != "canceled"


def _of_its_kind(shop: Shop, receipt: Issued) -> Iterator[Receipt]:
    is_settlement = receipt.kind is Kind.SETTLEMENT
    return (it for it in _listed(shop, receipt) if it.settles == is_settlement)


def _listed(shop: Shop, receipt: Issued) -> Iterator[Receipt]:
    if receipt.kind is Kind.REFUND:
        return shop.yookassa.receipts(refund_id=receipt.subject)
    return shop.yookassa.receipts(payment_id=receipt.subject)


def _ask_its_subject(shop: Shop, receipt: Issued) -> None:
    """The list does not have it: the payment or the refund itself says how its receipt stands."""
    if receipt.body:
        return  # what is said of the payment or the refund is said of the first receipt of it
    if receipt.kind is Kind.REFUND:
        refund = shop.yookassa.refund(receipt.subject)
        stands, raw = refund.receipt_registration, refund.raw
    else:
        payment = shop.yookassa.payment(receipt.subject)
        stands, raw = payment.receipt_registration, payment.raw
    if stands == "canceled":
        why = "ЮKassa отменила регистрацию"
        shop.store.transact(lambda tx: _fail(tx, receipt.id, ReceiptEvent.CANCELLED, why))
    elif stands == "succeeded":
        shop.store.transact(lambda tx: _register(tx, receipt.id, None, redacted(raw)))


def record(tx: Tx, key: str, told: Receipt) -> None:
    """Write everything a receipt object causes, once, in the caller's transaction."""
    if told.status == "succeeded":
        _register(tx, key, told, redacted(told.raw))
    elif told.status == "canceled":
        _fail(tx, key, ReceiptEvent.CANCELLED, "ЮKassa отменила регистрацию", told)
    else:
        _accept(tx, key, told)


def listed(tx: Tx, told: Receipt) -> Issued | None:
    """The receipt of ours that YooKassa's list means: of one thing we give one that stands."""
    if told.type not in ("payment", "refund"):
        return None
    kind = Kind.SETTLEMENT if told.settles else Kind(told.type)
    subject = told.refund_id if kind is Kind.REFUND else told.payment_id
    of_it = receipts.ever_of(tx, kind, subject or "")
    if named := [it for it in of_it if it.receipt_id == told.id]:
        return named[0]
    # one of them may have been cancelled without our ever being told its id
    unknown = [it for it in of_it[:-1] if it.receipt_id is None]
    return unknown[-1] if unknown and told.status == "canceled" else of_it[-1] if of_it else None


def record_listed(tx: Tx, told: Receipt) -> bool:
    """Write down what YooKassa's list says of a receipt; False if it is of nothing of ours.

    Anybody may give a second one in YooKassa's cabinet: what has ended here stays as it is.
    """
    known = listed(tx, told)
    if known is not None and known.receipt_id in (None, told.id):
        record(tx, known.id, told)
    return known is not None


def _accept(tx: Tx, key: str, told: Receipt) -> None:
    receipt, _ = _locked(tx, key)
    known = {"receipt_id": told.id, "answer": redacted(told.raw)}
    if receipt.state is ReceiptState.UNSENT:
        receipts.move(tx, receipt, ReceiptEvent.ACCEPTED, **known, next_look_at=tx.now + SOON)
    elif receipt.state is ReceiptState.PENDING:
        receipts.change(tx, key, **known)


def _register(tx: Tx, key: str, told: Receipt | None, answer: str) -> None:
    receipt, order = _locked(tx, key)
    if receipt.state not in WAITING:
        return
    fiscal = told.fiscal if told else None
    row = ledger.append(
        tx,
        "receipt",
        facts.receipt_registered_fact(
            order.number,
            key,
            of=receipt.kind,
            subject=receipt.subject,
            receipt_id=told.id if told else receipt.receipt_id,
            amount_kopecks=receipt.amount_kopecks,
            registered_kopecks=told.amount_kopecks if told else None,
            fiscal=_fiscal_fact(told),
            answer=answer,
        ),
    )
    receipts.move(
        tx,
        receipt,
        ReceiptEvent.REGISTERED,
        receipt_id=told.id if told else receipt.receipt_id,
        answer=answer,
        document=fiscal.document if fiscal else None,
        storage=fiscal.storage if fiscal else None,
        attribute=fiscal.attribute if fiscal else None,
        registered_at=fiscal.registered_at if fiscal else None,
        ended=row.number,
    )
    cases.close(tx, "receipt_late", key, By.RECEIPT, row=row.number)
    if told and told.amount_kopecks != receipt.amount_kopecks:
        why = f"зарегистрирован на другую сумму: {money(told.amount_kopecks)}."
        _lay(tx, order, "receipts_differ", receipt, f"{why} Оформите чек коррекции.")


def _fiscal_fact(told: Receipt | None) -> Fact | None:
    if told is None or told.fiscal is None:
        return None
    it = told.fiscal
    return {
        "document": it.document,
        "storage": it.storage,
        "attribute": it.attribute,
        "registered_at": instant(it.registered_at) if it.registered_at else None,
    }


def _fail(tx: Tx, key: str, event: ReceiptEvent, why: str, told: Receipt | None = None) -> None:
    receipt, order = _locked(tx, key)
    if receipt.state not in WAITING:
        return
    if event is not ReceiptEvent.CANCELLED and receipt.state is not ReceiptState.UNSENT:
        return  # somebody else was answered meanwhile
    receipt_id, reason = told.id if told else receipt.receipt_id, why[:500]
    fact = facts.receipt_failed_fact(
        order.number,
        key,
        of=receipt.kind,
        subject=receipt.subject,
        receipt_id=receipt_id,
        reason=reason,
    )
    row = ledger.append(tx, "receipt", fact)
    answer = redacted(told.raw) if told else reason
    receipts.move(tx, receipt, event, receipt_id=receipt_id, answer=answer, ended=row.number)
    cases.close(tx, "receipt_late", key, By.RECEIPT, row=row.number)
    _lay(tx, order, "receipt_failed", receipt, f"не зарегистрирован. {why}. {BY_HAND}")


def _count_try(tx: Tx, receipt: Issued) -> None:
    receipts.change(tx, receipt.id, tries=receipt.tries + 1)


def _report_late(tx: Tx, key: str) -> None:
    """A receipt that is not registered after a day is a case; it is asked about all the same."""
    known = receipts.by_key(tx, key)
    if known is None or known.state not in WAITING or tx.now - known.created_at < LATE_AFTER:
        return
    told = (
        "не зарегистрирован за сутки. Программа спрашивает о нём дальше; напишите в поддержку "
        "ЮKassa, а если чек не появится, оформите его сами (54-ФЗ)."
    )
    _lay(tx, orders.by_id(tx, known.order_id), "receipt_late", known, told)


def _locked(tx: Tx, key: str) -> tuple[Issued, Order]:
    """The receipt as it stands and its order, while nobody else changes them."""
    ledger.alone(tx)  # before the order, as settling a payment does
    found = receipts.by_key(tx, key)
    if found is None:
        raise LookupError(f"no receipt {key}")
    order = orders.locked(tx, found.order_id)
    return receipts.by_key(tx, key) or found, order


def _lay(tx: Tx, order: Order, kind: str, receipt: Issued, told: str) -> None:
    amount = money(receipt.amount_kopecks)
    about = f"Заказ {order.number}: {NAMES[receipt.kind]} на\u00a0{amount}"
    sentence = f"{about} {told}"
    cases.open_case(
        tx,
        new_id(),
        kind=kind,
        subject=receipt.id,
        order_id=order.id,
        sentence=f"[ТЕСТ] {sentence}" if order.test else sentence,
    )
