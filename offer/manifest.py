"""Editions ↔ JSON: `/{document}/editions.json` of a release, and the badge of an edition."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from offer.clauses import decode
from offer.editions import Edition
from offer.errors import OfferError
from offer.terms import Terms, read_terms
from offer.wording import NBSP, day, short_hash

SCHEMA = 1


def manifest(document: str, editions: Sequence[Edition]) -> dict[str, object]:
    """What a release says about a document's editions, oldest first.

    `current` is the number in force, null without editions; only the offer has `terms`.
    Raises OfferError("unreadable_terms") when the terms in force cannot be read.
    """
    rows = [_row(edition) for edition in editions]
    if document == "offer" and rows and rows[-1]["terms"] is None:
        sentence = f"Условия редакции {editions[-1].number} не читаются: offer check скажет почему."
        raise OfferError("unreadable_terms", sentence)
    return {
        "schema": SCHEMA,
        "document": document,
        "current": editions[-1].number if editions else None,
        "editions": rows,
    }


def badge(number: int, published_at: datetime, sha256: str, zone: tzinfo) -> str:
    """«Редакция 3 · 22.11.2026 · 9f2c 41ab»: the same wherever an edition is named."""
    date = day(published_at.astimezone(zone).date())
    return f"Редакция{NBSP}{number} · {date} · {short_hash(sha256)}"


def page_url(document: str, number: int) -> str:
    """The page of an edition, from the site's root: "/offer/3/"."""
    return f"/{document}/{number}/"


def source_url(document: str, number: int) -> str:
    """The exact bytes of an edition: "/offer/3/offer.md"."""
    return f"/{document}/{number}/{document}.md"


def edition_terms(edition: Edition) -> Terms | None:
    """The terms an edition of the offer says; None when they cannot be read."""
    text = decode(edition.text, edition.tag)
    return read_terms(text, edition.tag).terms


def _row(edition: Edition) -> dict[str, object]:
    row: dict[str, object] = {
        "number": edition.number,
        "sha256": edition.sha256,
        "commit": edition.commit,
        "tag": edition.tag,
        "tag_id": edition.tag_id,
        "previous": edition.previous,
        "published_at": edition.published_at.isoformat(),
        "change": edition.change,
        "summary": edition.summary,
        "source": source_url(edition.document, edition.number),
        "page": page_url(edition.document, edition.number),
        "pdf": None,
        "pdf_sha256": None,
    }
    if edition.document == "offer":
        terms = edition_terms(edition)
        row["terms"] = None if terms is None else terms.to_json()
    return row
