"""What the daily comparison with YooKassa found."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select

from checkout.store import tables
from checkout.store.engine import Tx

reconciliations = tables.reconciliations


@dataclass(frozen=True)
class Reconciliation:
    """The comparison made on a local day (at a UTC moment): what was compared, how much differed.

    `payments` and `refunds` are those in YooKassa's list that were made from `since` on.
    """

    day: date
    at: datetime
    since: date
    payments: int
    refunds: int
    differences: int


ALL = select(*(reconciliations.c[name] for name in Reconciliation.__dataclass_fields__))


def add(tx: Tx, made: Reconciliation) -> None:
    """Keep what was found; another worker may have been quicker."""
    if of_day(tx, made.day) is None:
        tx.connection.execute(insert(reconciliations), vars(made))


def of_day(tx: Tx, day: date) -> Reconciliation | None:
    """What was found on a local day."""
    row = tx.connection.execute(ALL.where(reconciliations.c.day == day)).one_or_none()
    return Reconciliation(**row._mapping) if row else None


def latest(tx: Tx) -> Reconciliation | None:
    """The newest of all."""
    row = tx.connection.execute(ALL.order_by(reconciliations.c.day.desc()).limit(1)).one_or_none()
    return Reconciliation(**row._mapping) if row else None
