"""Two texts → pieces: what stayed, what was removed and what was added, by whole words.

The standard library's difflib finds the words: on whole words it keeps long unchanged runs
together, which reads better than a letter-wise diff cleaned up afterwards. What it finds is then
calmed: where several marks say the same, the one that reads best is taken.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from offer.changes.words import Word, unlinked, with_addresses, words

PieceKind = Literal["same", "added", "removed"]

_SHORT = re.compile("[авикосу]|во|на|но|со|ко|об|от|до|за|из|по|или|для|при|что|как", re.IGNORECASE)
# Words of one text times words of the other; of longer ones only the ends are compared.
_MOST = 4_000_000
_STAYED = 0.2  # of fewer words in common a new text is not a change of the old one
_ENDS = ".;:!?"
_SPACES = " \u00a0"


class Piece(NamedTuple):
    """A run of words, with the space after it."""

    kind: PieceKind
    text: str


class _Run(NamedTuple):
    """Words [i1:i2] of the old text stand against [j1:j2] of the new one."""

    same: bool
    i1: int
    i2: int
    j1: int
    j2: int


def trimmed(text: str) -> tuple[str, str, str]:
    """The words of a piece and the spaces around them: a mark stands at the words."""
    words_only = text.strip(_SPACES)
    before = text[: len(text) - len(text.lstrip(_SPACES))]
    return before, words_only, text[len(before) + len(words_only) :]


def same_text(text: str) -> tuple[Piece, ...]:
    """A text in which nothing changed."""
    return (Piece("same", unlinked(text)),) if text else ()


def whole_text(kind: PieceKind, text: str) -> tuple[Piece, ...]:
    """A text that is new, or gone, as a whole."""
    return (Piece(kind, with_addresses(text)),) if text else ()


def word_changes(old: str, new: str) -> tuple[Piece, ...]:
    """The words of both texts in order; `same` alone when only spaces differ."""
    before, after = words(old), words(new)
    if [word.key for word in before] == [word.key for word in after]:
        return same_text(new)
    return changes_of_words(before, after)


def changes_of_words(before: Sequence[Word], after: Sequence[Word]) -> tuple[Piece, ...]:
    """The same for words already read."""
    return tuple(_pieces(before, after, _calm(_runs(before, after), before, after)))


def _runs(old: Sequence[Word], new: Sequence[Word]) -> list[_Run]:
    before, after = [word.key for word in old], [word.key for word in new]
    if len(before) * len(after) > _MOST:
        return _ends_only(before, after)
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [_Run(tag == "equal", *places) for tag, *places in codes]


def _ends_only(old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """Texts too long to compare word by word: what they begin and end with stayed."""
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    most -= head
    tail = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    i, j = len(old) - tail, len(new) - tail
    runs = [
        _Run(True, 0, head, 0, head),
        _Run(False, head, i, head, j),
        _Run(True, i, len(old), j, len(new)),
    ]
    return [run for run in runs if run.i1 < run.i2 or run.j1 < run.j2]


def _calm(runs: Sequence[_Run], old: Sequence[Word], new: Sequence[Word]) -> list[_Run]:
    stayed = sum(not new[j].is_mark for run in runs if run.same for j in range(run.j1, run.j2))
    if stayed < _STAYED * sum(not word.is_mark for word in max(old, new, key=len)):
        return [_Run(False, 0, len(old), 0, len(new))]
    joined: list[_Run] = []
    for run in _slid(runs, old, new):
        if joined and not run.same and not joined[-1].same:
            joined[-1] = _joined(joined[-1], run)
        elif len(joined) > 1 and not run.same and _is_noise(joined[-1], joined[-2], run, new):
            joined[-2:] = [_joined(joined[-2], run)]
        else:
            joined.append(run)
    return joined


def _joined(first: _Run, last: _Run) -> _Run:
    return _Run(False, first.i1, last.i2, first.j1, last.j2)


def _is_noise(same: _Run, before: _Run, after: _Run, new: Sequence[Word]) -> bool:
    """Between two rewritten phrases a lone comma or «и» that stayed only disturbs."""
    rewritten = all(run.i1 < run.i2 and run.j1 < run.j2 for run in (before, after))
    spoken = [word for word in new[same.j1 : same.j2] if not word.is_mark]
    return rewritten and (
        not spoken or (len(spoken) == 1 and _SHORT.fullmatch(spoken[0].key) is not None)
    )


def _slid(runs: Sequence[_Run], old: Sequence[Word], new: Sequence[Word]) -> Iterator[_Run]:
    """Words added or removed between equal words begin and end where a sentence does, if can be."""
    runs = list(runs)
    for at in range(1, len(runs) - 1):
        before, run, after = runs[at - 1 : at + 2]
        if before.same and after.same and (run.i1 == run.i2 or run.j1 == run.j2):
            text, start, end = (new, run.j1, run.j2) if run.i1 == run.i2 else (old, run.i1, run.i2)
            most_left, most_right = before.j2 - before.j1, after.j2 - after.j1
            by = _best_slide(text, start, end, most_left, most_right)
            runs[at - 1] = before._replace(i2=before.i2 + by, j2=before.j2 + by)
            runs[at] = _Run(False, *(place + by for place in run[1:]))
            runs[at + 1] = after._replace(i1=after.i1 + by, j1=after.j1 + by)
    return (run for run in runs if run.i1 < run.i2 or run.j1 < run.j2)


def _best_slide(text: Sequence[Word], start: int, end: int, left: int, right: int) -> int:
    """By how many words the run [start:end] is best moved; it stays the same change."""
    places = [0]
    while -places[-1] < left and text[start + places[-1] - 1].key == text[end + places[-1] - 1].key:
        places.append(places[-1] - 1)
    by = 0
    while by < right and text[start + by].key == text[end + by].key:
        by += 1
        places.append(by)
    return max(places, key=lambda it: (_neatness(text, start + it, end + it), -abs(it)))


def _neatness(text: Sequence[Word], start: int, end: int) -> int:
    first = text[start - 1].key if start else "."
    last = text[end - 1].key
    if first in _ENDS and last in _ENDS:
        return 3
    if first in _ENDS or text[start].key == ",":
        return 2
    return int(text[end - 1].is_mark)


def _pieces(old: Sequence[Word], new: Sequence[Word], runs: Sequence[_Run]) -> Iterator[Piece]:
    for run in runs:
        gone, come = old[run.i1 : run.i2], new[run.j1 : run.j2]
        if run.same:
            # before a removed word stands the space that the old text had there
            longer = max(gone[-1], come[-1], key=lambda word: len(word.shown))
            last = longer if run.i2 < len(old) else come[-1]
            yield from _piece("same", [*come[:-1], last])
        else:
            yield from _piece("removed", gone)
            yield from _piece("added", come)


def _piece(kind: PieceKind, run: Sequence[Word]) -> Iterator[Piece]:
    text = "".join(word.shown for word in run)
    shown = unlinked(text) if kind == "same" else with_addresses(text)
    if shown:
        yield Piece(kind, shown)
