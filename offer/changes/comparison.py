"""Any two editions of a document side by side: what changed, in sentences and word by word."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from offer.addresses import page_url
from offer.changes.change_sentences import ChangeSentence, sentences_of
from offer.changes.words import words
from offer.clauses import Clause, read_clauses
from offer.redline import ClauseChange, compare
from offer.values import Terms

# Two or three seconds' work. The real offer with every word replaced takes a tenth of it.
MOST_EFFORT = 3_000_000


@dataclass(frozen=True)
class Side:
    """One of two editions; `terms` where the document has them and they can be read."""

    document: str
    number: int
    text: str
    terms: Terms | None


@dataclass(frozen=True)
class Told:
    """A change in a sentence.

    `anchor` is the id of its place in the redline, `path` where the numbered `edition` says it.
    """

    sentence: str
    anchor: str
    number: str
    edition: int
    path: str


@dataclass(frozen=True)
class Comparison:
    """What the newer side says otherwise, and every clause of both, the unchanged ones too.

    Nothing is told when only marks or spaces differ.
    """

    told: tuple[Told, ...]
    changes: tuple[ClauseChange, ...]


def compare_sides(old: Side, new: Side) -> Comparison:
    """Two editions clause by clause; what changed leads to the edition that has the clause."""
    changes = compare(old.text, new.text)
    gone = {it.anchor for it in changes if it.kind == "removed"}
    sentences = sentences_of(changes, old.terms, new.terms)
    told = (_told(it, old if it.anchor in gone else new) for it in sentences)
    return Comparison(tuple(told), changes)


def _told(it: ChangeSentence, side: Side) -> Told:
    clause = Clause(it.number, "", "", 0).anchor
    path = f"{page_url(side.document, side.number)}#{clause}"
    return Told(it.sentence, it.anchor, it.number, side.number, path)


def takes_too_long(old: str, new: str) -> bool:
    """Whether comparing would keep a reader waiting for many seconds; itself quick.

    Clauses that both texts have cost nothing. Of the others every one is held against every
    one, and every word meets its likes.
    """
    was, now = read_clauses(old), read_clauses(new)
    before, after = _only_in(was, now), _only_in(now, was)
    if len(before) * len(after) > MOST_EFFORT:
        return True
    in_before, in_after = _count(before), _count(after)
    pairs = len(before) * in_after.total() + len(after) * in_before.total()
    likes = sum(number * in_after[word] for word, number in in_before.items())
    return pairs + likes > MOST_EFFORT


def _only_in(some: Sequence[Clause], others: Sequence[Clause]) -> list[Clause]:
    known = {(clause.title, clause.text) for clause in others}
    return [it for it in some if (it.title, it.text) not in known]


def _count(clauses: Sequence[Clause]) -> Counter[str]:
    return Counter(word.key for clause in clauses for word in words(clause.text))
