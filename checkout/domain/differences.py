"""What YooKassa says of a payment or a refund, and what our books say: where do they differ?

What happened a moment ago is no difference yet: its notification is on its way, or the worker is
about to ask.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkout.domain.order import Order
from checkout.domain.payment import Payment
from checkout.domain.receipt import Receipt
from checkout.domain.refund import Refund
from checkout.domain.transitions import ReceiptState, RefundState
from offer.wording import ROUBLES, money, money_of

# The worker asks about everything open at least once an hour.
LATELY = timedelta(hours=2)
# A refund does not say when it ended, nor a payment when it was cancelled.
ENDS_WITHIN = timedelta(days=1)
ENDED = {RefundState.SUCCEEDED: "succeeded", RefundState.CANCELLED: "canceled"}
REGISTERED = {ReceiptState.REGISTERED: "succeeded", ReceiptState.FAILED: "canceled"}


@dataclass(frozen=True)
class OurPayment:
    """What we have of a payment: its order if it is ours, what YooKassa told us when it ended.

    `laid`: its money lies before the contractor as a case.
    """

    laid: bool
    order: Order | None = None
    told: Payment | None = None


@dataclass(frozen=True)
class OurRefund:
    """What we have of a refund; `number` is its order's, None if we have no such refund."""

    laid: bool
    number: str | None = None
    state: RefundState | None = None
    payment_id: str = ""
    amount_kopecks: int = 0
    currency: str = ROUBLES


@dataclass(frozen=True)
class OurReceipt:
    """What we have of a receipt; `number` is its order's, None if its payment is not ours.

    `state` is None if we gave no such receipt; `created_at` is when we did.
    """

    number: str | None
    state: ReceiptState | None = None
    amount_kopecks: int = 0
    created_at: datetime | None = None


def payment_differences(payment: Payment, ours: OurPayment, now: datetime) -> list[str]:
    """Sentences, one for each difference."""
    name = f"Платёж {payment.id}, {_sum_of(payment)}"
    if ours.order:
        name = f"Заказ {ours.order.number}, платёж {payment.id}"
    return [f"{name}: {it}." for it in _of_payment(payment, ours, now)]


def _of_payment(payment: Payment, ours: OurPayment, now: datetime) -> Iterator[str]:
    order, told = ours.order, ours.told
    if order is None:
        if payment.status == "succeeded" and not ours.laid and _is_settled(payment, now):
            yield "деньги получены, а у нас о них ничего нет"
    elif told is None:
        if _is_settled(payment, now):
            yield f"в ЮKassa он в состоянии {payment.status}, а у нас исход не записан"
    elif order.paid_at is not None and order.payment_id == payment.id:
        yield from paid_differences(order, payment)
    else:
        yield from _told_differences(told, payment)
        if payment.status == "succeeded" and not ours.laid:
            yield "деньги получены, а ни пакета, ни решения о них нет"


def _is_settled(payment: Payment, now: datetime) -> bool:
    if payment.status == "succeeded":
        return now - (payment.captured_at or payment.created_at) >= LATELY
    return payment.status == "canceled" and now - payment.created_at >= ENDS_WITHIN


def paid_differences(order: Order, payment: Payment) -> Iterator[str]:
    """Where the payment that started a package says something else than its order."""
    return _pairs(
        ("статус", payment.status, "succeeded"),
        ("заказ", payment.metadata.get("order"), order.number),
        ("хеш оферты", payment.metadata.get("offer_sha256"), order.edition_sha256),
        ("хеш согласия", payment.metadata.get("consent_sha256"), order.consent_sha256),
        ("сумма", _sum_of(payment), money(order.price_kopecks)),
        ("время оплаты", payment.captured_at, order.paid_at),
    )


def _told_differences(told: Payment, payment: Payment) -> Iterator[str]:
    return _pairs(
        ("статус", payment.status, told.status),
        ("сумма", _sum_of(payment), _sum_of(told)),
    )


def _sum_of(it: Payment | Refund | OurRefund) -> str:
    return money_of(it.amount_kopecks, it.currency)


def _pairs(*pairs: tuple[str, object, object]) -> Iterator[str]:
    for name, told, ours in pairs:
        if told != ours:
            yield f"{name} у ЮKassa {told}, у нас {ours}"


def refund_differences(refund: Refund, ours: OurRefund, now: datetime) -> list[str]:
    """Sentences, one for each difference."""
    about = f"Заказ {ours.number}, возврат" if ours.number else "Возврат"
    name = f"{about} {refund.id}, {_sum_of(refund)}"
    return [f"{name}: {it}." for it in _of_refund(refund, ours, now)]


def _of_refund(refund: Refund, ours: OurRefund, now: datetime) -> Iterator[str]:
    ended = refund.status in ENDED.values() and now - refund.created_at >= ENDS_WITHIN
    if ours.state is None:
        if refund.status == "succeeded" and not ours.laid:
            yield f"деньги возвращены по платежу {refund.payment_id}, а у нас этого возврата нет"
    elif ours.state not in ENDED:
        if ended:
            yield f"в ЮKassa он в состоянии {refund.status}, а у нас исход не записан"
    else:
        yield from _pairs(
            ("статус", refund.status, ENDED[ours.state]),
            ("сумма", _sum_of(refund), _sum_of(ours)),
            ("платёж", refund.payment_id, ours.payment_id),
        )


def receipt_differences(receipt: Receipt, ours: OurReceipt, now: datetime) -> list[str]:
    """Sentences, one for each difference; a receipt of somebody else's payment makes none."""
    if ours.number is None:
        return []
    name = f"Заказ {ours.number}, чек {receipt.id}, {money(receipt.amount_kopecks)}"
    return [f"{name}: {it}." for it in _of_receipt(receipt, ours, now)]


def _of_receipt(receipt: Receipt, ours: OurReceipt, now: datetime) -> Iterator[str]:
    if ours.state is None or ours.created_at is None:
        yield "в ЮKassa он есть, а у нас его нет"
    elif ours.state in REGISTERED:
        yield from _pairs(
            ("статус", receipt.status, REGISTERED[ours.state]),
            ("сумма", money(receipt.amount_kopecks), money(ours.amount_kopecks)),
        )
    elif receipt.status in REGISTERED.values() and now - ours.created_at >= ENDS_WITHIN:
        yield f"в ЮKassa он в состоянии {receipt.status}, а у нас исход не записан"
