"""A database of an earlier version is brought to the newest schema with all that is in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, insert, inspect, select

from checkout.domain.details import Part
from checkout.store import ledger, tables
from checkout.store.engine import Store, open_engine
from checkout.store.schema import migrate
from checkout.verify import Remark, verify
from offer.evidence.chain import canonical
from tests.contract.simulated import StandingClock
from tests.store import first_version
from tests.store.history import ZONE
from tests.store.test_schema import EDITION


@pytest.fixture(params=first_version.EARLIER)
def earlier(empty_database_url: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database as an earlier migration left it, with a row in every table that a sale fills."""
    engine = open_engine(empty_database_url)
    first_version.at_revision(engine, request.param)
    first_version.sell(engine)
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


def test_an_upgrade_keeps_every_row(earlier: Engine) -> None:
    known = MetaData()
    known.reflect(earlier)
    before = everything(earlier, known)
    migrate(earlier)

    assert everything(earlier, known) == before
    assert [name for name, rows in before.items() if not rows and name != "edition_pdfs"] == []
    assert set(inspect(earlier).get_table_names()) == {*tables.metadata.tables, "alembic_version"}


def test_what_the_first_version_sold_is_verified_after_the_upgrade(earlier: Engine) -> None:
    migrate(earlier)
    remarks = verify(Store(earlier, StandingClock()), ZONE)

    assert [it for it in remarks if it.mark != "✓"] == [
        Remark("!", "Редакций, о которых ещё нет фактов: 2."),
        Remark("!", "Дел первой версии, без факта в журнале: 1."),
        Remark("!", "Сообщений первой версии, без письма и факта: 1."),
        Remark("!", "Свидетельств первой версии, без факта в журнале: 1."),
    ]
    assert remarks[0].sentence.startswith("Журнал цел: строк 4, последняя: 4:")


def test_the_details_of_the_first_version_stay_one_text_under_the_party(earlier: Engine) -> None:
    migrate(earlier)
    store = Store(earlier, StandingClock())

    kept = store.read(lambda tx: [ledger.details(tx, number, Part.PARTY) for number in (1, 2)])
    assert [it and it.text for it in kept] == [canonical(first_version.PARTY)] * 2
    assert store.read(lambda tx: ledger.details(tx, 1, Part.ORIGIN)) is None
    assert [it.number for it in store.read(lambda tx: ledger.of_order(tx, "2026-0001"))] == [
        *range(1, 5)
    ]


def test_the_ledger_goes_on_after_an_upgrade(earlier: Engine) -> None:
    migrate(earlier)
    store = Store(earlier, StandingClock())
    store.transact(lambda tx: ledger.append(tx, "case", {"kind": "test"}))
    with earlier.begin() as connection:
        connection.execute(insert(tables.editions), {**EDITION, "number": 2})

    assert verify(store, ZONE)[0].sentence.startswith("Журнал цел: строк 5, ")
