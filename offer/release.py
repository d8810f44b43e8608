"""A release as the running service reads it: manifests and exact bytes, without git.

Nothing is trusted: every edition's bytes are hashed again, and the terms in force are read
again from those bytes, so a release that was damaged or edited by hand never sells.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from offer.addresses import page_url, pdf_url, source_url
from offer.clauses import decode
from offer.editions import CHANGES, DOCUMENTS, sha256
from offer.errors import OfferError
from offer.manifest import SCHEMA
from offer.publishing.releases import RECORD
from offer.terms import Terms, read_terms

SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class PublishedEdition:
    """An edition as released; `terms` only of the offer, None where they cannot be read.

    `page`, `source` and `pdf` are paths from the site's root, `pdf` and its hash None while there
    is no PDF; `published_at` is an aware UTC instant.
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

    def has(self, address: str) -> bool:
        """Whether the site has a file at this path from its root."""
        return (self.folder / address.lstrip("/")).is_file()

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


def pdf_bytes(release: Release, edition: PublishedEdition) -> bytes:
    """The PDF of an edition that has one.

    Raises OfferError("release_broken") when it is not as it was published.
    """
    return _pdf(release.folder, edition.pdf or "", edition.pdf_sha256)


def prove_files(root: Path) -> Mapping[str, str]:
    """Hold every file of a release against its SHA256SUMS, and let nothing else stand there.

    The files with their hashes, by path from the root.

    Raises OfferError("release_broken") naming the first file that was changed, is missing, was
    added, or is a link: a link leads to what nobody published.
    """
    try:
        recorded, top = _recorded(root), str(root)
        found = set(files_under(top)) - {SUMS}
        for name in sorted(recorded.keys() ^ found):
            told = "нет файла" if name in recorded else "опубликован не был, а лежит в выпуске файл"
            raise _broken(f"{told} {name}")
        for name, published in recorded.items():
            if _hash(f"{top}/{name}") != published:
                raise _broken(f"файл {name} изменён после публикации")
        return recorded
    except OSError as error:
        raise _broken(f"не читается {error.filename}") from error


def _recorded(root: Path) -> dict[str, str]:
    """What SHA256SUMS says: path from the root → hash."""
    try:
        lines = (root / SUMS).read_text(encoding="utf-8").splitlines()
        pairs = (line.split("  ", 1) for line in lines)
        return {name: published for published, name in pairs}
    except ValueError as error:
        raise _broken(f"{SUMS} не читается") from error


def files_under(top: str, folder: str = "") -> Iterator[str]:
    """Paths of all files from the top. By plain strings: a release may hold ten thousand."""
    with os.scandir(f"{top}/{folder}") as entries:
        for entry in entries:
            name = f"{folder}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from files_under(top, f"{name}/")
            elif entry.is_file(follow_symlinks=False):
                yield name
            else:
                raise _broken(f"{name} — ссылка или устройство, а не файл")


def _hash(path: str) -> str:
    with open(path, "rb", buffering=0) as file:
        return sha256(file.readall())


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
    if (row["pdf"], row["pdf_sha256"]) != (None, None):
        if row["pdf"] != pdf_url(document, number):
            raise _broken(f"PDF редакции {document}/{number} лежит не на своём месте")
        _pdf(root, row["pdf"], row["pdf_sha256"])
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
        pdf=row["pdf"],
        pdf_sha256=row["pdf_sha256"],
    )


def _pdf(root: Path, path: str, published: str | None) -> bytes:
    try:
        data = (root / path.removeprefix("/")).read_bytes()
    except OSError as error:
        raise _broken(f"не читается {error.filename}") from error
    if sha256(data) != published:
        raise _broken(f"байты {path} не дают записанного хеша {published}")
    return data


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
