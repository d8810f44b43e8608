"""Serve a shop: the service, a worker beside it, and how connections are treated."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from checkout.app import create_app
from checkout.shop import Shop
from checkout.web.guards import Gate
from checkout.web.waiting import Limits, patient
from checkout.worker import work

# Seconds after which a thread that reckons lets another on: whoever answers waits for one at every
# call of the network, and with Python's own 5 ms that is what an answer takes.
GIVE_WAY = 0.001


def gate_of(shop: Shop) -> Gate:
    """The guards' view of a shop."""
    return Gate(shop.settings, shop.store.clock)


@contextmanager
def working(shop: Shop) -> Iterator[None]:
    """A worker beside whatever runs inside; it finishes its job before this returns."""
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(shop, stop), name="worker")
    usual = sys.getswitchinterval()
    sys.setswitchinterval(GIVE_WAY)
    worker.start()
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
        stop.set()
        shop.wake.set()
        worker.join()


def wire(limits: Limits) -> dict[str, Any]:
    """How uvicorn is to treat connections: its options, wherever the service listens."""
    return {
        "log_level": "warning",
        "http": patient(limits),
        "ws": "none",
        "server_header": False,
        # addresses are taken from trusted proxies only, by our own guard
        "proxy_headers": False,
        "timeout_graceful_shutdown": 10,
    }


def serve(shop: Shop) -> None:
    """Serve until told to stop, with one worker inside."""
    host, _, port = shop.settings.listen.rpartition(":")
    gate = gate_of(shop)
    with working(shop):
        uvicorn.run(
            create_app(shop, gate), host=host.strip("[]"), port=int(port), **wire(gate.limits)
        )
