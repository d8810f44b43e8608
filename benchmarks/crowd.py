"""Many orders at once: copies of one that was really placed, straight into the tables.

Ten thousand clients ordering one after another would take longer than what is to be measured.
"""

import json
import pickle
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.rows import PAYMENTS, opened, prepared
from checkout.domain.payment import Payment

Row = dict[str, Any]
TABLES = ("ledger", "ledger_orders", "details", "orders", "attempts", "packages", "messages")
PADDING = 1 << 40  # beyond every number that is really there


def multiply(place: Path, copies: int, *, forget: bool = False) -> None:
    """Add copies of the last prepared order, and of its payment unless that is to be forgotten."""
    payments = prepared(place)
    database = opened(place / "shop.db")
    database.row_factory = sqlite3.Row
    database.execute("PRAGMA synchronous=OFF")
    template = _template(database, payments[-1])
    first = database.execute("SELECT max(id), max(number) FROM orders").fetchone()[0] + 1
    last = database.execute("SELECT max(number) FROM ledger").fetchone()[0]
    if forget:  # nobody will read what they say
        template = {table: [_thin(row) for row in rows] for table, rows in template.items()}
    made = (_Copy(first + at, last, at) for at in range(copies))
    database.execute("BEGIN IMMEDIATE")
    for copy in made:
        for table in TABLES:
            for row in template[table]:
                _insert(database, table, copy.of(table, row, template["ledger"]))
        if not forget:
            payments.append(copy.payment(payments[0]))
    database.execute("COMMIT")
    database.close()
    (place / PAYMENTS).write_bytes(pickle.dumps(payments))


def _template(database: sqlite3.Connection, payment: Payment) -> dict[str, list[Row]]:
    number = payment.metadata["order"]
    order = database.execute("SELECT id FROM orders WHERE number = ?", (number,)).fetchone()[0]
    rows = "SELECT ledger FROM ledger_orders WHERE order_number = ?"
    where = {
        "ledger": (f"number IN ({rows})", number),
        "ledger_orders": ("order_number = ?", number),
        "details": (f"ledger IN ({rows})", number),
        "orders": ("id = ?", order),
    }
    found = {}
    for table in TABLES:
        condition, value = where.get(table, ("order_id = ?", order))
        rows_of = database.execute(f"SELECT * FROM {table} WHERE {condition}", (value,))  # noqa: S608
        found[table] = [dict(row) for row in rows_of]
    return found


def _thin(row: Row) -> Row:
    long = ("fact", "body", "answer", "reason", "text")
    return {name: "{}" if name in long and value else value for name, value in row.items()}


def _insert(database: sqlite3.Connection, table: str, row: Row) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608


class _Copy:
    """One copy: its order id, and what stands in place of the template's unique values."""

    def __init__(self, order: int, last: int, at: int) -> None:
        self.order, self._last, self._at = order, last, at
        self.number = f"2026-{order:04}"
        self.name = str(UUID(int=PADDING + order))

    def payment(self, template: Payment) -> Payment:
        metadata = {**template.metadata, "order": self.number, "attempt": self.name}
        raw = json.dumps({"id": self.name, "status": template.status})
        return replace(template, id=self.name, metadata=metadata, raw=raw)

    def of(self, table: str, row: Row, ledger: list[Row]) -> Row:
        places = {it["number"]: self._last + 1 + self._at * len(ledger) + position
                  for position, it in enumerate(ledger)}  # fmt: skip
        changed = {**row}
        for name in ("number", "ledger", "acceptance", "payment"):
            if row.get(name) in places:
                changed[name] = places[row[name]]
        if "order_id" in row:
            changed["order_id"] = self.order
        return changed | getattr(self, f"_{table}")(changed)

    def _ledger(self, row: Row) -> Row:
        number = row["number"]
        return {"previous": f"{number:064x}", "hash": f"{number + 1:064x}"}

    def _ledger_orders(self, row: Row) -> Row:
        return {"order_number": self.number}

    def _details(self, row: Row) -> Row:
        return {}

    def _orders(self, row: Row) -> Row:
        paid = {"payment_id": self.name} if row["payment_id"] else {}
        return {"id": self.order, "number": self.number, "token": self.name,
                "form_attempt": self.name, **paid}  # fmt: skip

    def _attempts(self, row: Row) -> Row:
        return {"id": self.name, "payment_id": self.name}

    def _packages(self, row: Row) -> Row:
        return {}

    def _messages(self, row: Row) -> Row:
        name = f"{row['kind'][:4]}{self.name[4:]}"
        return {"id": name, "subject": self.number, "key": name[-32:] if row["key"] else None,
                "sent_at": row["staged_at"]}  # fmt: skip
