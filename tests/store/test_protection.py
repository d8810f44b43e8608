"""Ledger, heads and archive cannot be rewritten, whichever version the database began with."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from checkout.store import ledger, protection, tables
from checkout.store.engine import Store, open_engine
from checkout.store.schema import migrate
from tests.conftest import of_one_test
from tests.contract.simulated import NOON, StandingClock
from tests.postgres import Postgres
from tests.store import first_version

KEYS: Mapping[str, str] = {
    "ledger": "number",
    "heads": "day",
    "editions": "document, number",
    "edition_pdfs": "document, number, sha256",
}
# a column to write over in each
WORDS = {"ledger": "kind", "heads": "hash", "editions": "summary", "edition_pdfs": "sha256"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=[*first_version.EARLIER, "head"])
def template(
    dialect: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A sale, made at this revision; then the newest schema, a head and a PDF: to be copied.

    The path of a file, or the name of a database of PostgreSQL.
    """
    if dialect == "sqlite":
        file = tmp_path_factory.mktemp("sold") / "sold.sqlite"
        fill(f"sqlite:///{file}", request.param)
        yield str(file)
        return
    server: Postgres = request.getfixturevalue("postgres")
    with of_one_test(server, request, "template0") as url:
        fill(url, request.param)
        yield str(make_url(url).database)


@pytest.fixture
def sold(
    dialect: str, template: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Engine]:
    """A copy of it for one test."""
    if dialect == "sqlite":
        copy: AbstractContextManager[str] = nullcontext(
            f"sqlite:///{shutil.copy(template, tmp_path / 'sold.sqlite')}"
        )
    else:
        copy = of_one_test(request.getfixturevalue("postgres"), request, template)
    with copy as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


def fill(url: str, revision: str) -> None:
    engine = open_engine(url)
    first_version.at_revision(engine, revision)
    if revision == "head":
        fill_new(engine)
    else:
        first_version.sell(engine)
        migrate(engine)
    with engine.begin() as connection:
        add_head_and_pdf(connection)
    engine.dispose()


def fill_new(engine: Engine) -> None:
    store = Store(engine, StandingClock())
    for kind in ("order", "consent", "acceptance", "payment"):
        store.transact(lambda tx, kind=kind: ledger.append(tx, kind, {"kind": kind}))
    with engine.begin() as connection:
        connection.execute(insert(tables.editions), {
            "document": "offer", "number": 1, "sha256": "ab" * 32, "commit_id": "c", "tag_id": "d",
            "published_at": NOON, "summary": "", "text": b"text", "archived_at": NOON,
        })  # fmt: skip


def add_head_and_pdf(connection: Connection) -> None:
    row = connection.execute(select(tables.ledger).where(tables.ledger.c.number == 4)).one()
    connection.execute(
        insert(tables.heads), {"day": NOON.date(), "at": NOON, "number": 4, "hash": row.hash}
    )
    pdf = {"document": "offer", "number": 1, "sha256": "cd" * 32, "data": b"%PDF"}
    connection.execute(insert(tables.edition_pdfs), {**pdf, "archived_at": NOON})


# every way to write over what a table has: `t` is the table, `k` its key, `w` a column, `f` the
# first column of its key
EVERYWHERE = (
    "UPDATE {t} SET {w} = {w}",
    "DELETE FROM {t}",
    "INSERT INTO {t} SELECT * FROM {t} WHERE 1 = 1 "
    "ON CONFLICT ({k}) DO UPDATE SET {w} = excluded.{w}",
)
ONLY_SQLITE = (
    "REPLACE INTO {t} SELECT * FROM {t}",
    "INSERT OR REPLACE INTO {t} SELECT * FROM {t}",
    "INSERT OR IGNORE INTO {t} SELECT * FROM {t}",
    "UPDATE OR REPLACE {t} SET {w} = 'x'",
    "DELETE FROM {t} WHERE rowid > 0",
)
ONLY_POSTGRESQL = (
    "TRUNCATE {t} CASCADE",
    "MERGE INTO {t} USING {t} s ON {t}.{f} = s.{f} WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM {t} RETURNING *) SELECT * FROM gone",
)


def rewrites(table: str, dialect: str) -> list[str]:
    key = KEYS[table]
    return [
        it.format(t=table, k=key, w=WORDS[table], f=key.partition(",")[0])
        for it in EVERYWHERE + (ONLY_SQLITE if dialect == "sqlite" else ONLY_POSTGRESQL)
    ]


