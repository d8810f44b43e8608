"""The rows of one settlement as plain SQL: as many, as long, nothing asked or reckoned."""

import os
import pickle
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from checkout.domain.payment import Payment

PAYMENTS = "payments.pickle"
MOMENT = datetime(2026, 11, 23, 9, 0, 30, 412_000, tzinfo=UTC)
AT = f"{MOMENT:%Y-%m-%d %H:%M:%S.%f}"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


def prepared(folder: Path) -> list[Payment]:
    """The payments to settle; the n-th is of the order with id n + 1."""
    found: list[Payment] = pickle.loads((folder / PAYMENTS).read_bytes())  # noqa: S301 - ours
    return found


def opened(file: Path) -> sqlite3.Connection:
    """A database as the shop opens it."""
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        database.execute(f"PRAGMA {pragma}")
    return database


def write(database: sqlite3.Connection, payment: Payment, order: int, rows: int) -> None:
    """One settlement in the transaction that is open; the ledger has `rows` so far."""
    run = database.execute
    run(
        "UPDATE attempts SET state = 'final', answer = ?, next_look_at = NULL WHERE payment_id = ?",
        (payment.raw, payment.id),
    )
    for number, kind, length in ((rows + 1, "acceptance", 1300), (rows + 2, "payment", 330)):
        hashes = [os.urandom(32).hex() for _ in range(3)]
        run(
            "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, AT, kind, "x" * length, *hashes),
        )
    run(
        "INSERT INTO packages (order_id, starts_at, expires_at, last_day, reason, provisional,"
        " acceptance, payment) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (order, AT, "2026-12-23 21:00:00", "2026-12-23", "x" * 200, 0, rows + 1, rows + 2),
    )
    run(
        "UPDATE orders SET state = 'paid', paid_at = ?, payment_id = ? WHERE id = ?",
        (AT, payment.id, order),
    )
    for kind in ("paid", "order"):
        run(
            "INSERT INTO messages (id, kind, subject, order_id, text, staged_at, due_at, tries)"
            " VALUES (?, ?, ?, ?, '', ?, ?, 0)",
            (os.urandom(16).hex(), kind, f"{order}", order, AT, AT),
        )
