"""Money is whole kopecks all the way: as people read it and as YooKassa is told it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain.refund import amount_text
from checkout.gateway.wire import kopecks_from
from offer.reading.money import kopecks, money_pattern
from offer.wording import NBSP, money

SHOWN = re.compile(rf"(−?)(\d{{1,3}}(?:{NBSP}\d{{3}})*)(?:,(\d\d))?{NBSP}₽")


def read_back(shown: str) -> int:
    match = SHOWN.fullmatch(shown)
    assert match is not None, shown
    kopecks = int(match[2].replace(NBSP, "")) * 100 + int(match[3] or 0)
    return -kopecks if match[1] else kopecks


@given(st.integers(-(10**15), 10**15))
def test_a_sum_read_back_from_its_russian_wording_is_the_same(kopecks: int) -> None:
    assert read_back(money(kopecks)) == kopecks


@given(st.integers(1, 10**9))
def test_the_reader_of_offers_reads_a_sum_as_it_was_written(total: int) -> None:
    written = re.fullmatch(money_pattern("sum"), money(total).replace(NBSP, " "))

    assert written is not None
    assert kopecks("sum", written) == total


@given(st.integers(-(10**15), 10**15))
def test_a_sum_breaks_over_no_line_and_shows_kopecks_only_when_it_has_them(kopecks: int) -> None:
    shown = money(kopecks)

    assert shown.split() == shown.replace(NBSP, " ").split()
    assert " " not in shown
    assert ("," in shown) == (kopecks % 100 != 0)


@given(st.integers(1, 10**12))
def test_a_sum_told_to_yookassa_comes_back_the_same(kopecks: int) -> None:
    assert kopecks_from(amount_text(kopecks)) == kopecks


@pytest.mark.parametrize("value", [0, -1, True, 1490.0, "1490", None])
def test_nothing_but_a_positive_whole_number_of_kopecks_is_an_amount(value: object) -> None:
    with pytest.raises(ValueError, match="positive int of kopecks"):
        amount_text(value)  # type: ignore[arg-type]  # what the types refuse is the point


@pytest.mark.parametrize(
    "text",
    ["1490", "1490.0", "1490.000", "1490,00", "-1.00", "+1.00", " 1.00", "1.00\n", "１.00", 1.0],
)
def test_an_amount_written_otherwise_is_not_guessed_at(text: object) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        kopecks_from(text)
