"""What changed between two texts: clause by clause, word by word.

The standard library's difflib finds the words: on whole words it keeps long unchanged runs
together, which reads better than a letter-wise diff cleaned up afterwards.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from typing import Literal

from offer.clauses import Clause, read_clauses
from offer.wording import NBSP
from offer.words import BREAK, Word, words

# A clause found under another number counts as the same clause if this share of its words stayed.
ALIKE = 0.6

Kind = Literal["same", "added", "removed"]
Opcode = tuple[str, int, int, int, int]
Pair = tuple[Clause | None, Clause | None]


VERBS = {"changed": "", "added": " добавлен", "removed": " исключён"}
PREAMBLE_VERBS = {"changed": "", "added": " добавлена", "removed": " исключена"}


@dataclass(frozen=True)
class Piece:
    """A run of words; a line feed ends a paragraph or a bullet."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class ClauseChange:
    """A clause that is not what it was; `number` is the new one, the old one if removed."""

    number: str
    kind: Literal["changed", "added", "removed"]
    pieces: tuple[Piece, ...]


def redline(old: str, new: str) -> tuple[ClauseChange, ...]:
    """The changed clauses in the order of the text; () when only marks or spaces differ."""
    changes = (_change(*pair) for pair in _pairs(read_clauses(old), read_clauses(new)))
    return tuple(change for change in changes if change is not None)


def redline_html(changes: Sequence[ClauseChange]) -> str:
    """The changes as HTML: a heading per clause, words in `<ins>` and `<del>`, all escaped."""
    return "\n".join(_section(change) for change in changes)


def clause_title(change: ClauseChange) -> str:
    """The heading of a change: «Пункт 3.1», «Раздел 8 добавлен», «Преамбула»."""
    if not change.number:
        return "Преамбула" + PREAMBLE_VERBS[change.kind]
    kind = "Пункт" if "." in change.number else "Раздел"
    return f"{kind}{NBSP}{change.number}{VERBS[change.kind]}"


def _pairs(old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[Pair]:
    """Old and new clauses side by side: the same text first, whatever its number."""
    matcher = SequenceMatcher(None, _keys(old), _keys(new), autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(old[i1:i2], new[j1:j2], strict=True)
        else:
            yield from _paired(list(old[i1:i2]), list(new[j1:j2]))


def _paired(old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[Pair]:
    """Pair what stayed alike, then what kept its number; the rest was removed or added."""
    partners = _partners(old, new)
    done = 0
    for j, clause in enumerate(new):
        before = partners.get(j)
        if before is None:
            yield None, clause
            continue
        yield from ((removed, None) for removed in old[done:before])
        yield old[before], clause
        done = before + 1
    yield from ((removed, None) for removed in old[done:])


def _partners(old: Sequence[Clause], new: Sequence[Clause]) -> dict[int, int]:
    """New clause → old clause, best matches first, none crossing another."""
    scored = [
        (_likeness(before, after), -abs(i - j), i, j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
    ]
    found: dict[int, int] = {}
    for score, _, i, j in sorted(scored, reverse=True):
        alike = score >= ALIKE or old[i].number == new[j].number
        if alike and all((i - i2) * (j - j2) > 0 for j2, i2 in found.items()):
            found[j] = i
    return found


def _likeness(old: Clause, new: Clause) -> float:
    before, after = (Counter(w.key for w in _words(c)) for c in (old, new))
    common = (before & after).total()
    return 2 * common / max(1, before.total() + after.total())


def _change(old: Clause | None, new: Clause | None) -> ClauseChange | None:
    if old is None and new is not None:
        return ClauseChange(new.number, "added", (Piece("added", _text(_words(new))),))
    if new is None and old is not None:
        return ClauseChange(old.number, "removed", (Piece("removed", _text(_words(old))),))
    if old is None or new is None:
        return None
    pieces = _renumbered(old.number, new.number) + _pieces(_words(old), _words(new))
    if all(piece.kind == "same" for piece in pieces):
        return None
    return ClauseChange(new.number, "changed", pieces)


def _renumbered(old: str, new: str) -> tuple[Piece, ...]:
    if old == new:
        return ()
    return Piece("removed", f"{old}. "), Piece("added", f"{new}. ")


def _pieces(old: Sequence[Word], new: Sequence[Word]) -> tuple[Piece, ...]:
    """The words of both texts in order, runs of one kind joined."""
    matcher = SequenceMatcher(None, [w.key for w in old], [w.key for w in new], autojunk=False)
    runs: list[tuple[Kind, Sequence[Word]]] = []
    for tag, i1, i2, j1, j2 in _calm(matcher.get_opcodes(), new):
        if tag == "equal":
            # Before a removed word stands the space that the old text had there.
            last = max(old[i2 - 1], new[j2 - 1], key=lambda word: len(word.shown))
            runs.append(("same", [*new[j1 : j2 - 1], last if i2 < len(old) else new[j2 - 1]]))
        else:
            runs += [("removed", old[i1:i2]), ("added", new[j1:j2])]
    return tuple(Piece(kind, _text(run)) for kind, run in runs if run)


def _calm(codes: Sequence[Opcode], new: Sequence[Word]) -> list[Opcode]:
    """Join two changes that only punctuation stands between: one change reads better."""
    calm: list[Opcode] = []
    for at, (tag, i1, i2, j1, j2) in enumerate(codes):
        between = 0 < at < len(codes) - 1 and all(word.is_mark for word in new[j1:j2])
        if calm and calm[-1][0] == "replace" and (tag != "equal" or between):
            _, start, _, new_start, _ = calm[-1]
            calm[-1] = ("replace", start, i2, new_start, j2)
        else:
            calm.append((tag if tag == "equal" else "replace", i1, i2, j1, j2))
    return calm


def _keys(clauses: Sequence[Clause]) -> list[tuple[str, ...]]:
    return [tuple(word.key for word in _words(clause)) for clause in clauses]


def _words(clause: Clause) -> tuple[Word, ...]:
    title, text = words(clause.title), words(clause.text)
    return (*title, BREAK, *text) if title and text else title + text


def _text(run: Sequence[Word]) -> str:
    return "".join(word.shown for word in run)


def _section(change: ClauseChange) -> str:
    lines: list[list[Piece]] = [[]]
    for piece in change.pieces:
        first, *rest = piece.text.split("\n")
        lines[-1].append(Piece(piece.kind, first))
        lines.extend([Piece(piece.kind, text)] for text in rest)
    paragraphs = "".join(f"<p>{content}</p>" for line in lines if (content := _paragraph(line)))
    heading = escape(clause_title(change))
    return (
        f'<section class="redline redline-{change.kind}"><h3>{heading}</h3>{paragraphs}</section>'
    )


def _paragraph(line: Sequence[Piece]) -> str:
    return "".join(_marked(piece) for piece in line).replace("</del><ins>", "</del> <ins>").strip()


def _marked(piece: Piece) -> str:
    """The mark stands at the words, not at the space after them."""
    words_only = piece.text.rstrip(" ")
    if piece.kind == "same" or not words_only:
        return escape(piece.text)
    tag = "ins" if piece.kind == "added" else "del"
    return f"<{tag}>{escape(words_only)}</{tag}>{piece.text[len(words_only) :]}"
