"""Write transactions of one SQLite database: in turn, and several to one durable commit.

SQLite lets one connection write at a time and makes the others poll for their turn, which is slow
and unfair. Here they queue. Whoever finds nobody writing writes for all who wait, in the order they
came, each in a savepoint of his own, and commits once; nobody is answered before that commit.

Those who want the same done with different things may have it done at once: their work is called
with all their things. Where that fails it is undone and called again for each alone.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
E = TypeVar("E")
Work = Callable[[Connection], T]
WorkOfAll = Callable[[Connection, Sequence[E]], Sequence[T]]

# A thread that writes for others is kept from its own answer; so is every one of them.
MOST_AT_ONCE = 32


class _Job:
    """One caller's thing, what is to be done with it, and what came of it.

    Its `turn` comes when it is done, or its caller's to lead. Jobs of one `kind` are done at once.
    """

    def __init__(self, work: WorkOfAll[Any, Any], thing: object, kind: Hashable) -> None:
        self.work = work
        self.thing = thing
        self.kind = kind
        self.turn = threading.Lock()
        self.turn.acquire()
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None

    def answer(self) -> Any:  # noqa: ANN401 - whatever the caller's work returns
        if self.error is not None:
            raise self.error
        return self.result


Jobs = list[_Job]


def _by_kind(jobs: Jobs) -> Iterable[Jobs]:
    kinds: dict[Hashable, Jobs] = {}
    for job in jobs:
        kinds.setdefault(job.kind, []).append(job)
    return kinds.values()


def _work(jobs: Jobs, connection: Connection) -> None:
    """Do the work of jobs of one kind."""
    results = jobs[0].work(connection, [job.thing for job in jobs])
    for job, result in zip(jobs, results, strict=True):
        job.result = result


def _work_in_savepoint(jobs: Jobs, connection: Connection) -> None:
    """The same; an exception undoes it: then each is done alone, and keeps his own exception."""
    # SQLAlchemy's own savepoint costs as much as three statements
    database: Any = connection.connection.driver_connection
    database.execute("SAVEPOINT job")
    failed: Exception | None = None
    try:
        _work(jobs, connection)
    except Exception as error:
        failed = error
        # some failures (a full disk) end SQLite's whole transaction: then nothing was done
        if not database.in_transaction:
            raise
        database.execute("ROLLBACK TO job")
    database.execute("RELEASE job")
    if failed and len(jobs) > 1:
        for job in jobs:
            _work_in_savepoint([job], connection)
    elif failed:
        jobs[0].error = failed


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
        job = _Job(lambda connection, _: [work(connection)], None, object())
        self._queue([job])
        answer: T = job.answer()
        return answer

    def run_together(
        self, work: WorkOfAll[E, T], things: Sequence[E], kind: Hashable
    ) -> list[Callable[[], T]]:
        """The same of what `work` returns for each thing, perhaps among others of its `kind`.

        All are done when this returns; each answer is the result, or raises what came instead.
        """
        jobs = [_Job(work, thing, kind) for thing in things]
        self._queue(jobs)
        return [job.answer for job in jobs]

    def _queue(self, jobs: Jobs) -> None:
        if self._writing == threading.get_ident():
            raise RuntimeError("a transaction was begun inside a transaction: use the one you have")
        if not jobs:
            return
        is_led = self._join(jobs)
        try:
            if not is_led:
                self._lead()
            self._wait(jobs)
        except BaseException:  # a signal: what stands in the queue is written all the same
            self._wait(jobs)
            raise

    def _join(self, jobs: Jobs) -> bool:
        """Stand at the end of the queue; whether somebody leads it."""
        with self._lock:
            self._waiting += jobs
            is_led, self._is_led = self._is_led, True
        return is_led

    def _wait(self, jobs: Jobs) -> None:
        """Until each is done, leading where it is the turn of one of them."""
        for job in jobs:
            if not job.done:
                job.turn.acquire()
            if not job.done:
                self._lead()

    def _lead(self) -> None:
        """Write for the first of the queue, this thread's own job among them; let the next lead.

        Each is woken by himself: were all woken, most would look and go to sleep again.
        """
        with self._lock:
            count = min(len(self._waiting), MOST_AT_ONCE)
            batch: Jobs = [self._waiting.popleft() for _ in range(count)]
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

    def _write(self, batch: Jobs) -> None:
        self._writing = threading.get_ident()
        try:
            self._commit(batch)
        except BaseException as error:
            for job in batch:
                job.error = error
            if not isinstance(error, Exception):
                raise
        finally:
            self._writing = None

    def _commit(self, batch: Jobs) -> None:
        """Do all of them in one transaction."""
        with self._engine.begin() as connection:
            if len(batch) == 1:  # the common case: the transaction is savepoint enough
                _work(batch, connection)
                return
            for jobs in _by_kind(batch):
                _work_in_savepoint(jobs, connection)


class Gatherer(Writer):
    """The same for PostgreSQL, whose writers need no queue: only what is done together waits here.

    Each kind has a transaction of its own, and so has each that is done alone because of another:
    no order's lock is kept while the ledger's is waited for.
    """

    def _commit(self, batch: Jobs) -> None:
        for jobs in _by_kind(batch):
            self._commit_alike(jobs)

    def _commit_alike(self, jobs: Jobs) -> None:
        is_done = False
        try:
            with self._engine.begin() as connection:
                _work(jobs, connection)
                is_done = True
        except Exception as error:
            if len(jobs) > 1 and not is_done:
                for job in jobs:
                    self._commit_alike([job])
                return
            for job in jobs:
                job.error = error
