"""Orders, their attempts to be paid, and the packages they start."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row, bindparam, case, func, insert, select, update

from checkout.domain import transitions
from checkout.domain.order import Order
from checkout.domain.transitions import AttemptEvent, AttemptState, Event, State
from checkout.store import tables
from checkout.store.due import is_due, moments
from checkout.store.engine import Tx
from offer.periods import Period

orders, attempts, packages = tables.orders, tables.attempts, tables.packages
# What a sale and a settlement ask is made once: making a query costs four times running it.
ORDERS = select(*(orders.c[name] for name in Order.__dataclass_fields__))
NEXT_ID = select(func.coalesce(func.max(orders.c.id), 0) + 1)
ADD, CHANGE = insert(orders), update(orders).where(orders.c.id == bindparam("key"))
BY_ID = ORDERS.where(orders.c.id == bindparam("key"))
# in one order whoever asks, so that no two wait for each other
LOCKED = (
    ORDERS.where(orders.c.id.in_(bindparam("keys", expanding=True)))
    .order_by(orders.c.id)
    .with_for_update()
)
BY_TOKEN = ORDERS.where(orders.c.token == bindparam("token"))
BY_NUMBER = ORDERS.where(orders.c.number == bindparam("number"))
BY_FORM = ORDERS.where(
    orders.c.form_attempt == bindparam("form"), orders.c.fingerprint == bindparam("fingerprint")
)


@dataclass(frozen=True)
class Attempt:
    """One attempt to be paid. Its `id` is the idempotence key, `body` the exact request.

    It is payable at `confirmation_url` while it is open.
    """

    id: str
    order_id: int
    body: str
    state: AttemptState
    created_at: datetime
    payment_id: str | None
    confirmation_url: str | None
    answer: str | None
    tries: int


ATTEMPTS = select(*(attempts.c[name] for name in Attempt.__dataclass_fields__))
ADD_ATTEMPT = insert(attempts)
CHANGE_ATTEMPT = update(attempts).where(attempts.c.id == bindparam("key"))
ATTEMPT = ATTEMPTS.where(attempts.c.id == bindparam("key"))
ATTEMPTS_AGAIN = ATTEMPTS.where(attempts.c.id.in_(bindparam("keys", expanding=True)))
PAID_BY = ATTEMPTS.where(attempts.c.payment_id.in_(bindparam("payments", expanding=True)))
NEWEST = (
    ATTEMPTS.where(attempts.c.order_id == bindparam("order"))
    .order_by(attempts.c.created_at.desc(), attempts.c.id)
    .limit(1)
)
DUE = (
    ATTEMPTS.where(tables.PAYABLE, is_due(attempts.c.next_look_at))
    .order_by(attempts.c.next_look_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
# one that another is writing to at the moment is being followed: nobody has to wait for it
AT_ONCE = update(attempts).where(
    attempts.c.id.in_(
        select(attempts.c.id)
        .where(attempts.c.id.in_(bindparam("keys", expanding=True)), tables.PAYABLE)
        .with_for_update(skip_locked=True)
    )
)
START = insert(packages)
# Extra hours end with their package, also when money given back ends it before its time.
theirs = packages.alias("theirs")
ENDED_AT = case(
    (theirs.c.ended_at < packages.c.ended_at, theirs.c.ended_at),
    else_=func.coalesce(packages.c.ended_at, theirs.c.ended_at),
)
PACKAGE = (
    select(*(it for it in packages.c if it.key != "ended_at"), ENDED_AT.label("ended_at"))
    .join_from(packages, orders, orders.c.id == packages.c.order_id)
    .outerjoin(theirs, theirs.c.order_id == orders.c.for_package)
    .where(packages.c.order_id == bindparam("order"))
)


@dataclass(frozen=True)
class Package:
    """A started package: its accepted period and the ledger rows it rests on.

    `ended_at` is when it ended before its time, by giving money back. Extra hours have one too,
    which ends with the package they are for.
    """

    period: Period
    acceptance: int
    payment: int
    ended_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether its accepted time has passed; whoever ended it before is another matter."""
        return self.ended_at is None and now >= self.period.expires_at

    def runs(self, state: State, now: datetime) -> bool:
        """Whether the package of an order in this state can be worked by at `now`."""
        return state is State.PAID and self.ended_at is None and not self.is_over(now)


def next_id(tx: Tx) -> int:
    """The number the next order will have; the caller holds the ledger's lock."""
    return int(tx.connection.execute(NEXT_ID).scalar_one())


def add(tx: Tx, values: Mapping[str, object]) -> None:
    """Save a new order."""
    tx.connection.execute(ADD, values)


