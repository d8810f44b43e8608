"""Which editions were in force on a day. Pure: what is now comes in as an argument."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from offer.wording import NBSP, zone_name

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_RUSSIAN = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII)

Publication = tuple[int, datetime]


@dataclass(frozen=True)
class Span:
    """When an edition was in force: from `since` on, until `until` (None: it still is).

    Both are aware instants; at `until` itself the next edition is in force.
    """

    number: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class InForce:
    """Every edition in force at any moment of the day, oldest first, with its whole span.

    The day began at `starts` and ended at `ends`; `today`: it has not ended yet.
    """

    spans: tuple[Span, ...]
    starts: datetime
    ends: datetime
    today: bool


@dataclass(frozen=True)
class BeforeFirst:
    """The day ended before anything was public. `first` is what came; None: nothing has yet."""

    first: Span | None


@dataclass(frozen=True)
class NotYet:
    """The day has not begun: whoever may change the text any time can't say what it will be."""

    today: date


Answer = InForce | BeforeFirst | NotYet


def read_day(typed: str) -> date | None:
    """The day meant by «2026-11-22» or «22.11.2026»; None when it is none of the calendar."""
    found = _ISO.fullmatch(typed) or _RUSSIAN.fullmatch(typed)
    try:
        return found and date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def spans(editions: Sequence[Publication]) -> tuple[Span, ...]:
    """The span of each edition, from its number and the instant it became public.

    Editions come oldest first; each is in force until the next one is public.
    """
    later = (since for _, since in editions[1:])
    return tuple(
        Span(number, since, until) for (number, since), until in zip_longest(editions, later)
    )


def on_day(editions: Sequence[Publication], day: date, zone: ZoneInfo, now: datetime) -> Answer:
    """What was in force on a calendar day of `zone`, as far as it is known at `now`.

    An edition replaced in the very second of its publication counts on its day: it was public.
    """
    today = now.astimezone(zone).date()
    if day > today:
        return NotYet(today)
    all_spans = spans(editions)
    first = all_spans[0] if all_spans else None
    if first is None or day < first.since.astimezone(zone).date():
        return BeforeFirst(first)
    starts, ends = (datetime.combine(it, time(), zone) for it in (day, day + timedelta(days=1)))
    found = tuple(span for span in all_spans if _touches(span, starts, ends))
    return InForce(found, starts, ends, today=day == today)


def _touches(span: Span, starts: datetime, ends: datetime) -> bool:
    return span.since < ends and (span.until is None or span.until > starts or span.since >= starts)


def times(span: Span, day: InForce, zone: ZoneInfo) -> str:
    """When on that day: «с 00:00 до 14:03 (МСК)», «с 14:03 (МСК) и до сих пор».

    With seconds where two changes of that day share a minute.
    """
    changes = [it.since for it in day.spans if it.since > day.starts]
    form = "%H:%M:%S" if len({_minute(it) for it in changes}) < len(changes) else "%H:%M"
    since = "00:00" if span.since <= day.starts else span.since.astimezone(zone).strftime(form)
    named = f"({zone_name(max(span.since, day.starts), zone)})"
    if span.until is None and day.today:
        return f"с{NBSP}{since}{NBSP}{named} и{NBSP}до{NBSP}сих пор"
    ended = span.until is not None and span.until < day.ends
    until = span.until.astimezone(zone).strftime(form) if span.until and ended else "24:00"
    return f"с{NBSP}{since} до{NBSP}{until}{NBSP}{named}"


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)
