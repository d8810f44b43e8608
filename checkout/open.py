"""Open the shop: the parts of a running service, put together from its settings."""

import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import uvicorn

from checkout.app import create_app
from checkout.domain.errors import CheckoutError
from checkout.gateway.client import YooKassa
from checkout.mail.smtp import Mailer
from checkout.releases import Shelf
from checkout.settings import Settings
from checkout.shop import Shop
from checkout.store.engine import Store, open_engine
from checkout.store.schema import migrate
from checkout.web.guards import Gate
from checkout.web.waiting import Limits, patient
from checkout.worker import work
from offer.periods import decree_calendar

# A page does not keep its client waiting as long as a worker may wait for YooKassa.
PAGE_PATIENCE = (3.05, 8.0)
# Seconds after which a thread that reckons lets another on: whoever answers waits for one at every
# call of the network, and with Python's own 5 ms that is what an answer takes.
GIVE_WAY = 0.001


def open_store(database_url: str, clock: Callable[[], datetime]) -> Store:
    """The database, brought to the newest schema."""
    engine = open_engine(database_url)
    try:
        migrate(engine)
    except CheckoutError:
        engine.dispose()
        raise
    return Store(engine, clock)


def open_shop(
    settings: Settings, clock: Callable[[], datetime], *, clock_is_moved: bool = False
) -> Shop:
    """The shop of these settings, its database brought to the newest schema."""
    store = open_store(settings.database_url.value, clock)
    access = partial(
        YooKassa,
        shop_id=settings.yookassa_shop_id,
        secret_key=settings.yookassa_secret_key.value,
        api_url=settings.yookassa_api_url,
    )
    return Shop(
        settings=settings,
        store=store,
        shelf=Shelf(settings.release, store),
        yookassa=access(),
        glance=access(timeouts=PAGE_PATIENCE),
        mailer=Mailer(settings.smtp_url.value, settings.mail_from),
        calendar=decree_calendar(),
        key=settings.secret_key.value or secrets.token_hex(32),
        clock_is_moved=clock_is_moved,
    )


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
