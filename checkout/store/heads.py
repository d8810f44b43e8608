"""The heads of the ledger as they were published, one a local day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select

from checkout.store import ledger, tables
from checkout.store.engine import Tx
from offer.evidence.facts import head_fact

heads = tables.heads


@dataclass(frozen=True)
class Head:
    """The newest row of the ledger at a moment (UTC) of a local day; it stands as published."""

    day: date
    at: datetime
    number: int
    hash: str


HEADS = select(*(heads.c[name] for name in Head.__dataclass_fields__))


def publish(tx: Tx, day: date) -> Head | None:
    """Publish the newest row as the head of `day`; None if the day has one or nothing happened.

    None too for a day before that of a head: heads follow each other whatever the clock does.

    That it was published is a fact, which counts for nothing new itself.
    """
    ledger.alone(tx)  # several workers notice a new day at the same moment
    row, last = ledger.head(tx, besides="head"), newest(tx)
    if row is None or row.at > tx.now or (last and day <= last.day):
        return None  # a clock that was put back would publish a row before it was made
    head = Head(day, tx.now, row.number, row.hash)
    tx.connection.execute(insert(heads), vars(head))
    ledger.append(tx, "head", head_fact(day, head.number, head.hash))
    return head


def of_day(tx: Tx, day: date) -> Head | None:
    """The head published on a local day."""
    row = tx.connection.execute(HEADS.where(heads.c.day == day)).one_or_none()
    return Head(**row._mapping) if row else None


def newest(tx: Tx) -> Head | None:
    """The head of the newest day."""
    row = tx.connection.execute(HEADS.order_by(heads.c.day.desc()).limit(1)).one_or_none()
    return Head(**row._mapping) if row else None


def published(tx: Tx) -> list[Head]:
    """Every published head, the newest last."""
    return [Head(**row._mapping) for row in tx.connection.execute(HEADS.order_by(heads.c.day))]


def covering(tx: Tx, number: int) -> Head | None:
    """The first head that was published at row `number` or after it."""
    later = HEADS.where(heads.c.number >= number).order_by(heads.c.number, heads.c.day).limit(1)
    row = tx.connection.execute(later).one_or_none()
    return Head(**row._mapping) if row else None
