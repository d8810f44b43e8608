"""The time stamps on published heads, and the failures to get one."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select

from checkout.store import tables
from checkout.store.engine import Tx

stamps, heads = tables.time_stamps, tables.heads


@dataclass(frozen=True)
class Stamped:
    """One try to have a day's head dated: the stamp and its time, or why there is none."""

    day: date
    tried_at: datetime
    server: str
    answer: bytes | None
    at: datetime | None
    problem: str | None


@dataclass(frozen=True)
class Unstamped:
    """The newest published head while it has no stamp. `last_try` None: nobody was asked yet."""

    day: date
    number: int
    last_try: datetime | None


def newest_unstamped(tx: Tx) -> Unstamped | None:
    """The newest published head, unless it is stamped already or none is published."""
    newest = select(heads).order_by(heads.c.day.desc()).limit(1)
    head = tx.connection.execute(newest).one_or_none()
    if head is None:
        return None
    tries = of_day(tx, head.day)
    if any(it.answer for it in tries):
        return None
    return Unstamped(head.day, head.number, max((it.tried_at for it in tries), default=None))


def of_day(tx: Tx, day: date) -> list[Stamped]:
    """Every try of a day, oldest first."""
    rows = tx.connection.execute(
        select(stamps).where(stamps.c.day == day).order_by(stamps.c.tried_at, stamps.c.server)
    )
    return [Stamped(**row._mapping) for row in rows]


def outcomes(tx: Tx) -> list[Stamped]:
    """Of each day somebody was asked: the stamp, else the newest failure; the newest day last."""
    tries = [Stamped(**row._mapping) for row in tx.connection.execute(
        select(stamps).order_by(stamps.c.day, stamps.c.answer.is_not(None), stamps.c.tried_at)
    )]  # fmt: skip
    return list({it.day: it for it in tries}.values())


def keep(tx: Tx, tried: Stamped) -> None:
    """Keep a try; a second worker's of the same moment changes nothing."""
    same = (stamps.c.day == tried.day, stamps.c.tried_at == tried.tried_at)
    where = (*same, stamps.c.server == tried.server)
    if tx.connection.execute(select(stamps.c.day).where(*where)).one_or_none() is None:
        tx.connection.execute(insert(stamps), vars(tried))
