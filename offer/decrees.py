"""Working days of Russia by the yearly government decree, for the years that have one.

From the `holidays` package, 0.107 or later: earlier ones silently lack 2026, and its
`is_working_day` alone knows the working Saturdays.
"""

from datetime import date
from functools import lru_cache
from typing import Protocol

from offer.errors import OfferError
from offer.loading import bare, passing

# ТК РФ 112, part 1: (month, day)
FIXED_HOLIDAYS = frozenset(
    {*((1, n) for n in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
)


class Calendar(Protocol):
    """Which days are working ones by the yearly government decree."""

    def covers(self, year: int) -> bool:
        """Whether the decree for this year is known."""
        ...

    def is_working_day(self, day: date) -> bool:
        """By decree; in a year that is not covered, by weekends and fixed holidays alone."""
        ...


class UncoveredYearError(OfferError):
    """The calendar of `year` is not known yet, so a day in it cannot be promised to anyone."""

    def __init__(self, year: int) -> None:
        super().__init__(
            "uncovered_year",
            f"Производственного календаря на {year} год ещё нет, поэтому последний день срока "
            "назвать нельзя. Обновите пакет holidays: календарь выходит осенью.",
        )
        self.year = year


class DecreeCalendar:
    """Russia's production calendar from the `holidays` package, years with a decree only.

    `holidays` answers for any year without complaint, so coverage is asked of its table of
    transfers: a year that stands there has its decree.
    """

    def __init__(self) -> None:
        # Loaded here, since few commands ask for a day; Russia alone, since 250 other countries are
        # 8 MB; and let go of, since a few hundred days are all that is wanted of it.
        with passing("holidays", "dateutil"), bare("holidays.countries"):
            from holidays.countries.russia import Russia, RussiaStaticHolidays

            self._years = frozenset(RussiaStaticHolidays.special_public_holidays)
            days = Russia(years=sorted(self._years), expand=False)  # type: ignore[no-untyped-call]
            self._unlike_their_weekday = frozenset(
                day
                for day in {*days, *days.weekend_workdays}
                if days.is_working_day(day) is _is_weekend(day)
            )

    def covers(self, year: int) -> bool:
        """Whether the transfers of this year are in the package."""
        return year in self._years

    def is_working_day(self, day: date) -> bool:
        """By decree, working Saturdays included; by ТК 112 alone where there is no decree."""
        if self.covers(day.year):
            return _is_weekend(day) is (day in self._unlike_their_weekday)
        return not _is_rest_by_code(day)


@lru_cache(maxsize=1)
def decree_calendar() -> Calendar:
    """The calendar everybody shares; it never changes while the program runs."""
    return DecreeCalendar()


def _is_rest_by_code(day: date) -> bool:
    return _is_weekend(day) or (day.month, day.day) in FIXED_HOLIDAYS


def _is_weekend(day: date) -> bool:
    return day.isoweekday() > 5
