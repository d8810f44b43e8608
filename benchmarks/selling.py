"""How fast the checkout is on one core, beside the bare limit measured in the same run."""

import urllib.request
from pathlib import Path

import structlog

from benchmarks import stage
from benchmarks.load import Measured, load, pages
from benchmarks.rows import prepared
from benchmarks.stage import cores, on_core, served
from tests.store import market, racing

PAGES, SETTLEMENTS = 600, 300
FEW, MANY = 1, 16
HEAD = f"{'':42}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'of bare':>9}"


def length_of(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return len(answer.read())


def settlements(port: int, connections: int, first: int) -> Measured:
    paths = [f"/settle/{first + at}" for at in range(SETTLEMENTS)]
    return load(port, "POST", paths, connections)


def show(what: str, ours: Measured, bare: Measured) -> None:
    print(line(what, ours) + f"{ours.per_second / bare.per_second:>9.2f}")
    print(line("  bare limit", bare))


def line(what: str, it: Measured) -> str:
    return f"{what:42}{it.per_second:>10.0f}{it.p50:>9.1f}{it.p99:>9.1f}"


def prepare(folder: Path) -> str:
    """Orders that wait to be settled, in two equal databases, and one paid; its token."""
    stage.prepare(folder, 1 + 2 * SETTLEMENTS)
    stage.copy(folder, "bare")
    with market.opened(folder, f"sqlite:///{folder / 'shop.db'}") as shop:
        racing.settle_one(shop, prepared(folder)[0])
        return market.looked_at(shop, 1).order.token


def measure(folder: Path) -> None:
    token = prepare(folder)
    asked = {"order form, GET /checkout/5": "/checkout/5",
             "order page, paid, GET /orders/…": f"/orders/{token}"}  # fmt: skip
    with (
        served("bare", folder) as bare,
        served("shop", folder) as shop,
        on_core(cores()[1]),
    ):
        for what, path in asked.items():
            empty = f"/page/{length_of(shop, path)}"
            show(what, pages(shop, path, PAGES, FEW), pages(bare, empty, PAGES, FEW))
        for connections, first in ((FEW, 1), (MANY, 1 + SETTLEMENTS)):
            what = f"settlement, durable, {connections} at once"
            ours, limit = (settlements(port, connections, first) for port in (shop, bare))
            show(what, ours, limit)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print("On one core, the load from another; HTTP over uvicorn, SQLite, synchronous=FULL.")
    print(HEAD)
    with stage.folder() as folder:
        measure(folder)


if __name__ == "__main__":
    main()
