"""Give money back: the contractor's decision, and what it may be.

The decision, its key and the exact request are committed before anything is sent. Never more than
was paid: the sum is checked under the order's lock, and a second refund waits for the first.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from checkout.begin import accepted_terms
from checkout.domain import reasons
from checkout.domain.details import Part
from checkout.domain.errors import CheckoutError, GatewayError
from checkout.domain.extra_hours import own_share
from checkout.domain.order import Order
from checkout.domain.proposal import SMALLEST_REST, Proposal, propose
from checkout.domain.receipts import nameless
from checkout.domain.refusal import Refusal
from checkout.domain.transitions import RefundState, State
from checkout.fiscalise import receipt_of_refund
from checkout.gateway.wire import refund_request
from checkout.odd_money import unfit
from checkout.repay import pursue
from checkout.shop import SOON, Shop, new_id
from checkout.store import ledger, orders, package_hours, refunds, refusals
from checkout.store.engine import Tx
from checkout.store.refunds import RefundAttempt
from checkout.who_ordered import known_party
from offer.evidence import facts
from offer.periods import Period
from offer.wording import ROUBLES, zone_name
from offer.wording import money as in_roubles

# within it one sum of one payment is rather the command repeated than another decision
TWICE = timedelta(hours=1)
AMOUNT = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{2}))?")
# YooKassa gives nothing back by these, or only the whole sum
NEVER_BACK, WHOLE_ONLY = ("b2b_sberbank", "cash"), ("mobile_balance",)
NOT_PAID = {
    State.CREATED: "Заказ не оплачен: возвращать нечего.",
    State.WAITING: "Заказ ещё ждёт оплаты: возвращать нечего.",
    State.CANCELLED: "Оплата заказа отменена: возвращать нечего.",
    State.REFUNDED: "По этому заказу уже возвращено всё.",
    State.CASE: "Деньги по этому заказу не подошли к нему. Назовите платёж, который вернуть: "
    "--payment, номер покажет checkout cases.",
}


class CannotRefund(CheckoutError):  # noqa: N818 - reads as what it is
    """Nothing was asked of YooKassa; the sentence says why."""

    code = "cannot_refund"


@dataclass(frozen=True)
class Wanted:
    """What is to be given back: kopecks, or None for all that is left.

    `payment_id` names money that did not fit its order; without it the order's own is meant.
    `again`: the same sum was given back a moment ago, and another one is meant all the same.
    """

    number: str
    amount_kopecks: int | None
    reason: str
    ends_package: bool = False
    payment_id: str | None = None
    again: bool = False


@dataclass(frozen=True)
class Money:
    """What came by a payment in kopecks; whether it is the one its order was paid by."""

    payment_id: str
    amount_kopecks: int
    is_own: bool


@dataclass(frozen=True)
class Outcome:
    """A refund as it stands after asking; `trouble` is why no more is known, `why` it failed.

    `undecided`: the client has refused his package, and this is not the decision. `is_own`: it is
    of the money the order was paid by.
    """

    number: str
    attempt: RefundAttempt
    left_kopecks: int
    trouble: GatewayError | None
    why: str
    undecided: bool = False
    is_own: bool = True

    @property
    def done(self) -> bool:
        """Whether YooKassa has taken it: the money is back, or on its way."""
        return self.attempt.state in (RefundState.OPEN, RefundState.SUCCEEDED)


@dataclass(frozen=True)
class Rehearsal:
    """What leaving comes to, the kind of the client, his open refusal.

    `before` are the minutes bought for the package that are used before this order's.
    """

    proposal: Proposal
    kind: str
    refusal: Refusal | None
    before: int


def kopecks_of(text: str) -> int:
    """«1500.00», «1500,00» or «1500» → kopecks; raises CannotRefund."""
    found = AMOUNT.fullmatch(re.sub(r"[\s_]", "", text))
    if found is None:
        raise CannotRefund(f"«{text}» — не сумма: напишите её рублями, например 1500.00.")
    return int(found[1]) * 100 + int(found[2] or 0)


def refund(shop: Shop, wanted: Wanted) -> Outcome:
    """Order a refund and ask YooKassa for it; raises CannotRefund."""
    attempt = shop.store.transact(lambda tx: order_refund(tx, wanted, shop.settings.zone))
    trouble = pursue(shop, attempt)
    return shop.store.read(lambda tx: _outcome(tx, wanted.number, attempt, trouble))


def _outcome(tx: Tx, number: str, attempt: RefundAttempt, trouble: GatewayError | None) -> Outcome:
    order = orders.by_id(tx, attempt.order_id)
    money = _came_by(tx, order, attempt.payment_id)
    left = money.amount_kopecks - refunds.returned(tx, money.payment_id)
    now = refunds.by_key(tx, attempt.id) or attempt
    end = ledger.fact(tx, now.ended) if now.ended else {}
    undecided = refusals.undecided(tx, order.id) is not None and not now.ends_package
    why = str(end.get("reason", ""))
    return Outcome(number, now, left, trouble, why, undecided and money.is_own, money.is_own)


def order_refund(tx: Tx, wanted: Wanted, zone: ZoneInfo) -> RefundAttempt:
    """Write the decision down with its key and exact request; raises CannotRefund."""
    wanted = replace(wanted, reason=reasons.folded(wanted.reason))
    ledger.alone(tx)
    order = orders.locked(tx, _known(tx, wanted.number).id)
    money = _money(tx, order, wanted)
    amount = _allowed(tx, order, money, wanted)
    if wanted.amount_kopecks and not wanted.again:
        _meant(tx, money, amount, zone)
    payment_id = money.payment_id
    key = new_id()
    body = refund_request(
        payment_id=payment_id,
        amount_kopecks=amount,
        description=f"Возврат по заказу {order.number}",
        metadata={"order": order.number, "refund": key},
        receipt=receipt_of_refund(tx, order, payment_id, amount),
    )
    row = ledger.append(
        tx,
        "refund",
        facts.refund_ordered_fact(
            order.number,
            key,
            payment_id=payment_id,
            amount_kopecks=amount,
            reason=wanted.reason,
            ends_package=wanted.ends_package,
            request=nameless(body),
        ),
    )
    refunds.add(
        tx,
        {
            "id": key,
            "order_id": order.id,
            "payment_id": payment_id,
            "amount_kopecks": amount,
            "reason": wanted.reason,
            "ends_package": wanted.ends_package,
            "body": body,
            "state": RefundState.UNSENT,
            "created_at": tx.now,
            # if we die before asking, the worker asks with the same key and body
            "next_look_at": tx.now + SOON,
            "ordered": row.number,
        },
    )
    saved = refunds.by_key(tx, key)
    if saved is None:
        raise LookupError("a refund that was just saved is not there")
    return saved


def _known(tx: Tx, number: str) -> Order:
    order = orders.by_number(tx, number)
    if order is None:
        raise CannotRefund(f"Заказа {number} нет.")
    return order


def _money(tx: Tx, order: Order, wanted: Wanted) -> Money:
    """What is to go back is of this money; raises CannotRefund."""
    if order.state is State.PAID and wanted.payment_id in (None, order.payment_id):
        return _came_by(tx, order, str(order.payment_id))
    if wanted.payment_id in (None, order.payment_id) and order.state is not State.CASE:
        raise CannotRefund(NOT_PAID[order.state])
    if wanted.payment_id is None:
        raise CannotRefund(NOT_PAID[State.CASE])
    if wanted.ends_package:
        raise CannotRefund(
            "Эти деньги не\u00a0начали пакета: --ends-package здесь ни\u00a0при чём."
        )
    return _came_by(tx, order, wanted.payment_id)


def _came_by(tx: Tx, order: Order, payment_id: str) -> Money:
    if order.paid_at and payment_id == order.payment_id:
        return Money(payment_id, order.price_kopecks, is_own=True)
    odd = unfit(tx, order, payment_id)
    if odd is None:
        raise CannotRefund(
            f"Платежа {payment_id} среди денег, не\u00a0подошедших к\u00a0заказу {order.number}, "
            "нет: их покажет checkout cases."
        )
    if odd.currency != ROUBLES:
        raise CannotRefund("Эти деньги не\u00a0в\u00a0рублях: верните их в\u00a0кабинете ЮKassa.")
    return Money(payment_id, odd.amount_kopecks, is_own=False)


def _allowed(tx: Tx, order: Order, money: Money, wanted: Wanted) -> int:
    """The kopecks to give back, if that may be; raises CannotRefund."""
    kept = ledger.details(tx, order.ledger, Part.PARTY)
    if why := reasons.trouble(wanted.reason, kept.text if kept else None):
        raise CannotRefund(why)
    before = refunds.in_flight(tx, order.id)
    if before:
        raise CannotRefund(
            f"Возврат {in_roubles(before.amount_kopecks)} по этому заказу ещё не закончен: "
            "программа узнаёт его судьбу сама. Новый можно начать после него."
        )
    left = money.amount_kopecks - refunds.returned(tx, money.payment_id)
    if left <= 0:  # YooKassa may have given back more than came
        raise CannotRefund("По\u00a0этому платежу уже возвращено всё.")
    amount = left if wanted.amount_kopecks is None else wanted.amount_kopecks
    _possible(amount, left)
    _returnable(tx, money, amount)
    return amount


def _meant(tx: Tx, money: Money, amount: int, zone: ZoneInfo) -> None:
    """The same command given twice gives the money back once; raises CannotRefund."""
    at = refunds.last_done(tx, money.payment_id, amount, tx.now - TWICE)
    if at is not None:
        raise CannotRefund(
            f"Такой же возврат {in_roubles(amount)} сделан в\u00a0{at.astimezone(zone):%H:%M} "
            f"({zone_name(at, zone)}). Если нужен ещё один, добавьте --again."
        )


def _possible(amount: int, left: int) -> None:
    if amount > left:
        raise CannotRefund(
            f"Вернуть можно не больше {in_roubles(left)}: столько ещё не возвращено."
        )
    if amount < SMALLEST_REST:
        raise CannotRefund("ЮKassa не возвращает меньше 1\u00a0₽.")
    if 0 < left - amount <= SMALLEST_REST:
        raise CannotRefund(
            "После возврата должно остаться больше 1\u00a0₽ или ничего (правило ЮKassa). "
            f"Верните всё: {in_roubles(left)}."
        )


def _returnable(tx: Tx, money: Money, amount: int) -> None:
    method = orders.method(orders.attempt_paid_by(tx, money.payment_id))
    if method in NEVER_BACK:
        raise CannotRefund("Оплату этим способом ЮKassa не возвращает: верните деньги переводом.")
    if method in WHOLE_ONLY and amount != money.amount_kopecks:
        raise CannotRefund("Оплату с телефона ЮKassa возвращает только целиком.")


def rehearse(shop: Shop, number: str, spent_minutes: int) -> Rehearsal:
    """What leaving now would come to; nothing is written. Raises CannotRefund."""
    return shop.store.read(lambda tx: _rehearse(tx, shop, number, spent_minutes))


def _rehearse(tx: Tx, shop: Shop, number: str, spent_minutes: int) -> Rehearsal:
    order = _known(tx, number)
    package = orders.package(tx, order.id)
    if order.state is not State.PAID or package is None:
        raise CannotRefund(NOT_PAID.get(order.state, "Пакета по этому заказу нет."))
    refusal = refusals.undecided(tx, order.id)
    at = refusal.asked_at if refusal else tx.now  # who decides late takes no days off by that
    proposal = proposal_of(
        tx, order, package.period, spent_minutes=spent_minutes, at=at, zone=shop.settings.zone
    )
    known = known_party(tx, order)
    kind = known.kind if known else order.party_kind
    return Rehearsal(proposal, kind, refusal, package_hours.minutes_before(tx, order))


def extra_orders(shop: Shop, number: str) -> list[str]:
    """The orders of extra hours whose money has still to be decided beside a package's."""

    def read(tx: Tx) -> list[str]:
        extras = package_hours.extras_of(tx, _known(tx, number).id)
        return [it.order.number for it in extras if it.order.state is State.PAID]

    return shop.store.read(read)


def proposal_of(
    tx: Tx, order: Order, period: Period, *, spent_minutes: int, at: datetime, zone: ZoneInfo
) -> Proposal:
    """What leaving a paid order's package at `at` comes to.

    `spent_minutes` are those of the package and its extra hours together (decision 0016).
    """
    before = package_hours.minutes_before(tx, order)
    return propose(
        price_kopecks=order.price_kopecks,
        hours=order.hours,
        spent_minutes=own_share(spent_minutes, before, order.hours),
        unit_minutes=accepted_terms(tx, order).unit_minutes,
        period=period,
        returned_kopecks=refunds.returned(tx, order.payment_id),
        at=at,
        zone=zone,
    )
