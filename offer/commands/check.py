"""`offer check`: what the text means, and whether it can be sold by."""

import argparse
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from offer.check import run_check
from offer.watch import EVERY_SECONDS, watch


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", nargs="?", type=Path, default=Path("docs/offer.md"), metavar="FILE")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--json", action="store_true", help="для программ")
    way.add_argument("--watch", action="store_true", help="снова после каждого изменения файла")


def run(chosen: argparse.Namespace) -> int:
    """The terms as understood, errors and advice; 1 when the text cannot be sold by."""
    if chosen.watch:
        return _watch(chosen.file)
    code, said = run_check(chosen.file.read_bytes(), str(chosen.file), as_json=chosen.json)
    sys.stdout.write(said)
    return code


def _watch(file: Path) -> int:
    """Until Ctrl-C, which is how a watch ends and no failure."""
    with suppress(KeyboardInterrupt):
        watch(file, partial(print, flush=True), partial(time.sleep, EVERY_SECONDS))
    return 0
