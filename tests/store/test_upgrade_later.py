"""Databases of the versions after the first are brought to the newest schema with all in them."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, event, insert, inspect, select, text

from checkout.refund import Wanted, refund
from checkout.store import accounts, cases, ledger, receipts, tables
from checkout.store.engine import Store, open_engine
from checkout.store.schema import migrate
from checkout.verify import verify
from tests.contract.simulated import StandingClock
from tests.fault.fuse import Crash
from tests.store import first_version
from tests.store.history import ZONE
from tests.store.test_schema import EDITION
from tests.store.test_upgrade import everything
from tests.town import a_town
from tests.web.buying import spoilt_and_settled
from tests.web.receipts.books import end_term, sell

LATER = ("0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
REFUNDS_SINCE, ACCOUNTS_SINCE = "0005", "0009"
# An upgrade from one of these goes through every step that one from between them goes through;
# what the tables between them had is filled in by soak.
ENDS = ("0003", REFUNDS_SINCE, ACCOUNTS_SINCE, "0011")


def revisions(*, before: str = "9999") -> list[Any]:
    """Those before one; the long proof has all of them."""
    wanted = [it for it in LATER if it < before]
    return [pytest.param(it, marks=[] if it in ENDS else pytest.mark.soak) for it in wanted]


@pytest.fixture(scope="module")
def sold_then(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[Any]]]:
    """Rows of a shop that sold as those versions did, without refunds and with them."""
    folder = tmp_path_factory.mktemp("then")
    found = {}
    with a_town(folder, f"sqlite:///{folder / 'town.sqlite'}") as town:
        for _ in range(2):
            town.pay(town.order(accept_consent=town.shop.shelf.release().current("consent").sha256))  # type: ignore[union-attr]
        spoilt_and_settled(town, town.order(), amount_kopecks=1)
        town.work()
        found["before refunds"] = _rows(town.shop.store.engine)
        refund(town.shop, Wanted("2026-0001", 500_000, "письмо"))
        refund(town.shop, Wanted("2026-0002", None, "письмо"))
        town.work()
        found["with refunds"] = _rows(town.shop.store.engine)
    (folder / "fiscal").mkdir()
    url = f"sqlite:///{folder / 'fiscal.sqlite'}"
    with a_town(folder / "fiscal", url, {"receipts": "two"}, receipts=True) as town:
        sell(town)
        refund(town.shop, Wanted("2026-0001", 500_000, "письмо"))
        end_term(town)
        found["with receipts"] = _rows(town.shop.store.engine)
    return found


def _rows(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in tables.metadata.sorted_tables
        }


@pytest.fixture(params=revisions())
def later(
    empty_database_url: str,
    request: pytest.FixtureRequest,
    sold_then: dict[str, dict[str, list[Any]]],
) -> Iterator[Engine]:
    """A database at a later revision, with what such a shop had in its tables and columns."""
    engine = open_engine(empty_database_url)
    first_version.at_revision(engine, request.param)
    _fill(engine, sold_then["with refunds" if request.param >= REFUNDS_SINCE else "before refunds"])
    yield engine
    engine.dispose()


def _fill(engine: Engine, rows: dict[str, list[Any]]) -> None:
    known = MetaData()
    known.reflect(engine)
    with engine.begin() as connection:
        for table in tables.metadata.sorted_tables:
            there = known.tables.get(table.name)
            if there is None or table.name == "locks" or not rows[table.name]:
                continue
            for column in there.c:
                column.type = table.c[column.name].type
            names = [column.name for column in there.c]
            values = [{name: row[name] for name in names} for row in rows[table.name]]
            connection.execute(insert(there), values)


@pytest.mark.parametrize("revision", ["0008", "0011"])
def test_an_upgrade_keeps_every_receipt_and_what_follows_from_it(
    empty_database_url: str, revision: str, sold_then: dict[str, dict[str, list[Any]]]
) -> None:
    engine = open_engine(empty_database_url)
    first_version.at_revision(engine, revision)
    _fill(engine, sold_then["with receipts"])
    known = MetaData()
    known.reflect(engine)
    before = everything(engine, known)
    migrate(engine)
    store = Store(engine, StandingClock())

    assert everything(engine, known) == before
    assert [it.kind for it in store.read(lambda tx: receipts.of_order(tx, 1))] == [
        "payment",
        "refund",
        "settlement",
    ]
    assert [it.sentence for it in verify(store, ZONE) if it.mark == "✗"] == []
    engine.dispose()


@pytest.mark.parametrize(
    ("revision", "sold"), [("0010", "with refunds"), ("0011", "with receipts")]
)
def test_an_upgrade_that_is_cut_short_at_any_statement_is_begun_anew(
    empty_database_url: str, revision: str, sold: str, sold_then: dict[str, dict[str, list[Any]]]
) -> None:
    """As by the death of the process: what was not committed never was, on both databases."""
    engine = open_engine(empty_database_url)
    first_version.at_revision(engine, revision)
    _fill(engine, sold_then[sold])
    known = MetaData()
    known.reflect(engine)
    before = everything(engine, known)
    tables_before = set(inspect(engine).get_table_names())
    cut = 0
    while is_cut_short(engine, cut + 1):
        cut += 1
        assert everything(engine, known) == before, f"statement {cut}"
        assert set(inspect(engine).get_table_names()) == tables_before
        assert revision_of(engine) == revision

    assert cut > 10
    assert everything(engine, known) == before
    assert revision_of(engine) > revision
    remarks = verify(Store(engine, StandingClock()), ZONE)
    assert [it.sentence for it in remarks if it.mark == "✗"] == []
    engine.dispose()


def is_cut_short(engine: Engine, statement: int) -> bool:
    """Upgrade, and die before that statement; whether there was one."""
    left = [statement]

    def die(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    event.listen(engine, "before_cursor_execute", die)
    try:
        migrate(engine)
    except Crash:
        return True
    finally:
        event.remove(engine, "before_cursor_execute", die)
    return False


def revision_of(engine: Engine) -> str:
    with engine.connect() as connection:
        reached = connection.execute(text("SELECT version_num FROM alembic_version"))
        return str(reached.scalar_one())


def test_an_upgrade_from_a_later_version_keeps_every_row_and_is_sound(later: Engine) -> None:
    known = MetaData()
    known.reflect(later)
    before = everything(later, known)
    migrate(later)
    store = Store(later, StandingClock())

    assert everything(later, known) == before
    assert len(before["orders"]) == 3
    assert [it.sentence for it in verify(store, ZONE) if it.mark == "✗"] == []
    assert store.read(lambda tx: receipts.of_order(tx, 1)) == []
    assert [(it.number, it.kind) for it in store.read(cases.opened)] == [(1, "odd_money")]


def test_what_was_sold_without_receipts_goes_on_without_them(later: Engine) -> None:
    migrate(later)
    store = Store(later, StandingClock())
    store.transact(lambda tx: ledger.append(tx, "case", {"kind": "test"}))
    with later.begin() as connection:
        connection.execute(insert(tables.editions), {**EDITION, "number": 7})

    assert store.transact(receipts.due) is None
    assert store.read(lambda tx: receipts.to_settle(tx, 10)) == []


@pytest.mark.parametrize("later", revisions(before=ACCOUNTS_SINCE), indirect=True)
def test_what_was_sold_before_belongs_to_the_accounts_of_its_addresses(later: Engine) -> None:
    migrate(later)
    store = Store(later, StandingClock())
    found = store.read(lambda tx: accounts.by_email(tx, "anna@example.ru"))

    assert found is not None
    assert found.proved_at is None
    assert len(store.read(lambda tx: accounts.tokens(tx, found.id))) == 3
    boris = store.transact(lambda tx: accounts.of_email(tx, "boris@example.ru"))
    assert boris.id != found.id
