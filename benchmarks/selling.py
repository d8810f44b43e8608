"""How fast the checkout is on one core, beside the bare limit measured in the same run."""

import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from benchmarks.load import Measured, load, pages
from benchmarks.serving import PAYMENTS
from tests.store import market, racing

PAGES, SETTLEMENTS = 600, 300
FEW, MANY = 1, 16
HEAD = f"{'':42}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'of bare':>9}"


def cores() -> tuple[str, str]:
    """A core for the server and one for the load; the same where there is but one."""
    if not hasattr(os, "sched_getaffinity"):
        return "-", "-"
    known = sorted(os.sched_getaffinity(0))
    return str(known[0]), str(known[-1])


@contextmanager
def served(what: str, folder: Path) -> Iterator[int]:
    """The application in a process of its own; the port it answers at."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port, fd = listener.getsockname()[1], listener.fileno()
        command = [
            sys.executable,
            "-m",
            "benchmarks.serving",
            what,
            str(folder),
            str(fd),
            cores()[0],
        ]
        process = subprocess.Popen(command, pass_fds=[fd], stdout=subprocess.DEVNULL)
    try:
        yield int(port)
    finally:
        process.terminate()
        process.wait()


def prepare(folder: Path) -> str:
    """Orders that wait to be settled, in two equal databases, and one paid; its token."""
    market.publish(folder)
    database = folder / "shop.db"
    with market.opened(folder, f"sqlite:///{database}") as shop:
        paid = market.waiting(shop, "paid")
        racing.settle_one(shop, paid.paid())
        waiting = [paid, *(market.waiting(shop, f"form-{at}") for at in range(2 * SETTLEMENTS))]
    (folder / PAYMENTS).write_bytes(pickle.dumps([it.paid() for it in waiting]))
    # whole: the last connection to be closed has emptied the write-ahead log into it
    shutil.copy(database, folder / "bare.db")
    return paid.order.token


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


@contextmanager
def on_core(core: str) -> Iterator[None]:
    """Keep this process on one core, where the system can."""
    if core == "-":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(core)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


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
    # beside the project: /tmp may be in memory, where a commit costs nothing
    Path("build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir="build", prefix="bench-") as folder:
        measure(Path(folder).resolve())


if __name__ == "__main__":
    main()
