"""Payments settled together while the database fails at any statement of it, or at the commit.

What was answered stands, what failed has left nothing behind, and settled again each payment comes
to one acceptance, one package or one case.
"""

import json
import resource
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, func, select

from checkout.domain.payment import Payment
from checkout.domain.transitions import State
from checkout.settle import settle_all
from checkout.shop import Shop
from checkout.store import ledger, tables
from offer.evidence.chain import broken
from tests.store import market

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
Harm = Callable[[Any], None]
# what a payment leaves behind that ends so
LEAVES = {
    State.PAID: Counter(acceptance=1, payment=1, packages=1, messages=2),
    State.CANCELLED: Counter(payment=1),
    State.CASE: Counter(payment=1, case=1, cases=1, messages=2),
    None: Counter[str](),
}
ENDS = [State.PAID, State.PAID, State.CANCELLED, State.CASE]
# longer than a page: whatever keeps it takes new ones
ANSWER = "x" * 9000


@dataclass
class Trouble:
    """Comes before one statement, and before all that follow if it lasts."""

    harm: Harm
    at: int
    lasts: bool
    statements: int = 0

    def __call__(self, connection: Any, *_: Any) -> None:
        self.statements += 1
        if self.statements == self.at or (self.lasts and self.statements > self.at):
            self.harm(connection)

    @property
    def came(self) -> bool:
        return self.statements >= self.at


@contextmanager
def hearing(engine: Engine, name: str, harm: Harm | Trouble) -> Iterator[None]:
    event.listen(engine, name, harm)
    try:
        yield
    finally:
        event.remove(engine, name, harm)


def no_page_more(connection: Any) -> None:
    """The disk is full for whatever takes a new page."""
    connection.connection.driver_connection.execute("PRAGMA max_page_count=1")


def lose_connection(connection: Any) -> None:
    """The server ends it, as when it is restarted; we learn of it by our next statement."""
    driver: psycopg.Connection = connection.connection.driver_connection
    address, backend = driver.info.dsn, driver.info.backend_pid
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [backend])


def wait_in_vain(connection: Any) -> None:
    """Somebody has a lock for longer than it is waited for: the transaction is spoilt."""
    driver: psycopg.Connection = connection.connection.driver_connection
    driver.execute("SET LOCAL lock_timeout = 1")
    driver.execute("SELECT pg_advisory_xact_lock(1)")


@pytest.fixture
def somebody(shop: Shop) -> Iterator[psycopg.Connection]:
    """Has the lock of `wait_in_vain`."""
    url = shop.store.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        yield connection


def batch(shop: Shop, name: str) -> list[Payment]:
    """Two that begin a package, one that was cancelled, one of the wrong sum."""
    known = [market.waiting(shop, f"{name}-{at}") for at in range(4)]
    paid = [it.paid() for it in known]
    paid[2:] = [known[2].paid("canceled"), replace(paid[3], amount_kopecks=100)]
    return [replace(it, raw=json.dumps({"id": it.id, "description": ANSWER})) for it in paid]


def told(shop: Shop, payments: Sequence[Payment]) -> list[State | None]:
    """What each is told; None where that is an error."""
    states: list[State | None] = []
    for answer in settle_all(shop, payments):
        states.append(None)
        with suppress(Exception):
            states[-1] = answer().state
    return states


def stands(shop: Shop) -> Counter[str]:
    """How many there are of all that a settlement writes; the ledger is whole."""
    rows = shop.store.read(ledger.entries)
    assert broken(rows) is None
    counted = Counter(row.kind for row in rows if row.kind in ("acceptance", "payment", "case"))
    for table in (tables.packages, tables.cases, tables.messages):
        many = select(func.count()).select_from(table)
        found = shop.store.read(lambda tx, many=many: tx.connection.execute(many).scalar_one())  # type: ignore[misc]
        counted[table.name] = found
    return counted


def left_by(states: Sequence[State | None]) -> Counter[str]:
    left = Counter[str]()
    for it in states:
        left += LEAVES[it]
    return left


