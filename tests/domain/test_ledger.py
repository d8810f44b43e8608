"""The ledger's chain: it holds for whatever happened, and breaks wherever anything is touched."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from offer.evidence.chain import (
    BEFORE_THE_FIRST,
    Entry,
    broken,
    canonical,
    digest,
    entry,
    instant,
    link_hash,
)

NOON = datetime(2026, 11, 23, 9, 0, 0, 412_000, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
whole = st.integers(-(2**53) + 1, 2**53 - 1)
leaves = st.none() | st.booleans() | whole | texts
values = st.recursive(
    leaves, lambda it: st.lists(it, max_size=3) | st.dictionaries(texts, it, max_size=3)
)
facts = st.dictionaries(texts, values, max_size=4)
steps = st.tuples(st.sampled_from(["order", "consent", "payment", "acceptance"]), facts)


def chain(happened: list[tuple[str, dict[str, Any]]]) -> list[Entry]:
    """The ledger of what happened, a second apart."""
    rows: list[Entry] = []
    for second, (kind, fact) in enumerate(happened):
        at = NOON + timedelta(seconds=second)
        rows.append(entry(kind, fact, at=at, last=rows[-1] if rows else None))
    return rows


THREE = chain([("order", {"n": 1}), ("payment", {"n": 2}), ("acceptance", {"n": 3})])


@given(st.lists(steps, max_size=6), st.integers(0, 5))
def test_whatever_happened_makes_a_chain_that_holds_from_any_row_on(
    happened: list[tuple[str, dict[str, Any]]], cut: int
) -> None:
    rows = chain(happened)

    assert broken(rows) is None
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    if cut < len(rows):
        assert broken(rows[cut + 1 :], start=rows[cut]) is None


def flipped(text: str, at: int) -> str:
    """The text with one character changed; a hexadecimal digit stays one."""
    at %= len(text)
    old = text[at]
    return text[:at] + ("0" if old != "0" else "1") + text[at + 1 :]


CHANGES: dict[str, Callable[[Any, int], Any]] = {
    "number": lambda number, by: number + by % 3 + 1,
    "at": lambda at, by: at + timedelta(milliseconds=by % 1000 + 1),
    "kind": flipped,
    "fact": flipped,
    "fact_sha256": flipped,
    "previous": flipped,
    "hash": flipped,
}


def test_every_field_of_a_row_is_among_those_tampered_with() -> None:
    assert set(CHANGES) == {field.name for field in fields(Entry)}


@given(
    st.lists(steps, min_size=1, max_size=4),
    st.integers(0, 3),
    st.sampled_from(sorted(CHANGES)),
    st.integers(0, 200),
)
def test_a_change_of_any_field_of_any_row_is_found_and_the_row_named(
    happened: list[tuple[str, dict[str, Any]]], which: int, field: str, where: int
) -> None:
    rows = chain(happened)
    which %= len(rows)
    changed = CHANGES[field](getattr(rows[which], field), where)
    rows[which] = replace(rows[which], **{field: changed})

    sentence = broken(rows)

    assert sentence is not None
    assert str(which + 1) in sentence or str(rows[which].number) in sentence


@given(st.integers(0, 2), st.integers(0, 100), st.integers(1, 255))
def test_a_flipped_byte_of_a_fact_is_found(which: int, where: int, bits: int) -> None:
    fact = bytearray(THREE[which].fact.encode())
    fact[where % len(fact)] ^= bits
    rows = [*THREE]
    rows[which] = replace(rows[which], fact=fact.decode("latin-1"))

    assert broken(rows) == f"Строка {which + 1}: факт не совпадает со своим хешем."


@given(st.permutations(range(3)), st.sets(st.integers(0, 2)))
@example([0, 1, 2], {0})
@example([0, 1, 2], {1})
def test_a_row_left_out_or_moved_is_found(order: list[int], left_out: set[int]) -> None:
    rows = [THREE[at] for at in order if at not in left_out]
    is_beginning = [row.number for row in rows] == list(range(1, len(rows) + 1))

    assert (broken(rows) is None) == is_beginning


def test_a_fact_rewritten_together_with_its_own_hash_breaks_the_link() -> None:
    rows = [*THREE]
    text = canonical({"n": 200})
    rows[1] = replace(rows[1], fact=text, fact_sha256=digest(text))

    assert broken(rows) == "Строка 2: хеш строки не совпадает с её содержанием."


def test_a_row_rewritten_with_all_its_hashes_breaks_at_the_next() -> None:
    rows = [*THREE]
    rows[1] = entry("payment", {"n": 200}, at=rows[1].at, last=rows[0])

    assert broken(rows) == "Строка 3: не сходится хеш предыдущей строки."


def test_a_link_is_checked_by_hand_as_the_rule_says_without_its_fact() -> None:
    row = THREE[1]
    link = (
        f'{{"at":"2026-11-23T09:00:01.412Z","fact_sha256":"{row.fact_sha256}",'
        f'"kind":"payment","number":2,"previous":"{THREE[0].hash}"}}'
    )

    assert hashlib.sha256(link.encode()).hexdigest() == row.hash
    assert link_hash(row.number, row.at, row.kind, row.fact_sha256, row.previous) == row.hash
    assert THREE[0].previous == BEFORE_THE_FIRST


@given(facts)
def test_canonical_json_says_the_same_and_does_not_depend_on_the_order_of_keys(
    fact: dict[str, Any],
) -> None:
    text = canonical(fact)

    assert json.loads(text) == fact
    assert canonical(dict(reversed(fact.items()))) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, ""]}, '{"a":[true,null,""],"b":1}'),
        ({"ё": "«15 000 ₽»"}, '{"ё":"«15 000 ₽»"}'),
        ("\u20ac$\u000f\nA'\u0042\u0022\u005c\\\"/", r'''"€$\u000f\nA'B\"\\\\\"/"'''),
        # keys go by UTF-16 units: the emoji (a surrogate pair) before the ligature
        ({"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3}, '{"\u20ac":3,"\U0001f600":2,"\ufb33":1}'),
    ],
)
def test_canonical_json_is_that_of_rfc_8785(value: object, text: str) -> None:
    assert canonical(value) == text


any_texts = st.text(st.characters(exclude_categories=[]) | st.sampled_from('\x00\x1f\x7f"\\\ud800'))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_texts,
    lambda it: st.lists(it, max_size=3) | st.dictionaries(any_texts, it, max_size=3),
)


@given(anything)
def test_canonical_json_is_what_the_library_made_for_it_says(value: Any) -> None:
    try:
        expected = rfc8785.dumps(value).decode()
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - half a pair is encoded by nobody
            canonical(value)
    else:
        assert canonical(value) == expected


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), {1: "a"}, {"a": NOON}])
def test_what_other_programs_would_read_otherwise_never_becomes_a_fact(value: object) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical(value)


def test_a_moment_is_written_in_utc_with_milliseconds_whatever_its_zone() -> None:
    vladivostok = NOON.astimezone(timezone(timedelta(hours=10)))

    assert instant(NOON) == instant(vladivostok) == "2026-11-23T09:00:00.412Z"
    assert instant(NOON.replace(microsecond=6_999)) == "2026-11-23T09:00:00.006Z"
