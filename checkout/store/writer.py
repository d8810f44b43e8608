"""Write transactions of one SQLite database: in turn, and several to one durable commit.

SQLite lets one connection write at a time and makes the others poll for their turn, which is slow
and unfair. Here they queue. Whoever finds nobody writing writes for all who wait, in the order they
came, each in a savepoint of his own, and commits once; nobody is answered before that commit.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
Work = Callable[[Connection], T]

# A thread that writes for others is kept from its own answer; so is every one of them.
MOST_AT_ONCE = 32


class _Job:
    """One caller's work and what came of it. His `turn` comes when it is done, or his to lead."""

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.turn = threading.Lock()
        self.turn.acquire()
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self, connection: Connection) -> None:
        """Do the work; an exception undoes it alone and is kept for its caller."""
        # SQLAlchemy's own savepoint costs as much as three statements
        database: Any = connection.connection.driver_connection
        database.execute("SAVEPOINT job")
        try:
            self.result = self.work(connection)
        except Exception as error:
            self.error = error
            # some failures (a full disk) end SQLite's whole transaction: then nothing was done
            if not database.in_transaction:
                raise
            database.execute("ROLLBACK TO job")
        database.execute("RELEASE job")

    def answer(self) -> Any:  # noqa: ANN401 - whatever the caller's work returns
        if self.error is not None:
            raise self.error
        return self.result


class Writer:
    """Runs functions of a write connection for many threads. Other processes wait at BEGIN."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._is_led = False
        self._writing: int | None = None

    def run(self, work: Work[T]) -> T:
        """Run `work` and return its result once it is committed; an exception undoes it.

        When the commit itself fails, everyone whose work was in it gets that error.
        """
        if self._writing == threading.get_ident():
            raise RuntimeError("a transaction was begun inside a transaction: use the one you have")
        job = _Job(work)
        if self._joins(job):
            self._wait(job)
        if not job.done:
            self._lead()
        answer: T = job.answer()
        return answer

    def _joins(self, job: _Job) -> bool:
        """Stand at the end of the queue; whether somebody leads it."""
        with self._lock:
            self._waiting.append(job)
            is_led, self._is_led = self._is_led, True
        return is_led

    def _wait(self, job: _Job) -> None:
        try:
            job.turn.acquire()
        except BaseException:  # a signal: what stands in the queue is written all the same
            job.turn.acquire()
            if not job.done:
                self._lead()
            raise

    def _lead(self) -> None:
        """Write for the first of the queue, this thread's own job among them; let the next lead.

        Each is woken by himself: were all woken, most would look and go to sleep again.
        """
        with self._lock:
            count = min(len(self._waiting), MOST_AT_ONCE)
            batch = [self._waiting.popleft() for _ in range(count)]
        try:
            self._write(batch)
        finally:
            with self._lock:
                follower = self._waiting[0] if self._waiting else None
                self._is_led = follower is not None
            for job in batch:
                job.done = True
                job.turn.release()
            if follower:
                follower.turn.release()

    def _write(self, batch: list[_Job]) -> None:
        self._writing = threading.get_ident()
        try:
            with self._engine.begin() as connection:
                if len(batch) == 1:  # the common case: the transaction is savepoint enough
                    batch[0].result = batch[0].work(connection)
                    return
                for job in batch:
                    job.run(connection)
        except BaseException as error:
            for job in batch:
                job.error = error
            if not isinstance(error, Exception):
                raise
        finally:
            self._writing = None
