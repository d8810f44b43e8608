"""Bring a database to the newest schema, by Alembic's numbered migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from checkout.store.engine import UnreadableDatabase

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x0FE27A


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
        command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
