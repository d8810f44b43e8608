"""Two clauses → their blocks as a redline shows them: bullets item by item, tables cell by cell."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from offer.changes.blocks import Block, Shape
from offer.changes.breaks import parted_alike
from offer.changes.pairing import Item, Slot, in_order, moved_items, pair_up
from offer.changes.word_changes import (
    Piece,
    PieceKind,
    changes_of_words,
    same_text,
    whole_text,
    word_changes,
)
from offer.changes.words import Word, words

BlockKind = Literal["same", "changed", "added", "removed", "moved"]
Cells = tuple[tuple[Piece, ...], ...]
Columns = tuple[Slot, ...]
_CELL_END = Word("\n", "\n")


class BlockChange(NamedTuple):
    """One block of a clause: `cells` are its words, of a row those of each column.

    `kind` is `moved` for a bullet or row that stands elsewhere among its neighbours, whether or
    not words of it changed too. Rows that belong into one table share `table`; `ordinal` is a
    step's number.
    """

    shape: Shape
    kind: BlockKind
    cells: Cells
    table: int = 0
    ordinal: int = 0


class _Tables(NamedTuple):
    """Which old table each new one was, and how their columns correspond."""

    old: Mapping[int, int]
    columns: Mapping[int, Columns]


def unchanged_blocks(blocks: Sequence[Block]) -> tuple[BlockChange, ...]:
    return tuple(_shown("same", tuple(map(same_text, block.cells)), block) for block in blocks)


def whole_blocks(kind: PieceKind, blocks: Sequence[Block]) -> tuple[BlockChange, ...]:
    """The blocks of a clause that is new, or gone, as a whole."""
    return tuple(_whole(kind, block) for block in blocks)


def block_changes(old: Sequence[Block], new: Sequence[Block]) -> tuple[BlockChange, ...]:
    """Every block of both in the order of the new clause; removed ones stand where they stood."""
    old = parted_alike(old, new)
    pairs = pair_up([_item(block) for block in old], [_item(block) for block in new])
    moved = moved_items(pairs)
    tables = _tables(pairs, old, new)
    changes = []
    for i, j in in_order(pairs, len(old), len(new), moved):
        change = _change(None if i is None else old[i], None if j is None else new[j], tables)
        changes.append(change._replace(kind="moved") if j in moved else change)
    return tuple(changes)


def keys_of(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The keys of all words of some blocks."""
    return tuple(key for block in blocks for cell in block.cells for key in _keys(cell))


def _item(block: Block) -> Item:
    """A row is known by its first cell; a table has one head and a clause one title."""
    first = "".join(_keys(block.cells[0]))
    names = {"title": "title", "head": "head", "row": f"row {first}" if first else ""}
    return Item(keys_of([block]), names.get(block.shape, ""))


def _change(old: Block | None, new: Block | None, tables: _Tables) -> BlockChange:
    if old is None and new is not None:
        return _whole("added", new, tables.columns.get(new.table))
    if new is None and old is not None:
        table = next((u for u, t in tables.old.items() if t == old.table), 0)
        change = _whole("removed", old, tables.columns.get(table))
        return change._replace(table=table or -old.table)
    if old is None or new is None:
        raise ValueError("a change of nothing")
    return _shown(*_cells(old, new, tables), new)


def _cells(old: Block, new: Block, tables: _Tables) -> tuple[BlockKind, Cells]:
    """Cell by cell within one table; else a bullet that became a row, or the other way round."""
    columns = tables.columns.get(new.table)
    if columns and tables.old[new.table] == old.table:
        cells = tuple(_cell_changes(_cell(old, i), _cell(new, j)) for i, j in columns)
    else:
        laid = columns or tuple((None, j) for j in range(len(new.cells)))
        changed = _split(old.cells, new.cells)
        cells = tuple(changed[j] if j is not None and j < len(changed) else () for _, j in laid)
    same = all(piece.kind == "same" for cell in cells for piece in cell)
    return "same" if same else "changed", cells


def _cell_changes(old: str | None, new: str | None) -> tuple[Piece, ...]:
    if not old or not new:
        return whole_text("removed", old or "") + whole_text("added", new or "")
    return word_changes(old, new)


def _split(old: Sequence[str], new: Sequence[str]) -> Cells:
    """The changes of words, whatever cells they stood in, in the cells where they stand now."""
    after = [word for cell in new for word in (*words(cell), _CELL_END)][:-1]
    before = [word for cell in old for word in words(cell)]
    if [word.key for word in before] == [word.key for word in after if word != _CELL_END]:
        return tuple(map(same_text, new))
    cells: list[list[Piece]] = [[]]
    for piece in changes_of_words(before, after):
        first, *rest = piece.text.split(_CELL_END.shown)
        cells[-1].append(piece._replace(text=first))
        cells.extend([piece._replace(text=text)] for text in rest)
    return tuple(tuple(piece for piece in cell if piece.text) for cell in cells)


def _whole(kind: PieceKind, block: Block, columns: Columns | None = None) -> BlockChange:
    at = 0 if kind == "removed" else 1
    places = [slot[at] for slot in columns] if columns else range(len(block.cells))
    texts = (_cell(block, place) or "" for place in places)
    return _shown(kind, tuple(whole_text(kind, text) for text in texts), block)


def _shown(kind: BlockKind, cells: Cells, block: Block) -> BlockChange:
    return BlockChange(block.shape, kind, cells, block.table, block.ordinal)


def _cell(block: Block, place: int | None) -> str | None:
    return block.cells[place] if place is not None and place < len(block.cells) else None


def _tables(pairs: Mapping[int, int], old: Sequence[Block], new: Sequence[Block]) -> _Tables:
    """An old and a new table are one if most of the rows that stayed stayed between them."""
    rows: dict[tuple[int, int], list[tuple[Block, Block]]] = defaultdict(list)
    for j, i in sorted(pairs.items()):
        if old[i].table and new[j].table:
            rows[new[j].table, old[i].table].append((old[i], new[j]))
    origin: dict[int, int] = {}
    for u, t in sorted(rows, key=lambda pair: -len(rows[pair])):
        if u not in origin and t not in origin.values():
            origin[u] = t
    return _Tables(origin, {u: _columns(rows[u, t]) for u, t in origin.items()})


def _columns(rows: Sequence[tuple[Block, Block]]) -> Columns:
    """How the columns of a table correspond, by what stands in them."""
    old = _column_items([row for row, _ in rows])
    new = _column_items([row for _, row in rows])
    pairs = pair_up(old, new)
    return tuple(in_order(pairs, len(old), len(new), moved_items(pairs)))


def _column_items(rows: Sequence[Block]) -> list[Item]:
    items = []
    for place in range(max(len(row.cells) for row in rows)):
        cells = [_cell(row, place) or "" for row in rows]
        keys = tuple(key for cell in cells for key in (*_keys(cell), _CELL_END.key))
        items.append(Item(keys, cells[0] if rows[0].shape == "head" else ""))
    return items


def _keys(text: str) -> tuple[str, ...]:
    return tuple(word.key for word in words(text))
