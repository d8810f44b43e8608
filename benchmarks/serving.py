"""Serve a shop, or what it is measured beside, on one core: `python -m benchmarks.serving …`.

`shop` has addresses that settle the n-th prepared payment: asking nobody, asking YooKassa through
our adapter, asking it through the SDK as it comes. `working` has its worker inside, as the service.
"""

import gc
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from yookassa import Configuration
from yookassa import Payment as SdkPayment

from benchmarks import rivals
from benchmarks.provider import BUNDLE
from benchmarks.rows import opened, prepared, write
from checkout import logs
from checkout.app import create_app
from checkout.serve import gate_of, wire, working
from checkout.settle import settle, settle_all
from checkout.web.waiting import Limits
from tests.contract.simulated import SECRET_KEY, SHOP_ID
from tests.store import market

DONE = 204


@contextmanager
def shop_app(folder: Path, provider: str) -> Iterator[Starlette]:
    """The service, and the addresses that settle."""
    payments, trust = prepared(folder), str(folder / BUNDLE)
    with market.opened(folder, f"sqlite:///{folder / 'shop.db'}", provider, trust) as shop:
        Configuration.configure(SHOP_ID, SECRET_KEY, api_url=f"{provider}/v3", verify=trust)

        def alone(request: Request) -> Response:
            payment = payments[request.path_params["n"]]
            settle_all(shop, [payment])[0]()
            return Response(status_code=DONE)

        def asking(request: Request) -> Response:
            settle(shop, payments[request.path_params["n"]].id)
            return Response(status_code=DONE)

        def asking_by_sdk(request: Request) -> Response:
            payment = payments[request.path_params["n"]]
            if SdkPayment.find_one(payment.id).status != payment.status:
                raise RuntimeError("the provider said something else")
            settle_all(shop, [payment])[0]()
            return Response(status_code=DONE)

        app = create_app(shop, gate_of(shop))
        for path, handler in (("settle", alone), ("ask", asking), ("sdk", asking_by_sdk)):
            app.router.routes.insert(0, Route(f"/{path}/{{n:int}}", handler, methods=["POST"]))
        yield app


@contextmanager
def working_app(folder: Path, provider: str) -> Iterator[Starlette]:
    """The service as it is run: its worker settles what it is notified of."""
    trust = str(folder / BUNDLE)
    with (
        market.opened(folder, f"sqlite:///{folder / 'shop.db'}", provider, trust) as shop,
        working(shop),
    ):
        yield create_app(shop, gate_of(shop))


@contextmanager
def bare_app(folder: Path, provider: str) -> Iterator[Starlette]:
    """One handler for a page of a given length, one that commits the rows of a settlement."""
    payments, database = prepared(folder), opened(folder / "bare.db")
    rows = database.execute("SELECT max(number) FROM ledger").fetchone()[0]
    alone = threading.Lock()

    def settle(request: Request) -> Response:
        nonlocal rows
        number = request.path_params["n"]
        with alone:
            database.execute("BEGIN IMMEDIATE")
            write(database, payments[number], number + 1, rows)
            database.execute("COMMIT")
            rows += 2
        return Response(status_code=DONE)

    def page(request: Request) -> Response:
        return HTMLResponse("x" * request.path_params["length"])

    yield Starlette(
        routes=[
            Route("/settle/{n:int}", settle, methods=["POST"]),
            Route("/page/{length:int}", page),
        ]
    )
    database.close()


APPS: dict[str, Callable[[Path, str], AbstractContextManager[Starlette]]] = {
    "shop": shop_app,
    "working": working_app,
    "bare": bare_app,
    "grouped": rivals.grouped_app,
    "fastapi": rivals.fastapi_app,
}


def main() -> None:
    what, folder, listening, core, provider = sys.argv[1:]
    logs.begin(sys.stdout)
    if core != "-":
        os.sched_setaffinity(0, {int(core)})
    with (
        APPS[what](Path(folder), provider) as built,
        socket.socket(fileno=int(listening)) as listener,
    ):
        gc.freeze()  # as the service does: it does not look again through what it began with
        config = uvicorn.Config(built, access_log=False, **wire(Limits()))
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
