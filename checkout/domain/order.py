"""The life of an order: its states, the events that move it, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from checkout.domain.errors import CheckoutError
from checkout.domain.payment import Payment


class State(StrEnum):
    """What a client can be told about his order; the words for each are in the pages."""

    CREATED = "created"
    WAITING = "waiting"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    CASE = "case"


class Event(StrEnum):
    """What moves an order. Each is a fact that YooKassa has told us, or a decision."""

    OPENED = "YooKassa opened a payment"
    SUCCEEDED = "YooKassa took the money as ordered"
    CANCELLED = "YooKassa cancelled the payment"
    ODD = "YooKassa took money that does not fit the order"
    RENEWED = "the client decided to try again"


TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (State.CREATED, Event.OPENED): State.WAITING,
        # killed after YooKassa's answer and before we saved it: the first we hear is the end
        (State.CREATED, Event.SUCCEEDED): State.PAID,
        (State.CREATED, Event.CANCELLED): State.CANCELLED,
        (State.CREATED, Event.ODD): State.CASE,
        (State.WAITING, Event.SUCCEEDED): State.PAID,
        (State.WAITING, Event.CANCELLED): State.CANCELLED,
        (State.WAITING, Event.ODD): State.CASE,
        (State.CANCELLED, Event.RENEWED): State.CREATED,
        (State.CANCELLED, Event.ODD): State.CASE,
        # money beside a paid order is a case of its own: the package stays
        (State.PAID, Event.ODD): State.PAID,
        (State.REFUNDED, Event.ODD): State.REFUNDED,
        (State.CASE, Event.ODD): State.CASE,
    }
)


class ForbiddenTransition(CheckoutError):  # noqa: N818 - reads as what it is
    """The event does not apply to an order in this state: nothing may be written."""

    code = "forbidden_transition"


def after(state: State, event: Event) -> State:
    """The state after `event`; raises ForbiddenTransition if the table has no such row."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ForbiddenTransition(f"Заказ в состоянии «{state}»: невозможно ({event}).") from None


@dataclass(frozen=True)
class Order:
    """One order as stored. Prices are kopecks, times are UTC.

    `edition` and `edition_sha256` are of the text the client saw and ticked; `form_attempt` and
    `fingerprint` make the same form sent twice one order. `ledger` is its row in the ledger.
    """

    id: int
    number: str
    token: str
    state: State
    hours: int
    price_kopecks: int
    edition: int
    edition_sha256: str
    consent: int | None
    consent_sha256: str | None
    ledger: int
    party_kind: str
    created_at: datetime
    paid_at: datetime | None
    payment_id: str | None
    reason: str | None
    money_taken: bool | None
    test: bool
    consent_withdrawn_at: datetime | None
    email_confirmed_at: datetime | None


def money_taken(order: Order) -> bool | None:
    """Whether money was taken: None where only YooKassa knows (interface: order facts)."""
    if order.state is State.WAITING:
        return None
    if order.state is State.CASE:
        return order.money_taken
    return order.state in (State.PAID, State.REFUNDED)


@dataclass(frozen=True)
class Expectation:
    """What a payment must say to be this order's payment."""

    number: str
    attempt: str
    price_kopecks: int
    edition_sha256: str
    shop_id: str


def mismatch(payment: Payment, expected: Expectation) -> str | None:
    """The first thing about a payment that is not as ordered, as a sentence; None if all fits."""
    metadata = payment.metadata
    if payment.currency != "RUB" or payment.amount_kopecks != expected.price_kopecks:
        return (
            f"ЮKassa сообщает сумму {payment.amount_kopecks} коп. {payment.currency}, "
            f"в заказе {expected.price_kopecks} коп. RUB."
        )
    if metadata.get("order") != expected.number:
        return f"В платеже указан другой заказ: {metadata.get('order', 'не указан')}."
    if metadata.get("attempt") != expected.attempt:
        return "В платеже указана другая попытка оплаты этого заказа."
    if metadata.get("offer_sha256") != expected.edition_sha256:
        return "В платеже указана другая редакция оферты."
    if payment.shop_id not in (None, expected.shop_id):
        return f"Платёж принадлежит другому магазину: {payment.shop_id}."
    return None
