"""When something put off is due: its time has come, or a clock that was wrong put it off."""

from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, or_

# Nothing is put off for longer. What seems to be was, by a clock that is right again.
LONGEST_PAUSE = timedelta(hours=6)


def is_due(at: Column[datetime], now: datetime) -> ColumnElement[bool]:
    """Whether what is to be done `at` a moment is to be done now."""
    return or_(at <= now, at > now + LONGEST_PAUSE)
