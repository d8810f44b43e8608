"""Append to the ledger and read it."""

from sqlalchemy import Row, insert, select

from checkout.domain import ledger as rules
from checkout.domain.ledger import Details, Entry, Fact
from checkout.store import tables
from checkout.store.engine import Tx


def append(tx: Tx, kind: str, fact: Fact) -> Entry:
    """Add one row. Whoever appends is alone until his transaction ends."""
    alone(tx)
    row = rules.entry(kind, fact, at=tx.now, last=head(tx))
    tx.connection.execute(insert(tables.ledger), vars(row))
    return row


def keep_details(tx: Tx, ledger: int, details: Details) -> None:
    """Keep the personal details whose salted hash stands in row `ledger`."""
    tx.connection.execute(
        insert(tables.details), {"ledger": ledger, "salt": details.salt, "text": details.text}
    )


def details(tx: Tx, ledger: int) -> Details:
    """The side row of a ledger row."""
    row = tx.connection.execute(
        select(tables.details.c.salt, tables.details.c.text).where(
            tables.details.c.ledger == ledger
        )
    ).one()
    return Details(row.salt, row.text)


def alone(tx: Tx) -> None:
    """Wait until no other transaction is numbering rows (SQLite: BEGIN IMMEDIATE did it)."""
    if tx.connection.dialect.name == "sqlite":
        return
    lock = select(tables.locks).where(tables.locks.c.name == "ledger").with_for_update()
    tx.connection.execute(lock).one()


def head(tx: Tx) -> Entry | None:
    """The newest row, None while the ledger is empty."""
    newest = select(tables.ledger).order_by(tables.ledger.c.number.desc()).limit(1)
    row = tx.connection.execute(newest).one_or_none()
    return _entry(row) if row else None


def row(tx: Tx, number: int) -> Entry:
    """One row by its number; it exists."""
    return _entry(
        tx.connection.execute(select(tables.ledger).where(tables.ledger.c.number == number)).one()
    )


def entries(tx: Tx) -> list[Entry]:
    """Every row, oldest first."""
    return [
        _entry(row)
        for row in tx.connection.execute(select(tables.ledger).order_by(tables.ledger.c.number))
    ]


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    return Entry(**row._mapping)
