"""The one table of what may happen to an order, an attempt to pay it, a refund and a receipt.

Each row names the event that moves from one state to another; what has no row is refused. The
picture of it, held equal by a test, is in decisions/0013.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

from checkout.domain.errors import CheckoutError


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
    PARTLY_RETURNED = "YooKassa gave back a part of the money"
    RETURNED = "YooKassa gave back all that was left"


class AttemptState(StrEnum):
    """An attempt to be paid: unsent means that its outcome is not known yet."""

    UNSENT = "unsent"
    OPEN = "open"
    REFUSED = "refused"
    FINAL = "final"


class AttemptEvent(StrEnum):
    """What moves an attempt to be paid."""

    OPENED = "YooKassa opened a payment"
    REFUSED = "YooKassa refused the request"
    FORGOTTEN = "YooKassa has forgotten the key and was never heard of it"
    REPLACED = "the client decided anew"
    ENDED = "the payment succeeded or was cancelled"


class RefundState(StrEnum):
    """A refund we ordered: unsent means that its outcome is not known yet."""

    UNSENT = "unsent"
    OPEN = "open"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"


class RefundEvent(StrEnum):
    """What moves a refund. Only what YooKassa says of it, or that it never heard of it."""

    ACCEPTED = "YooKassa accepted the refund and works on it"
    SUCCEEDED = "YooKassa gave the money back"
    CANCELLED = "YooKassa cancelled the refund"
    REFUSED = "YooKassa refused the request"
    UNKNOWN = "YooKassa's list does not have it after its key is forgotten"


class ReceiptState(StrEnum):
    """A fiscal receipt: unsent means that its outcome is not known yet."""

    UNSENT = "unsent"
    PENDING = "pending"
    REGISTERED = "registered"
    FAILED = "failed"


class ReceiptEvent(StrEnum):
    """What moves a receipt. YooKassa says it, or it never heard of it."""

    ACCEPTED = "YooKassa accepted the receipt"
    REGISTERED = "the tax office has registered it"
    CANCELLED = "YooKassa could not have it registered"
    REFUSED = "YooKassa refused the request"
    UNKNOWN = "YooKassa's list does not have it after its key is forgotten"


class ForbiddenTransition(CheckoutError):  # noqa: N818 - reads as what it is
    """The event does not apply in this state: nothing may be written."""

    code = "forbidden_transition"


S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Life(Generic[S, E]):
    """The rows of one kind of thing; `what` is its Russian name."""

    what: str
    states: type[S]
    events: type[E]
    rows: Mapping[tuple[S, E], S]

    def after(self, state: S, event: E) -> S:
        """The state after `event`; raises ForbiddenTransition if there is no such row."""
        try:
            return self.rows[state, event]
        except KeyError:
            raise ForbiddenTransition(
                f"{self.what} в состоянии «{state}»: невозможно ({event})."
            ) from None


ORDER = Life(
    "Заказ",
    State,
    Event,
    MappingProxyType(
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
            (State.PAID, Event.PARTLY_RETURNED): State.PAID,
            (State.PAID, Event.RETURNED): State.REFUNDED,
            # money beside a paid order is a case of its own: the package stays
            (State.PAID, Event.ODD): State.PAID,
            (State.REFUNDED, Event.ODD): State.REFUNDED,
            (State.CASE, Event.ODD): State.CASE,
        }
    ),
)

ATTEMPT = Life(
    "Попытка оплаты",
    AttemptState,
    AttemptEvent,
    MappingProxyType(
        {
            (AttemptState.UNSENT, AttemptEvent.OPENED): AttemptState.OPEN,
            (AttemptState.UNSENT, AttemptEvent.REFUSED): AttemptState.REFUSED,
            (AttemptState.UNSENT, AttemptEvent.FORGOTTEN): AttemptState.REFUSED,
            (AttemptState.UNSENT, AttemptEvent.REPLACED): AttemptState.REFUSED,
            # killed after YooKassa's answer and before we saved it
            (AttemptState.UNSENT, AttemptEvent.ENDED): AttemptState.FINAL,
            (AttemptState.OPEN, AttemptEvent.ENDED): AttemptState.FINAL,
            # given up, and performed all the same: its money is somebody's
            (AttemptState.REFUSED, AttemptEvent.ENDED): AttemptState.FINAL,
        }
    ),
)

REFUND = Life(
    "Возврат",
    RefundState,
    RefundEvent,
    MappingProxyType(
        {
            (RefundState.UNSENT, RefundEvent.ACCEPTED): RefundState.OPEN,
            (RefundState.UNSENT, RefundEvent.SUCCEEDED): RefundState.SUCCEEDED,
            (RefundState.UNSENT, RefundEvent.CANCELLED): RefundState.CANCELLED,
            (RefundState.UNSENT, RefundEvent.REFUSED): RefundState.CANCELLED,
            (RefundState.UNSENT, RefundEvent.UNKNOWN): RefundState.CANCELLED,
            (RefundState.OPEN, RefundEvent.SUCCEEDED): RefundState.SUCCEEDED,
            (RefundState.OPEN, RefundEvent.CANCELLED): RefundState.CANCELLED,
            # given up, and performed all the same: the client has the money
            (RefundState.CANCELLED, RefundEvent.SUCCEEDED): RefundState.SUCCEEDED,
        }
    ),
)


RECEIPT = Life(
    "Чек",
    ReceiptState,
    ReceiptEvent,
    MappingProxyType(
        {
            (ReceiptState.UNSENT, ReceiptEvent.ACCEPTED): ReceiptState.PENDING,
            (ReceiptState.UNSENT, ReceiptEvent.REGISTERED): ReceiptState.REGISTERED,
            (ReceiptState.UNSENT, ReceiptEvent.CANCELLED): ReceiptState.FAILED,
            (ReceiptState.UNSENT, ReceiptEvent.REFUSED): ReceiptState.FAILED,
            (ReceiptState.UNSENT, ReceiptEvent.UNKNOWN): ReceiptState.FAILED,
            (ReceiptState.PENDING, ReceiptEvent.REGISTERED): ReceiptState.REGISTERED,
            (ReceiptState.PENDING, ReceiptEvent.CANCELLED): ReceiptState.FAILED,
        }
    ),
)


def drawn(life: Life[S, E]) -> Iterator[str]:
    """The table as lines of Markdown: states down, events across, «–» where it is refused."""
    yield f"| {life.what} | {' | '.join(life.events)} |"
    yield f"|---|{'---|' * len(life.events)}"
    for state in life.states:
        cells = [str(life.rows.get((state, event), "–")) for event in life.events]
        yield f"| **{state}** | {' | '.join(cells)} |"
