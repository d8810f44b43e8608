"""How long a package lasts and when works count as accepted, by ГК РФ 190–194.

All arithmetic is on local dates of one zone; instants come in aware and go out in UTC. Every
result carries the reasoning that led to it, as sentences for the client.
"""

import calendar as month_lengths
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from offer import wording
from offer.decrees import FIXED_HOLIDAYS, Calendar, UncoveredYearError, decree_calendar
from offer.errors import OfferError

if TYPE_CHECKING:
    from offer.values import WorkingHours

__all__ = [
    "Calendar",
    "Period",
    "UncoveredYearError",
    "acceptance_deadline",
    "day_end",
    "decree_calendar",
    "package_period",
]

EVERY_WEEKDAY = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True)
class Period:
    """A term in UTC instants; `expires_at` is exclusive, `last_day` the local day before it.

    `reason` is Russian sentences for the client. A `provisional` last day was found without the
    decree of its year and may only be moved later.
    """

    starts_at: datetime
    expires_at: datetime
    last_day: date
    reason: str
    provisional: bool


def package_period(
    paid_at: datetime,
    months: int,
    *,
    moves: bool,
    zone: ZoneInfo,
    calendar: Calendar,
    settling: bool = False,
    working_weekdays: Collection[int] = EVERY_WEEKDAY,
) -> Period:
    """The term of a package paid at `paid_at` for `months` calendar months.

    Counting starts on the next local day (ГК 191) and ends on the same number, or on the month's
    last day if it has no such number (192 п. 3), at 24:00 (194). With `moves` a last day that is
    not a working one gives way to the next working day (193); a working day is one by decree
    that is also among `working_weekdays` (ISO numbers).
    Raises UncoveredYearError if a day in question lies in a year without a decree; with
    `settling` the money is already taken, so the date is found by ТК 112 and is provisional.
    """
    paid_on = _local_day(paid_at, zone)
    plain = _same_number(paid_on, months)
    last_day, provisional = plain, False
    if moves:
        day_test = _working_day_test(calendar, working_weekdays, settling=settling)
        last_day, provisional = _first_working_day(plain, day_test, calendar)
    sentences = [
        f"Оплата {wording.day(paid_on)}.",
        _counting(paid_on, plain, months),
        _moving(plain, last_day, calendar, working_weekdays) if moves else _NOT_MOVED,
        _unknown_decree(last_day, plain, calendar) if provisional else "",
        f"Пакет действует до\u00a0{wording.day(last_day)} включительно, "
        f"до\u00a024:00 {wording.by_zone_time(paid_at, zone)}.",
    ]
    return _period(paid_at, last_day, sentences, zone, provisional=provisional)


def day_end(last_day: date, zone: ZoneInfo) -> datetime:
    """24:00 of a local day, in UTC: the first moment after it (ГК 194)."""
    midnight = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=zone)
    return midnight.astimezone(UTC)


def acceptance_deadline(
    notified_at: datetime,
    working_days: int,
    *,
    hours: "WorkingHours",
    zone: ZoneInfo,
    calendar: Calendar,
    require_both: bool = True,
    extra_days_off: Collection[date] = (),
    settling: bool = False,
) -> Period:
    """Until when remarks on finished works are in time, `working_days` after the notice.

    Counting starts on the day after the notice (ГК 191). A working day is one by decree and,
    with `require_both`, by the contractor's `hours.days` too; `extra_days_off` are regional.
    Raises UncoveredYearError as package_period does.
    """
    weekdays = hours.days if require_both else EVERY_WEEKDAY
    by_both = _working_day_test(calendar, weekdays, settling=settling)

    def day_test(day: date) -> bool:
        return by_both(day) and day not in extra_days_off

    notified_on = last_day = _local_day(notified_at, zone)
    provisional = False
    for _ in range(working_days):
        last_day, guessed = _first_working_day(last_day + timedelta(days=1), day_test, calendar)
        provisional = provisional or guessed
    sentences = [
        f"Уведомление {wording.day(notified_on)}.",
        f"Срок для замечаний — {_working_days_in_words(working_days)}, он считается "
        "со следующего дня (ГК\u00a0РФ, ст. 191).",
        "Рабочим считается день, который рабочий и по производственному календарю, "
        "и по рабочему времени исполнителя."
        if require_both
        else "Рабочий день — по производственному календарю.",
        _unknown_decree(last_day, notified_on, calendar) if provisional else "",
        f"Замечания можно прислать до\u00a0{wording.day(last_day)} включительно, "
        f"до\u00a024:00 {wording.by_zone_time(notified_at, zone)}.",
    ]
    return _period(notified_at, last_day, sentences, zone, provisional=provisional)