def change(tx: Tx, order_id: int, **values: object) -> None:
    """Write what does not move the order: its state changes by `move` alone."""
    tx.connection.execute(CHANGE, {"key": order_id, **values})


def move(tx: Tx, order: Order, event: Event, **values: object) -> State:
    """Move an order, whose lock the caller has, and write what came with the event."""
    state = transitions.ORDER.after(order.state, event)
    change(tx, order.id, state=state, **values)
    return state


def by_token(tx: Tx, token: str) -> Order | None:
    """The order behind a secret address."""
    return _one(tx, BY_TOKEN, token=token)


def by_number(tx: Tx, number: str) -> Order | None:
    """The order with this public number."""
    return _one(tx, BY_NUMBER, number=number)


def by_form(tx: Tx, form_attempt: str, fingerprint: str) -> Order | None:
    """The order that this form with this data has already made."""
    return _one(tx, BY_FORM, form=form_attempt, fingerprint=fingerprint)


def by_id(tx: Tx, order_id: int) -> Order:
    """The order with this id; orders are never deleted."""
    return _exactly(_one(tx, BY_ID, key=order_id))


def paid(tx: Tx, after: int, limit: int) -> list[Order]:
    """The next orders behind the id `after` that are or were paid."""
    beyond = (
        ORDERS.where(orders.c.id > after, orders.c.paid_at.is_not(None))
        .order_by(orders.c.id)
        .limit(limit)
    )
    found = tx.connection.execute(beyond)
    return [as_order(row) for row in found]


def move_all(tx: Tx, moved: Sequence[tuple[Order, Mapping[str, object]]], event: Event) -> None:
    """Move several orders, whose locks the caller has; to write there is the same of each."""
    after = [
        {"key": order.id, "state": transitions.ORDER.after(order.state, event), **values}
        for order, values in moved
    ]
    if after:
        tx.connection.execute(CHANGE, after)


def locked(tx: Tx, order_id: int) -> Order:
    """The order, which nobody else can change until this transaction ends."""
    return _exactly(all_locked(tx, [order_id]).get(order_id))


def all_locked(tx: Tx, order_ids: Collection[int]) -> dict[int, Order]:
    """The orders by their ids, which nobody else can change until this transaction ends."""
    rows = tx.connection.execute(LOCKED, {"keys": list(order_ids)}) if order_ids else ()
    return {row.id: as_order(row) for row in rows}


def add_attempt(tx: Tx, attempt_id: str, order_id: int, body: str) -> None:
    """Save an attempt before anything is sent; it is the order's newest whatever the clock did."""
    last = attempt_of(tx, order_id)
    created_at = max(tx.now, last.created_at + timedelta(milliseconds=1)) if last else tx.now
    tx.connection.execute(
        ADD_ATTEMPT,
        {
            "id": attempt_id,
            "order_id": order_id,
            "body": body,
            "state": AttemptState.UNSENT,
            "created_at": created_at,
            "tries": 0,
            "next_look_at": None,
        },
    )


def change_attempt(tx: Tx, attempt_id: str, **values: object) -> None:
    """Write what does not move an attempt: its state changes by `move_attempt` alone."""
    tx.connection.execute(CHANGE_ATTEMPT, {"key": attempt_id, **values})


def move_attempt(tx: Tx, attempt: Attempt, event: AttemptEvent, **values: object) -> None:
    """Move an attempt and write what came with the event; it is asked about no more."""
    move_attempts(tx, [(attempt, values)], event)


def move_attempts(
    tx: Tx, moved: Sequence[tuple[Attempt, Mapping[str, object]]], event: AttemptEvent
) -> None:
    """The same of several; to write there is the same of each."""
    after = [
        {
            "key": attempt.id,
            "next_look_at": None,
            "state": transitions.ATTEMPT.after(attempt.state, event),
            **values,
        }
        for attempt, values in moved
    ]
    if after:
        tx.connection.execute(CHANGE_ATTEMPT, after)


def attempt(tx: Tx, attempt_id: str) -> Attempt | None:
    """One attempt by its key."""
    return _attempt(tx.connection.execute(ATTEMPT, {"key": attempt_id}).first())


def attempts_again(tx: Tx, known: Collection[Attempt]) -> dict[str, Attempt]:
    """Attempts by their keys, as they are now."""
    rows = tx.connection.execute(ATTEMPTS_AGAIN, {"keys": [it.id for it in known]}) if known else ()
    return {row.id: _as_attempt(row) for row in rows}


def attempt_of(tx: Tx, order_id: int) -> Attempt | None:
    """The newest attempt of an order."""
    return _attempt(tx.connection.execute(NEWEST, {"order": order_id}).first())


