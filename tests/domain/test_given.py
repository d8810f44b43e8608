"""What is typed after a command is understood, or refused with an example of what would be."""

import pytest

from checkout.domain.given import NotUnderstood, minutes_spent


@pytest.mark.parametrize("text", ["-5", "+5", "1.5", "1,5", "полчаса", "", " ", "٣", "9999999"])
def test_minutes_spent_are_a_whole_number_from_zero(text: str) -> None:
    with pytest.raises(NotUnderstood, match="--spent 90"):
        minutes_spent(text)


def test_minutes_spent_may_be_none_or_many() -> None:
    assert [minutes_spent(it) for it in ("0", "90", "6000")] == [0, 90, 6000]
