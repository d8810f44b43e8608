"""The database: how a connection begins, what a transaction is, when one is tried again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DatabaseError

from checkout.domain.errors import CheckoutError
from checkout.store.writer import Gatherer, Writer

C = TypeVar("C")
E = TypeVar("E")
T = TypeVar("T")
Clock = Callable[[], datetime]

BUSY_SECONDS = 30
SCRUB_MILLISECONDS = 1000
MISTYPED = "проверьте CHECKOUT_DATABASE_URL. Новую базу делает первый запуск checkout serve."


@dataclass(frozen=True)
class Tx:
    """One transaction: its connection and its single `now` (UTC, whole milliseconds)."""

    connection: Connection
    now: datetime


WorkOfAll = Callable[[Tx, C, Sequence[E]], Sequence[T]]


class Store:
    """Runs functions of a transaction. On return the transaction is committed, durably."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        self._writer = Writer(engine) if engine.dialect.name == "sqlite" else None
        self._gatherer = self._writer or Gatherer(engine)

    def transact(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in one write transaction; an exception rolls all of it back.

        On SQLite the write lock is taken at BEGIN, so what `work` reads cannot change under it;
        on PostgreSQL the rows it means to change must be read with `with_for_update()`.
        `work` may be run by another thread and beside others' work, and begins no transaction.
        """
        if self._writer:
            return self._writer.run(lambda connection: work(Tx(connection, self._now())))
        with self.engine.begin() as connection:
            return work(Tx(connection, self._now()))

    def together(
        self, work: WorkOfAll[C, E, T], context: C, things: Sequence[E]
    ) -> list[Callable[[], T]]:
        """Run `work` in a write transaction for these things, and for those of whoever waits too.

        It is called with the things of all who want the same `work` and `context`, and returns as
        many results. If it raises, it is undone and called for each alone, so that none fails for
        another's sake. Each answer is the committed result, or raises what came instead of it.
        """

        def work_of_all(connection: Connection, things: Sequence[E]) -> Sequence[T]:
            return work(Tx(connection, self._now()), context, things)

        return self._gatherer.run_together(work_of_all, things, (work, id(context)))

    def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work`, which only reads; it neither waits for a writer nor holds one up."""
        with self.engine.connect() as connection:
            reader = connection.execution_options(reads_only=True)
            with reader.begin():
                return work(Tx(reader, self._now()))

    def look_through(self, work: Callable[[Tx], T]) -> T:
        """Run `work`, which reads all of the database as it is at one moment, sound or not.

        Text that is no UTF-8 comes with its bytes escaped (`surrogateescape`) instead of an error.
        Raises UnreadableDatabase.
        """
        try:
            with self.engine.connect() as connection:
                return self._look(connection, work)
        except DatabaseError as error:
            raise UnreadableDatabase(f"База данных не читается: {error.orig}") from error

    def _look(self, connection: Connection, work: Callable[[Tx], T]) -> T:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                return work(Tx(connection, self._now()))
        driver: Any = connection.connection.driver_connection
        usual = driver.text_factory
        driver.text_factory = lambda data: data.decode(errors="surrogateescape")
        try:
            reader = connection.execution_options(reads_only=True)
            with reader.begin():
                return work(Tx(reader, self._now()))
        finally:
            driver.text_factory = usual

    def scrub(self) -> None:
        """Have nothing erased left in SQLite's log: its pages move into the file, zeroed there.

        Whoever holds the log open (Litestream does) moves them himself, later. PostgreSQL keeps
        dead rows until it vacuums, as deploy/README says.
        """
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                driver: Any = connection.connection.driver_connection
                # nobody can write while this waits for readers
                driver.execute(f"PRAGMA busy_timeout={SCRUB_MILLISECONDS}")
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    def close(self) -> None:
        """Close the idle connections; one that is in use closes when its transaction ends."""
        self.engine.dispose()

    def _now(self) -> datetime:
        now = self.clock()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


class NoDatabase(CheckoutError):  # noqa: N818 - reads as what it is
    """There is no database at the address."""

    code = "no_database"


class UnreadableDatabase(CheckoutError):  # noqa: N818
    """The database itself says that it cannot be read: damaged pages, a missing table."""

    code = "unreadable_database"


def existing(url: str) -> str:
    """The same address; NoDatabase if no shop was ever opened there.

    Opening one would make it, and its ledger would be whole because nothing is in it. Raises
    UnreadableDatabase.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        raise NoDatabase(f"Нет базы данных {address.database}: {MISTYPED}")
    if not _has_ledger(url):
        where = address.database if address.get_backend_name() == "sqlite" else repr(address)
        raise NoDatabase(f"В\u00a0базе данных {where} нет магазина: {MISTYPED}")
    return url


def _has_ledger(url: str) -> bool:
    # not `open_engine`: its settings would be written into what may be somebody else's file
    engine = create_engine(url, hide_parameters=True)
    try:
        return inspect(engine).has_table("ledger")
    except DatabaseError as error:
        raise UnreadableDatabase(f"База данных не читается: {error.orig}") from error
    finally:
        engine.dispose()


def open_engine(url: str) -> Engine:
    """An engine for SQLite (a file) or PostgreSQL 15+ (`postgresql+psycopg://…`)."""
    if make_url(url).get_backend_name() == "sqlite":
        return _open_sqlite(url)
    return _open_postgresql(url)


# An error's text is logged: the values of the query, a name among them, are not (hide_parameters).


def _open_postgresql(url: str) -> Engine:
    # a connection for every thread of the service: none waits for one until it times out
    engine = create_engine(url, pool_pre_ping=True, max_overflow=60, hide_parameters=True)

    @event.listens_for(engine, "handle_error")
    def _tell_no_values(context: ExceptionContext) -> None:
        # its DETAIL quotes the row or the key that was refused
        refused: Any = context.original_exception
        told = getattr(refused, "diag", None) and refused.diag.message_primary
        if told and context.sqlalchemy_exception:
            kind = type(refused)
            refused.args = (told,)
            context.sqlalchemy_exception.args = (f"({kind.__module__}.{kind.__name__}) {told}",)

    return engine


def _open_sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)

    # The driver's own transactions begin too late: two settlements of one payment both read
    # «not paid» before either writes. BEGIN IMMEDIATE takes the write lock first.
    @event.listens_for(engine, "connect")
    def _connect(connection, record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine
