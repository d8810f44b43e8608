"""What several commands ask for, and how they name an edition."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from offer.editions import DOCUMENTS, Edition, read_editions
from offer.errors import OfferError
from offer.manifest import badge
from offer.tags import ZONE

LONGEST_NUMBER = 6  # digits
NO_EDITIONS = (
    "Редакций ещё нет. Если они есть на сервере, где публикуется оферта: git fetch --tags "
    "(для неполной копии — git fetch --unshallow --tags)."
)
NAMES = {
    "offer": "оферта",
    "consent": "согласие на обработку персональных данных",
    "privacy": "политика обработки персональных данных",
}


def in_repository(parser: argparse.ArgumentParser) -> None:
    """The repository, else the one at hand."""
    parser.add_argument("--repository", type=Path, default=Path(), metavar="R")


def of_document(parser: argparse.ArgumentParser) -> None:
    """The repository and which of its documents."""
    in_repository(parser)
    parser.add_argument("--document", choices=DOCUMENTS, default="offer")


def of_branch(parser: argparse.ArgumentParser, ref: str) -> None:
    """The repository, one of its branches, and the clock (which a demo may move)."""
    in_repository(parser)
    parser.add_argument("--ref", default=ref, help="ветка")
    parser.add_argument("--clock-file", type=Path, help=argparse.SUPPRESS)


def edition_number(text: str) -> int:
    """The number of an edition as it was typed; OfferError when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        sentence = f"«{text}» — не номер редакции: напишите целое число, например 2."
        raise OfferError("no_number", sentence)
    return int(text)


def wanted_editions(chosen: argparse.Namespace) -> tuple[Edition, ...]:
    """The editions of the chosen document; OfferError when there are none."""
    editions = read_editions(chosen.repository, chosen.document)
    if not editions:
        raise OfferError("no_editions", NO_EDITIONS)
    return editions


def numbered(editions: Sequence[Edition], number: int) -> Edition:
    """The edition of this number; OfferError when there is none."""
    for edition in editions:
        if edition.number == number:
            return edition
    raise OfferError("no_edition", f"Редакции {number} нет: есть с 1 по {len(editions)}.")


def badge_of(edition: Edition) -> str:
    """«Редакция 3 · 22.11.2026 · 9f2c 41ab»."""
    return badge(edition.number, edition.published_at, edition.sha256, ZONE)
