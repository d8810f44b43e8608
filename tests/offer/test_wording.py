"""Russian spelling of sums, counts, dates and working hours."""

from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from offer import wording
from offer.typography import no_break_in_page

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("kopecks", "shown"),
    [
        (0, "0 ₽"),
        (5, "0,05 ₽"),
        (99_00, "99 ₽"),
        (15_000_00, "15 000 ₽"),
        (15_000_50, "15 000,50 ₽"),
        (1_234_567_00, "1 234 567 ₽"),
        (-300_000, "−3 000 ₽"),
    ],
)
def test_a_sum_is_written_with_no_break_spaces_and_kopecks_only_when_there_are_any(
    kopecks: int, shown: str
) -> None:
    assert wording.money(kopecks) == shown.replace(" ", wording.NBSP)


@pytest.mark.parametrize(
    ("n", "shown"),
    [(1, "1 час"), (2, "2 часа"), (4, "4 часа"), (5, "5 часов"), (10, "10 часов"),
     (11, "11 часов"), (12, "12 часов"), (21, "21 час"), (22, "22 часа"), (111, "111 часов")],
)  # fmt: skip
def test_hours_are_declined_by_rule(n: int, shown: str) -> None:
    assert wording.hours(n) == shown.replace(" ", wording.NBSP)


@pytest.mark.parametrize(
    ("n", "shown"),
    [(1, "1 часа"), (2, "2 часов"), (5, "5 часов"), (11, "11 часов"), (21, "21 часа")],
)
def test_hours_of_which_something_is_a_part_stand_in_the_genitive(n: int, shown: str) -> None:
    assert wording.of_hours(n) == shown.replace(" ", wording.NBSP)


@pytest.mark.parametrize(
    ("n", "shown"),
    [(0, "0 мин"), (25, "25 мин"), (120, "2 ч"), (205, "3 ч 25 мин"), (-65, "−1 ч 5 мин")],
)
def test_time_spent_is_hours_and_minutes(n: int, shown: str) -> None:
    assert wording.minutes(n) == shown.replace(" ", wording.NBSP)


def test_a_date_is_written_with_figures_among_facts_and_in_words_in_a_sentence() -> None:
    last = date(2026, 12, 22)
    assert wording.day(last) == "22.12.2026"
    assert wording.day_in_words(last) == "22\u00a0декабря 2026"
    assert wording.weekday(last) == "вторник"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Moscow", "22.11.2026, 23:59 (МСК)"),
        ("UTC", "22.11.2026, 20:59 (UTC)"),
        ("Asia/Yekaterinburg", "23.11.2026, 01:59 (UTC+5)"),
        ("Asia/Kolkata", "23.11.2026, 02:29 (UTC+5:30)"),
        ("America/St_Johns", "22.11.2026, 17:29 (UTC−3:30)"),
    ],
)
def test_a_moment_names_its_zone(zone: str, shown: str) -> None:
    instant = datetime(2026, 11, 22, 20, 59, tzinfo=UTC)
    assert wording.moment(instant, ZoneInfo(zone)).replace(wording.NBSP, " ") == shown


def test_whose_time_is_meant_can_be_said_in_a_sentence() -> None:
    instant = datetime(2026, 11, 22, 20, 59, tzinfo=UTC)
    assert wording.by_zone_time(instant, MOSCOW) == "по московскому времени"
    assert wording.by_zone_time(instant, ZoneInfo("Asia/Omsk")) == "по\u00a0времени UTC+6"


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        ((1, 2, 3, 4, 5), "понедельник–пятница, с 9:00 до 18:30"),
        ((1, 2), "понедельник, вторник, с 9:00 до 18:30"),
        ((5, 1, 3), "понедельник, среда, пятница, с 9:00 до 18:30"),
        ((1, 2, 3, 4, 5, 7), "понедельник–пятница, воскресенье, с 9:00 до 18:30"),
    ],
)
def test_working_hours_are_said_as_people_say_them(days: tuple[int, ...], shown: str) -> None:
    hours: Any = SimpleNamespace(days=days, start=time(9), end=time(18, 30))
    assert wording.working_hours(hours).replace(wording.NBSP, " ") == shown


def test_a_short_hash_is_the_first_eight_digits_in_two_groups() -> None:
    assert wording.short_hash("9f2c41ab" + "0" * 56) == "9f2c\u00a041ab"


def test_a_page_is_set_whatever_stands_in_it() -> None:
    assert no_break_in_page('<p title="в 5 ч">НК РФ, ст. 23 п. 1 пп. 8</p><b>5</b> ч') == (
        '<p title="в 5 ч">НК РФ, ст.\u00a023\u00a0п.\u00a01\u00a0пп.\u00a08</p><b>5</b> ч'
    )
    assert no_break_in_page("<p>к\0 нам — в 5 ч</p><code>в 5 ч</code>") == (
        "<p>к\ufffd нам\u00a0— в\u00a05\u00a0ч</p><code>в 5 ч</code>"
    )
