"""The editions of every release we ever loaded, with their exact bytes and all their PDFs."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Row, bindparam, insert, select

from checkout.domain.errors import CheckoutError
from checkout.store import ledger, tables
from checkout.store.engine import Tx
from offer.editions import sha256
from offer.evidence.facts import edition_fact
from offer.release import PublishedEdition
from offer.values import Terms

editions = tables.editions
VOUCHED = [
    editions.c[name]
    for name in (
        *("document", "number", "sha256", "tag_id", "commit_id", "published_at"),
        *("change", "summary"),
    )
]
pdfs_of = tables.edition_pdfs
# every settlement reads an edition: its queries are made once, its terms understood once
NEWEST_PDF = (
    select(pdfs_of.c.sha256)
    .where(pdfs_of.c.document == editions.c.document, pdfs_of.c.number == editions.c.number)
    .order_by(pdfs_of.c.archived_at.desc())
    .limit(1)
    .scalar_subquery()
)
EDITION = select(editions, NEWEST_PDF.label("pdf_sha256")).where(
    editions.c.document == bindparam("of"), editions.c.number == bindparam("at")
)


class RewrittenEdition(CheckoutError):  # noqa: N818 - reads as what it is
    """A release says something else about an edition than the archive remembers."""

    code = "rewritten_edition"


def archive(tx: Tx, released: Iterable[PublishedEdition]) -> int:
    """Keep what is new of a release's editions and return how many were.

    Each is a fact too, written with it; of what was archived before there were such facts, now.
    Raises RewrittenEdition if an edition seen before is missing or was another: nothing is kept
    then.
    """
    ledger.alone(tx)  # several processes notice a release at the same moment
    known = _known(tx)
    offered = {(edition.document, edition.number): edition for edition in released}
    for place, seen in known.items():
        _check_kept(place, seen, offered.get(place))
    new = [edition for place, edition in offered.items() if place not in known]
    for edition in new:
        tx.connection.execute(insert(editions).values(archived_at=tx.now, **_values(edition)))
    _vouch(tx)
    return len(new)


def _vouch(tx: Tx) -> None:
    """Have a fact of every archived edition in the ledger."""
    told = {(it["document"], it["number"]) for it in ledger.facts(tx, "edition")}
    by_age = select(*VOUCHED).order_by(editions.c.published_at, *editions.primary_key)
    for row in tx.connection.execute(by_age).all():
        if (row.document, row.number) not in told:
            ledger.append(tx, "edition", edition_fact(**row._mapping))


def without_pdf(tx: Tx, released: Iterable[PublishedEdition]) -> list[PublishedEdition]:
    """Those whose PDF, as it is now, is not archived; made anew it is another than the first."""
    rows = tx.connection.execute(select(pdfs_of.c.document, pdfs_of.c.number, pdfs_of.c.sha256))
    kept = {(row.document, row.number, row.sha256) for row in rows}
    return [
        one
        for one in released
        if one.pdf_sha256 and (one.document, one.number, one.pdf_sha256) not in kept
    ]


def keep_pdfs(tx: Tx, pdfs: Sequence[tuple[PublishedEdition, bytes]]) -> None:
    """Keep the PDFs of archived editions; one that is kept already stays as it is."""
    ledger.alone(tx)
    new = without_pdf(tx, [edition for edition, _ in pdfs])
    for edition, data in pdfs:
        if edition in new:
            row = {"document": edition.document, "number": edition.number, "sha256": sha256(data)}
            tx.connection.execute(insert(pdfs_of).values(archived_at=tx.now, data=data, **row))


def edition(tx: Tx, document: str, number: int) -> PublishedEdition:
    """An archived edition, its bytes and what it means; of its PDFs the newest is named."""
    return _edition(tx.connection.execute(EDITION, {"of": document, "at": number}).one())


def _known(tx: Tx) -> dict[tuple[str, int], tuple[str, str, datetime]]:
    """What fixes each edition we have seen: its hash, its tag, its date."""
    rows = tx.connection.execute(
        select(
            editions.c.document,
            editions.c.number,
            editions.c.sha256,
            editions.c.tag_id,
            editions.c.published_at,
        )
    )
    return {(row.document, row.number): (row.sha256, row.tag_id, row.published_at) for row in rows}


def _check_kept(
    place: tuple[str, int],
    seen: tuple[str, str, datetime],
    released: PublishedEdition | None,
) -> None:
    name = f"{place[0]}/{place[1]}"
    if released is None:
        raise RewrittenEdition(
            f"В выпуске нет редакции {name}, которая уже была опубликована. Выпуск не принят."
        )
    if (released.sha256, released.tag_id, released.published_at) != seen:
        raise RewrittenEdition(
            f"В выпуске у редакции {name} другие хеш, метка или дата, чем были при публикации. "
            "Выпуск не принят: опубликованную редакцию нельзя изменить."
        )


def _values(edition: PublishedEdition) -> dict[str, object]:
    return {
        "document": edition.document,
        "number": edition.number,
        "sha256": edition.sha256,
        "commit_id": edition.commit,
        "tag_id": edition.tag_id,
        "published_at": edition.published_at,
        "change": edition.change,
        "summary": edition.summary,
        "text": edition.text,
        "terms": json.dumps(edition.terms.to_json()) if edition.terms else None,
    }


def _edition(row: Row[tuple[object, ...]]) -> PublishedEdition:
    name = f"{row.document}/{row.number}"
    return PublishedEdition(
        document=row.document,
        number=row.number,
        sha256=row.sha256,
        commit=row.commit_id,
        tag=name,
        tag_id=row.tag_id,
        published_at=row.published_at,
        change=row.change,
        summary=row.summary,
        text=row.text,
        terms=_terms(row.terms) if row.terms else None,
        page=f"/{name}/",
        source=f"/{name}/{row.document}.md",
        pdf=f"/{name}/{row.document}.pdf" if row.pdf_sha256 else None,
        pdf_sha256=row.pdf_sha256,
    )


@lru_cache(maxsize=64)
def _terms(text: str) -> Terms:
    return Terms.from_json(json.loads(text))
