"""Edits of the real offer as a contractor makes them, and what of a redline lights up."""

import re
from collections.abc import Sequence

from offer.redline import ClauseChange
from tests.offer.repository import OFFER

LIST = """\
- 2 часа — 7 000 ₽, каждый дополнительный час — 3 500 ₽;
- 5 часов — 15 000 ₽, каждый дополнительный час — 3 000 ₽;
- 10 часов — 20 000 ₽, каждый дополнительный час — 2 000 ₽.
"""
TABLE = """\
| Пакет | Цена | Дополнительный час |
|---|---:|---:|
| 2 часа | 7 000 ₽ | 3 500 ₽ |
| 5 часов | 15 000 ₽ | 3 000 ₽ |
| 10 часов | 20 000 ₽ | 2 000 ₽ |
"""
MODULES, INTEGRATIONS = "- программных модулей;\n", "- сложных кастомных интеграций;\n"


def edited(*changes: tuple[str, str], text: str = OFFER) -> str:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def clause(number: str) -> str:
    """A clause of one paragraph with the blank line after it."""
    found = re.search(rf"^{re.escape(number)}\. .*\n\n", OFFER, re.MULTILINE)
    assert found
    return found[0]


def with_table() -> str:
    return edited((LIST, TABLE))


def with_a_clause_inserted() -> str:
    """A new 3.4; what were 3.4–3.7 are 3.5–3.8."""
    later = [(f"\n3.{n}. ", f"\n3.{n + 1}. ") for n in (7, 6, 5, 4)]
    return edited(*later, ("\n3.5. Часы, ", "\n3.4. Отчёт — раз в день.\n\n3.5. Часы, "))


def with_a_clause_moved(word: str = "исключительно") -> str:
    """3.5 became 4.4, with one word of it replaced."""
    moved = clause("3.5").replace("3.5.", "4.4.").replace("исключительно", word)
    return edited(
        (clause("3.5"), ""),
        ("\n3.6. ", "\n3.5. "),
        ("\n3.7. ", "\n3.6. "),
        ("\n## 5.", f"\n{moved}## 5."),
    )


def without_section_7() -> str:
    start, end = OFFER.index("## 7."), OFFER.index("## 8.")
    later = re.sub(
        r"^(## |)(\d+)(?=\.)", lambda m: f"{m[1]}{int(m[2]) - 1}", OFFER[end:], flags=re.MULTILINE
    )
    return OFFER[:start] + later


def with_sections_swapped() -> str:
    """Section 9 stands before section 8 and has its number."""
    eight, nine, ten = (OFFER.index(f"## {n}.") for n in (8, 9, 10))
    first = OFFER[nine:ten].replace("## 9", "## 8").replace("\n9.", "\n8.")
    return OFFER[:eight] + first + OFFER[eight:nine].replace("## 8", "## 9") + OFFER[ten:]


def kinds(changes: Sequence[ClauseChange]) -> list[tuple[str, str, str | None]]:
    """Number, kind and the number before, of each."""
    return [(it.number, it.kind, it.was) for it in changes]


def lit(changes: Sequence[ClauseChange]) -> list[tuple[str, str]]:
    """The pieces that light up: kind and words, with ordinary spaces."""
    return [
        (piece.kind, piece.text.replace("\u00a0", " ").strip())
        for change in changes
        for block in change.blocks
        for cell in block.cells
        for piece in cell
        if piece.kind != "same"
    ]


def lit_blocks(changes: Sequence[ClauseChange]) -> list[str]:
    """The kinds of the blocks that are not the same."""
    return [b.kind for change in changes for b in change.blocks if b.kind != "same"]
