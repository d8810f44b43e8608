"""`offer admit`: whether a push may be taken; a server's `pre-receive` asks."""

import argparse
import io
import sys
from pathlib import Path

from offer.clock import clock_of
from offer.commands.asked import of_branch
from offer.publishing.admit import admit


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    of_branch(parser, "main")
    parser.add_argument("--to", type=Path, metavar="DIR", help="папка выпусков")


def run(chosen: argparse.Namespace) -> int:
    """What `pre-receive` asks, the pushed refs on standard input; 1 when they are refused."""
    said = admit(
        chosen.repository,
        io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace"),
        now=clock_of(chosen.clock_file),
        ref=chosen.ref,
        to=chosen.to,
    )
    for line in said:
        print(line, file=sys.stderr)
    return 1 if said else 0
