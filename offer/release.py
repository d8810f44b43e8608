"""A release as the running service reads it: manifests and exact bytes, without git.

Nothing is trusted: every edition's bytes are hashed again, and the terms in force are read
again from those bytes, so a release that was damaged or edited by hand never sells.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from offer.addresses import page_url, source_url
from offer.clauses import decode
from offer.editions import CHANGES, DOCUMENTS, sha256
from offer.errors import OfferError
from offer.manifest import SCHEMA
from offer.releases import RECORD
from offer.terms import Terms, read_terms

SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class PublishedEdition:
    """An edition as released; `terms` only of the offer, None where they cannot be read.

    `page` and `source` are paths from the site's root; `published_at` is an aware UTC instant.
    """

    document: str
    number: int
    sha256: str
    commit: str
    tag: str
    tag_id: str
    published_at: datetime
    change: str | None
    summary: str
    text: bytes
    terms: Terms | None
    page: str
    source: str
    pdf: str | None = None
    pdf_sha256: str | None = None


@dataclass(frozen=True)
class Release:
    """One whole release in `folder` (never the link `current`): editions oldest first.

    `commit` is the published commit, `url` the site's address that its pages were built for.
    """

    folder: Path
    id: str
    commit: str
    url: str | None
    editions: Mapping[str, tuple[PublishedEdition, ...]]

    def current(self, document: str) -> PublishedEdition | None:
        """The edition in force, or None when the document has none."""
        return self.editions[document][-1] if self.editions[document] else None

    def at(self, folder: Path) -> "Release":
        """The same release in another folder, where it has been moved to."""
        return replace(self, folder=folder)

    def edition(self, document: str, sha256: str) -> PublishedEdition | None:
        """The newest edition with this hash: a restored text has several."""
        found = (e for e in reversed(self.editions[document]) if e.sha256 == sha256)
        return next(found, None)


def load_release(folder: Path) -> Release:
    """Read and prove the release in `folder`, a release or the link to one.

    Raises OfferError("release_broken") saying what does not match.
    """
    try:
        # by name, not by Path.resolve(): that one answers a loop of links with RuntimeError
        root = Path(os.path.realpath(folder))
        record = _json(root / RECORD)
        editions = {document: _editions(root, document) for document in DOCUMENTS}
        return Release(root, record["id"], record["commit"], record["url"], editions)
    except OSError as error:
        raise _broken(f"не читается {error.filename}") from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise _broken(f"в описании редакций не то, что ожидалось ({error!r})") from error


def read_sums(root: Path) -> dict[str, str]:
    """The files of a release with the hashes that SHA256SUMS records.

    Raises OfferError("release_broken").
    """
    try:
        lines = (root / SUMS).read_text(encoding="utf-8").splitlines()
        return {name: recorded for recorded, name in (line.split("  ", 1) for line in lines)}
    except OSError as error:
        raise _broken(f"не читается {error.filename}") from error
    except ValueError as error:
        raise _broken(f"{SUMS} не читается") from error


def prove_files(root: Path) -> None:
    """Hold every file of a release against its SHA256SUMS.

    Raises OfferError("release_broken") naming the first file that is not as it was published.
    """
    try:
        lines = (root / SUMS).read_text(encoding="utf-8").splitlines()
        for recorded, name in (line.split("  ", 1) for line in lines):
            if sha256((root / name).read_bytes()) != recorded:
                raise _broken(f"файл {name} изменён после публикации")
    except OSError as error:
        raise _broken(f"не читается {error.filename}") from error
    except ValueError as error:
        raise _broken(f"{SUMS} не читается") from error


def _editions(root: Path, document: str) -> tuple[PublishedEdition, ...]:
    listing = _json(root / document / "editions.json")
    if listing["schema"] != SCHEMA or listing["document"] != document:
        raise _broken(f"{document}/editions.json другого вида")
    editions = tuple(_edition(root, document, row) for row in listing["editions"])
    if [edition.number for edition in editions] != list(range(1, len(editions) + 1)):
        raise _broken(f"номера редакций {document} идут не подряд")
    if listing["current"] != (editions[-1].number if editions else None):
        raise _broken(f"действующей {document} названа не последняя редакция")
    if document == "offer" and editions:
        _check_terms(editions[-1], listing["editions"][-1]["terms"])
    return editions


def _edition(root: Path, document: str, row: Mapping[str, Any]) -> PublishedEdition:
    number = int(row["number"])
    page, source = page_url(document, number), source_url(document, number)
    if (row["page"], row["source"]) != (page, source):
        raise _broken(f"редакция {document}/{number} лежит не на своём месте")
    text = (root / source.removeprefix("/")).read_bytes()
    if sha256(text) != row["sha256"]:
        raise _broken(f"байты {source} не дают записанного хеша {row['sha256']}")
    if row["change"] not in (None, *CHANGES):
        raise _broken(f"неизвестный вид изменения {row['change']!r}")
    terms = row.get("terms")
    return PublishedEdition(
        document=document,
        number=number,
        sha256=row["sha256"],
        commit=row["commit"],
        tag=row["tag"],
        tag_id=row["tag_id"],
        published_at=_instant(row["published_at"]),
        change=row["change"],
        summary=row["summary"],
        text=text,
        terms=None if terms is None else Terms.from_json(terms),
        page=page,
        source=source,
        pdf=row.get("pdf"),
        pdf_sha256=row.get("pdf_sha256"),
    )


def _check_terms(edition: PublishedEdition, recorded: object) -> None:
    read = read_terms(decode(edition.text, edition.source), edition.source).terms
    if read is None or read.to_json() != recorded:
        raise _broken(f"условия в {edition.source} не те, что записаны в описании редакций")


def _instant(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(value)
    return instant.astimezone(UTC)


def _json(path: Path) -> Any:  # noqa: ANN401 - checked field by field by the caller
    return json.loads(path.read_bytes())


def _broken(what: str) -> OfferError:
    return OfferError("release_broken", f"Выпуск сайта повреждён: {what}.")
