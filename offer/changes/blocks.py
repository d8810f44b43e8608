"""The Markdown of a clause → headings, paragraphs, bullets and rows of tables as plain text.

Marks, wrapped lines and kinds of spaces are formatting: two texts that a reader sees as the same
give the same blocks, but for the spaces inside them.
"""

import re
from functools import lru_cache
from html import unescape
from typing import Literal, NamedTuple

from offer.changes.words import LINK_CLOSES, LINK_OPENS
from offer.clauses import Clause
from offer.typography import no_break

Shape = Literal["title", "heading", "paragraph", "item", "step", "head", "row"]

_MARK = re.compile(r"[ \t]*(?:>[ \t]?)*(?P<mark>[-*+•][ \t\u00a0]+|#{1,6}[ \t]+|)")
_STEP = re.compile(r"[ \t]*(?P<ordinal>[0-9]{1,3})[.)][ \t\u00a0]+(?=\S)")
_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*--[ \t:|-]*")
_RULE_SIGNS = frozenset("|:-")
_CELL = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\(([^)\n]*)\)")
_MARKS = re.compile(r"\*\*|__|`|\{:[^}\n]*\}|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_MARKED = re.compile(r"[\[*_`{\\&]")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_SPACES = re.compile("  +")
_ODD = re.compile(f"[\t\u2009\u202f\u00ad\u200b\u2060\ufeff{LINK_OPENS}{LINK_CLOSES}]")
# thin spaces and tabs are spaces; signs that nobody sees are nothing
_SIGNS = dict.fromkeys(map(ord, "\t\u2009\u202f"), " ") | dict.fromkeys(
    map(ord, f"\u00ad\u200b\u2060\ufeff{LINK_OPENS}{LINK_CLOSES}")
)


class Block(NamedTuple):
    """One block; `cells` are one text, or those of a row.

    Rows of one table share `table`, counted from 1 in its clause; `ordinal` is a step's number.
    """

    shape: Shape
    cells: tuple[str, ...]
    table: int = 0
    ordinal: int = 0


def read_blocks(clause: Clause) -> tuple[Block, ...]:
    """The clause's title, if it has one, and what its text consists of, in order."""
    return _read(clause.title, clause.text)


# Two editions share nearly all their clauses, and the next pair shares them again.
@lru_cache(maxsize=512)
def _read(title: str, text: str) -> tuple[Block, ...]:
    named = [Block("title", (_plain(_tidy(title)),))] if title else []
    return (*named, *_Reader().read(_tidy(text)))


def _tidy(text: str) -> str:
    return no_break(text.translate(_SIGNS) if _ODD.search(text) else text)


class _Reader:
    """Joins the lines of a text to blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.lines: list[str] = []
        self.opened = Block("paragraph", ())
        self.tables = 0
        self.in_table = False

    def read(self, text: str) -> list[Block]:
        for line in text.split("\n"):
            self._take(line)
        self._close()
        return self.blocks

    def _take(self, line: str) -> None:
        first = line.lstrip(" \t")[:1]
        is_rule = first in _RULE_SIGNS and _RULE.fullmatch(line) is not None
        if first == "|" and not is_rule:
            self._close()
            self._row(line)
        elif is_rule and self.in_table:
            self._rule()
        else:
            self.in_table = False
            if is_rule or not first:
                self._close()
            else:
                self._text(line, first)

    def _text(self, line: str, first: str) -> None:
        if first.isalpha():
            self.lines.append(line)
        elif step := _STEP.match(line):
            self._open(Block("step", (), ordinal=int(step["ordinal"])), line[step.end() :])
        elif mark := _MARK.match(line):
            text = line[mark.end() :]
            if mark["mark"]:
                shape: Shape = "heading" if mark["mark"][0] == "#" else "item"
                self._open(Block(shape, ()), text)
            else:
                self.lines.append(text)

    def _open(self, block: Block, line: str) -> None:
        self._close()
        self.opened, self.lines = block, [line]

    def _close(self) -> None:
        if not self.lines:
            return
        text = _plain(" ".join(line.strip().removesuffix("\\") for line in self.lines))
        if text:
            self.blocks.append(self.opened._replace(cells=(text,)))
        self.opened, self.lines = Block("paragraph", ()), []

    def _row(self, line: str) -> None:
        self.tables += not self.in_table
        self.in_table = True
        cells = _CELL.split(line.strip().removeprefix("|"))
        if len(cells) > 1 and not cells[-1].strip():
            cells.pop()
        self.blocks.append(Block("row", tuple(map(_plain, cells)), self.tables))

    def _rule(self) -> None:
        """What stands over the first rule of a table is its head."""
        before = self.blocks[-2] if len(self.blocks) > 1 else None
        if before is None or before.table != self.blocks[-1].table:
            self.blocks[-1] = self.blocks[-1]._replace(shape="head")


def _plain(text: str) -> str:
    """`text` as a reader sees it; the address behind a link follows it, see `words`."""
    if _MARKED.search(text):
        text = _ESCAPE.sub(r"\1", _MARKS.sub("", _LINK.sub(_linked, text)))
        text = unescape(text)
    return _SPACES.sub(" ", text).strip()


def _linked(match: re.Match[str]) -> str:
    shown, address = match.groups()
    return shown if shown == address else f"{shown}{LINK_OPENS}{address}{LINK_CLOSES}"
