"""When something put off is due: its time has come, or a clock that was wrong put it off."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, bindparam, or_

# Nothing is put off for longer. What seems to be was, by a clock that is right again.
LONGEST_PAUSE = timedelta(hours=6)


def is_due(at: Column[datetime]) -> ColumnElement[bool]:
    """Whether what is to be done `at` a moment is to be done now: run it with `moments`."""
    return or_(at <= bindparam("now"), at > bindparam("beyond"))


def moments(now: datetime) -> Mapping[str, datetime]:
    """What a query that asks `is_due` has to be told."""
    return {"now": now, "beyond": now + LONGEST_PAUSE}
