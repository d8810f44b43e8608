"""The refusals of packages: what the client was shown and asked, and how it ended."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Row, Select, insert, select, update

from checkout.domain.refusal import Refusal
from checkout.store import tables
from checkout.store.engine import Tx

refusals = tables.refusals
REFUSALS = select(*(refusals.c[name] for name in Refusal.__dataclass_fields__))


def add(tx: Tx, values: Mapping[str, object]) -> None:
    """Write a refusal down; a second open one of the same order is refused by the schema."""
    tx.connection.execute(insert(refusals), values)


def by_row(tx: Tx, asked: int) -> Refusal | None:
    """The refusal that a row of the ledger tells of."""
    return _one(tx, REFUSALS.where(refusals.c.asked == asked))


def latest(tx: Tx, order_id: int) -> Refusal | None:
    """The newest refusal of an order, ended or not."""
    newest = REFUSALS.where(refusals.c.order_id == order_id).order_by(refusals.c.asked.desc())
    return _one(tx, newest.limit(1))


def undecided(tx: Tx, order_id: int) -> Refusal | None:
    """The refusal of an order that waits for the contractor."""
    return _one(tx, REFUSALS.where(refusals.c.order_id == order_id, tables.UNDECIDED))


def due(tx: Tx, until: date) -> list[Refusal]:
    """Those to be decided on or before a day, the most urgent first."""
    waiting = REFUSALS.where(tables.UNDECIDED, refusals.c.decide_by <= until)
    ordered = waiting.order_by(refusals.c.decide_by, refusals.c.asked)
    return [_refusal(row) for row in tx.connection.execute(ordered)]


def end(tx: Tx, order_id: int, row: int, answer: str | None = None) -> None:
    """A row of the ledger has decided the open refusal of an order, if there is one."""
    own = update(refusals).where(refusals.c.order_id == order_id, tables.UNDECIDED)
    tx.connection.execute(own.values(ended=row, ended_at=tx.now, answer=answer))


def _one(tx: Tx, query: Select[tuple[object, ...]]) -> Refusal | None:
    row = tx.connection.execute(query).one_or_none()
    return _refusal(row) if row else None


def _refusal(row: Row[tuple[object, ...]]) -> Refusal:
    return Refusal(**row._mapping)
