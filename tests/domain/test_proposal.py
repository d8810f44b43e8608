"""What leaving a package comes to: the examples of the law's facts, and what always holds."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain.proposal import Proposal, payable, propose
from offer.periods import Period

ZONE = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 11, 23, 9, tzinfo=UTC)
PERIOD = Period(NOON, datetime(2026, 12, 23, 21, tzinfo=UTC), date(2026, 12, 23), "месяц", False)


def proposed(price: int = 1_500_000, hours: int = 5, spent: int = 0, **said: Any) -> Proposal:
    known: dict[str, Any] = {"period": PERIOD, "returned_kopecks": 0, "at": NOON, "zone": ZONE}
    return propose(
        price_kopecks=price, hours=hours, spent_minutes=spent, unit_minutes=5, **(known | said)
    )


@pytest.mark.parametrize(
    ("price", "hours", "spent", "charged", "refund"),
    [
        (700_000, 2, 25, 25, 554_167),
        (1_500_000, 5, 93, 95, 1_025_000),
        (2_000_000, 10, 185, 185, 1_383_333),
        (2_000_000, 10, 599, 600, 0),
        (1_500_000, 5, 0, 0, 1_500_000),
        (1_500_000, 5, 1, 5, 1_475_000),
        (1_500_000, 5, 301, 305, 0),
    ],
)
def test_the_sum_by_hours_is_that_of_the_facts(
    price: int, hours: int, spent: int, charged: int, refund: int
) -> None:
    it = proposed(price, hours, spent)

    assert (it.charged_minutes, it.by_hours) == (charged, refund)


@pytest.mark.parametrize(
    ("after", "left", "refund"),
    [(0, 30, 1_500_000), (10, 20, 1_000_000), (29, 1, 50_000), (30, 0, 0), (99, 0, 0)],
)
def test_the_sum_by_days_counts_the_day_of_leaving_as_used(
    after: int, left: int, refund: int
) -> None:
    it = proposed(at=NOON + timedelta(days=after))

    assert (it.days, it.days_left, it.by_days) == (30, left, refund)


def test_a_day_is_one_of_the_clients_clock() -> None:
    before_midnight = datetime(2026, 11, 23, 20, 59, tzinfo=UTC)

    days = [proposed(at=before_midnight + timedelta(minutes=it)).days_left for it in (0, 1)]

    assert days == [30, 29]


def test_the_better_for_the_client_is_proposed_less_what_he_got_already() -> None:
    by_days = proposed(spent=250, at=NOON + timedelta(days=3))
    by_hours = proposed(spent=30, at=NOON + timedelta(days=20), returned_kopecks=300_000)

    assert by_days.proposed == by_days.by_days == 1_350_000
    assert by_hours.proposed == by_hours.by_hours - 300_000 == 1_050_000


def test_after_the_term_nothing_is_proposed() -> None:
    last = PERIOD.expires_at - timedelta(milliseconds=1)

    assert (proposed(at=last).is_over, proposed(at=last).proposed) == (False, 1_500_000)
    assert (proposed(at=PERIOD.expires_at).is_over, proposed(at=PERIOD.expires_at).proposed) == (
        True,
        0,
    )


@pytest.mark.parametrize(
    ("amount", "left", "paid"),
    [(99, 1000, 0), (100, 1000, 100), (899, 1000, 899), (900, 1000, 1000), (1000, 1000, 1000)],
)
def test_what_yookassa_would_not_give_back_is_not_proposed(
    amount: int, left: int, paid: int
) -> None:
    assert payable(amount, left) == paid


@given(
    price=st.integers(100, 10**9),
    hours=st.integers(1, 99),
    spent=st.integers(0, 99 * 60),
    days=st.integers(0, 40),
    part=st.integers(0, 100),
)
def test_no_proposal_is_off_by_more_than_half_a_kopeck_or_beyond_what_is_left(
    price: int, hours: int, spent: int, days: int, part: int
) -> None:
    returned = price * part // 100
    it = proposed(price, hours, spent, at=NOON + timedelta(days=days), returned_kopecks=returned)

    exact = max(price - Fraction(price * it.charged_minutes, 60 * hours), Fraction(0))
    assert abs(it.by_hours - exact) <= Fraction(1, 2)
    assert 0 <= it.by_days <= price
    assert 0 <= it.proposed <= it.left == price - returned
    assert it.left - it.proposed == 0 or it.left - it.proposed > 100 or it.proposed == 0
