"""`offer import`: a plain-text page as Markdown."""

import argparse
import sys
from pathlib import Path

from offer.imports import run_import


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("page", type=Path, metavar="PAGE.txt")


def run(chosen: argparse.Namespace) -> int:
    """The Markdown to standard output, what was dropped to standard error."""
    markdown, dropped = run_import(chosen.page.read_bytes(), str(chosen.page))
    sys.stdout.write(markdown)
    sys.stderr.write(dropped)
    return 0
