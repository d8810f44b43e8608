"""Copy a whole database as it is at one moment, while others go on writing to it."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, make_url

from checkout.domain.errors import CheckoutError

LONGEST_COMPLAINT = 500


class NotCopied(CheckoutError):  # noqa: N818 - reads as what it is
    """There is no copy, and nothing is left of the try; the text says why."""

    code = "not_copied"


def copy_sqlite(engine: Engine, to: Path) -> None:
    """SQLite's own online backup, in one step: writers go on in their log. Raises NotCopied."""
    with engine.connect() as connection, closing(sqlite3.connect(to)) as copy:
        driver: Any = connection.connection.driver_connection
        try:
            driver.backup(copy)
            (damage,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite3.Error as error:
            raise NotCopied(f"База не скопирована: {error}.") from None
    if damage != "ok":
        raise NotCopied(f"База повреждена, копия была бы тоже: {damage}.")


def dump_postgresql(url: str, to: Path) -> None:
    """`pg_dump` in its own compressed format, read through once again. Raises NotCopied."""
    address = make_url(url)
    plain = address.set(drivername="postgresql", password=None)
    # not among the arguments, which every user of the machine can read
    secret = {"PGPASSWORD": str(address.password)} if address.password else None
    dumped = ["--format=custom", "--no-password", f"--file={to}"]
    _run("pg_dump", *dumped, f"--dbname={plain.render_as_string()}", secret=secret)
    _run("pg_restore", "--list", str(to), secret=None)


def _run(program: str, *arguments: str, secret: dict[str, str] | None) -> None:
    found = shutil.which(program)
    if found is None:
        raise NotCopied(
            f"Нет программы {program}: поставьте клиент PostgreSQL (postgresql-client)."
        )
    done = subprocess.run(
        [found, *arguments], env=secret, capture_output=True, text=True, check=False
    )
    if done.returncode:
        complaint = " ".join(done.stderr.split())[:LONGEST_COMPLAINT]
        raise NotCopied(f"{program} не справилась: {complaint}")
