"""What a text changed in the edition before it, as pages show it."""

from dataclasses import dataclass
from functools import cached_property

from offer.changes.change_sentences import ChangeSentence, sentences_of
from offer.changes.redline_html import redline_html, redline_legend
from offer.redline import ClauseChange, compare
from offer.shelf import Shown


@dataclass(frozen=True)
class EditionChanges:
    """What `new` changed in `old`: in sentences, and word by word as HTML.

    Read off the two texts alone, so that it is the same for ever.
    """

    old: Shown
    new: Shown

    @cached_property
    def _changes(self) -> tuple[ClauseChange, ...]:
        return compare(self.old.text, self.new.text)

    @cached_property
    def sentences(self) -> tuple[ChangeSentence, ...]:
        """The changed clauses; () when only marks or spaces differ."""
        return sentences_of(self._changes, self.old.terms, self.new.terms)

    @property
    def html(self) -> str:
        """Every clause, the unchanged ones folded."""
        return redline_html(self._changes)

    @property
    def legend(self) -> str:
        """The signs that occur, explained."""
        return redline_legend(self._changes)
