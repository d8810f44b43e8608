"""The redline in a terminal, without colours: [-removed-], {+added+}, ↕ moved."""

from collections.abc import Iterator, Sequence

from offer.changes.block_changes import BlockChange
from offer.changes.word_changes import Piece, trimmed
from offer.redline import ClauseChange, clause_title

_MARKS = {"removed": "[-{}-]", "added": "{{+{}+}}"}
_BEGIN = {"item": "- ", "head": "| ", "row": "| "}


def redline_lines(changes: Sequence[ClauseChange]) -> Iterator[str]:
    """Lines to print: an empty one and a title before each clause, then its blocks.

    Of a clause that only has another number the title says all.
    """
    for change in changes:
        yield ""
        yield clause_title(change)
        if change.kind != "same":
            yield from (_line(block) for block in change.blocks)


def _line(block: BlockChange) -> str:
    begin = f"{block.ordinal}. " if block.ordinal else _BEGIN.get(block.shape, "")
    cells = ("".join(map(_marked, cell)).strip(" ") for cell in block.cells)
    return f"{'↕ ' if block.kind == 'moved' else ''}{begin}{' | '.join(cells)}"


def _marked(piece: Piece) -> str:
    if piece.kind == "same":
        return piece.text
    before, words, after = trimmed(piece.text)
    return f"{before}{_MARKS[piece.kind].format(words)}{after}"
