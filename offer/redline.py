"""What changed between two texts: clause by clause, word by word."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from offer.changes.block_changes import BlockChange, block_changes, unchanged_blocks, whole_blocks
from offer.changes.blocks import read_blocks
from offer.changes.clause_pairs import moved_clauses, pair_clauses
from offer.changes.pairing import in_order
from offer.clauses import Clause, read_clauses
from offer.wording import NBSP

Kind = Literal["same", "changed", "added", "removed", "moved"]

_VERBS = {"added": "добавлен", "removed": "исключён"}
_PREAMBLE_VERBS = {"added": "добавлена", "removed": "исключена"}


@dataclass(frozen=True)
class ClauseChange:
    """A clause and what became of it.

    `number` is the new one, or the old one if it was removed; "" is the preamble. `was` is the
    number it had, None if it was added. `anchor` is the id of its place on a redline page.
    """

    number: str
    was: str | None
    kind: Kind
    blocks: tuple[BlockChange, ...]
    anchor: str

    @property
    def renumbered(self) -> bool:
        """Whether it has another number than it had, moved or not."""
        return self.was is not None and self.was != self.number

    @property
    def edited(self) -> bool:
        """Whether its own words are others, or in another order."""
        return any(block.kind != "same" for block in self.blocks)

    @property
    def title(self) -> str:
        """The new title; "" if it has none."""
        cells = (b.cells[0] for b in self.blocks if b.shape == "title" and b.kind != "removed")
        kept = next(cells, ())
        removed = self.kind == "removed"
        if removed:
            kept = next((b.cells[0] for b in self.blocks if b.shape == "title"), ())
        return "".join(p.text for p in kept if removed or p.kind != "removed").strip()


def compare(old: str, new: str) -> tuple[ClauseChange, ...]:
    """Every clause in the order of the new text; a removed one stands where it stood."""
    before, after = read_clauses(_composed(old)), read_clauses(_composed(new))
    pairs = pair_clauses(before, after)
    moved = moved_clauses(pairs, before, after)
    anchors = Counter[str]()
    changes = []
    for i, j in in_order(pairs, len(before), len(after), moved):
        was, now = None if i is None else before[i], None if j is None else after[j]
        changes.append(_change(was, now, j in moved, anchors))
    return tuple(changes)


def redline(old: str, new: str) -> tuple[ClauseChange, ...]:
    """Only the clauses that are not what they were; () when only marks or spaces differ."""
    return tuple(it for it in compare(old, new) if it.kind != "same" or it.renumbered)


def only_renumbered(changes: Sequence[ClauseChange]) -> list[ClauseChange]:
    """Those that only got another number, without those whose section brought it: 8.1, was 9.1."""
    was = {it.number: it.was for it in changes if it.kind != "removed"}
    return [
        it
        for it in changes
        if it.kind == "same" and it.renumbered and not _follows_section(it, was)
    ]


def _follows_section(change: ClauseChange, was: Mapping[str, str | None]) -> bool:
    section, _, last = change.number.rpartition(".")
    old_section, _, old_last = (change.was or "").rpartition(".")
    return bool(section) and was.get(section) == old_section and last == old_last


def clause_name(number: str) -> str:
    """«Пункт 3.1», «Раздел 8», «Преамбула»."""
    if not number:
        return "Преамбула"
    return f"{'Пункт' if '.' in number else 'Раздел'}{NBSP}{number}"


def clause_note(change: ClauseChange) -> str:
    """What to say of it beside its name: «добавлен», «был 3.4», «перенесён из 3.4, изменён»."""
    if change.kind in _VERBS:
        return (_VERBS if change.number else _PREAMBLE_VERBS)[change.kind]
    if change.kind == "moved":
        whence = f"из{NBSP}{change.was}" if change.renumbered else "на другое место"
        return f"перенесён {whence}{', изменён' if change.edited else ''}"
    return f"был{NBSP}{change.was}" if change.renumbered else ""


def clause_title(change: ClauseChange) -> str:
    """Name and note on one line: «Пункт 3.5 (был 3.4)»."""
    note = clause_note(change)
    return clause_name(change.number) + (f" ({note})" if note else "")


def _composed(text: str) -> str:
    """Letters as one sign each and line ends as `\\n`, whoever saved the file."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text)


def _change(
    old: Clause | None, new: Clause | None, moved: bool, anchors: Counter[str]
) -> ClauseChange:
    if old is None and new is not None:
        blocks = whole_blocks("added", read_blocks(new))
        return ClauseChange(new.number, None, "added", blocks, _anchor(new, "r", anchors))
    if new is None and old is not None:
        blocks = whole_blocks("removed", read_blocks(old))
        anchor = _anchor(old, "r-old", anchors)
        return ClauseChange(old.number, old.number, "removed", blocks, anchor)
    if old is None or new is None:
        raise ValueError("a change of nothing")
    blocks = _blocks(old, new)
    edited = any(block.kind != "same" for block in blocks)
    kind: Kind = "moved" if moved else "changed" if edited else "same"
    return ClauseChange(new.number, old.number, kind, blocks, _anchor(new, "r", anchors))


def _blocks(old: Clause, new: Clause) -> tuple[BlockChange, ...]:
    if (old.title, old.text) == (new.title, new.text):
        return unchanged_blocks(read_blocks(new))
    return block_changes(read_blocks(old), read_blocks(new))


def _anchor(clause: Clause, prefix: str, anchors: Counter[str]) -> str:
    """ "r-3-1"; a number used twice gets an id of its own all the same."""
    anchor = f"{prefix}{clause.anchor.removeprefix('p')}"
    anchors[anchor] += 1
    return anchor if anchors[anchor] == 1 else f"{anchor}_{anchors[anchor]}"
