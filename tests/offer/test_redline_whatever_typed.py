"""Redline: whatever was typed, and however much of it, both texts are told."""

import random
import re
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from offer.changes.block_changes import BlockChange, keys_of
from offer.changes.blocks import read_blocks
from offer.changes.pairing import Item, candidates
from offer.changes.words import words
from offer.clauses import read_clauses
from offer.redline import ClauseChange, compare, redline
from tests.offer.edits import (
    LIST,
    TABLE,
    edited,
    lit,
)
from tests.offer.repository import OFFER, PROJECT

PRIVACY = (PROJECT / "docs" / "privacy.md").read_text(encoding="utf-8")


def test_a_sum_a_phone_and_an_address_are_one_word_each() -> None:
    shown = [word.shown.strip() for word in words("15 000 ₽, +7 938 478 10 91, a.b@bk.ru 3.1")]

    assert shown == [
        "15\u00a0000\u00a0₽", ",", "+7\u00a0938\u00a0478\u00a010\u00a091", ",", "a.b@bk.ru", "3.1",
    ]  # fmt: skip


def said(text: str) -> Counter[str]:
    """What the blocks of a text say, without spaces; one without words says nothing."""
    blocks = (block for clause in read_clauses(text) for block in read_blocks(clause))
    return Counter(words for block in blocks if (words := bare("".join(block.cells))))


def told(changes: tuple[ClauseChange, ...], gone: str) -> Counter[str]:
    """What the blocks said before (`gone` is "added") or say now ("removed")."""
    shown = (bare(side(block, gone)) for change in changes for block in change.blocks)
    return Counter(text for text in shown if text)


def side(block: BlockChange, gone: str) -> str:
    return "".join(p.text for cell in block.cells for p in cell if p.kind != gone)


def bare(text: str) -> str:
    return "".join(text.split())


EXAMPLES = (OFFER, edited((LIST, TABLE)), PRIVACY.replace("](/consent/)", "]"))
LETTERS = st.text("абв 15.,;*-\n₽\u00a0()|", max_size=30)


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(EXAMPLES), st.floats(0, 1), st.integers(0, 90), LETTERS)
@example(OFFER, 0.0, 0, "|\n")
def test_the_pieces_tell_both_texts_whatever_was_typed(
    old: str, where: float, cut: int, typed: str
) -> None:
    at = int(where * len(old))
    new = old[:at] + typed + old[at + cut :]
    changes = compare(old, new)

    assert told(changes, "added") == said(old)
    assert told(changes, "removed") == said(new)
    assert redline(new, new) == ()


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_no_word_lights_up_where_the_words_are_equal(data: st.DataObject) -> None:
    """Between any two letters another space, a wrapped line; bold; another mark of a bullet."""
    chance = data.draw(st.randoms(use_true_random=False))
    new = "\n".join(otherwise_set(line, chance) for line in OFFER.split("\n"))

    assert redline(OFFER, new) == redline(new, OFFER) == ()


def otherwise_set(line: str, chance: random.Random) -> str:
    if line.startswith("#"):
        return line
    spaces = ["\u00a0", "  ", "\u2009", "\n", *[" "] * 6]
    line = re.sub(r"(?<=[^\W\d]) (?=[^\W\d])", lambda _: chance.choice(spaces), line)
    line = re.sub(
        r"(?<= )(\w{6,})(?=\W)", lambda m: chance.choice(["**{}**", "{}"]).format(m[1]), line
    )
    return chance.choice("-*+") + line[1:] if line.startswith("- ") else line


@settings(deadline=None, max_examples=30)
@given(st.randoms(use_true_random=False))
def test_paragraphs_in_any_order_tell_both_texts(chance: random.Random) -> None:
    paragraphs = OFFER.split("\n\n")
    chosen = chance.sample(paragraphs, chance.randrange(len(paragraphs)))
    new = "\n\n".join(chosen)
    changes = compare(OFFER, new)

    assert told(changes, "added") == said(OFFER)
    assert told(changes, "removed") == said(new)


# --- size


def strange(clauses: int, seed: int) -> str:
    """A text of clauses that share nothing with those of another seed but the vocabulary."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    vocabulary = ["".join(chance.choices("абвгдежзиклмн", k=5)) for _ in range(3000)]
    lines = ["# Оферта"]
    for at in range(clauses):
        section, number = divmod(at, 90)
        lines += [f"## {section + 1}. Раздел"] if number == 0 else []
        lines.append(f"{section + 1}.{number + 1}. {' '.join(chance.choices(vocabulary, k=20))}")
    return "\n\n".join(lines)


def test_a_thousand_clauses_with_nothing_in_common_cost_no_million_comparisons() -> None:
    old, new = strange(1000, 1), strange(1000, 2)
    items = [[Item(keys_of(read_blocks(it))) for it in read_clauses(text)] for text in (old, new)]
    looked_at = list(candidates(range(len(items[0])), range(len(items[1])), *items))
    changes = compare(old, new)

    assert len(looked_at) < 10 * 1000
    assert told(changes, "added") == said(old)
    assert told(changes, "removed") == said(new)


def test_a_paragraph_as_long_as_a_book_is_still_told() -> None:
    old, new = "1.1. Начало " + "а б " * 3000 + "конец.", "1.1. Начало " + "б в " * 3000 + "конец."
    (change,) = redline(old, new)

    assert told((change,), "added") == said(old)
    assert told((change,), "removed") == said(new)


@pytest.mark.parametrize("backwards", [False, True])
def test_a_paragraph_that_is_only_parted_or_joined_lights_up_nowhere(backwards: bool) -> None:
    parted = edited((" Услугой по разработке", "\n\nУслугой по разработке"))
    old, new = (parted, OFFER) if backwards else (OFFER, parted)

    assert redline(old, new) == ()


def test_a_paragraph_parted_beside_a_change_shows_the_change_alone() -> None:
    parted = edited(
        (" Услугой по разработке", "\n\nУслугой по разработке"),
        ("уникальной бизнес-логики.", "особой бизнес-логики."),
    )

    assert lit(redline(OFFER, parted)) == [("removed", "уникальной"), ("added", "особой")]