def said(engine: Engine, statement: str) -> str:
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    except DBAPIError as refusal:
        return str(refusal.orig)
    return "done"


def rows(engine: Engine, table: str) -> list[Any]:
    with engine.connect() as connection:
        return [*connection.execute(select(tables.metadata.tables[table]))]


@pytest.mark.parametrize("table", KEYS)
def test_no_way_of_sql_rewrites_a_row_whichever_version_made_it(sold: Engine, table: str) -> None:
    before = rows(sold, table)

    answers = {it: said(sold, it) for it in rewrites(table, sold.dialect.name)}

    assert {how: it for how, it in answers.items() if "append-only" not in it} == {}
    assert rows(sold, table) == before != []


def missing(engine: Engine) -> list[str]:
    return Store(engine, StandingClock()).read(protection.missing)


def test_the_check_knows_the_triggers_as_every_migration_leaves_them(sold: Engine) -> None:
    assert missing(sold) == []


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("verb", ["update", "delete", "insert"])
@pytest.mark.parametrize("table", KEYS)
def test_a_trigger_that_is_gone_or_another_is_named_on_sqlite(
    sold: Engine, table: str, verb: str
) -> None:
    name = f"{table}_no_{verb}"
    said(sold, f"DROP TRIGGER {name}")
    gone = missing(sold)
    said(sold, f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN 1 = 0 "
               "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END")  # fmt: skip

    assert gone == [f"нет триггера {name} таблицы {table}."]
    assert missing(sold) == [f"триггер {name} таблицы {table} не тот, что поставлен."]


HARMLESS = "$$ BEGIN RETURN NULL; END $$"
UNDONE = {
    "dropped": ("DROP TRIGGER {t}_no_rewrite ON {t}", "нет триггера"),
    "disabled": ("ALTER TABLE {t} DISABLE TRIGGER {t}_no_rewrite", "выключен"),
    "all disabled": ("ALTER TABLE {t} DISABLE TRIGGER ALL", "выключен"),
    "for replicas only": ("ALTER TABLE {t} ENABLE REPLICA TRIGGER {t}_no_rewrite", "выключен"),
    "function emptied": (
        f"CREATE OR REPLACE FUNCTION {{f}}() RETURNS trigger LANGUAGE plpgsql AS {HARMLESS}",
        "не тот",
    ),
    "without truncate": (
        "CREATE OR REPLACE TRIGGER {t}_no_rewrite BEFORE UPDATE OR DELETE ON {t} "
        "FOR EACH STATEMENT EXECUTE FUNCTION {f}()",
        "не тот",
    ),
    "of one column": (
        "CREATE OR REPLACE TRIGGER {t}_no_rewrite BEFORE UPDATE OF {w} OR DELETE OR TRUNCATE "
        "ON {t} FOR EACH STATEMENT EXECUTE FUNCTION {f}()",
        "не тот",
    ),
    "never": (
        "CREATE OR REPLACE TRIGGER {t}_no_rewrite BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON {t} FOR EACH STATEMENT WHEN (1 = 0) EXECUTE FUNCTION {f}()",
        "не тот",
    ),
}


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
@pytest.mark.parametrize("template", ["head"], indirect=True)
@pytest.mark.parametrize("undone", UNDONE)
@pytest.mark.parametrize("table", KEYS)
def test_a_trigger_that_is_gone_off_or_another_is_named_on_postgresql(
    sold: Engine, table: str, undone: str
) -> None:
    statement, words = UNDONE[undone]
    function = "ledger_append_only" if table in ("ledger", "heads") else "archive_append_only"
    done = said(sold, statement.format(t=table, f=function, w=WORDS[table]))

    assert done == "done"
    assert any(f"{table}_no_rewrite таблицы {table}" in it and words in it for it in missing(sold))


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
@pytest.mark.parametrize("template", ["head"], indirect=True)
def test_a_database_whose_sessions_all_pass_for_replicas_is_named(sold: Engine) -> None:
    name = sold.url.database
    assert said(sold, f"ALTER DATABASE {name} SET session_replication_role = replica") == "done"
    sold.dispose()

    assert missing(sold) == ["session_replication_role = replica: триггеры не действуют."]