def attempt_paid_by(tx: Tx, payment_id: str) -> Attempt | None:
    """The attempt that YooKassa knows as `payment_id`."""
    return attempts_paid_by(tx, [payment_id]).get(payment_id)


def attempts_paid_by(tx: Tx, payment_ids: Collection[str]) -> dict[str, Attempt]:
    """The attempts of those payments that are ours, by YooKassa's ids."""
    rows = tx.connection.execute(PAID_BY, {"payments": list(payment_ids)})
    return {row.payment_id: _as_attempt(row) for row in rows}


def payments_ended(tx: Tx, since: datetime, before: datetime | None) -> list[str]:
    """YooKassa's ids of the payments that ended, of attempts of a span."""
    ended = select(attempts.c.payment_id).where(
        attempts.c.payment_id.is_not(None),
        attempts.c.state == AttemptState.FINAL,
        attempts.c.created_at >= since,
    )
    if before is not None:
        ended = ended.where(attempts.c.created_at < before)
    return list(tx.connection.execute(ended).scalars())


def by_payment(tx: Tx, payment_id: str) -> Order | None:
    """The order that a payment was opened for, whatever became of it."""
    paid = attempt_paid_by(tx, payment_id)
    return by_id(tx, paid.order_id) if paid else None


def method(attempt: Attempt | None) -> str | None:
    """How an attempt was paid («bank_card», «sbp»…), as YooKassa's kept answer says."""
    if attempt is None or attempt.answer is None or attempt.state is not AttemptState.FINAL:
        return None
    answer = json.loads(attempt.answer)
    kind = (answer.get("payment_method") or {}).get("type")
    return kind if isinstance(kind, str) else None


def due(tx: Tx, most: int) -> list[Attempt]:
    """The attempts that wait longest to be asked about, of those to be asked about now.

    No other worker gets them before this transaction ends: put their next look off in it.
    """
    rows = tx.connection.execute(DUE, {"most": most, **moments(tx.now)})
    return [_as_attempt(row) for row in rows]


def put_off(tx: Tx, looks: Mapping[str, datetime]) -> None:
    """Attempts, by their keys, are to be asked about at these moments."""
    if looks:
        later = [{"key": key, "next_look_at": at} for key, at in looks.items()]
        tx.connection.execute(CHANGE_ATTEMPT, later)


def look_now(tx: Tx, left: Collection[Attempt]) -> None:
    """Have attempts that were put off asked about all the same, unless they have ended since."""
    if left:
        asked = {"keys": [it.id for it in left], "next_look_at": tx.now}
        tx.connection.execute(AT_ONCE, asked)


def start_packages(tx: Tx, started: Sequence[tuple[int, Package]]) -> None:
    """Start the packages of orders, by their ids; a second start is refused by the schema."""
    rows = [
        {
            "order_id": order_id,
            "acceptance": package.acceptance,
            "payment": package.payment,
            **vars(package.period),
        }
        for order_id, package in started
    ]
    tx.connection.execute(START, rows)


def package(tx: Tx, order_id: int) -> Package | None:
    """The package an order started, if it is paid."""
    row = tx.connection.execute(PACKAGE, {"order": order_id}).one_or_none()
    if row is None:
        return None
    period = Period(row.starts_at, row.expires_at, row.last_day, row.reason, row.provisional)
    return Package(period, row.acceptance, row.payment, row.ended_at)


def end_package(tx: Tx, order_id: int) -> None:
    """The package is over now, because money was given back; one that has ended stays so."""
    running = (packages.c.order_id == order_id) & packages.c.ended_at.is_(None)
    tx.connection.execute(update(packages).where(running).values(ended_at=tx.now))


def count(tx: Tx) -> Mapping[str, int]:
    """How many orders are in each state."""
    rows = tx.connection.execute(
        select(orders.c.state, func.count().label("orders")).group_by(orders.c.state)
    )
    return {row.state: row.orders for row in rows}


def _attempt(row: Row[tuple[object, ...]] | None) -> Attempt | None:
    return _as_attempt(row) if row else None


def _as_attempt(row: Row[tuple[object, ...]]) -> Attempt:
    values: list[Any] = list(row)  # as the fields of an attempt stand
    values[3] = AttemptState(values[3])
    return Attempt(*values)


def _exactly(order: Order | None) -> Order:
    if order is None:
        raise LookupError("no such order")
    return order


def _one(tx: Tx, query: Executable, **asked: object) -> Order | None:
    row: Row[tuple[object, ...]] | None = tx.connection.execute(query, asked).one_or_none()
    return as_order(row) if row else None


def as_order(row: Row[tuple[object, ...]]) -> Order:
    """A row of ORDERS."""
    values: list[Any] = list(row)  # as the fields of an order stand
    values[3] = State(values[3])
    return Order(*values)
