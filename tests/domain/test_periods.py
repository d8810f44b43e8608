"""The last day of a package and of acceptance: ГК 190–194, the decree calendar, one zone."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from offer.errors import OfferError
from offer.periods import (
    Period,
    UncoveredYearError,
    acceptance_deadline,
    decree_calendar,
    package_period,
)

MOSCOW = ZoneInfo("Europe/Moscow")
MON_TO_FRI: Any = SimpleNamespace(days=(1, 2, 3, 4, 5), start=time(9), end=time(18))


def moscow(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def month_from(paid: str, *, moves: bool = True, **options: Any) -> Period:
    return package_period(
        moscow(paid), 1, moves=moves, zone=MOSCOW, calendar=decree_calendar(), **options
    )


MONTHS = [
    ("2026-01-15T11:30", "2026-02-15", "2026-02-16"),
    ("2026-01-28", "2026-02-28", "2026-03-02"),
    ("2026-01-29", "2026-02-28", "2026-03-02"),
    ("2026-01-30", "2026-02-28", "2026-03-02"),
    ("2026-01-31", "2026-02-28", "2026-03-02"),
    ("2024-01-31", "2024-02-29", "2024-02-29"),
    ("2026-02-28", "2026-03-28", "2026-03-30"),
    ("2026-03-31T23:59", "2026-04-30", "2026-04-30"),
    ("2026-04-01", "2026-05-01", "2026-05-04"),
    ("2026-10-04", "2026-11-04", "2026-11-05"),
    ("2026-11-22T23:59:59", "2026-12-22", "2026-12-22"),
    ("2026-11-23T00:00", "2026-12-23", "2026-12-23"),
    ("2026-12-01", "2027-01-01", "2027-01-11"),
    ("2026-12-31T23:30", "2027-01-31", "2027-02-01"),
    ("2027-01-20", "2027-02-20", "2027-02-20"),
    ("2027-01-22", "2027-02-22", "2027-02-24"),
    ("2027-01-31", "2027-02-28", "2027-03-01"),
]


@pytest.mark.parametrize(("paid", "plain", "moved"), MONTHS)
def test_a_month_ends_on_its_number_and_gives_way_to_a_working_day(
    paid: str, plain: str, moved: str
) -> None:
    assert month_from(paid).last_day == date.fromisoformat(moved)
    assert month_from(paid, moves=False).last_day == date.fromisoformat(plain)


@pytest.mark.parametrize(("paid", "plain", "moved"), MONTHS)
def test_counting_starts_the_day_after_payment(paid: str, plain: str, moved: str) -> None:
    next_day = datetime.fromisoformat(paid).date() + timedelta(days=1)
    assert f"со следующего дня, {next_day:%d.%m.%Y}," in month_from(paid).reason


def test_a_working_saturday_ends_a_package_unless_the_contractor_rests_then() -> None:
    assert month_from("2027-01-20", working_weekdays=(1, 2, 3, 4, 5, 6, 7)).last_day == date(
        2027, 2, 20
    )
    kinder = month_from("2027-01-20", working_weekdays=(1, 2, 3, 4, 5))
    assert kinder.last_day == date(2027, 2, 24)
    assert "суббота, нерабочий день исполнителя" in kinder.reason


@pytest.mark.parametrize(
    ("paid", "expires"),
    [
        ("2026-11-22T20:59:59", "2026-12-22T21:00"),
        ("2026-11-22T21:00:00", "2026-12-23T21:00"),
    ],
)
def test_the_term_expires_at_local_midnight_though_stored_in_utc(paid: str, expires: str) -> None:
    paid_at = datetime.fromisoformat(paid).replace(tzinfo=UTC)
    period = package_period(paid_at, 1, moves=True, zone=MOSCOW, calendar=decree_calendar())
    assert period.expires_at == datetime.fromisoformat(expires).replace(tzinfo=UTC)
    assert period.expires_at.tzinfo is UTC
    assert period.starts_at == paid_at


@pytest.mark.parametrize(
    ("paid", "moves", "reason"),
    [
        (
            "2026-11-22T14:03",
            True,
            "Оплата 22.11.2026. Срок считается со следующего дня, 23.11.2026, и истекает через "
            "месяц, 22.12.2026 (ГК РФ, ст. 191, 192 п. 3). Это рабочий день. Пакет действует до "
            "22.12.2026 включительно, до 24:00 по московскому времени.",
        ),
        (
            "2026-01-31",
            True,
            "Оплата 31.01.2026. Срок считается со следующего дня, 01.02.2026, и истекает через "
            "месяц; 31-го числа в феврале 2026 нет, поэтому последний день — последнее число "
            "месяца, 28.02.2026 (ГК РФ, ст. 191, 192 п. 3). Это суббота, выходной, поэтому срок "
            "заканчивается в следующий за ним рабочий день, 02.03.2026, понедельник (ст. 193). "
            "Пакет действует до 02.03.2026 включительно, до 24:00 по московскому времени.",
        ),
        (
            "2026-10-04",
            False,
            "Оплата 04.10.2026. Срок считается со следующего дня, 05.10.2026, и истекает через "
            "месяц, 04.11.2026 (ГК РФ, ст. 191, 192 п. 3). По условиям оферты срок не "
            "переносится, даже если этот день выходной. Пакет действует до 04.11.2026 "
            "включительно, до 24:00 по московскому времени.",
        ),
    ],
)
def test_the_reason_is_sentences_a_client_understands(paid: str, moves: bool, reason: str) -> None:
    assert month_from(paid, moves=moves).reason.replace("\u00a0", " ") == reason


@pytest.mark.parametrize(
    ("paid", "words"),
    [
        ("2026-10-04", "Это нерабочий праздничный день, поэтому"),
        ("2027-01-22", "Это понедельник, выходной день по производственному календарю, поэтому"),
        ("2026-01-15", "Это воскресенье, выходной, поэтому"),
    ],
)
def test_the_reason_says_which_kind_of_day_off_moved_the_end(paid: str, words: str) -> None:
    assert words in month_from(paid).reason


def test_several_months_are_counted_from_the_original_date() -> None:
    period = package_period(
        moscow("2025-12-31"), 2, moves=False, zone=MOSCOW, calendar=decree_calendar()
    )
    assert period.last_day == date(2026, 2, 28)
    assert "через 2\u00a0месяца" in period.reason


# 2027-11-30 ends on Dec 30, a working day; Dec 31 2027 is a day off, so the shift crosses over
@pytest.mark.parametrize(
    ("paid", "provisional_day"), [("2027-12-05", "2028-01-10"), ("2027-12-31", "2028-01-31")]
)
def test_a_year_without_a_decree_stops_selling_but_not_settling(
    paid: str, provisional_day: str
) -> None:
    with pytest.raises(UncoveredYearError) as refused:
        month_from(paid)
    assert (refused.value.code, refused.value.year) == ("uncovered_year", 2028)
    settled = month_from(paid, settling=True)
    assert settled.provisional
    assert settled.last_day == date.fromisoformat(provisional_day)
    assert "календаря на 2028 год ещё нет, поэтому дата предварительная" in settled.reason


def test_a_shift_that_crosses_into_a_year_without_a_decree_is_noticed() -> None:
    calendar = decree_calendar()
    assert calendar.covers(2027)
    assert not calendar.is_working_day(date(2027, 12, 31))
    paid_at = moscow("2027-11-30")
    assert month_from("2027-11-30").last_day == date(2027, 12, 30)
    with pytest.raises(UncoveredYearError):
        package_period(paid_at - timedelta(days=30), 2, moves=True, zone=MOSCOW, calendar=calendar)
    settled = package_period(
        paid_at - timedelta(days=30), 2, moves=True, zone=MOSCOW, calendar=calendar, settling=True
    )
    assert (settled.last_day, settled.provisional) == (date(2028, 1, 10), True)


def test_a_term_that_never_moves_needs_no_calendar() -> None:
    period = month_from("2027-12-05", moves=False)
    assert (period.last_day, period.provisional) == (date(2028, 1, 5), False)


def test_a_covered_year_is_not_provisional_when_settling() -> None:
    assert month_from("2026-11-22", settling=True) == month_from("2026-11-22")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2024-04-27", True), ("2024-11-02", True), ("2024-12-28", True), ("2025-11-01", True),
        ("2025-11-03", False), ("2025-12-31", False), ("2026-01-09", False), ("2026-03-09", False),
        ("2026-05-11", False), ("2026-12-31", False), ("2027-02-20", True), ("2027-02-22", False),
        ("2027-11-05", False), ("2027-06-14", False), ("2028-01-08", False), ("2028-01-10", True),
        ("2028-02-23", False), ("2028-02-26", False), ("2028-05-09", False), ("2028-06-13", True),
    ],
)  # fmt: skip
def test_the_calendar_knows_the_decrees_transfers(day: str, works: bool) -> None:
    assert decree_calendar().is_working_day(date.fromisoformat(day)) is works


def test_every_day_of_every_covered_year_is_what_the_package_says() -> None:
    calendar = decree_calendar()
    years = [year for year in range(1991, 2100) if calendar.covers(year)]
    package = country_holidays("RU", years=years, expand=False)
    days = [date(year, 1, 1) + timedelta(days=at) for year in years for at in range(365)]

    assert [it for it in days if calendar.is_working_day(it) != package.is_working_day(it)] == []


def test_working_days_of_a_year_add_up() -> None:
    def in_year(year: int) -> Iterable[date]:
        return (date(year, 1, 1) + timedelta(days=n) for n in range(365))

    calendar = decree_calendar()
    assert sum(map(calendar.is_working_day, in_year(2026))) == 247
    assert sum(map(calendar.is_working_day, in_year(2027))) == 247
    assert not calendar.covers(2028)


ACCEPTANCES = [
    ("2026-10-30T17:00", "2026-11-02", "2026-11-02"),
    ("2026-11-03T10:00", "2026-11-05", "2026-11-05"),
    ("2026-11-21T12:00", "2026-11-23", "2026-11-23"),
    ("2026-12-30T23:59", "2027-01-11", "2027-01-11"),
    ("2027-02-19T09:00", "2027-02-20", "2027-02-24"),
    ("2026-05-08T18:00", "2026-05-12", "2026-05-12"),
]


@pytest.mark.parametrize(("notified", "by_decree", "by_both"), ACCEPTANCES)
def test_one_working_day_is_working_by_decree_and_by_the_contractors_hours(
    notified: str, by_decree: str, by_both: str
) -> None:
    def until(*, require_both: bool) -> date:
        return acceptance_deadline(
            moscow(notified),
            1,
            hours=MON_TO_FRI,
            zone=MOSCOW,
            calendar=decree_calendar(),
            require_both=require_both,
        ).last_day

    assert until(require_both=True) == date.fromisoformat(by_both)
    assert until(require_both=False) == date.fromisoformat(by_decree)


def acceptance(notified: str, working_days: int = 1, **options: Any) -> Period:
    return acceptance_deadline(
        moscow(notified), working_days, zone=MOSCOW, calendar=decree_calendar(),
        **{"hours": MON_TO_FRI, **options},
    )  # fmt: skip


def test_several_working_days_are_counted_one_by_one() -> None:
    assert acceptance("2026-10-30", 3).last_day == date(2026, 11, 5)


def test_a_regional_day_off_is_not_a_working_day() -> None:
    radonitsa = date(2026, 4, 21)
    assert acceptance("2026-04-20").last_day == radonitsa
    assert acceptance("2026-04-20", extra_days_off={radonitsa}).last_day == date(2026, 4, 22)


def test_acceptance_in_a_year_without_a_decree_is_provisional_or_refused() -> None:
    with pytest.raises(UncoveredYearError):
        acceptance("2027-12-30")
    settled = acceptance("2027-12-30", settling=True)
    assert (settled.last_day, settled.provisional) == (date(2028, 1, 10), True)


def test_the_reason_of_acceptance_names_notice_rule_and_last_day() -> None:
    assert acceptance("2026-10-30").reason.replace("\u00a0", " ") == (
        "Уведомление 30.10.2026. Срок для замечаний — 1 рабочий день, он считается со следующего "
        "дня (ГК РФ, ст. 191). Рабочим считается день, который рабочий и по производственному "
        "календарю, и по рабочему времени исполнителя. Замечания можно прислать до 02.11.2026 "
        "включительно, до 24:00 по московскому времени."
    )


def test_a_contractor_who_never_works_is_one_clear_sentence_and_no_endless_loop() -> None:
    sundays: Any = SimpleNamespace(days=(7,), start=time(9), end=time(18))
    with pytest.raises(OfferError, match="нет ни одного дня"):
        acceptance("2026-01-12", hours=sundays)


def test_an_instant_without_a_zone_is_a_bug_and_says_so() -> None:
    with pytest.raises(ValueError, match="zone"):
        package_period(
            datetime(2026, 11, 22),  # noqa: DTZ001 - the point of the test
            1,
            moves=True,
            zone=MOSCOW,
            calendar=decree_calendar(),
        )


paid_instants = st.datetimes(
    min_value=datetime(2015, 1, 1), max_value=datetime(2027, 11, 29), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip


@settings(deadline=None)
@given(paid_at=paid_instants, five_days=st.booleans())
def test_the_end_is_never_before_the_plain_date_and_never_far_after_it(
    paid_at: datetime, five_days: bool
) -> None:
    days = (1, 2, 3, 4, 5) if five_days else (1, 2, 3, 4, 5, 6, 7)

    def end(*, moves: bool) -> Period:
        return package_period(
            paid_at, 1, moves=moves, zone=MOSCOW, calendar=decree_calendar(), working_weekdays=days
        )

    moved, plain = end(moves=True), end(moves=False)
    assert timedelta(0) <= moved.last_day - plain.last_day <= timedelta(days=12)
    assert 28 <= (plain.last_day - paid_at.astimezone(MOSCOW).date()).days <= 31
    local = moved.expires_at.astimezone(MOSCOW)
    assert local.time() == time()
    assert local.date() - timedelta(days=1) == moved.last_day
    assert not moved.provisional


@settings(deadline=None)
@given(one=paid_instants, other=paid_instants)
def test_who_pays_later_never_has_his_package_end_earlier(one: datetime, other: datetime) -> None:
    ends = [
        package_period(paid_at, 1, moves=True, zone=MOSCOW, calendar=decree_calendar()).expires_at
        for paid_at in sorted((one, other))
    ]
    assert ends == sorted(ends)


@settings(deadline=None)
@given(
    paid_at=st.datetimes(
        min_value=datetime(2027, 12, 1), max_value=datetime(2060, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
    )
)  # fmt: skip
def test_settling_always_finds_a_day_however_far_the_decrees_are(paid_at: datetime) -> None:
    period = package_period(
        paid_at, 1, moves=True, zone=MOSCOW, calendar=decree_calendar(), settling=True
    )
    assert period.provisional is (period.last_day.year > 2027)
    assert period.last_day.isoweekday() <= 5
