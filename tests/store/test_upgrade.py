"""A database of an earlier version is brought to the newest schema with all that is in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, MetaData, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from checkout.store import ledger, tables
from checkout.store.engine import Store, open_engine
from checkout.store.schema import _config, migrate
from tests.contract.simulated import StandingClock
from tests.store.test_schema import EDITION, ROWS, add


@pytest.fixture
def first_version(database_url: str) -> Iterator[Engine]:
    """A database as migration 0001 left it, with a row in every table that a sale fills."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0001")
    store = Store(engine, StandingClock())
    for kind in ("order", "acceptance", "payment"):
        store.transact(lambda tx, kind=kind: ledger.append(tx, kind, {"kind": kind}))
    for table in ROWS:
        add(engine, table)
    yield engine
    engine.dispose()


def everything(engine: Engine, known: MetaData) -> dict[str, list[Any]]:
    """Every row of these tables, in these columns."""
    with engine.connect() as connection:
        return {
            table.name: [*connection.execute(select(table))]
            for table in known.sorted_tables
            if table.name != "alembic_version"
        }


def test_an_upgrade_keeps_every_row(first_version: Engine) -> None:
    known = MetaData()
    known.reflect(first_version)
    before = everything(first_version, known)
    migrate(first_version)

    assert everything(first_version, known) == before
    assert all(before[name] for name in ("ledger", "locks", *ROWS))
    assert set(inspect(first_version).get_table_names()) == {*tables.metadata.tables,
                                                              "alembic_version"}  # fmt: skip


def test_editions_archived_before_the_upgrade_are_protected_after_it(
    first_version: Engine,
) -> None:
    migrate(first_version)
    for statement in ("UPDATE editions SET summary = ''", "DELETE FROM editions",
                      "UPDATE ledger SET kind = ''"):  # fmt: skip
        with pytest.raises(DBAPIError, match="append-only"), first_version.begin() as connection:
            connection.execute(text(statement))
    with first_version.begin() as connection:
        connection.execute(insert(tables.editions), {**EDITION, "number": 2})
