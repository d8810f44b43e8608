"""`offer verify`: which edition a file or a hash is."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from offer.clauses import decode
from offer.commands.asked import NAMES, NO_EDITIONS, badge_of, in_repository
from offer.editions import DOCUMENTS, Edition, read_editions, sha256
from offer.errors import OfferError

HASH = re.compile(r"[0-9a-fA-F]{64}")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("text", metavar="FILE")
    in_repository(parser)


def run(chosen: argparse.Namespace) -> int:
    """Which edition a file or a hash is; 1 when it is none."""
    given = str(chosen.text)
    data = None if HASH.fullmatch(given) else Path(given).read_bytes()
    wanted = given.lower() if data is None else sha256(data)
    editions = [
        edition for document in DOCUMENTS for edition in read_editions(chosen.repository, document)
    ]
    if not editions:
        raise OfferError("no_editions", NO_EDITIONS)
    same = [edition for edition in editions if edition.sha256 == wanted]
    for edition in same:
        print(f"✓ {NAMES[edition.document]}: {badge_of(edition)}, метка {edition.tag}")
    if not same:
        print(f"✗ SHA-256 {wanted}: такой редакции нет.{_near(data, editions)}{_pdf(data)}")
    return 0 if same else 1


def _near(data: bytes | None, editions: Sequence[Edition]) -> str:
    """A text that a program saved with other line ends is not the edition, but it is close."""
    try:
        text = None if data is None else decode(data, "")
    except OfferError:
        return ""
    alike = [e for e in editions if text is not None and decode(e.text, "").strip() == text.strip()]
    if not alike:
        return ""
    return f" Слова те же, что в {alike[-1].tag}: отличаются концы строк или метка порядка байтов."


def _pdf(data: bytes | None) -> str:
    if data is None or not data.startswith(b"%PDF"):
        return ""
    return (
        " Это PDF, а редакция — её текст: хеши PDF стоят на странице /verify/ и в файле "
        "SHA256SUMS сайта."
    )
