"""Editions ↔ JSON: `/{document}/editions.json` of a release, and the badge of an edition."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from types import MappingProxyType

from offer.addresses import page_url, pdf_url, source_url
from offer.clauses import decode
from offer.editions import Edition
from offer.errors import OfferError
from offer.terms import Terms, read_terms
from offer.wording import NBSP, day, short_hash

SCHEMA = 1
NOTHING: Mapping[str, object] = MappingProxyType({})


def manifest(
    document: str, editions: Sequence[Edition], known_terms: Mapping[str, object] = NOTHING
) -> dict[str, object]:
    """What a release says about a document's editions, oldest first.

    `current` is the number in force, null without editions; only the offer has `terms`, and
    `known_terms` are those that need not be read again, by the object id of their edition's tag.
    Raises OfferError("unreadable_terms") when the terms in force cannot be read.
    """
    rows = [_row(edition, known_terms) for edition in editions]
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


def edition_terms(edition: Edition) -> Terms | None:
    """The terms an edition of the offer says; None when they cannot be read."""
    return _read(edition.text, edition.tag)


# One publish asks for the same two or three texts again and again.
@lru_cache(maxsize=8)
def _read(text: bytes, tag: str) -> Terms | None:
    return read_terms(decode(text, tag), tag).terms


def _row(edition: Edition, known_terms: Mapping[str, object]) -> dict[str, object]:
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
        "pdf": pdf_url(edition.document, edition.number) if edition.pdf_sha256 else None,
        "pdf_sha256": edition.pdf_sha256,
    }
    if edition.document == "offer":
        row["terms"] = known_terms.get(edition.tag_id) or _terms(edition)
    return row


def _terms(edition: Edition) -> object:
    terms = edition_terms(edition)
    return None if terms is None else terms.to_json()
