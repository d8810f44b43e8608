"""What the simulator keeps in a file, so that it survives being killed; in the demo only."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checkout.gateway.simulator.objects import Object

TABLE = """CREATE TABLE IF NOT EXISTS kept (
    kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, name)
)"""
# an update leaves the row where it is, so that rows stay in the order they were first put
PUT = """INSERT INTO kept VALUES (?, ?, ?)
    ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value"""


class Memory:
    """JSON objects by kind and name in a SQLite file; without a file it forgets at once.

    Every change is in the file when the call returns, or inside `together`, when that ends.
    """

    def __init__(self, file: Path | None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._database: sqlite3.Connection | None = None
        if file is not None:
            self._database = sqlite3.connect(file, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = WAL")
            # what a killed process wrote stays; only a power cut could take the last of it
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.execute(TABLE)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Whatever is put inside is kept whole or not at all."""
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._database is not None and not self._depth:
                    self._database.commit()

    def put(self, kind: str, name: str, value: Object) -> None:
        """Keep this instead of what was there."""
        with self.together():
            if self._database is not None:
                self._database.execute(PUT, (kind, name, json.dumps(value)))

    def forget(self, kind: str, name: str) -> None:
        with self.together():
            if self._database is not None:
                self._database.execute("DELETE FROM kept WHERE (kind, name) = (?, ?)", (kind, name))

    def all(self, kind: str) -> dict[str, Object]:
        """Everything of a kind by name, in the order it was first put."""
        with self._lock:
            if self._database is None:
                return {}
            rows = self._database.execute(
                "SELECT name, value FROM kept WHERE kind = ? ORDER BY rowid", (kind,)
            )
            return {name: json.loads(value) for name, value in rows}

    def close(self) -> None:
        """Let go of the file; what is put from now on is forgotten."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None
