"""What is typed after a command is understood, or refused with an example of what would be."""

from datetime import date

import pytest

from checkout.domain.given import NotUnderstood, begun, day_named, minutes_spent

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("text", ["-5", "+5", "1.5", "1,5", "полчаса", "", " ", "٣", "9999999"])
def test_minutes_spent_are_a_whole_number_from_zero(text: str) -> None:
    with pytest.raises(NotUnderstood, match="--spent 90"):
        minutes_spent(text)


def test_minutes_spent_may_be_none_or_many() -> None:
    assert [minutes_spent(it) for it in ("0", "90", "6000")] == [0, 90, 6000]


@pytest.mark.parametrize("text", ["вчера", "23.11.2026", "2026-11-31", "2026-1-1", "-1", ""])
def test_a_day_is_named_by_year_month_and_day(text: str) -> None:
    with pytest.raises(NotUnderstood, match="например 2026-11-23"):
        day_named(text)
    assert day_named("2026-11-23") == TODAY


def test_a_day_to_come_is_no_day_since_which_anything_happened() -> None:
    with pytest.raises(NotUnderstood, match=r"24\.11\.2026 ещё не настало, сегодня 23\.11\.2026"):
        begun(date(2026, 11, 24), TODAY)
    assert begun(TODAY, TODAY) == TODAY
