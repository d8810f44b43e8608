"""A PostgreSQL of the tests' own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tests import machine


class Postgres:
    """A throw-away PostgreSQL cluster on a socket of its own, under an unprivileged user."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        # not under pytest's folder: that is closed to the other user, and its path may be
        # longer than the 107 bytes a socket may have
        self.folder = Path(tempfile.mkdtemp(prefix="oferta-pg-", dir=machine.quick_folder()))
        self._administrator: psycopg.Connection | None = None
        self.user = _unprivileged_user()
        if self.user:
            shutil.chown(self.folder, self.user)

    def start(self) -> None:
        self._run("initdb", "--username=oferta", "--auth=trust", "--encoding=UTF8",
                  "--locale=C", "--no-sync")  # fmt: skip
        # durability is PostgreSQL's own business; what we test is what we ask of it
        options = (
            f"-k {self.folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
            " -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 -c max_connections=200"
        )
        self._run("pg_ctl", "start", "--wait", "--log", f"{self.folder}/log", "--options", options)

    def stop(self) -> None:
        if self._administrator:
            self._administrator.close()
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://oferta@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        self._connected().execute(statement.encode())

    def copy(self, template: str, name: str) -> None:
        """A database like the template: its files are copied, which costs half of the default.

        The default of version 15 and later writes every page into the log.
        """
        connection = self._connected()
        how = "STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {how}".encode())

    def _connected(self) -> psycopg.Connection:
        """One for all that is asked here: each costs the server a process."""
        if self._administrator is None:
            address = f"host={self.folder} user=oferta dbname=postgres"
            self._administrator = psycopg.connect(address, autocommit=True)
        return self._administrator

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, "--pgdata", self.folder / "data", *arguments],
            check=True,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )


def _unprivileged_user() -> str | None:
    """Whom the server runs as when we are root, whom it refuses; None when we are not."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
