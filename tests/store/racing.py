"""Several processes at one database, each round begun by all at the same moment."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from checkout.domain.payment import Payment
from checkout.settle import Settled, record
from checkout.shop import Shop
from checkout.store import ledger
from checkout.store.engine import Store, open_engine
from checkout.store.schema import migrate
from tests.contract.simulated import StandingClock
from tests.store import market

APPENDING = 4  # threads of each process
PATIENCE = 60  # seconds; only a process that died keeps the others so long

# Children are forked from a server that has imported all this once, not from a pytest full of
# threads; starting six takes as long as starting one.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])


def together(count: int, target: Callable[..., None], *arguments: object) -> list[str]:
    """Run `target(barrier, *arguments)` in `count` processes; what went wrong in any."""
    barrier, wrong = _processes.Barrier(count), _processes.SimpleQueue()
    everyone = [
        _processes.Process(target=_told, args=(wrong, target, barrier, *arguments))
        for _ in range(count)
    ]
    for process in everyone:
        process.start()
    for process in everyone:
        process.join()
    told = [wrong.get() for _ in everyone if not wrong.empty()]
    return told + [f"died with {it.exitcode}" for it in everyone if it.exitcode]


def _told(wrong: Any, target: Callable[..., None], *arguments: object) -> None:
    try:
        target(*arguments)
    except Exception as error:
        wrong.put(repr(error))


def settle_all(barrier: Any, folder: Path, database_url: str, payments: Sequence[Payment]) -> None:
    """Open the shop and settle each payment at the same moment as everyone else."""
    with market.opened(folder, database_url) as shop:
        for payment in payments:
            barrier.wait(PATIENCE)
            settle_one(shop, payment)


def settle_one(shop: Shop, payment: Payment) -> Settled:
    """Write down what YooKassa said."""
    return shop.store.transact(lambda tx: record(tx, shop, payment))


def append_all(barrier: Any, database_url: str, facts: int) -> None:
    """Append so many facts, each in a transaction of its own, by a few threads of one process."""
    store = Store(open_engine(database_url), StandingClock())

    def append(first: int) -> None:
        for number in range(first, facts, APPENDING):
            fact = {"kind": "race", "process": os.getpid(), "number": number}
            store.transact(lambda tx, fact=fact: ledger.append(tx, "case", fact))

    barrier.wait(PATIENCE)
    with ThreadPoolExecutor(APPENDING) as threads:
        list(threads.map(append, range(APPENDING)))
    store.close()


def migrate_all(barrier: Any, database_url: str) -> None:
    """Bring the database to the newest schema at the same moment as everyone else."""
    store = Store(open_engine(database_url), StandingClock())
    barrier.wait(PATIENCE)
    migrate(store.engine)
    store.close()
