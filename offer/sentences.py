"""What changed between two texts, a sentence per clause."""

from dataclasses import dataclass

from offer.clauses import Clause
from offer.redline import clause_title, redline
from offer.terms import Terms


@dataclass(frozen=True)
class ChangeSentence:
    """A changed clause, its id on the page of its edition, and what happened to it."""

    number: str
    anchor: str
    sentence: str


def change_sentences(
    old: str, new: str, before: Terms | None, after: Terms | None
) -> tuple[ChangeSentence, ...]:
    """One sentence for each changed clause."""
    return tuple(
        ChangeSentence(
            change.number,
            Clause(change.number, "", "", 0).anchor,
            clause_title(change) + (" изменён" if change.kind == "changed" else ""),
        )
        for change in redline(old, new)
    )