def _local_day(instant: datetime, zone: ZoneInfo) -> date:
    if instant.tzinfo is None:
        raise ValueError("an instant must know its zone")
    return instant.astimezone(zone).date()


def _same_number(start: date, months: int) -> date:
    """ГК 192 п. 3; counted from the original date, so that clipping never adds up."""
    years, month0 = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month0 + 1
    return date(year, month, min(start.day, month_lengths.monthrange(year, month)[1]))


def _working_day_test(
    calendar: Calendar, weekdays: Collection[int], *, settling: bool
) -> Callable[[date], bool]:
    def is_working(day: date) -> bool:
        if not calendar.covers(day.year) and not settling:
            raise UncoveredYearError(day.year)
        return day.isoweekday() in weekdays and calendar.is_working_day(day)

    return is_working


def _first_working_day(
    start: date, is_working: Callable[[date], bool], calendar: Calendar
) -> tuple[date, bool]:
    """The first working day not before `start`, and whether a day looked at lacks its decree."""
    provisional = False
    for offset in range(366):
        day = start + timedelta(days=offset)
        working = is_working(day)
        provisional = provisional or not calendar.covers(day.year)
        if working:
            return day, provisional
    raise OfferError(
        "no_working_day",
        f"За год после {wording.day(start)} нет ни одного дня, рабочего и по производственному "
        "календарю, и по рабочему времени исполнителя. Проверьте дни недели в рабочем времени.",
    )


def _period(
    starts_at: datetime, last_day: date, sentences: list[str], zone: ZoneInfo, *, provisional: bool
) -> Period:
    return Period(
        starts_at=starts_at.astimezone(UTC),
        expires_at=day_end(last_day, zone),
        last_day=last_day,
        reason=" ".join(sentence for sentence in sentences if sentence),
        provisional=provisional,
    )


_NOT_MOVED = "По условиям оферты срок не переносится, даже если этот день выходной."


def _counting(paid_on: date, plain: date, months: int) -> str:
    start = wording.day(paid_on + timedelta(days=1))
    length = "месяц" if months == 1 else wording.counted(months, "месяц", "месяца", "месяцев")
    if plain.day == paid_on.day:
        ends = f"и истекает через {length}, {wording.day(plain)} (ГК\u00a0РФ, ст. 191, 192 п. 3)."
    else:
        ends = (
            f"и истекает через {length}; {paid_on.day}-го числа "
            f"в {wording.MONTHS_WHERE[plain.month - 1]} {plain.year} нет, поэтому последний день — "
            f"последнее число месяца, {wording.day(plain)} (ГК\u00a0РФ, ст. 191, 192 п. 3)."
        )
    return f"Срок считается со следующего дня, {start}, {ends}"


def _moving(plain: date, last_day: date, calendar: Calendar, weekdays: Collection[int]) -> str:
    if last_day == plain:
        return "Это рабочий день."
    return (
        f"Это {_day_off_in_words(plain, calendar, weekdays)}, поэтому срок заканчивается "
        f"в следующий за ним рабочий день, {wording.day(last_day)}, "
        f"{wording.weekday(last_day)} (ст. 193)."
    )


def _day_off_in_words(day: date, calendar: Calendar, weekdays: Collection[int]) -> str:
    if (day.month, day.day) in FIXED_HOLIDAYS:
        return "нерабочий праздничный день"
    if calendar.is_working_day(day) and day.isoweekday() not in weekdays:
        return f"{wording.weekday(day)}, нерабочий день исполнителя"
    if day.isoweekday() > 5:
        return f"{wording.weekday(day)}, выходной"
    return f"{wording.weekday(day)}, выходной день по производственному календарю"


def _unknown_decree(last_day: date, plain: date, calendar: Calendar) -> str:
    year = last_day.year if not calendar.covers(last_day.year) else plain.year
    return (
        f"Производственного календаря на {year} год ещё нет, поэтому дата предварительная: "
        "она найдена по выходным и праздникам (ТК\u00a0РФ, ст. 111, 112) и может быть изменена "
        "только на более позднюю."
    )


def _working_days_in_words(n: int) -> str:
    return f"{n}\u00a0" + wording.plural(n, "рабочий день", "рабочих дня", "рабочих дней")
