"""A YooKassa of our own for the demo and the tests: API, payment page, notifications, faults.

Faithful where the real one is documented, nasty where it is known to be, and switchable where
nobody knows (facts gathered from its specification and documentation). Only the demo and the
tests import it.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.types import Receive, Scope, Send

from checkout.gateway.simulator import api, control, pages
from checkout.gateway.simulator.control import Desk
from checkout.gateway.simulator.faults import WIRE, Faults, Record
from checkout.gateway.simulator.memory import Memory
from checkout.gateway.simulator.notices import REDELIVERY, Notices
from checkout.gateway.simulator.shop import Shop

__all__ = ["create_simulator"]


class _Simulator(Starlette):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[WIRE] = send
        await super().__call__(scope, receive, send)


def create_simulator(
    *,
    shop_id: str,
    secret_key: str,
    clock: Callable[[], datetime],
    public_url: str,
    notify_url: str | None,
    on_clock: Callable[[datetime], None] | None = None,
    redelivery: Sequence[float] = REDELIVERY,
    late_after: float | None = None,
    slow_for: float = 10.0,
    receipts: bool = False,
    kept_in: Path | None = None,
) -> Starlette:
    """The simulated YooKassa of one test shop; its API is at `{public_url}/v3`.

    `clock` gives aware moments. PUT /_control/clock calls `on_clock`, if given, which has to
    move what `clock` reads; else the simulator moves only itself. `redelivery`: seconds before
    each repetition of a notification not answered 200. `late_after`: seconds until a "late"
    notification goes out by itself (None: by the control API only). `slow_for`: seconds of the
    fault "slow". `receipts`: a fiscalised shop, which refuses a payment without its receipt.
    `kept_in`: a SQLite file of payments, refunds, idempotence keys and requests, found again by the
    next simulator; what was to be notified, faults and modes are not kept.
    Notifications need the application's lifespan.
    """
    memory = Memory(kept_in)
    notices = Notices(notify_url, redelivery=redelivery, late_after=late_after)
    shop = Shop(
        shop_id=shop_id,
        page=f"{public_url.rstrip('/')}{pages.CONTRACT}?orderId=",
        clock=clock,
        tell=notices.tell,
        receipts=receipts,
        memory=memory,
    )
    desk = Desk(shop, notices, Record(memory), on_clock)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        notices.start(shop.sweep)
        yield
        desk.record.let_go()
        await run_in_threadpool(notices.stop)
        memory.close()

    return _Simulator(
        routes=[
            *api.routes(shop, secret_key=secret_key),
            *control.routes(desk),
            *pages.routes(desk),
        ],
        middleware=[Middleware(Faults, record=desk.record, slow_for=slow_for)],
        lifespan=lifespan,
    )
