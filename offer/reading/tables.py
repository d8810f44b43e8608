"""Markdown tables → headings and rows of plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from offer.reading.passages import Passage
from offer.values import Place

_RULE = re.compile(r"\|?(?: ?:?-+:? ?\|)+(?: ?:?-+:? ?)?")


@dataclass(frozen=True)
class Table:
    headings: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], Place], ...]
    place: Place


def read_tables(passages: Sequence[Passage]) -> tuple[list[Table], list[Passage]]:
    """The tables among the passages, and all other passages.

    A row that belongs to no table (no rule of dashes under its headings) stays a passage.
    """
    tables: list[Table] = []
    rest: list[Passage] = []
    at = 0
    while at < len(passages):
        following = passages[at + 1] if at + 1 < len(passages) else None
        if not (_is_row(passages[at]) and following and _is_rule(following)):
            rest.append(passages[at])
            at += 1
            continue
        end = at + 2
        while end < len(passages) and _follows(passages[end - 1], passages[end]):
            end += 1
        rows = tuple((_cells(row.text), row.place) for row in passages[at + 2 : end])
        tables.append(Table(_cells(passages[at].text), rows, passages[at].place))
        at = end
    return tables, rest


def _is_row(passage: Passage) -> bool:
    return passage.kind == "row"


def _is_rule(passage: Passage) -> bool:
    return _is_row(passage) and bool(_RULE.fullmatch(passage.text))


def _follows(before: Passage, after: Passage) -> bool:
    return _is_row(after) and after.place.line == before.place.line + 1


def _cells(text: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in text.strip().strip("|").split("|"))
