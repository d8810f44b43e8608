"""The queue of SQLite's writers: order, one commit for many, and nobody pays for another."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from checkout.store import ledger, writer
from checkout.store.engine import Store, Tx

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATIENCE = 30  # seconds; only a deadlock lasts so long


@pytest.fixture
def numbers(store: Store) -> Store:
    """A store with a table of numbers, and a place to count commits."""
    store.transact(lambda tx: tx.connection.execute(text("CREATE TABLE numbers (n PRIMARY KEY)")))
    return store


def add(n: int) -> Callable[[Tx], int]:
    def work(tx: Tx) -> int:
        tx.connection.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": n})
        return n

    return work


def kept(store: Store) -> list[int]:
    rows = store.read(lambda tx: tx.connection.execute(text("SELECT n FROM numbers ORDER BY n")))
    return list(rows.scalars())


def commits_of(store: Store) -> list[object]:
    """Grows by one with every commit from now on."""
    seen: list[object] = []
    event.listen(store.engine, "commit", seen.append)
    return seen


class Crowd:
    """Jobs that queue up, in a known order, behind one that keeps the database to itself."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.go, self.holding = threading.Event(), threading.Event()
        self.pool = ThreadPoolExecutor(16)
        self.first = self.pool.submit(store.transact, self._hold)
        assert self.holding.wait(PATIENCE)

    def _hold(self, tx: Tx) -> None:
        self.holding.set()
        assert self.go.wait(PATIENCE)

    def join(self, work: Callable[[Tx], Any]) -> Future[Any]:
        """One more thread with this work; it stands in the queue when this returns."""
        queue = self.store._writer
        assert queue is not None
        before = len(queue._waiting)
        future = self.pool.submit(self.store.transact, work)
        while len(queue._waiting) == before:
            threading.Event().wait(0.001)
        return future

    def let_go(self) -> None:
        self.go.set()
        self.pool.shutdown(wait=True)


def test_those_who_wait_are_written_in_order_with_one_commit(numbers: Store) -> None:
    order: list[int] = []
    crowd = Crowd(numbers)
    commits = commits_of(numbers)

    def noted(n: int) -> Callable[[Tx], int]:
        return lambda tx: order.append(n) or add(n)(tx)  # type: ignore[func-returns-value]

    waiting = [crowd.join(noted(n)) for n in range(8)]
    crowd.let_go()
    written = len(commits)

    assert [it.result() for it in waiting] == list(range(8)) == order == kept(numbers)
    # the one who held the database, then all the others together
    assert written == 2


def test_a_long_queue_is_written_in_several_commits(
    numbers: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_AT_ONCE", 3)
    crowd = Crowd(numbers)
    commits = commits_of(numbers)
    waiting = [crowd.join(add(n)) for n in range(7)]
    crowd.let_go()

    assert [it.result() for it in waiting] == list(range(7))
    assert len(commits) == 1 + 3


def test_nobody_is_answered_before_his_commit(numbers: Store) -> None:
    crowd = Crowd(numbers)
    waiting = [crowd.join(add(n)) for n in range(4)]
    answered: list[list[bool]] = []
    event.listen(numbers.engine, "commit", lambda _: answered.append([it.done() for it in waiting]))

    crowd.let_go()

    assert answered[0] == answered[1] == [False] * 4


def test_an_exception_undoes_only_its_own_work(numbers: Store) -> None:
    crowd = Crowd(numbers)

    def halfway(tx: Tx) -> None:
        add(100)(tx)
        raise LookupError("in the middle")

    good = crowd.join(add(1))
    bad = crowd.join(halfway)
    twice = crowd.join(add(1))
    last = crowd.join(add(2))
    crowd.let_go()

    assert (good.result(), last.result()) == (1, 2)
    with pytest.raises(LookupError, match="in the middle"):
        bad.result()
    with pytest.raises(IntegrityError):
        twice.result()
    assert kept(numbers) == [1, 2]


def test_a_commit_that_fails_fails_everyone_whose_work_was_in_it(numbers: Store) -> None:
    crowd = Crowd(numbers)
    waiting = [crowd.join(add(n)) for n in range(3)]

    def fail(connection: object) -> None:
        raise OSError("no space left on device")

    event.listen(numbers.engine, "commit", fail)
    crowd.let_go()
    event.remove(numbers.engine, "commit", fail)

    for it in (crowd.first, *waiting):
        with pytest.raises(OSError, match="no space left"):
            it.result()
    assert kept(numbers) == []
    assert numbers.transact(add(7)) == 7


def test_a_failure_that_ends_the_whole_transaction_fails_those_before_it_too(
    numbers: Store,
) -> None:
    """As a full disk does; here a trigger plays it."""
    numbers.transact(
        lambda tx: tx.connection.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON numbers WHEN NEW.n = 13 "
                "BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END"
            )
        )
    )
    crowd = Crowd(numbers)
    waiting = [crowd.join(add(n)) for n in (1, 13, 2)]
    crowd.let_go()

    for it in waiting:
        with pytest.raises(DBAPIError):
            it.result()
    assert kept(numbers) == []
    assert numbers.transact(add(3)) == 3
    assert kept(numbers) == [3]


def test_a_transaction_inside_a_transaction_is_refused_at_once(numbers: Store) -> None:
    def nested(tx: Tx) -> None:
        numbers.transact(add(1))

    with pytest.raises(RuntimeError, match="inside a transaction"):
        numbers.transact(nested)

    assert numbers.transact(add(2)) == 2
    assert kept(numbers) == [2]


def test_reading_does_not_wait_for_whoever_writes(numbers: Store) -> None:
    numbers.transact(add(1))
    crowd = Crowd(numbers)
    waiting = crowd.join(add(2))

    assert kept(numbers) == [1]

    crowd.let_go()
    assert waiting.result() == 2


def test_an_interrupted_writer_leaves_the_queue_to_the_next(numbers: Store) -> None:
    """Ctrl-C in the thread that writes for all: theirs is undone and they are told."""
    crowd = Crowd(numbers)

    def interrupted(tx: Tx) -> None:
        raise KeyboardInterrupt

    waiting = [crowd.join(add(1)), crowd.join(interrupted)]
    crowd.let_go()

    for it in waiting:
        with pytest.raises(KeyboardInterrupt):
            it.result()
    assert numbers.transact(add(2)) == 2
    assert kept(numbers) == [2]


ANOTHER_PROCESS = """
import sys
from datetime import UTC, datetime
from checkout.store import ledger, writer
from checkout.store.engine import Store, open_engine
store = Store(open_engine(sys.argv[1]), lambda: datetime.now(UTC))
for n in range(20):
    store.transact(lambda tx: ledger.append(tx, "message", {"n": n}))
# no close(): a process may just end, and nothing may keep it
"""


def test_several_processes_number_the_ledger_without_a_gap_and_just_end(
    store: Store, sqlite_url: str
) -> None:
    command = [sys.executable, "-c", ANOTHER_PROCESS, sqlite_url]
    others = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    for n in range(20):
        store.transact(lambda tx, n=n: ledger.append(tx, "message", {"n": n}))
    ends = [it.communicate(timeout=PATIENCE)[1].decode() for it in others]

    assert ends == [""] * 3
    numbers = [row.number for row in store.read(ledger.entries)]
    assert numbers == list(range(1, 81))