def fail_at_each_statement(shop: Shop, harm: Harm, *, lasts: bool) -> int:
    """Settle payments while it fails, at each statement in turn; how often somebody was refused."""
    refused = at = 0
    trouble, payments, before = Trouble(harm, 0, lasts), batch(shop, "0"), stands(shop)
    while trouble.came:
        at += 1
        trouble = Trouble(harm, at, lasts)
        with hearing(shop.store.engine, "before_cursor_execute", trouble):
            states = told(shop, payments)
        # SQLite keeps it with the connection
        shop.store.engine.dispose()
        assert stands(shop) == before + left_by(states), f"statement {at}"
        refused += None in states
        if any(states):
            assert told(shop, payments) == ENDS
            before += left_by(ENDS)
            assert stands(shop) == before
            payments = batch(shop, str(at))
    return refused


@pytest.mark.parametrize("lasts", [False, True], ids=["once", "from then on"])
@ON_SQLITE
def test_a_disk_that_is_full_at_any_statement_leaves_nothing_half_written(
    shop: Shop, lasts: bool
) -> None:
    assert fail_at_each_statement(shop, no_page_more, lasts=lasts) > 3


@pytest.mark.parametrize(
    ("harm", "lasts"),
    [
        pytest.param(wait_in_vain, True, id="a lock, from then on"),
        pytest.param(wait_in_vain, False, id="a lock, once", marks=pytest.mark.soak),
        pytest.param(lose_connection, True, id="gone, from then on", marks=pytest.mark.soak),
        pytest.param(lose_connection, False, id="gone, once", marks=pytest.mark.soak),
    ],
)
@ON_POSTGRESQL
@pytest.mark.usefixtures("somebody")
def test_a_server_that_fails_at_any_statement_leaves_nothing_half_written(
    shop: Shop, harm: Harm, lasts: bool
) -> None:
    refused = fail_at_each_statement(shop, harm, lasts=lasts)

    # what fails once for all is done for each alone
    assert refused > 30 if lasts else refused == 0


@ON_SQLITE
def test_another_process_that_writes_too_long_leaves_all_to_be_settled_later(
    shop: Shop, database_url: str
) -> None:
    payments, before = batch(shop, "form"), stands(shop)

    def be_impatient(connection: Any) -> None:
        connection.connection.driver_connection.execute("PRAGMA busy_timeout=1")

    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        with hearing(shop.store.engine, "engine_connect", be_impatient):
            states = told(shop, payments)
        other.rollback()

    assert (states, stands(shop)) == ([None] * 4, before)
    assert told(shop, payments) == ENDS
    assert stands(shop) == before + left_by(ENDS)


def no_byte_more(connection: Any) -> None:
    """The log cannot grow, wherever it stands: the disk is full for the commit."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


@pytest.mark.parametrize(
    ("database_url", "harm"),
    [("sqlite", no_byte_more), ("postgresql", lose_connection)],
    indirect=["database_url"],
)
def test_a_commit_that_fails_is_told_to_all_and_has_written_nothing(shop: Shop, harm: Harm) -> None:
    payments, before = batch(shop, "form"), stands(shop)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)

    try:
        with hearing(shop.store.engine, "commit", harm):
            states = told(shop, payments)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)

    assert (states, stands(shop)) == ([None] * 4, before)
    assert told(shop, payments) == ENDS
    assert stands(shop) == before + left_by(ENDS)


def test_a_commit_whose_answer_is_lost_is_told_as_failed_and_is_not_written_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    payments, before = batch(shop, "form"), stands(shop)
    dialect = shop.store.engine.dialect
    commit = dialect.do_commit

    def commit_unheard(connection: Any) -> None:
        commit(connection)
        raise OSError("the answer is lost")

    with monkeypatch.context() as patch:
        patch.setattr(dialect, "do_commit", commit_unheard)
        states = told(shop, payments)

    assert (states, stands(shop)) == ([None] * 4, before + left_by(ENDS))
    assert told(shop, payments) == ENDS
    assert stands(shop) == before + left_by(ENDS)
