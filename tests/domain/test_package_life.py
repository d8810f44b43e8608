"""Where a package is in its life, at every moment of it; and which reminder is due."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain.extra_hours import as_package, cheaper, hours_asked, own_share, period_within
from checkout.domain.package_life import (
    REMINDERS,
    PackageLife,
    Stage,
    in_a_line,
    package_life,
    reminder_due,
)
from offer.periods import Period
from offer.values import Package, Place

MOSCOW = ZoneInfo("Europe/Moscow")
PAID = datetime(2026, 11, 22, 14, tzinfo=MOSCOW)
LAST = date(2026, 12, 22)
PERIOD = Period(PAID, datetime(2026, 12, 23, tzinfo=MOSCOW), LAST, "месяц", False)
PLACE = Place("3.1", 1)
ON_SALE = tuple(
    Package(hours, price * 100, rate * 100, PLACE)
    for hours, price, rate in ((2, 7_000, 3_500), (5, 15_000, 3_000), (10, 20_000, 2_000))
)


def life(now: datetime, *, used: int = 95, ended_at: datetime | None = None) -> PackageLife:
    return package_life(
        hours=5, used_minutes=used, period=PERIOD, ended_at=ended_at, now=now, zone=MOSCOW
    )


@pytest.mark.parametrize(
    ("now", "used", "stage", "line"),
    [
        (PAID, 95, Stage.RUNNING, "3 ч 25 мин до 22.12.2026"),
        (datetime(2026, 12, 14, 23, 59, tzinfo=MOSCOW), 0, Stage.RUNNING, "5 ч до 22.12.2026"),
        (
            datetime(2026, 12, 15, tzinfo=MOSCOW),
            0,
            Stage.ENDING_SOON,
            "5 ч до 22.12.2026, пакет скоро закончится",
        ),
        (PAID, 300, Stage.USED_UP, "Часы израсходованы, пакет действует до 22.12.2026"),
        (PAID, 305, Stage.USED_UP, "Часы израсходованы, пакет действует до 22.12.2026"),
        (
            datetime(2026, 12, 22, 23, 59, tzinfo=MOSCOW),
            95,
            Stage.ENDING_SOON,
            "3 ч 25 мин до 22.12.2026, пакет скоро закончится",
        ),
        (
            datetime(2026, 12, 23, tzinfo=MOSCOW),
            95,
            Stage.ENDED,
            "Закончился 22.12.2026, осталось 3 ч 25 мин",
        ),
        (
            datetime(2027, 12, 23, tzinfo=MOSCOW),
            300,
            Stage.ENDED,
            "Закончился 22.12.2026, часы израсходованы",
        ),
    ],
)
def test_each_moment_of_a_package_has_its_stage_and_its_line(
    now: datetime, used: int, stage: Stage, line: str
) -> None:
    found = life(now, used=used)

    assert found.stage is stage
    assert in_a_line(found).replace("\u00a0", " ") == line


def test_money_given_back_stops_a_package_and_after_its_end_changes_nothing() -> None:
    early = life(PAID + timedelta(days=40), ended_at=PAID + timedelta(days=3))
    late = life(PAID + timedelta(days=40), ended_at=PAID + timedelta(days=39))

    assert early.stage is Stage.STOPPED
    assert in_a_line(early).replace("\u00a0", " ") == "Прекращён 25.11.2026"
    assert not early.is_running
    assert late.stage is Stage.ENDED
    assert late.left_minutes == 205


@given(st.integers(-40, 400), st.integers(0, 10_000))
def test_hours_left_are_frozen_at_the_end_and_never_negative(days: int, used: int) -> None:
    found = life(PAID + timedelta(days=days), used=used)

    assert found.left_minutes == max(300 - used, 0)


@pytest.mark.parametrize(
    ("left", "due"),
    [(30, None), (8, None), (7, 7), (6, 7), (4, 7), (3, 3), (2, 3), (1, 1), (0, 1), (-1, None)],
)
def test_the_latest_reminder_is_due_and_only_that(left: int, due: int | None) -> None:
    assert reminder_due(LAST, LAST - timedelta(days=left)) == due


def test_every_reminder_is_due_on_its_own_day() -> None:
    assert [reminder_due(LAST, LAST - timedelta(days=it)) for it in REMINDERS] == [*REMINDERS]


@pytest.mark.parametrize(
    ("text", "hours"),
    [("1", 1), (" 99 ", 99), ("07", 7), ("0", None), ("00", None), ("100", None), ("", None),
     ("-1", None), ("1.5", None), ("²", None), ("٣", None), ("1 0", None)],
)  # fmt: skip
def test_only_whole_hours_from_1_to_99_are_read(text: str, hours: int | None) -> None:
    assert hours_asked(text) == hours


def test_extra_hours_run_from_their_payment_to_the_end_of_their_package() -> None:
    inside = period_within(PERIOD, "2026-0001", PERIOD.expires_at - timedelta(microseconds=1))

    assert inside is not None
    assert (inside.expires_at, inside.last_day) == (PERIOD.expires_at, PERIOD.last_day)
    assert period_within(PERIOD, "2026-0001", PERIOD.expires_at) is None


@pytest.mark.parametrize(
    ("owned", "hours", "expected"),
    [
        (ON_SALE[1], 1, None),
        (ON_SALE[1], 2, (10, 7, 21_000_00, False)),
        (ON_SALE[1], 7, (10, 7, 21_000_00, True)),
        (ON_SALE[0], 3, (5, 5, 17_500_00, False)),
        (ON_SALE[0], 4, (10, 6, 21_000_00, False)),
        (ON_SALE[2], 99, None),
    ],
)
def test_a_larger_package_is_named_when_it_is_cheaper(
    owned: Package, hours: int, expected: tuple[int, int, int, bool] | None
) -> None:
    found = cheaper(ON_SALE, owned.hours, owned.price_kopecks, as_package(owned, hours))

    told = found and (found.package.hours, found.hours, found.kopecks, found.instead)
    assert told == expected


@given(st.integers(0, 2_000), st.lists(st.integers(1, 20), min_size=1, max_size=5))
def test_minutes_spent_fall_on_each_purchase_once_and_on_none_beyond_its_hours(
    spent: int, bought: list[int]
) -> None:
    befores = [sum(bought[:it]) * 60 for it in range(len(bought))]
    shares = [own_share(spent, before, it) for before, it in zip(befores, bought, strict=True)]

    assert sum(shares) == min(spent, sum(bought) * 60)
    assert all(0 <= share <= it * 60 for share, it in zip(shares, bought, strict=True))
