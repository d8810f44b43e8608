"""Two editions side by side, and which of them are too much to compare at once."""

import pytest

from offer.changes.comparison import Side, compare_sides, takes_too_long
from offer.limits import MAX_BYTES
from tests.offer.repository import OFFER

WORDS = OFFER.split()


def side(number: int, text: str) -> Side:
    return Side("offer", number, text, None)


def clauses(number: int, length: int, step: int) -> str:
    """A text of so many clauses of so many words, unlike the text of another `step`."""
    lines = ["# Оферта"]
    for at in range(number):
        some = (WORDS[(at * 7 + word * step) % len(WORDS)] for word in range(length))
        lines.append(f"{at // 99 + 1}.{at % 99 + 1}. {' '.join(some)} {step}")
    return "\n\n".join(lines)


def test_a_changed_clause_is_told_with_the_edition_that_says_it() -> None:
    found = compare_sides(side(1, OFFER), side(3, OFFER.replace("15 000 ₽", "16 000 ₽")))

    assert {(it.number, it.edition, it.path) for it in found.told} == {
        ("3.1", 3, "/offer/3/#p-3-1")
    }
    assert [change.number for change in found.changes if change.edited] == ["3.1"]
    assert {it.anchor for it in found.told} <= {change.anchor for change in found.changes}


def test_a_removed_clause_is_told_with_the_edition_that_still_said_it() -> None:
    text = "# Оферта\n\n1.1. Первый.\n\n1.2. Второй пункт, последний.\n"
    found = compare_sides(side(1, text), side(2, text.replace("1.2. Второй пункт, последний.", "")))

    assert {(it.edition, it.path) for it in found.told} == {(1, "/offer/1/#p-1-2")}


def test_the_same_words_differ_in_nothing() -> None:
    found = compare_sides(side(1, OFFER), side(2, OFFER.replace("\n\n", "\n\n\n")))

    assert found.told == ()
    assert not [change for change in found.changes if change.edited]


def test_the_real_offer_may_be_rewritten_whole_and_still_be_compared() -> None:
    assert not takes_too_long(OFFER, "".join(reversed(OFFER)))
    assert not takes_too_long(OFFER, OFFER.replace("о", "а").replace("е", "и"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (clauses(100, 100, 1), clauses(100, 100, 2)),
        (clauses(1, 20_000, 1), clauses(1, 20_000, 2)),
        ("а " * (MAX_BYTES // 3), "а б " * (MAX_BYTES // 6)),
    ],
    ids=["many clauses", "one endless clause", "one word for ever"],
)
def test_large_texts_that_share_nothing_are_too_much(old: str, new: str) -> None:
    assert takes_too_long(old, new)


def test_a_large_text_with_one_changed_clause_is_not_too_much() -> None:
    text = clauses(900, 60, 1)

    assert len(text.encode()) > MAX_BYTES // 2
    assert not takes_too_long(text, text.replace("9.9. ", "9.9. Новое "))
