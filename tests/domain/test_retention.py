"""How long details are kept: a table of orders, and of days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain.retention import (
    CONSENT_GONE,
    PURPOSE_GONE,
    RECORDS,
    Standing,
    lets_go_on_request,
    origin_term,
    party_term,
    records_end,
)
from checkout.domain.transitions import State

DAY = date(2026, 11, 28)
MONTH_LATER = date(2026, 12, 28)


@pytest.mark.parametrize(
    ("last_day", "erased_on"),
    [
        (date(2026, 12, 28), date(2032, 1, 1)),
        (date(2026, 12, 31), date(2032, 1, 1)),
        (date(2027, 1, 1), date(2033, 1, 1)),
        (date(2028, 2, 29), date(2034, 1, 1)),
    ],
)
def test_a_paid_order_is_kept_five_full_years_after_the_year_its_package_ended(
    last_day: date, erased_on: date
) -> None:
    term = party_term(Standing(State.PAID, DAY, last_day))

    assert term.until == erased_on
    assert term.duty_law == RECORDS
    assert not term.is_due(erased_on - timedelta(days=1))
    assert term.is_due(erased_on)


@given(st.dates(date(2020, 1, 1), date(2999, 12, 31)))
def test_a_paid_order_outlives_the_limitation_and_five_reporting_years(last_day: date) -> None:
    end = records_end(last_day)

    assert (end.month, end.day, end.year) == (1, 1, last_day.year + 6)
    assert end - last_day > timedelta(days=3 * 366)


@pytest.mark.parametrize("state", [State.CREATED, State.CANCELLED])
def test_an_order_nobody_paid_is_erased_thirty_days_after_its_last_event(state: State) -> None:
    term = party_term(Standing(state, DAY))

    assert (term.until, term.law) == (MONTH_LATER, PURPOSE_GONE)


@pytest.mark.parametrize(
    ("event", "erased_on"),
    [
        (date(2028, 2, 28), date(2028, 3, 29)),
        (date(2028, 2, 29), date(2028, 3, 30)),
        (date(2027, 2, 28), date(2027, 3, 30)),
        (date(2026, 12, 31), date(2027, 1, 30)),
    ],
)
def test_thirty_days_are_days_whatever_the_month(event: date, erased_on: date) -> None:
    assert party_term(Standing(State.CANCELLED, event)).until == erased_on


@pytest.mark.parametrize(
    "order",
    [
        Standing(State.WAITING, DAY, pending=True),
        Standing(State.WAITING, DAY),
        Standing(State.CREATED, DAY, pending=True),
        Standing(State.CASE, DAY, case=True),
        Standing(State.CASE, DAY, pending=True),
        Standing(State.CANCELLED, DAY, case=True),
        Standing(State.CANCELLED, DAY, case=True, consent_withdrawn=DAY),
    ],
)
def test_while_money_may_come_or_is_disputed_nothing_is_erased(order: Standing) -> None:
    term = party_term(order)

    assert term.until is None
    assert term.duty
    assert not term.is_due(date(2999, 1, 1))
    assert not lets_go_on_request(order, date(2999, 1, 1))


def test_a_withdrawn_consent_starts_the_thirty_days_of_an_order_nobody_paid() -> None:
    withdrawn = DAY + timedelta(days=9)
    term = party_term(Standing(State.CANCELLED, DAY, consent_withdrawn=withdrawn))

    assert (term.until, term.law) == (withdrawn + timedelta(days=30), CONSENT_GONE)


def test_a_decision_after_the_withdrawal_stands_on_the_contract() -> None:
    order = Standing(State.CANCELLED, DAY, consent_withdrawn=DAY - timedelta(days=1))

    assert (party_term(order).until, party_term(order).law) == (MONTH_LATER, PURPOSE_GONE)


def test_a_withdrawn_consent_ends_nothing_of_a_paid_contract() -> None:
    paid = Standing(State.PAID, DAY, MONTH_LATER)
    withdrawn = Standing(State.PAID, DAY, MONTH_LATER, consent_withdrawn=DAY)

    assert party_term(withdrawn) == party_term(paid)


def test_a_request_ends_the_keeping_only_where_no_duty_stands_against_it() -> None:
    assert lets_go_on_request(Standing(State.CANCELLED, DAY), DAY)
    assert not lets_go_on_request(Standing(State.PAID, DAY, MONTH_LATER), date(2031, 12, 31))
    assert lets_go_on_request(Standing(State.PAID, DAY, MONTH_LATER), date(2032, 1, 1))


def test_money_that_did_not_fit_is_kept_like_any_from_the_end_of_its_last_case() -> None:
    closed = Standing(State.CASE, date(2027, 1, 2))
    term = party_term(closed)

    assert (term.until, term.duty_law) == (date(2033, 1, 1), RECORDS)
    assert "приходили деньги" in term.duty
    assert not lets_go_on_request(closed, date(2032, 12, 31))
    assert lets_go_on_request(closed, date(2033, 1, 1))


@pytest.mark.parametrize("state", [State.PAID, State.REFUNDED, State.CASE])
def test_whoever_paid_once_is_kept_by_the_package_whatever_came_after(state: State) -> None:
    assert party_term(Standing(state, DAY, MONTH_LATER, case=True)).until == date(2032, 1, 1)


@pytest.mark.parametrize(
    ("collected", "erased_on"),
    [
        (date(2026, 11, 28), date(2027, 11, 28)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
def test_an_address_is_never_kept_longer_than_its_days(collected: date, erased_on: date) -> None:
    term = origin_term(collected, 365)

    assert term.until == erased_on
    assert not term.is_due(erased_on - timedelta(days=1))
