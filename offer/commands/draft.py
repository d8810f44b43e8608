"""`offer draft`: a branch shown at an address nobody can guess; nothing is published."""

import argparse
import os
import sys
from pathlib import Path

from offer.clock import clock_of
from offer.commands.asked import of_branch
from offer.errors import OfferError
from offer.publishing.draft_site import show_draft


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    of_branch(parser, "draft")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="папка выпусков")
    parser.add_argument("--url", help="адрес сайта")


def run(chosen: argparse.Namespace) -> int:
    """Show a branch as a draft; 1 with the reason when there is nothing to show."""
    os.umask(0o022)  # the site is read by others than who publishes it
    try:
        said = show_draft(
            chosen.repository,
            chosen.to,
            now=clock_of(chosen.clock_file),
            ref=chosen.ref,
            url=chosen.url,
        )
    except (OfferError, OSError) as error:
        reason = error.sentence if isinstance(error, OfferError) else str(error)
        print(f"ЧЕРНОВИК НЕ СОБРАН: {reason.rstrip('.')}.", file=sys.stderr)
        return 1
    for line in said:
        print(line)
    return 0
