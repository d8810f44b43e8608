"""Read as it is stored what was made public: editions, their PDFs, heads and their time stamps.

For `Store.look_through` only, as all of the audit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from checkout.domain.stored import digest, raw, text_of
from checkout.store import tables
from checkout.store.audit import as_stored, one_by_one
from checkout.store.engine import Tx

editions, pdfs = tables.editions, tables.edition_pdfs
heads, ledger, stamps = tables.heads, tables.ledger, tables.time_stamps


@dataclass(frozen=True)
class StoredEdition:
    """An archived text: the hash written beside it and that of its bytes; its terms as JSON."""

    document: str
    number: int
    sha256: str
    tag_id: str
    commit_id: str
    published_at: str
    change: str | None
    summary: str
    made: str
    terms: str | None

    @property
    def name(self) -> str:
        return f"{self.document}/{self.number}"


@dataclass(frozen=True)
class StoredHead:
    """A published head, and the time and the hash its row has now."""

    day: str
    at: str
    number: int
    hash: str
    row_at: str | None
    row_hash: str | None


@dataclass(frozen=True)
class StoredStamp:
    """A time stamp that was got on a day's head: the whole answer, and the time written beside."""

    day: str
    answer: bytes
    at: str | None


def archived(tx: Tx) -> Iterator[StoredEdition]:
    """Every archived text, one after the other."""
    for it in one_by_one(tx, select(*as_stored(tx.connection.dialect, *editions.c))):
        yield StoredEdition(
            document=text_of(it.document),
            number=it.number,
            sha256=text_of(it.sha256),
            tag_id=text_of(it.tag_id),
            commit_id=text_of(it.commit_id),
            published_at=text_of(it.published_at),
            change=it.change if it.change is None else text_of(it.change),
            summary=text_of(it.summary),
            made=digest(it.text),
            terms=it.terms if it.terms is None else text_of(it.terms),
        )


def text(tx: Tx, document: str, number: int) -> bytes:
    """The bytes of an archived text."""
    (column,) = as_stored(tx.connection.dialect, editions.c.text)
    this = (editions.c.document == document, editions.c.number == number)
    return raw(tx.connection.execute(select(column).where(*this)).scalar_one())


def archived_pdfs(tx: Tx) -> Iterator[tuple[str, int, str, str]]:
    """Every archived PDF: of which edition, the hash beside it and that of its bytes."""
    for it in one_by_one(tx, select(*as_stored(tx.connection.dialect, *pdfs.c))):
        yield text_of(it.document), it.number, text_of(it.sha256), digest(it.data)


def published_heads(tx: Tx) -> list[StoredHead]:
    """Every published head beside the row it names, by day."""
    dialect = tx.connection.dialect
    columns = as_stored(dialect, heads.c.day, heads.c.at, heads.c.number, heads.c.hash)
    now = as_stored(dialect, ledger.c.at, ledger.c.hash, prefix="row_")
    found = tx.connection.execute(
        select(*columns, *now)
        .outerjoin_from(heads, ledger, ledger.c.number == heads.c.number)
        .order_by(heads.c.day)
    )
    return [
        StoredHead(text_of(it.day), text_of(it.at), it.number, text_of(it.hash), *it[4:])
        for it in found
    ]


def time_stamps(tx: Tx) -> Iterator[StoredStamp]:
    """Every time stamp that was got, one after the other."""
    columns = as_stored(tx.connection.dialect, stamps.c.day, stamps.c.answer, stamps.c.at)
    got = select(*columns).where(stamps.c.answer.is_not(None)).order_by(stamps.c.day)
    for it in one_by_one(tx, got):
        yield StoredStamp(text_of(it.day), raw(it.answer), it.at)
