"""Two texts of one document side by side, as the page of a redline shows them."""

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
class Comparison:
    """What `new` changed in `old`: in sentences, and word by word as HTML."""

    old: Shown
    new: Shown
    sentences: tuple[Sentence, ...]
    html: str


def comparison(old: Shown, new: Shown) -> Comparison:
    """Read off the two texts alone, so that it is the same for ever."""
    changes = redline(old.text, new.text)
    return Comparison(old, new, tuple(_sentences(changes)), redline_html(changes))


def _sentences(changes: tuple[ClauseChange, ...]) -> Iterator[Sentence]:
    for change in changes:
        yield Sentence(change.number, f"p-{change.number.replace('.', '-')}", clause_title(change))
