"""Append to the ledger and read it."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from checkout.domain.details import Details, Part
from checkout.store import tables
from checkout.store.engine import Tx
from offer.evidence import chain as rules
from offer.evidence.chain import Entry, Fact

# What every fact asks is made once: making a query costs four times running it.
APPEND, ABOUT = insert(tables.ledger), insert(tables.ledger_orders)
LOCK = select(tables.locks).where(tables.locks.c.name == "ledger").with_for_update()
NEWEST = select(tables.ledger).order_by(tables.ledger.c.number.desc()).limit(1)
ROW = select(tables.ledger).where(tables.ledger.c.number == bindparam("number"))
ROWS = select(tables.ledger).where(tables.ledger.c.number.in_(bindparam("numbers", expanding=True)))
DETAILS = select(tables.details).where(
    tables.details.c.ledger == bindparam("ledger"), tables.details.c.part == bindparam("part")
)


def append(tx: Tx, kind: str, fact: Fact) -> Entry:
    """Add one row. Whoever appends is alone until his transaction ends.

    A fact that names an `order` is found again by `of_order`.
    """
    return append_all(tx, [(kind, fact)])[0]


def append_all(tx: Tx, told: Sequence[tuple[str, Fact]]) -> list[Entry]:
    """Add several rows, each a kind and a fact, in this order."""
    alone(tx)
    last, rows, about = head(tx), [], []
    for kind, fact in told:
        last = rules.entry(kind, fact, at=tx.now, last=last)
        rows.append(last)
        if "order" in fact:
            about.append({"ledger": last.number, "order_number": fact["order"]})
    tx.connection.execute(APPEND, [vars(row) for row in rows])
    if about:
        tx.connection.execute(ABOUT, about)
    return rows


def fact(tx: Tx, number: int) -> dict[str, Any]:
    """What one row tells; it exists."""
    return dict(json.loads(row(tx, number).fact))


def facts(tx: Tx, kind: str) -> list[dict[str, Any]]:
    """What all rows of a kind that is rare tell, oldest first."""
    rows = select(tables.ledger.c.fact).where(tables.ledger.c.kind == kind)
    found = tx.connection.execute(rows.order_by(tables.ledger.c.number)).scalars()
    return [dict(json.loads(it)) for it in found]


def of_order(tx: Tx, order_number: str) -> list[Entry]:
    """The rows whose facts name this order, oldest first."""
    about = tables.ledger_orders
    rows = tx.connection.execute(
        select(tables.ledger)
        .join(about, about.c.ledger == tables.ledger.c.number)
        .where(about.c.order_number == order_number)
        .order_by(tables.ledger.c.number)
    )
    return [_entry(row) for row in rows]


def facts_of_orders(tx: Tx, kind: str, order_numbers: Collection[str]) -> list[dict[str, Any]]:
    """What the rows of a kind about these orders tell, oldest first."""
    about, rows = tables.ledger_orders, tables.ledger
    found = tx.connection.execute(
        select(rows.c.fact)
        .join(about, about.c.ledger == rows.c.number)
        .where(about.c.order_number.in_(order_numbers), rows.c.kind == kind)
        .order_by(rows.c.number)
    ).scalars()
    return [dict(json.loads(it)) for it in found]


def links(tx: Tx, first: int, last: int) -> tuple[str, ...]:
    """The rows from `first` to `last`, both included, without their facts."""
    columns = [
        tables.ledger.c[name] for name in ("number", "at", "kind", "fact_sha256", "previous")
    ]
    rows = tx.connection.execution_options(yield_per=1000).execute(
        select(*columns)
        .where(tables.ledger.c.number.between(first, last))
        .order_by(tables.ledger.c.number)
    )
    return tuple(rules.link_text(*row) for row in rows)


def keep_details(tx: Tx, ledger: int, details: Details) -> None:
    """Keep the personal details whose salted hash stands in row `ledger`."""
    tx.connection.execute(insert(tables.details), {"ledger": ledger, **vars(details)})


def details(tx: Tx, ledger: int, part: Part) -> Details | None:
    """The details behind row `ledger`; None when it has none of this sort or they were erased."""
    row = tx.connection.execute(DETAILS, {"ledger": ledger, "part": part}).one_or_none()
    return Details(part, row.salt, row.text) if row else None


def keep_shown(tx: Tx, ledger: int, html: bytes) -> None:
    """Keep the page on which the decision of row `ledger` was made."""
    tx.connection.execute(insert(tables.shown_pages), {"ledger": ledger, "html": html})


def shown(tx: Tx, ledger: int) -> bytes | None:
    """The page on which the decision of row `ledger` was made, if it is kept."""
    pages = tables.shown_pages
    found = tx.connection.execute(select(pages.c.html).where(pages.c.ledger == ledger))
    return found.scalar_one_or_none()


def alone(tx: Tx) -> None:
    """Wait until no other transaction is numbering rows (SQLite: BEGIN IMMEDIATE did it).

    Whoever needs an order's lock too takes this one first, or two could wait for each other.
    """
    if tx.connection.dialect.name == "sqlite":
        return
    tx.connection.execute(LOCK).one()


def head(tx: Tx, *, besides: str | None = None) -> Entry | None:
    """The newest row, were it the newest that is not of a kind; None while there is none."""
    newest = NEWEST if besides is None else NEWEST.where(tables.ledger.c.kind != besides)
    row = tx.connection.execute(newest).one_or_none()
    return _entry(row) if row else None


def moments(tx: Tx, *, after: int = 0) -> list[datetime]:
    """When each row behind the number `after` was made, by the clock of that moment, in order."""
    newer = tables.ledger.c.number > after
    made = select(tables.ledger.c.at).where(newer).order_by(tables.ledger.c.number)
    return list(tx.connection.execute(made).scalars())


def first(tx: Tx) -> Entry | None:
    """The oldest row; None while there is none."""
    row = tx.connection.execute(
        select(tables.ledger).order_by(tables.ledger.c.number).limit(1)
    ).one_or_none()
    return _entry(row) if row else None


def row(tx: Tx, number: int) -> Entry:
    """One row by its number; it exists."""
    return _entry(tx.connection.execute(ROW, {"number": number}).one())


def rows(tx: Tx, numbers: Collection[int]) -> dict[int, Entry]:
    """Several rows by their numbers."""
    found = tx.connection.execute(ROWS, {"numbers": list(numbers)})
    return {row.number: _entry(row) for row in found}


def entries(tx: Tx) -> list[Entry]:
    """Every row, oldest first."""
    return [
        _entry(row)
        for row in tx.connection.execute(select(tables.ledger).order_by(tables.ledger.c.number))
    ]


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    values: list[Any] = list(row)  # as the fields of an entry stand
    return Entry(*values)
