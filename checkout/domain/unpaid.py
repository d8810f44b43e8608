"""An order whose money never came as ordered: what the ledger and its attempts say it must be.

The state is what the transition table (domain/order.py) leads to from the facts that are there.
"""

from collections.abc import Iterator, Sequence

from checkout.domain.stored import StoredAttempt, StoredFact, StoredOrder, Told, part_of
from checkout.domain.transitions import State

LONGEST_REASON = 64
OF_ATTEMPT = {"open": State.WAITING, "unsent": State.CREATED, "refused": State.CREATED}
Pair = tuple[str, object, object]


def unpaid(order: StoredOrder, facts: Sequence[StoredFact]) -> Iterator[Pair]:
    """What of an unpaid order the table says, beside what it must be; each pair by its name.

    The first version wrote no fact of money that was declined or did not fit.
    """
    if not order.attempts or not _is_told(facts):
        return
    newest = newest_attempt(order.attempts)
    odd = odd_money(facts)
    declined = [it.told for it in facts if _declines(it.told, newest)]
    state = State.CASE if odd else State.CANCELLED if declined else OF_ATTEMPT.get(newest.state)
    yield "состояние", order.state, state and str(state)
    yield "время оплаты", order.paid_at, None
    yield "деньги взяты", yes_no(order.money_taken), _money_taken(order, odd)
    yield "номер платежа", order.payment_id, _payment_id(order, newest, state)
    if state is not State.CASE:  # a case keeps the reason of a decline before it
        yield "причина", order.reason, _reason(declined[-1]) if declined else None


def newest_attempt(attempts: Sequence[StoredAttempt]) -> StoredAttempt:
    """The attempt that the newest decision led to."""
    return max(attempts, key=lambda it: str(it.created_at))


def odd_money(facts: Sequence[StoredFact]) -> list[Told]:
    """Payments of this order's attempts that did not fit it, oldest first."""
    unknown = strangers(facts)
    paid = [it.told for it in facts if it.kind == "payment" and it.told.get("fits") is False]
    return [it for it in paid if str(it.get("payment_id")) not in unknown]


def strangers(facts: Sequence[StoredFact]) -> set[str]:
    """The payments that name this order without an attempt: their cases say so."""
    return {
        str(it.told.get("subject"))
        for it in facts
        if it.kind == "case" and it.told.get("kind") == "unknown_payment"
    }


def _is_told(facts: Sequence[StoredFact]) -> bool:
    return any(it.kind == "order" and "origin_sha256" in it.told for it in facts)


def _declines(told: Told, attempt: StoredAttempt) -> bool:
    is_its = attempt.payment_id is not None and told.get("payment_id") == attempt.payment_id
    return is_its and told.get("status") == "canceled"


def _reason(told: Told) -> str:
    reason = part_of(told, "cancellation", "reason")
    return reason[:LONGEST_REASON] if isinstance(reason, str) else ""


def yes_no(value: object) -> object:
    """A stored yes or no (SQLite has numbers for them), or None."""
    return value if value is None else bool(value)


def _money_taken(order: StoredOrder, odd: Sequence[Told]) -> object:
    """As YooKassa said of the newest money that did not fit; facts did not always tell it."""
    return odd[-1].get("paid", yes_no(order.money_taken)) if odd else None


def _payment_id(order: StoredOrder, newest: StoredAttempt, state: State | None) -> object:
    """The newest attempt's; none where we were killed before its answer was saved."""
    if state is State.WAITING:
        return newest.payment_id
    known = {it.payment_id for it in order.attempts} if state is State.CASE else {newest.payment_id}
    if state is State.CREATED or order.payment_id not in known:
        return None
    return order.payment_id
