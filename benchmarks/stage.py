"""A prepared shop in a folder, and processes on cores of their own that serve it."""

import http.client
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from benchmarks.provider import make_certificates
from benchmarks.rows import PAYMENTS
from checkout.ask import save_payment
from checkout.domain.payment import Payment
from checkout.shop import Shop
from tests.store import market


def cores() -> tuple[str, str]:
    """A core for the server and one for the load; the same where there is but one."""
    if not hasattr(os, "sched_getaffinity"):
        return "-", "-"
    known = sorted(os.sched_getaffinity(0))
    return str(known[0]), str(known[-1])


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


@contextmanager
def folder() -> Iterator[Path]:
    """A folder beside the project: /tmp may be in memory, where a commit costs nothing."""
    Path("build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir="build", prefix="bench-") as made:
        yield Path(made).resolve()


def prepare(place: Path, waiting: int) -> None:
    """A shop with so many orders that wait to be settled."""
    market.publish(place)
    make_certificates(place)
    with market.opened(place, f"sqlite:///{place / 'shop.db'}") as shop:
        keep(place, [wait(shop, f"form-{at}") for at in range(waiting)])


def keep(place: Path, payments: list[Payment]) -> None:
    """What `rows.prepared` finds."""
    (place / PAYMENTS).write_bytes(pickle.dumps(payments))


def copy(place: Path, *names: str) -> None:
    """The shop's database under other names; whoever closed it last emptied its log into it."""
    for name in names:
        shutil.copy(place / "shop.db", place / f"{name}.db")


def wait(shop: Shop, form: str) -> Payment:
    """Place an order and open its payment; what YooKassa says once it is paid."""
    known = market.placed(shop, form)
    name = str(uuid5(NAMESPACE_URL, known.attempt.id))  # the shape of YooKassa's ids
    opened = replace(known.paid("pending"), id=name)
    shop.store.transact(lambda tx: save_payment(tx, known.attempt.id, opened))
    return replace(known.paid(), id=name)


@contextmanager
def served(what: str, place: Path, provider: str = market.NOWHERE) -> Iterator[int]:
    """An application of `serving` in a process of its own; the port it answers at."""
    with _running("serving", cores()[0], what, place, "@", "#", provider) as port:
        ready = http.client.HTTPConnection("127.0.0.1", port)
        ready.request("GET", "/")
        ready.getresponse()
        yield port


@contextmanager
def provided(place: Path) -> Iterator[str]:
    """The provider, on the core of the load; its address."""
    with _running("provider", cores()[1], place, "@", "#") as port:
        yield f"https://127.0.0.1:{port}"


@contextmanager
def _running(module: str, core: str, *arguments: object) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        port, fd = listener.getsockname()[1], listener.fileno()
        known = {"@": str(fd), "#": core}
        words = [known.get(str(it), str(it)) for it in arguments]
        command = [sys.executable, "-m", f"benchmarks.{module}", *words]
        process = subprocess.Popen(command, pass_fds=[fd], stdout=subprocess.DEVNULL)
    try:
        yield int(port)
    finally:
        process.terminate()
        process.wait()
