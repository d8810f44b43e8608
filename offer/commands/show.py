"""`offer show`: the editions, or the exact bytes of one."""

import argparse
import sys

from offer.commands.asked import badge_of, edition_number, numbered, of_document, wanted_editions


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("number", nargs="?", type=edition_number, metavar="N")
    of_document(parser)


def run(chosen: argparse.Namespace) -> int:
    """All editions, or the exact bytes of one: `offer show 3 | sha256sum`."""
    editions = wanted_editions(chosen)
    if chosen.number is None:
        for edition in editions:
            print(f"{badge_of(edition)} — {edition.summary}")
        return 0
    sys.stdout.buffer.write(numbered(editions, chosen.number).text)
    sys.stdout.buffer.flush()
    return 0
