"""The schema refuses nonsense by itself, whoever writes; migrations make what the code expects."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from checkout.store import ledger, tables
from checkout.store.engine import Store
from checkout.store.schema import _config, _is_newest, migrate

NOON = datetime(2026, 11, 23, 9, tzinfo=UTC)
HASH = "ab" * 32

ORDER: Mapping[str, Any] = {
    "id": 1,
    "number": "2026-0001",
    "token": "vL8nq2",
    "form_attempt": "form-1",
    "fingerprint": HASH,
    "state": "waiting",
    "hours": 5,
    "price_kopecks": 1_490_00,
    "edition": 1,
    "edition_sha256": HASH,
    "consent": None,
    "consent_sha256": None,
    "party_kind": "person",
    "ledger": 1,
    "created_at": NOON,
    "paid_at": None,
    "payment_id": None,
    "reason": None,
    "money_taken": None,
    "test": True,
}
ATTEMPT: Mapping[str, Any] = {
    "id": "a-1",
    "order_id": 1,
    "body": "{}",
    "state": "open",
    "created_at": NOON,
    "payment_id": "p-1",
    "tries": 0,
}
PACKAGE: Mapping[str, Any] = {
    "order_id": 1,
    "starts_at": NOON,
    "expires_at": NOON.replace(month=12),
    "last_day": date(2026, 12, 22),
    "reason": "месяц",
    "provisional": False,
    "acceptance": 2,
    "payment": 3,
}
EDITION: Mapping[str, Any] = {
    "document": "offer",
    "number": 1,
    "sha256": HASH,
    "commit_id": "c" * 40,
    "tag_id": "d" * 40,
    "published_at": NOON,
    "summary": "Первая редакция",
    "text": b"text",
    "archived_at": NOON,
}
MESSAGE: Mapping[str, Any] = {
    "id": "m-1",
    "kind": "paid",
    "subject": "2026-0001",
    "order_id": 1,
    "text": "",
    "staged_at": NOON,
    "due_at": NOON,
    "tries": 0,
}
REFUND: Mapping[str, Any] = {
    "id": "r-1",
    "order_id": 1,
    "payment_id": "p-1",
    "amount_kopecks": 1_490_00,
    "reason": "письмо",
    "ends_package": False,
    "body": "{}",
    "state": "open",
    "created_at": NOON,
    "refund_id": "y-1",
    "tries": 0,
    "ordered": 4,
    "ended": None,
}
RECEIPT: Mapping[str, Any] = {
    "id": "c-1",
    "order_id": 1,
    "kind": "payment",
    "subject": "p-1",
    "payment_id": "p-1",
    "amount_kopecks": 1_490_00,
    "mode": "full_prepayment",
    "vat_code": 1,
    "body": "",
    "state": "pending",
    "created_at": NOON,
    "receipt_id": "rt-1",
    "tries": 0,
    "settle_at": NOON,
    "ordered": None,
    "ended": None,
}
SETTLEMENT = {"id": "c-2", "kind": "settlement", "receipt_id": None, "state": "unsent",
              "body": "{}", "mode": "full_payment", "settle_at": None, "ordered": 3}  # fmt: skip
CASE: Mapping[str, Any] = {
    "kind": "k",
    "subject": "s",
    "sentence": "Решите.",
    "opened_at": NOON,
    "number": 1,
}
REFUSAL: Mapping[str, Any] = {
    "asked": 2,
    "order_id": 1,
    "asked_at": NOON,
    "decide_by": date(2026, 12, 3),
    "by_hours_kopecks": 1_490_00,
    "by_days_kopecks": 1_000_00,
    "proposed_kopecks": 1_490_00,
    "answer": None,
    "ended": None,
    "ended_at": None,
}
ROWS = {
    "orders": ORDER,
    "attempts": ATTEMPT,
    "packages": PACKAGE,
    "editions": EDITION,
    "messages": MESSAGE,
    "refunds": REFUND,
    "receipts": RECEIPT,
    "cases": CASE,
    "refusals": REFUSAL,
}


@pytest.fixture
def ordered(store: Store) -> Engine:
    """A database with four rows in the ledger, one order, its open attempt and its package."""
    for kind in ("order", "acceptance", "payment", "message"):
        store.transact(lambda tx, kind=kind: ledger.append(tx, kind, {"kind": kind}))
    for table in ROWS:
        add(store.engine, table)
    return store.engine


def add(engine: Engine, table: str, **changes: object) -> None:
    with engine.begin() as connection:
        connection.execute(insert(tables.metadata.tables[table]), {**ROWS[table], **changes})


# --- migrations


def test_migrations_make_exactly_the_tables_the_code_reads_and_writes(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, tables.metadata)

    assert differences == []


def test_a_column_may_be_empty_only_where_the_code_expects_it(engine: Engine) -> None:
    found = inspect(engine)
    made = {
        (table, column["name"]): column["nullable"]
        for table in tables.metadata.tables
        for column in found.get_columns(table)
    }

    assert made == {
        (table.name, column.name): column.nullable
        for table in tables.metadata.tables.values()
        for column in table.columns
    }


def test_the_newest_migration_is_known_by_its_number_without_loading_alembic(
    engine: Engine,
) -> None:
    with engine.begin() as connection:
        script = ScriptDirectory.from_config(_config(connection))
        assert _is_newest(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        assert not _is_newest(connection)
        connection.rollback()

    assert script.get_heads() == [max(it.revision for it in script.walk_revisions())]
    for revision in script.walk_revisions():
        assert Path(revision.path).name.startswith(f"{revision.revision}_")


def test_migrating_again_changes_nothing(engine: Engine, ordered: Engine) -> None:
    before = inspect(engine).get_table_names()

    migrate(engine)

    assert inspect(engine).get_table_names() == before
    with engine.connect() as connection:
        assert len(connection.execute(select(tables.ledger)).all()) == 4
        assert connection.execute(select(tables.locks.c.name)).scalars().all() == ["ledger"]


# --- the ledger is append-only

AGAIN = "INSERT INTO ledger SELECT number, at, 'forged', fact, fact_sha256, previous, hash"
REWRITES = {
    "update": "UPDATE ledger SET fact = '{}' WHERE number = 2",
    "update of all": "UPDATE ledger SET kind = kind",
    "delete": "DELETE FROM ledger WHERE number = 2",
    "delete of the last": "DELETE FROM ledger WHERE number = 4",
    "the number again": f"{AGAIN} FROM ledger WHERE number = 2",
    "upsert": f"{AGAIN} FROM ledger WHERE number = 2 ON CONFLICT (number) DO UPDATE "
    "SET fact = excluded.fact",
    "upsert by hash": f"{AGAIN} FROM ledger WHERE number = 2 ON CONFLICT (hash) DO UPDATE "
    "SET kind = excluded.kind",
}
# another hash than any row's, in SQLite's words
ONLY_SQLITE = {
    "replace": "REPLACE INTO ledger SELECT number, at, 'forged', fact, fact_sha256, "
    "replace(hex(zeroblob(32)), '00', 'cd'), hash FROM ledger WHERE number = 4",
    "insert or replace of all": "INSERT OR REPLACE INTO ledger SELECT * FROM ledger",
    "replace by the row before it": "INSERT OR REPLACE INTO ledger SELECT 5, at, 'forged', fact, "
    "fact_sha256, previous, replace(hex(zeroblob(32)), '00', 'cd') FROM ledger WHERE number = 4",
    "replace by its hash": "INSERT OR REPLACE INTO ledger SELECT 5, at, 'forged', fact, "
    "fact_sha256, replace(hex(zeroblob(32)), '00', 'cd'), hash FROM ledger WHERE number = 4",
    "update or replace": "UPDATE OR REPLACE ledger SET number = 3 WHERE number = 2",
    "by row id": "DELETE FROM ledger WHERE rowid = 2",
}
ONLY_POSTGRESQL = {
    "truncate": "TRUNCATE ledger CASCADE",
    "merge": "MERGE INTO ledger USING (SELECT 2 AS n) AS it ON ledger.number = it.n "
    "WHEN MATCHED THEN DELETE",
    "with": "WITH gone AS (DELETE FROM ledger RETURNING *) SELECT * FROM gone",
}


def said_to(engine: Engine, statements: Mapping[str, str]) -> dict[str, str]:
    """What the database answers to each attempt; the ledger must be as it was after all."""
    before = rows_of(engine)
    said = {how: _said(engine, statement) for how, statement in statements.items()}
    assert rows_of(engine) == before, said
    return said


def rows_of(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return [*connection.execute(select(tables.ledger))]


def _said(engine: Engine, statement: str) -> str:
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    except DBAPIError as refusal:
        return str(refusal.orig)
    return "done"


def test_a_row_of_the_ledger_cannot_be_rewritten(ordered: Engine) -> None:
    said = said_to(ordered, REWRITES)

    assert [how for how, it in said.items() if "append-only" not in it and "unique" not in it] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlites_own_ways_to_replace_a_row_are_closed(ordered: Engine) -> None:
    said = said_to(ordered, ONLY_SQLITE)

    assert set(said.values()) == {"the ledger is append-only"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresqls_own_ways_to_remove_a_row_are_closed(ordered: Engine) -> None:
    said = said_to(ordered, ONLY_POSTGRESQL)

    assert [how for how, it in said.items() if "append-only" not in it] == []


# --- nonsense

NONSENSE: list[tuple[str, str, dict[str, object]]] = [
    ("a second package of an order", "packages", {"acceptance": 1, "payment": 4}),
    ("a package on another's acceptance", "packages", {"order_id": 2, "payment": 4}),
    ("a package on another's payment", "packages", {"order_id": 2, "acceptance": 4}),
    ("a package that ends as it starts", "packages", {"order_id": 2, "expires_at": NOON}),
    ("a package of no order", "packages", {"order_id": 9, "acceptance": 1, "payment": 4}),
    ("a package on no acceptance", "packages", {"order_id": 2, "acceptance": 99, "payment": 4}),
    ("a second open attempt", "attempts", {"id": "a-2", "payment_id": "p-2"}),
    ("an unsent attempt beside an open one", "attempts", {"id": "a-2", "payment_id": None,
     "state": "unsent"}),
    ("a payment of two attempts", "attempts", {"id": "a-2", "order_id": 2}),
    ("an attempt of no order", "attempts", {"id": "a-2", "order_id": 9, "payment_id": None}),
    ("an attempt in no known state", "attempts", {"id": "a-2", "order_id": 2, "payment_id": None,
     "state": "paid"}),
    ("the same form twice", "orders", {"id": 3, "number": "3", "token": "3"}),
    ("a number twice", "orders", {"id": 3, "token": "3", "form_attempt": "3"}),
    ("a secret address twice", "orders", {"id": 3, "number": "3", "form_attempt": "3"}),
    ("nothing sold", "orders", {"id": 3, "number": "3", "token": "3", "form_attempt": "3",
     "hours": 0}),
    ("sold for nothing", "orders", {"id": 3, "number": "3", "token": "3", "form_attempt": "3",
     "price_kopecks": 0}),
    ("an unknown state", "orders", {"id": 3, "number": "3", "token": "3", "form_attempt": "3",
     "state": "lost"}),
    ("paid without a payment", "orders", {"id": 3, "number": "3", "token": "3",
     "form_attempt": "3", "state": "paid", "paid_at": NOON}),
    ("paid at no time", "orders", {"id": 3, "number": "3", "token": "3", "form_attempt": "3",
     "state": "paid", "payment_id": "p-3"}),
    ("refunded without a payment", "orders", {"id": 3, "number": "3", "token": "3",
     "form_attempt": "3", "state": "refunded", "paid_at": NOON}),
    ("a consent without its text", "orders", {"id": 3, "number": "3", "token": "3",
     "form_attempt": "3", "consent": 1}),
    ("an unknown kind of party", "orders", {"id": 3, "number": "3", "token": "3",
     "form_attempt": "3", "party_kind": "robot"}),
    ("an order that is not in the ledger", "orders", {"id": 3, "number": "3", "token": "3",
     "form_attempt": "3", "ledger": 99}),
    ("an edition twice", "editions", {"sha256": "cd" * 32}),
    ("an unknown document", "editions", {"document": "price-list"}),
    ("edition zero", "editions", {"number": 0}),
    ("a shortened hash", "editions", {"number": 2, "sha256": "ab"}),
    ("a fact told twice", "messages", {"id": "m-2"}),
    ("a second refund in flight", "refunds", {"id": "r-2", "refund_id": "y-2", "ordered": 3}),
    ("a refund of no order", "refunds", {"id": "r-2", "order_id": 9, "refund_id": "y-2",
     "ordered": 3}),
    ("nothing given back", "refunds", {"id": "r-2", "order_id": 2, "refund_id": "y-2",
     "ordered": 3, "amount_kopecks": 0}),
    ("less than nothing given back", "refunds", {"id": "r-2", "order_id": 2, "refund_id": "y-2",
     "ordered": 3, "amount_kopecks": -1}),
    ("a refund of YooKassa's twice", "refunds", {"id": "r-2", "order_id": 2, "ordered": 3}),
    ("a refund on another's decision", "refunds", {"id": "r-2", "order_id": 2,
     "refund_id": "y-2"}),
    ("a refund in no known state", "refunds", {"id": "r-2", "order_id": 2, "refund_id": "y-2",
     "ordered": 3, "state": "final"}),
    ("a refund that ended without a fact", "refunds", {"id": "r-2", "order_id": 2,
     "refund_id": "y-2", "ordered": 3, "state": "succeeded"}),
    ("a refund that did not end, with the fact of its end", "refunds", {"id": "r-2",
     "order_id": 2, "refund_id": "y-2", "ordered": 3, "ended": 2}),
    ("an open refund that YooKassa does not know", "refunds", {"id": "r-2", "order_id": 2,
     "refund_id": None, "ordered": 3}),
    ("a second receipt of a payment", "receipts", {"id": "c-2", "receipt_id": "rt-2"}),
    ("a receipt of YooKassa's twice", "receipts", {"id": "c-2", "subject": "p-2"}),
    ("a receipt of no order", "receipts", {**SETTLEMENT, "order_id": 9}),
    ("a receipt of nothing", "receipts", {**SETTLEMENT, "amount_kopecks": 0}),
    ("a receipt of no known kind", "receipts", {**SETTLEMENT, "kind": "gift"}),
    ("a receipt of no known mode", "receipts", {**SETTLEMENT, "mode": "credit"}),
    ("a receipt in no known state", "receipts", {**SETTLEMENT, "state": "lost"}),
    ("a rate that there is not", "receipts", {**SETTLEMENT, "vat_code": 13}),
    ("a receipt that ended without a fact", "receipts", {**SETTLEMENT, "state": "registered"}),
    ("a receipt that waits, with the fact of its end", "receipts", {**SETTLEMENT, "ended": 2}),
    ("a settlement nobody ordered", "receipts", {**SETTLEMENT, "ordered": None}),
    ("a settlement without its request", "receipts", {**SETTLEMENT, "body": ""}),
    ("a payment's receipt that is to be sent by itself", "receipts", {"id": "c-2",
     "subject": "p-2", "receipt_id": None, "state": "unsent"}),
    ("a settlement to be set off", "receipts", {**SETTLEMENT, "settle_at": NOON}),
    ("a settlement on a fact that is not there", "receipts", {**SETTLEMENT, "ordered": 99}),
    ("a receipt given again that nobody ordered", "receipts", {"id": "c-2", "subject": "p-2",
     "receipt_id": None, "body": "{}", "instead_of": "c-1"}),
    ("a receipt given again without its request", "receipts", {"id": "c-2", "subject": "p-2",
     "receipt_id": None, "ordered": 3, "instead_of": "c-1"}),
    ("a receipt given again of none", "receipts", {**SETTLEMENT, "instead_of": "c-9"}),
    ("a case nobody can call", "cases", {"subject": "t", "number": None}),
    ("two cases of one number", "cases", {"subject": "t"}),
    ("a case twice", "cases", {"number": 2}),
    ("a case counted from nothing", "cases", {"subject": "t", "number": 0}),
    ("a case ended by no fact", "cases", {"subject": "t", "number": 2, "closed": 99}),
    ("a second refusal undecided", "refusals", {"asked": 3}),
    ("a refusal told of by another's word", "refusals", {"order_id": 2}),
    ("a refusal of no order", "refusals", {"asked": 3, "order_id": 9}),
    ("a refusal that is not in the ledger", "refusals", {"asked": 99, "order_id": 2}),
    ("whoever leaves owes money", "refusals", {"asked": 3, "order_id": 2,
     "by_days_kopecks": -1}),
    ("less than nothing proposed", "refusals", {"asked": 3, "order_id": 2,
     "proposed_kopecks": -1}),
    ("a decision at no time", "refusals", {"asked": 3, "order_id": 2, "ended": 4}),
    ("decided by nobody", "refusals", {"asked": 3, "order_id": 2, "ended_at": NOON}),
    ("decided before it was asked", "refusals", {"asked": 3, "order_id": 2, "ended": 1,
     "ended_at": NOON}),
    ("an answer that ends nothing", "refusals", {"asked": 3, "order_id": 2, "answer": "Нет."}),
]  # fmt: skip


def is_refused(engine: Engine, table: str, changes: Mapping[str, object]) -> bool:
    try:
        add(engine, table, **changes)
    except IntegrityError:
        return True
    return False


def test_nonsense_is_refused(ordered: Engine) -> None:
    add(ordered, "orders", id=2, number="2", token="2", form_attempt="2")

    accepted = [
        what for what, table, changes in NONSENSE if not is_refused(ordered, table, changes)
    ]

    assert accepted == []


def test_what_the_list_of_nonsense_spoils_is_sound_before(ordered: Engine) -> None:
    add(ordered, "orders", id=2, number="2", token="2", form_attempt="2", ledger=4)
    add(ordered, "orders", id=3, number="3", token="3", form_attempt="1", fingerprint="cd" * 32,
        state="paid", paid_at=NOON, payment_id="p-3")  # fmt: skip
    add(ordered, "attempts", id="a-2", state="refused", payment_id=None)
    add(ordered, "attempts", id="a-3", order_id=2, payment_id="p-2")
    add(ordered, "packages", order_id=2, acceptance=1, payment=4)
    add(ordered, "editions", number=2)
    add(ordered, "messages", id="m-2", kind="order")
    add(ordered, "refunds", id="r-2", order_id=2, refund_id="y-2", ordered=3)
    add(ordered, "refusals", asked=3, order_id=2, ended=4, ended_at=NOON, answer="Нет.")
    add(ordered, "refusals", asked=4, order_id=2)
    add(ordered, "refunds", id="r-3", refund_id=None, ordered=2, ended=1, state="cancelled")
    add(ordered, "receipts", **SETTLEMENT)
    add(ordered, "receipts", **{**SETTLEMENT, "id": "c-4", "subject": "p-4", "instead_of": "c-1",
        "ordered": 1})  # fmt: skip
    add(ordered, "cases", subject="t", number=2, closed=4)
    add(ordered, "receipts", id="c-3", subject="p-3", receipt_id=None, settle_at=None,
        mode="full_payment", state="failed", ended=2)  # fmt: skip


# SQLite numbers a row without an id by itself
MUST_HAVE = [name for name, it in tables.orders.c.items() if not it.nullable and name != "id"]


def test_an_order_without_what_it_must_have_is_refused(ordered: Engine) -> None:
    known = {"id": 3, "number": "3", "token": "3", "form_attempt": "3"}

    accepted = [it for it in MUST_HAVE if not is_refused(ordered, "orders", known | {it: None})]

    assert accepted == []
