"""What became of each changed clause, a sentence each, for the head of a redline page."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from offer.changes.block_changes import BlockChange
from offer.changes.enumeration import enumerated
from offer.changes.term_changes import TermChange, term_changes
from offer.changes.word_changes import Piece
from offer.changes.words import words
from offer.redline import ClauseChange, only_renumbered
from offer.values import Terms
from offer.wording import NBSP

_QUOTED = 70  # letters of a change that is told in full
_TOLD = 2  # changes of one clause that are told in full
_STEM = 4  # letters by which «месяц» and «месяца» are one word


class ChangeSentence(NamedTuple):
    """A sentence, the number of the clause it is about, and the id of that on a redline page."""

    number: str
    anchor: str
    sentence: str


def sentences_of(
    changes: Sequence[ClauseChange], before: Terms | None, after: Terms | None
) -> tuple[ChangeSentence, ...]:
    """Of the changes of `redline` or `compare`, in their order; new numbers come last."""
    terms = _by_clause(changes, term_changes(before, after) if before and after else ())
    return (*_sentences(changes, terms), *_renumberings(changes))


def _by_clause(
    changes: Sequence[ClauseChange], terms: Sequence[TermChange]
) -> Mapping[str, list[TermChange]]:
    """The changed terms by the anchor of the clause that says them, or said them."""
    now = {it.number: it.anchor for it in reversed(changes) if it.kind not in ("removed", "same")}
    was = {it.was: it.anchor for it in reversed(changes) if it.kind != "same"}
    found: dict[str, list[TermChange]] = defaultdict(list)
    for term in terms:
        anchor = now.get(term.now_in) or was.get(term.was_in)
        found[anchor or (changes[0].anchor if changes else "")].append(term)
    return found


def _sentences(
    changes: Sequence[ClauseChange], terms: Mapping[str, Sequence[TermChange]]
) -> Iterator[ChangeSentence]:
    whole = {(it.kind, it.number) for it in changes if it.number and "." not in it.number}
    for change in changes:
        told = terms.get(change.anchor, ())
        for term in told:
            yield ChangeSentence(change.number, change.anchor, term.sentence)
        section = change.number.split(".")[0]
        within = section != change.number and (change.kind, section) in whole
        if change.kind == "same" or (within and change.kind in ("added", "removed")):
            continue
        sentence = _beside(change, told) if told else _told(change, changes)
        if sentence:
            yield ChangeSentence(change.number, change.anchor, sentence)


def _renumberings(changes: Sequence[ClauseChange]) -> Iterator[ChangeSentence]:
    shifted = only_renumbered(changes)
    if shifted:
        numbers = enumerated([it.number for it in shifted])
        old = enumerated([it.was or "" for it in shifted])
        sentence = f"Изменились только номера: {numbers} (прежде {old})"
        yield ChangeSentence(shifted[0].number, shifted[0].anchor, sentence)


def _beside(change: ClauseChange, told: Sequence[TermChange]) -> str:
    """What the sentences about its terms leave out."""
    if change.kind == "moved":
        return _moved(change)
    if change.kind != "changed" or _is_all(change, told):
        return ""
    return f"Изменены и{NBSP}другие слова: {enumerated([change.number])}"


def _is_all(change: ClauseChange, told: Sequence[TermChange]) -> bool:
    said = words(" ".join(f"{it.sentence} {it.covers}" for it in told))
    figures = {_digits(word.key) for word in said}
    stems = {word.key[:_STEM].lower() for word in said}
    lit = (w for cell in _cells(change) for p in cell if p.kind != "same" for w in words(p.text))
    return all(
        word.is_mark or _digits(word.key) in figures - {""} or word.key[:_STEM].lower() in stems
        for word in lit
    )


def _digits(key: str) -> str:
    return "".join(sign for sign in key if sign.isdigit())


def _cells(change: ClauseChange) -> Iterator[tuple[Piece, ...]]:
    return (cell for block in change.blocks for cell in block.cells)


# --- one clause in words


def _told(change: ClauseChange, changes: Sequence[ClauseChange]) -> str:
    if change.kind in ("added", "removed"):
        return _whole(change, changes)
    return _moved(change) if change.kind == "moved" else _changed(change)


def _whole(change: ClauseChange, changes: Sequence[ClauseChange]) -> str:
    verb = {"added": "Добавлен", "removed": "Исключён"}[change.kind]
    name = f"{verb}{'' if change.number else 'а'} {enumerated([change.number])}"
    prefix = f"{change.number}."
    inside = [c.number for c in changes if c.kind == change.kind and c.number.startswith(prefix)]
    return f"{name}: «{_beginning(change)}»" + (f" ({enumerated(inside)})" if inside else "")


def _moved(change: ClauseChange) -> str:
    whence = f"из{NBSP}{change.was}" if change.renumbered else "на другое место"
    moved = f"{_name(change)} перенесён {whence}"
    return f"{moved} и{NBSP}изменён: {_edits_told(change)}" if change.edited else moved


def _changed(change: ClauseChange) -> str:
    edits = _edits_told(change)
    if edits:
        return f"{_name(change)}: {edits}"
    ending = "" if change.number else "а"
    return f"{_name(change)} изменён{ending}: «{_beginning(change)}»"


def _name(change: ClauseChange) -> str:
    name = enumerated([change.number])
    return name[0].upper() + name[1:]


def _edits_told(change: ClauseChange) -> str:
    """«вместо «раз в день» — «раз в неделю»»; "" when that would be too much for a sentence."""
    by_block = [list(_edits(block)) for block in change.blocks]
    edits = [edit for block in by_block for edit in block]
    told = list(dict.fromkeys(_edit(old, new) for old, new in edits))
    if any(block.kind == "moved" for block in change.blocks):
        told.append(f"порядок в{NBSP}перечне другой")
    long = any(len(text) > _QUOTED for edit in edits for text in edit)
    mixed = any(len(block) > 1 and not all(map(_is_value, block)) for block in by_block)
    return "" if long or mixed or len(told) > _TOLD else "; ".join(told)


def _is_value(edit: tuple[str, str]) -> bool:
    """Several of them in one sentence are still clear; scraps of a rewritten phrase are not."""
    return all(any(sign.isdigit() for sign in text) for text in edit)


def _edits(block: BlockChange) -> Iterator[tuple[str, str]]:
    """What was removed and what was added in its place."""
    for cell in block.cells:
        for same, run in groupby(cell, lambda piece: piece.kind == "same"):
            if not same:
                pieces = list(run)
                old, new = (
                    "".join(p.text for p in pieces if p.kind == kind)
                    for kind in ("removed", "added")
                )
                yield old.strip(), new.strip()


def _edit(old: str, new: str) -> str:
    before, after = (text.strip("  ,;:.—") for text in (old, new))
    if before == after or not (before or after):
        return "знаки препинания"
    if before and after:
        return f"вместо «{before}»{NBSP}— «{after}»"
    return f"добавлено «{after}»" if after else f"удалено «{before}»"


def _beginning(change: ClauseChange) -> str:
    """The title, or the first words of a clause, of one that was removed as they were."""
    gone = "added" if change.kind == "removed" else "removed"
    lines = (
        "".join(piece.text for piece in cell if piece.kind != gone).strip()
        for cell in _cells(change)
    )
    return _shortened(next((line for line in lines if line), ""))


def _shortened(text: str) -> str:
    if len(text) <= _QUOTED:
        return text.rstrip(" .;:")
    return f"{text[:_QUOTED].rsplit(' ', 1)[0].rstrip(' ,;:—')}…"
