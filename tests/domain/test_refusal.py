"""When a package may be refused, and the days the contractor has: tables, without a shop."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain import refusal_words as words
from checkout.domain.refusal import (
    OVERDUE,
    Obstacle,
    decide_by,
    name,
    obstacle,
    one_line,
    row_named,
    warning,
)
from checkout.domain.transitions import State
from tests.domain.test_proposal import proposed

LAST = date(2026, 12, 13)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.CREATED, Obstacle.UNPAID),
        (State.WAITING, Obstacle.UNPAID),
        (State.CANCELLED, Obstacle.UNPAID),
        (State.CASE, Obstacle.CASE),
        (State.REFUNDED, Obstacle.RETURNED),
        (State.PAID, None),
    ],
)
def test_only_what_is_paid_can_be_refused(state: State, expected: Obstacle | None) -> None:
    assert obstacle(state, is_ended=False, is_over=False, is_returning=False) is expected


def test_every_state_of_an_order_says_whether_it_can_be_refused() -> None:
    for state in State:
        obstacle(state, is_ended=False, is_over=False, is_returning=False)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((True, True, True), Obstacle.ENDED),
        ((False, True, True), Obstacle.OVER),
        ((False, False, True), Obstacle.RETURNING),
    ],
)
def test_a_paid_package_is_refused_only_while_it_runs_and_nothing_is_on_its_way(
    told: tuple[bool, bool, bool], expected: Obstacle
) -> None:
    ended, over, returning = told
    found = obstacle(State.PAID, is_ended=ended, is_over=over, is_returning=returning)

    assert found is expected


def test_ten_days_are_counted_from_the_day_after() -> None:
    assert decide_by(date(2026, 12, 3)) == LAST
    assert decide_by(date(2026, 12, 25)) == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("left", "due"), [(11, None), (4, None), (3, 3), (2, 3), (1, 1), (0, 1), (-1, 0), (-99, 0)]
)
def test_the_reminder_that_is_due_depends_on_the_days_left(left: int, due: int | None) -> None:
    assert warning(LAST, LAST - timedelta(days=left)) == due
    assert OVERDUE == 0


@given(st.integers(1, 10**9))
def test_a_refusal_is_found_by_its_name(row: int) -> None:
    about = name("2026-0001", row)

    assert row_named(about) == row_named(f"{about}/3") == row


@given(st.text())
def test_a_reason_is_one_printable_line(text: str) -> None:
    line = one_line(text)

    assert line.isprintable()
    assert one_line(line) == line
    assert len(line) <= len(text)


def test_the_sums_are_told_as_they_are_made() -> None:
    it = proposed(spent=93)

    assert words.by_hours(it).replace("\u00a0", " ") == (
        "Истрачено 1 ч 35 мин из 5 часов: 15 000 ₽ − 4 750 ₽ = 10 250 ₽."
    )
    assert "из 2 часов:" in words.by_hours(replace(it, hours=2)).replace("\u00a0", " ")
    assert "обе суммы равны" not in words.proposed(it)
    assert "обе суммы равны" in words.proposed(proposed())
    assert "лучшая для клиента" in words.proposed(it, "клиента").replace("\u00a0", " ")


def test_whatever_was_given_back_is_named_where_it_is_taken_off() -> None:
    said = words.proposed(proposed(returned_kopecks=500_000)).replace("\u00a0", " ")

    assert "Предлагается вернуть 10 000 ₽" in said
    assert "уже возвращённые 5 000 ₽ вычтены" in said
