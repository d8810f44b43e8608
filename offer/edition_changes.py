"""What a text changed in the edition before it, as pages show it."""

from collections.abc import Iterator
from dataclasses import dataclass

from offer.redline import ClauseChange, clause_title, redline, redline_html
from offer.shelf import Shown


@dataclass(frozen=True)
class Sentence:
    """One changed clause in a sentence; `anchor` is the id of the clause in the redline."""

    number: str
    anchor: str
    sentence: str


@dataclass(frozen=True)
class EditionChanges:
    """What `new` changed in `old`: in sentences, and word by word as HTML."""

    old: Shown
    new: Shown
    sentences: tuple[Sentence, ...]
    html: str


def edition_changes(old: Shown, new: Shown) -> EditionChanges:
    """Read off the two texts alone, so that it is the same for ever."""
    changes = redline(old.text, new.text)
    return EditionChanges(old, new, tuple(_sentences(changes)), redline_html(changes))


def _sentences(changes: tuple[ClauseChange, ...]) -> Iterator[Sentence]:
    for change in changes:
        yield Sentence(change.number, "", clause_title(change))
