"""Which editions there are, as far as it can be known here: from tags, or from a saved manifest."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from offer.commands.asked import NO_EDITIONS
from offer.editions import DOCUMENTS, editions_of, repository_at
from offer.errors import OfferError
from offer.evidence.bundle import moment
from offer.evidence.strict_json import at, number_at, text_at
from offer.limits import refuse_large


@dataclass(frozen=True)
class KnownEdition:
    """An edition by what its tag or the manifest says; `text` only where there are tags."""

    document: str
    number: int
    sha256: str
    tag: str
    tag_id: str
    published_at: datetime
    text: bytes | None = None


def from_tags(folder: Path) -> tuple[KnownEdition, ...]:
    """All editions of all documents. Raises OfferError, also when there are none."""
    repository = repository_at(folder)
    found = [
        KnownEdition(it.document, it.number, it.sha256, it.tag, it.tag_id, it.published_at, it.text)
        for document in DOCUMENTS
        for it in editions_of(repository, document)
    ]
    if not found:
        raise OfferError("no_editions", NO_EDITIONS)
    return tuple(found)


def from_manifest(file: Path) -> tuple[KnownEdition, ...]:
    """The editions of a saved editions.json. Raises OfferError when it is none."""
    if file.stat().st_size > 0:
        refuse_large(_start(file), str(file))
    try:
        value: object = json.loads(file.read_bytes().decode())
    except (ValueError, RecursionError):
        raise _no_manifest(file) from None
    document, rows = text_at(value, "document"), at(value, "editions")
    if document not in DOCUMENTS or not isinstance(rows, list):
        raise _no_manifest(file)
    found = list(_rows(document, rows))
    if not found or len(found) != len(rows):
        raise _no_manifest(file)
    return tuple(found)


def _start(file: Path) -> bytes:
    """Enough of it to be refused for its size."""
    with file.open("rb") as opened:
        return opened.read(8 * 1024 * 1024)


def _rows(document: str, rows: list[object]) -> Iterator[KnownEdition]:
    for row in rows:
        published, number = moment(text_at(row, "published_at")), number_at(row, "number")
        sha256, tag_id = text_at(row, "sha256"), text_at(row, "tag_id")
        if published is not None and number > 0 and len(sha256) == 64 and tag_id:
            tag = f"{document}/{number}"
            yield KnownEdition(document, number, sha256, tag, tag_id, published)


def _no_manifest(file: Path) -> OfferError:
    return OfferError(
        "no_manifest", f"{file}: это не editions.json. Сохраните его с сайта: /offer/editions.json."
    )
