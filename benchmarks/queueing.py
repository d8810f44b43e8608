"""What the queue of SQLite's writers is worth: the same settlements with it and without it."""

import statistics
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from benchmarks import stage
from benchmarks.load import Measured
from checkout.domain.payment import Payment
from checkout.shop import Shop
from tests.store import market, racing

SETTLEMENTS, ROUNDS = 200, 3
THREADS = (1, 8, 32)


def settle_all(shop: Shop, payments: Sequence[Payment], threads: int) -> Measured:
    """Settle them all, so many at once."""
    times: list[float] = []

    def run(part: Sequence[Payment]) -> None:
        for payment in part:
            began = time.perf_counter()
            racing.settle_one(shop, payment)
            times.append(time.perf_counter() - began)

    everyone = [
        threading.Thread(target=run, args=(payments[at::threads],)) for at in range(threads)
    ]
    began = time.perf_counter()
    for one in everyone:
        one.start()
    for one in everyone:
        one.join()
    whole = time.perf_counter() - began
    times.sort()
    return Measured(
        len(times) / whole,
        1000 * times[len(times) // 2],
        1000 * times[int(len(times) * 0.99)],
    )


def measure(folder: Path) -> None:
    """Rounds alternate, so that a machine that slows down slows both down."""
    market.publish(folder)
    with market.opened(folder, f"sqlite:///{folder / 'shop.db'}") as shop:
        queue = shop.store._writer
        for threads in THREADS:
            found: dict[str, list[Measured]] = {"queued": [], "SQLite's own turns": []}
            for number in range(ROUNDS):
                for how, results in found.items():
                    forms = (f"{threads}-{number}-{how}-{at}" for at in range(SETTLEMENTS))
                    payments = [market.waiting(shop, form).paid() for form in forms]
                    shop.store._writer = queue if how == "queued" else None
                    results.append(settle_all(shop, payments, threads))
                    shop.store._writer = queue
            for how, results in found.items():
                print(f"{threads:>3} threads, {how:20} {line(results)}")


def line(results: Sequence[Measured]) -> str:
    """The median of the rounds."""
    names = ("per_second", "p50", "p99")
    each = (statistics.median(getattr(it, name) for it in results) for name in names)
    return "{:>10.0f}{:>9.1f}{:>9.1f}".format(*each)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print(f"\nSettlements in one process, median of {ROUNDS} rounds")
    print(f"{'':33}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}")
    with stage.folder() as folder:
        measure(folder)


if __name__ == "__main__":
    main()
