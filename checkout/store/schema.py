"""Bring a database to the newest schema, by Alembic's numbered migrations.

Alembic is loaded only where something is missing: it takes longer to load than to find that out.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from checkout.domain.errors import CheckoutError
from checkout.store.engine import Store, UnreadableDatabase, open_engine

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x0FE27A


def open_store(database_url: str, clock: Callable[[], datetime]) -> Store:
    """The database, brought to the newest schema."""
    engine = open_engine(database_url)
    try:
        migrate(engine)
    except CheckoutError:
        engine.dispose()
        raise
    return Store(engine, clock)


def migrate(engine: Engine) -> None:
    """Apply the missing migrations in one transaction; several processes may start at once.

    Raises UnreadableDatabase where there is no database to speak of.
    """
    try:
        _migrate(engine)
    except DatabaseError as error:
        if isinstance(error, ProgrammingError | IntegrityError):
            raise  # a migration's own bug
        raise UnreadableDatabase(f"База данных не читается: {error.orig}") from error


def _migrate(engine: Engine) -> None:
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if not _is_newest(connection):
            from alembic import command

            command.upgrade(_config(connection), "head")


def _is_newest(connection: Connection) -> bool:
    """Whether the last migration, by the numbers their files begin with, is in the database."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    reached = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return list(reached) == [max(it.name[:4] for it in (MIGRATIONS / "versions").glob("*.py"))]


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
