"""The refunds of orders: what was ordered, under which key, and what became of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, bindparam, func, insert, select, update

from checkout.domain.transitions import REFUND, RefundEvent, RefundState
from checkout.store import tables
from checkout.store.due import is_due, moments
from checkout.store.engine import Tx

refunds = tables.refunds


@dataclass(frozen=True)
class RefundAttempt:
    """One refund we ordered. Its `id` is the idempotence key, `body` the exact request.

    `refund_id` is YooKassa's. `ordered` and `ended` are rows of the ledger: the decision, and what
    became of it. `body` is empty where somebody else ordered it, at YooKassa itself.
    """

    id: str
    order_id: int
    payment_id: str
    amount_kopecks: int
    reason: str
    ends_package: bool
    body: str
    state: RefundState
    created_at: datetime
    refund_id: str | None
    answer: str | None
    tries: int
    ordered: int
    ended: int | None


REFUNDS = select(*(refunds.c[name] for name in RefundAttempt.__dataclass_fields__))
KNOWN_AS = REFUNDS.where(refunds.c.refund_id == bindparam("known_as"))
DUE = (
    REFUNDS.where(tables.REFUNDING, is_due(refunds.c.next_look_at))
    .order_by(refunds.c.next_look_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)


def add(tx: Tx, values: Mapping[str, object]) -> None:
    """Save a refund before anything is sent; a second one in flight is refused by the schema."""
    tx.connection.execute(insert(refunds), {"tries": 0, **values})


def move(tx: Tx, refund: RefundAttempt, event: RefundEvent, **values: object) -> RefundState:
    """Move a refund and write what came with the event; it is asked about no more."""
    state = REFUND.after(refund.state, event)
    change(tx, refund.id, **{"next_look_at": None, "state": state, **values})
    return state


def change(tx: Tx, key: str, **values: object) -> None:
    """Write what does not move a refund: its state changes by `move` alone."""
    tx.connection.execute(update(refunds).where(refunds.c.id == key).values(**values))


def by_key(tx: Tx, key: str) -> RefundAttempt | None:
    """One refund by its key."""
    return _one(tx.connection.execute(REFUNDS.where(refunds.c.id == key)).first())


def known_as(tx: Tx, refund_id: str) -> RefundAttempt | None:
    """The refund that YooKassa knows as `refund_id`."""
    return _one(tx.connection.execute(KNOWN_AS, {"known_as": refund_id}).first())


def in_flight(tx: Tx, order_id: int) -> RefundAttempt | None:
    """The refund of an order that has not ended yet."""
    pending = REFUNDS.where(refunds.c.order_id == order_id, tables.REFUNDING)
    return _one(tx.connection.execute(pending).first())


def due(tx: Tx) -> RefundAttempt | None:
    """The refund that waits longest to be asked about, as `orders.due`."""
    return _one(tx.connection.execute(DUE, moments(tx.now)).first())


def ended(tx: Tx, since: datetime, before: datetime | None) -> list[str]:
    """YooKassa's ids of the refunds that ended, of those ordered in a span."""
    known = select(refunds.c.refund_id).where(
        refunds.c.refund_id.is_not(None), ~tables.REFUNDING, refunds.c.created_at >= since
    )
    if before is not None:
        known = known.where(refunds.c.created_at < before)
    return list(tx.connection.execute(known).scalars())


def returned(tx: Tx, payment_id: str | None) -> int:
    """How many kopecks of a payment were given back; none of an order that has none."""
    if payment_id is None:
        return 0
    done = select(func.coalesce(func.sum(refunds.c.amount_kopecks), 0)).where(
        refunds.c.payment_id == payment_id, refunds.c.state == RefundState.SUCCEEDED
    )
    return int(tx.connection.execute(done).scalar_one())


def given_back(tx: Tx, payment_ids: Collection[str]) -> Mapping[str, list[tuple[datetime, int]]]:
    """Of each of these payments: when a part of it was ordered back (UTC), and its kopecks."""
    if not payment_ids:
        return {}
    done = select(refunds.c.payment_id, refunds.c.created_at, refunds.c.amount_kopecks).where(
        refunds.c.payment_id.in_(payment_ids), refunds.c.state == RefundState.SUCCEEDED
    )
    found: dict[str, list[tuple[datetime, int]]] = {}
    for payment_id, at, kopecks in tx.connection.execute(done):
        found.setdefault(payment_id, []).append((at, kopecks))
    return found


def returned_of_order(tx: Tx, order_id: int) -> list[tuple[str, int]]:
    """The payments of an order of which something was given back, with how many kopecks."""
    done = (
        select(refunds.c.payment_id, func.sum(refunds.c.amount_kopecks))
        .where(refunds.c.order_id == order_id, refunds.c.state == RefundState.SUCCEEDED)
        .group_by(refunds.c.payment_id)
        .order_by(refunds.c.payment_id)
    )
    return [(payment_id, int(sum_)) for payment_id, sum_ in tx.connection.execute(done)]


def last_done(tx: Tx, payment_id: str, amount_kopecks: int, since: datetime) -> datetime | None:
    """When this very sum of a payment was last given back, if that was ordered since then."""
    same = select(func.max(refunds.c.created_at)).where(
        refunds.c.payment_id == payment_id,
        refunds.c.amount_kopecks == amount_kopecks,
        refunds.c.state == RefundState.SUCCEEDED,
        refunds.c.created_at > since,
    )
    at: datetime | None = tx.connection.execute(same).scalar_one()
    return at


def cancelled(tx: Tx, payment_id: str) -> list[str]:
    """The keys of the refunds of a payment that came to nothing."""
    vain = select(refunds.c.id).where(
        refunds.c.payment_id == payment_id, refunds.c.state == RefundState.CANCELLED
    )
    return list(tx.connection.execute(vain).scalars())


def _one(row: Row[tuple[object, ...]] | None) -> RefundAttempt | None:
    if row is None:
        return None
    return RefundAttempt(**{**row._mapping, "state": RefundState(row.state)})
