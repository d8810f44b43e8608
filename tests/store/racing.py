"""Several processes at one database, each round begun by all at the same moment."""

import multiprocessing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from checkout.domain.payment import Payment
from checkout.settle import Settled, record
from checkout.shop import Shop
from checkout.store.engine import Store, open_engine
from checkout.store.schema import migrate
from tests.contract.simulated import StandingClock
from tests.store import market

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


def migrate_all(barrier: Any, database_url: str) -> None:
    """Bring the database to the newest schema at the same moment as everyone else."""
    store = Store(open_engine(database_url), StandingClock())
    barrier.wait(PATIENCE)
    migrate(store.engine)
    store.close()
