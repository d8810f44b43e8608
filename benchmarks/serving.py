"""Serve the shop, or the bare limit, on one core: `python -m benchmarks.serving shop|bare …`.

The bare limit is what one Starlette handler can do at all: answer a page of the same length, and
commit the rows of a settlement durably with plain sqlite3.
"""

import os
import pickle
import socket
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from checkout.app import create_app
from checkout.domain.payment import Payment
from checkout.open import gate_of
from checkout.settle import record
from tests.store import market

PREPARED, PAYMENTS = "prepared.db", "payments.pickle"
MOMENT = "2026-11-23 09:00:30.412000"


@contextmanager
def shop_app(folder: Path) -> Iterator[Starlette]:
    """The service, and one address more: settle the n-th prepared payment."""
    payments: list[Payment] = pickle.loads((folder / PAYMENTS).read_bytes())  # noqa: S301 - ours
    with market.opened(folder, f"sqlite:///{folder / 'shop.db'}") as shop:

        def settle(request: Request) -> Response:
            payment = payments[request.path_params["n"]]
            shop.store.transact(lambda tx: record(tx, shop, payment))
            return Response(status_code=204)

        app = create_app(shop, gate_of(shop))
        app.router.routes.insert(0, Route("/settle/{n:int}", settle, methods=["POST"]))
        yield app


@contextmanager
def bare_app(folder: Path) -> Iterator[Starlette]:
    """One handler for a page of a given length, one that commits the rows of a settlement."""
    payments: list[Payment] = pickle.loads((folder / PAYMENTS).read_bytes())  # noqa: S301 - ours
    database = sqlite3.connect(folder / "bare.db", isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        database.execute(f"PRAGMA {pragma}")
    rows = database.execute("SELECT max(number) FROM ledger").fetchone()[0]
    alone = threading.Lock()

    def settle(request: Request) -> Response:
        nonlocal rows
        number = request.path_params["n"]
        with alone:
            _commit(database, payments[number], number + 1, rows)
            rows += 2
        return Response(status_code=204)

    def page(request: Request) -> Response:
        return HTMLResponse("x" * request.path_params["length"])

    yield Starlette(
        routes=[
            Route("/settle/{n:int}", settle, methods=["POST"]),
            Route("/page/{length:int}", page),
        ]
    )
    database.close()


def _commit(database: sqlite3.Connection, payment: Payment, order: int, rows: int) -> None:
    """The rows of one settlement, nothing asked or reckoned: as long, and as many."""
    run = database.execute
    run("BEGIN IMMEDIATE")
    run(
        "UPDATE attempts SET state = 'final', answer = ?, next_look_at = NULL WHERE payment_id = ?",
        (payment.raw, payment.id),
    )
    for number, kind, length in ((rows + 1, "acceptance", 1300), (rows + 2, "payment", 330)):
        hashes = [os.urandom(32).hex() for _ in range(3)]
        run(
            "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, MOMENT, kind, "x" * length, *hashes),
        )
    run(
        "INSERT INTO packages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (order, MOMENT, "2026-12-23 21:00:00", "2026-12-23", "x" * 200, 0, rows + 1, rows + 2),
    )
    run(
        "UPDATE orders SET state = 'paid', paid_at = ?, payment_id = ? WHERE id = ?",
        (MOMENT, payment.id, order),
    )
    for kind in ("paid", "order"):
        run(
            "INSERT INTO messages VALUES (?, ?, ?, ?, '', ?, ?, 0, NULL, NULL)",
            (os.urandom(16).hex(), kind, f"{order}", order, MOMENT, MOMENT),
        )
    run("COMMIT")


def main() -> None:
    what, folder, listening, core = sys.argv[1:]
    if core != "-":
        os.sched_setaffinity(0, {int(core)})
    app = shop_app if what == "shop" else bare_app
    with app(Path(folder)) as built, socket.socket(fileno=int(listening)) as listener:
        config = uvicorn.Config(built, log_level="warning", access_log=False, ws="none")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
