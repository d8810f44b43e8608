"""How values are written in Russian: sums, counts, dates, hours of work.

Everything a person reads goes through here, so that a page, a letter and a PDF say a thing in
the same letters. Numbers stand before their units with a no-break space (U+00A0).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from offer.values import WorkingHours

NBSP = "\u00a0"
ROUBLES = "RUB"

MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
MONTHS_WHERE = (
    *("январе", "феврале", "марте", "апреле", "мае", "июне"),
    *("июле", "августе", "сентябре", "октябре", "ноябре", "декабре"),
)
WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")


def plural(n: int, one: str, few: str, many: str) -> str:
    """The form of a noun after `n`: 1 час, 2 часа, 5 часов, 11 часов, 21 час."""
    tens, units = abs(n) % 100, abs(n) % 10
    if units == 1 and tens != 11:
        return one
    if 2 <= units <= 4 and not 12 <= tens <= 14:
        return few
    return many


def printable(text: str) -> str:
    """Fit for any terminal: nothing that moves its cursor or turns the direction of reading."""
    return "".join(it if it.isprintable() or it == NBSP else "\ufffd" for it in text)


def counted(n: int, one: str, few: str, many: str) -> str:
    """A number with its noun, which agrees with it: «2 месяца»."""
    return f"{n}{NBSP}{plural(n, one, few, many)}"


def hours(n: int) -> str:
    """«1 час», «2 часа», «5 часов»."""
    return counted(n, "час", "часа", "часов")


def of_hours(n: int) -> str:
    """The same in the genitive, after «из»: «1 часа», «2 часов», «5 часов»."""
    return counted(n, "часа", "часов", "часов")


def minutes(n: int) -> str:
    """Time spent, `n` whole minutes: «3 ч 25 мин», «2 ч», «25 мин», «0 мин»."""
    if n < 0:
        return "−" + minutes(-n)
    whole, rest = divmod(n, 60)
    parts = [f"{whole}{NBSP}ч"] if whole else []
    if rest or not whole:
        parts.append(f"{rest}{NBSP}мин")
    return NBSP.join(parts)


def money(kopecks: int) -> str:
    """«15 000 ₽», and with kopecks only when there are any: «15 000,50 ₽»."""
    roubles, rest = divmod(abs(kopecks), 100)
    sign = "−" if kopecks < 0 else ""
    digits = f"{roubles:,}".replace(",", NBSP)
    return f"{sign}{digits}{f',{rest:02d}' if rest else ''}{NBSP}₽"


def money_of(hundredths: int, currency: str) -> str:
    """The same of any currency, by its code: «150 USD»."""
    roubles = money(hundredths)
    return roubles if currency == ROUBLES else roubles[:-1] + printable(currency)


def sums(hundredths: Mapping[str, int]) -> str:
    """Those of several currencies, never added, roubles first: «2 000 ₽ и 150 USD»; "" of none."""
    in_order = sorted(hundredths, key=lambda code: (code != ROUBLES, code))
    return f" и{NBSP}".join(money_of(hundredths[it], it) for it in in_order if hundredths[it])


def day(value: date) -> str:
    """A date among facts: «22.12.2026»."""
    return f"{value.day:02d}.{value.month:02d}.{value.year:04d}"


def day_in_words(value: date) -> str:
    """A date in a sentence: «22 декабря 2026»."""
    return f"{value.day}{NBSP}{MONTHS[value.month - 1]} {value.year}"


def weekday(value: date) -> str:
    """«вторник»."""
    return WEEKDAYS[value.isoweekday() - 1]


def clock(value: time) -> str:
    """A time of day as people say it: «9:00»."""
    return f"{value.hour}:{value.minute:02d}"


def moment(instant: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """An aware instant in `zone`, the zone named: «22.11.2026, 14:03 (МСК)»."""
    local = instant.astimezone(zone)
    shown = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    return f"{day(local.date())}, {shown}{NBSP}({zone_name(instant, zone)})"


def two_clocks(instant: datetime, zone: ZoneInfo) -> str:
    """In `zone` and in UTC: «22.11.2026, 14:03:27 (МСК) · 22.11.2026, 11:03:27 (UTC)»."""
    shown = [moment(instant, each, seconds=True) for each in (zone, ZoneInfo("UTC"))]
    return " · ".join(dict.fromkeys(shown))


def zone_name(instant: datetime, zone: ZoneInfo) -> str:
    """«МСК» for Moscow, «UTC» for UTC, else the offset: «UTC+5», «UTC+5:30»."""
    local = instant.astimezone(zone)
    if local.tzname() == "MSK":
        return "МСК"
    offset = _offset_minutes(local)
    whole, rest = divmod(abs(offset), 60)
    sign = "+" if offset > 0 else "−"
    return f"UTC{sign}{whole}{f':{rest:02d}' if rest else ''}" if offset else "UTC"


def by_zone_time(instant: datetime, zone: ZoneInfo) -> str:
    """Whose time is meant, in a sentence: «по московскому времени», «по времени UTC+5»."""
    name = zone_name(instant, zone)
    return "по московскому времени" if name == "МСК" else f"по{NBSP}времени {name}"


def _offset_minutes(local: datetime) -> int:
    offset = local.utcoffset()
    return 0 if offset is None else offset.days * 1440 + offset.seconds // 60


def working_hours(value: "WorkingHours") -> str:
    """«понедельник–пятница, с 9:00 до 18:00»."""
    return f"{weekdays(value.days)}, с{NBSP}{clock(value.start)} до{NBSP}{clock(value.end)}"


def weekdays(days: Sequence[int]) -> str:
    """ISO weekdays in words; three or more in a row become a range."""
    return ", ".join(_run_in_words(run) for run in _runs(sorted(set(days))))


def _runs(days: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in days:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _run_in_words(run: Sequence[int]) -> str:
    if len(run) > 2:
        return f"{WEEKDAYS[run[0] - 1]}–{WEEKDAYS[run[-1] - 1]}"
    return ", ".join(WEEKDAYS[number - 1] for number in run)


def short_hash(sha256: str) -> str:
    """The first eight hexadecimal digits of a hash as a badge shows them: «9f2c 41ab»."""
    return f"{sha256[:4]}{NBSP}{sha256[4:8]}"
