"""`offer diff`: what changed between two editions."""

import argparse

from offer.changes.change_sentences import sentences_of
from offer.changes.redline_lines import redline_lines
from offer.clauses import decode
from offer.commands.asked import badge_of, edition_number, numbered, of_document, wanted_editions
from offer.editions import Edition
from offer.manifest import edition_terms
from offer.redline import redline
from offer.values import Terms


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("old", type=edition_number, metavar="A")
    parser.add_argument("new", type=edition_number, metavar="B")
    of_document(parser)


def run(chosen: argparse.Namespace) -> int:
    """The changes in sentences, then the redline."""
    editions = wanted_editions(chosen)
    old, new = numbered(editions, chosen.old), numbered(editions, chosen.new)
    print(f"{badge_of(old)} → {badge_of(new)}")
    changes = redline(decode(old.text, old.tag), decode(new.text, new.tag))
    for change in sentences_of(changes, _terms(old), _terms(new)):
        print(f"• {change.sentence}")
    for line in redline_lines(changes):
        print(line)
    if not changes:
        print("Слова те же." if old.text != new.text else "Тексты совпадают байт в байт.")
    return 0


def _terms(edition: Edition) -> Terms | None:
    """None of a document that has none, or that this program can no longer read."""
    return edition_terms(edition) if edition.document == "offer" else None
