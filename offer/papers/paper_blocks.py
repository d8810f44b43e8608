"""The blocks of a public document as a paper sets them: plain values, for a template to read.

Every string in them is text and never markup, and nothing of the text is left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from offer.papers.markup import Node, read_markup
from offer.papers.runs import LONGEST_WORD, Part, Run, breakable, is_block, plain, read_runs

LONGEST_HEADING = 500  # a PDF's list of contents takes no very long one
MOST_COLUMNS = 10
SHORT_CELL = 20

Block = dict[str, Any]

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ALIGNED = re.compile(r"text-align:\s*(center|right)")


def read_blocks(text: str, address: str) -> list[Block]:
    """The blocks in the order of the text, each with its `kind`:

    - `heading`: `level` 1–6, `number` ("3." or ""), `runs` (offer/papers/runs.py);
    - `paragraph`: `number` ("3.1." or ""), `runs`, `leads`: what follows belongs to it;
    - `list`: `start` (None for bullets), `items`, each a list of blocks;
    - `quote`: `blocks`; `code`: `lines`; `rule`;
    - `table`: `shares` (0: its own width) and `alignment` of columns, `head`, `rows` of runs.

    `address` is the page of the text, from which its relative links start.
    """
    return list(_blocks(read_markup(text).children, address))


def _blocks(parts: Iterable[Part], address: str) -> Iterator[Block]:
    inline: list[Part] = []
    for part in parts:
        if isinstance(part, Node) and is_block(part):
            yield from _paragraph(inline, address)
            inline = []
            yield from _block(part, address)
        else:
            inline.append(part)
    yield from _paragraph(inline, address)


def _block(node: Node, address: str) -> Iterator[Block]:
    if node.tag in _HEADINGS and not any(map(is_block, node.nodes())):
        yield from _heading(node, address)
    elif node.tag in ("ul", "ol"):
        yield from _list(node, address)
    elif node.tag == "blockquote":
        yield {"kind": "quote", "blocks": list(_blocks(node.children, address))}
    elif node.tag == "pre":
        lines = node.text().expandtabs(4).strip("\n").split("\n")
        yield {"kind": "code", "lines": [breakable(line) for line in lines]}
    elif node.tag == "table":
        yield from _table(node, address)
    elif node.tag == "hr":
        yield {"kind": "rule"}
    else:
        yield from _blocks(node.children, address)


def _heading(node: Node, address: str) -> Iterator[Block]:
    number, rest = _numbered(node.children)
    runs = read_runs(rest, address)
    if len(plain(runs)) > LONGEST_HEADING:
        strong = Node("strong", children=list(rest))
        yield {
            "kind": "paragraph",
            "number": number,
            "leads": False,
            "runs": read_runs([strong], address),
        }
    elif runs or number:
        yield {"kind": "heading", "level": int(node.tag[1]), "number": number, "runs": runs}


def _paragraph(parts: Sequence[Part], address: str) -> Iterator[Block]:
    number, rest = _numbered(parts)
    runs = read_runs(rest, address)
    if runs or number:
        leads = plain(runs).endswith(":")
        yield {"kind": "paragraph", "number": number, "runs": runs, "leads": leads}


def _list(node: Node, address: str) -> Iterator[Block]:
    start = _whole(node.attributes.get("start", "")) if node.tag == "ol" else None
    items = [list(_blocks([part], address)) for part in node.children if not _is_blank(part)]
    if items:
        yield {"kind": "list", "start": start, "items": items}


def _table(node: Node, address: str) -> Iterator[Block]:
    rows = [list(row.find("th", "td")) for row in node.find("tr")]
    columns = max(map(len, rows), default=0)
    if not 0 < columns <= MOST_COLUMNS or not _is_all_cells(node, rows):
        yield from _rows_told(node, address)
        return
    longest = max(8, LONGEST_WORD // columns)
    cells = [[read_runs(cell.children, address, longest) for cell in row] for row in rows]
    for row in cells:
        row.extend([] for _ in range(columns - len(row)))
    heads = int(bool(rows[0]) and rows[0][0].tag == "th")
    yield {
        "kind": "table",
        "shares": _shares(cells),
        "alignment": [_alignment(rows[0], at) for at in range(columns)],
        "head": cells[0] if heads else [],
        "rows": cells[heads:],
    }


def _rows_told(node: Node, address: str) -> Iterator[Block]:
    """A table no page is wide enough for, or of somebody's own HTML: a paragraph for each row."""
    for part in node.children:
        if isinstance(part, Node) and part.tag != "tr":
            yield from _rows_told(part, address)
        else:
            cells = part.children if isinstance(part, Node) else [part]
            filled = [cell for cell in cells if not _is_blank(cell)]
            yield from _paragraph([it for cell in filled for it in (" | ", cell)][1:], address)


def _numbered(parts: Sequence[Part]) -> tuple[str, Sequence[Part]]:
    """The number of a clause, if one stands first, and what follows it."""
    first = parts[0] if parts else ""
    if isinstance(first, Node) and first.attributes.get("class") == "clause-number":
        number = first.text().strip()
        if len(number) <= len("10.10.10."):
            return number, parts[1:]
    return "", parts


def _is_blank(part: Part) -> bool:
    return isinstance(part, str) and not part.strip()


def _is_all_cells(table: Node, rows: Sequence[Sequence[Node]]) -> bool:
    """Whether no text of the table stands outside its cells."""
    inside = "".join(cell.text() for row in rows for cell in row)
    return "".join(inside.split()) == "".join(table.text().split())


def _whole(number: str) -> int:
    """Where an ordered list starts; one of a number that nobody counts from."""
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 1


def _shares(cells: Sequence[Sequence[Sequence[Run]]]) -> list[int]:
    """How columns share the width by their longest cells; beside long ones short keep their own."""
    longest = [max(len(plain(cell)) for cell in column) for column in zip(*cells, strict=True)]
    if max(longest) > SHORT_CELL:
        return [0 if length <= SHORT_CELL else min(length, 60) for length in longest]
    return [max(length, 6) for length in longest]


def _alignment(heads: Sequence[Node], at: int) -> str:
    style = heads[at].attributes.get("style", "") if at < len(heads) else ""
    found = _ALIGNED.search(style)
    return found[1] if found else "left"
