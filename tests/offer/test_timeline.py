"""What was in force on a day of Moscow, to the second."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offer.timeline import (
    BeforeFirst,
    InForce,
    NotYet,
    Publication,
    Span,
    on_day,
    read_day,
    spans,
    times,
)

MOSCOW = ZoneInfo("Europe/Moscow")


def moscow(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of November 2026 by Moscow's clock."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=MOSCOW).astimezone(UTC)


EDITIONS: Sequence[Publication] = (
    (1, moscow(20, 10)),
    (2, moscow(22, 14, 3)),
    (3, moscow(22, 18)),
    (4, moscow(24, 0)),
)
NOW = moscow(25, 12)


def numbers(day: int, now: datetime = NOW) -> list[int]:
    answer = on_day(EDITIONS, date(2026, 11, day), MOSCOW, now)
    assert isinstance(answer, InForce)
    return [span.number for span in answer.spans]


def said(day: int, editions: Sequence[Publication] = EDITIONS, now: datetime = NOW) -> list[str]:
    answer = on_day(editions, date(2026, 11, day), MOSCOW, now)
    assert isinstance(answer, InForce)
    return [times(span, answer, MOSCOW).replace("\u00a0", " ") for span in answer.spans]


def test_every_edition_that_saw_a_moment_of_the_day_is_named() -> None:
    assert [numbers(day) for day in range(20, 26)] == [[1], [1], [1, 2, 3], [3], [4], [4]]


def test_an_edition_replaced_at_midnight_is_not_of_the_new_day() -> None:
    assert numbers(23) == [3]
    assert numbers(24) == [4]


def test_an_edition_is_in_force_until_the_next_one_and_the_last_one_still_is() -> None:
    assert spans(EDITIONS)[1:3] == (
        Span(2, EDITIONS[1][1], EDITIONS[2][1]),
        Span(3, EDITIONS[2][1], EDITIONS[3][1]),
    )
    assert spans(EDITIONS)[-1].until is None


def test_a_day_is_one_of_the_zone_and_not_of_greenwich() -> None:
    at_night = [(1, datetime(2026, 11, 21, 21, 30, tzinfo=UTC))]  # 00:30 of the 22nd in Moscow

    assert on_day(at_night, date(2026, 11, 21), MOSCOW, NOW) == BeforeFirst(spans(at_night)[0])
    assert isinstance(on_day(at_night, date(2026, 11, 22), MOSCOW, NOW), InForce)
    assert isinstance(on_day(at_night, date(2026, 11, 21), ZoneInfo("UTC"), NOW), InForce)


def test_before_the_first_and_not_yet_are_two_answers() -> None:
    assert on_day(EDITIONS, date(2026, 11, 19), MOSCOW, NOW) == BeforeFirst(spans(EDITIONS)[0])
    assert on_day(EDITIONS, date(2026, 11, 26), MOSCOW, NOW) == NotYet(date(2026, 11, 25))
    assert on_day((), date(2026, 11, 19), MOSCOW, NOW) == BeforeFirst(None)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_days_like_any_other(day: date) -> None:
    assert isinstance(on_day(EDITIONS, day, MOSCOW, NOW), BeforeFirst | NotYet)


def test_today_is_answered_as_far_as_it_has_come() -> None:
    today = on_day(EDITIONS, date(2026, 11, 25), MOSCOW, NOW)
    yesterday = on_day(EDITIONS, date(2026, 11, 24), MOSCOW, NOW)

    assert isinstance(today, InForce)
    assert isinstance(yesterday, InForce)
    assert (today.today, yesterday.today) == (True, False)
    assert said(25) == ["с 00:00 (МСК) и до сих пор"]


def test_the_times_of_a_day_meet_without_a_gap() -> None:
    assert said(22) == [
        "с 00:00 до 14:03 (МСК)",
        "с 14:03 до 18:00 (МСК)",
        "с 18:00 до 24:00 (МСК)",
    ]


def test_two_changes_within_a_minute_are_told_with_seconds() -> None:
    editions = [(1, moscow(20, 10)), (2, moscow(22, 14, 3, 5)), (3, moscow(22, 14, 3, 40))]

    assert said(22, editions) == [
        "с 00:00 до 14:03:05 (МСК)",
        "с 14:03:05 до 14:03:40 (МСК)",
        "с 14:03:40 до 24:00 (МСК)",
    ]


def test_an_edition_replaced_in_its_very_second_was_public_all_the_same() -> None:
    at = moscow(22, 14, 3)
    answer = on_day([(1, at), (2, at)], date(2026, 11, 22), MOSCOW, NOW)

    assert isinstance(answer, InForce)
    assert [span.number for span in answer.spans] == [1, 2]


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-22", date(2026, 11, 22)),
        ("22.11.2026", date(2026, 11, 22)),
        ("1.2.2026", date(2026, 2, 1)),
        ("2026-2-1", date(2026, 2, 1)),
        ("31.02.2026", None),
        ("2026-13-01", None),
        ("0000-01-01", None),
        ("22.11.26", None),
        ("٢٢.١١.٢٠٢٦", None),
        ("2026-11-22T10:00", None),
        ("вчера", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_and_as_programs_write_it(typed: str, day: date | None) -> None:
    assert read_day(typed) == day


@given(
    gaps=st.lists(st.integers(0, 200_000), min_size=1, max_size=12),
    days=st.integers(0, 12),
)
def test_of_any_day_exactly_the_editions_in_force_at_some_second_are_named(
    gaps: list[int], days: int
) -> None:
    at, editions = moscow(1, 5), []
    for number, seconds in enumerate(gaps, start=1):
        at += timedelta(seconds=seconds)
        editions.append((number, at))
    day = date(2026, 11, 1) + timedelta(days=days)
    answer = on_day(editions, day, MOSCOW, moscow(30, 12))
    starts = datetime(day.year, day.month, day.day, tzinfo=MOSCOW)
    seen = {_newest_at(editions, starts)} | {
        number for number, since in editions if starts <= since < starts + timedelta(days=1)
    }

    found = {span.number for span in answer.spans} if isinstance(answer, InForce) else set()
    assert found == seen - {0}


def _newest_at(editions: Sequence[Publication], at: datetime) -> int:
    return max((number for number, since in editions if since <= at), default=0)
