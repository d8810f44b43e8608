"""What a settlement is measured beside: the same rows written in other ways.

`grouped` is the limit: plain sqlite3, one thread that commits for all who wait. `fastapi` is how it
is usually written: an endpoint with a session of its own, models, one commit per request.
"""

import os
import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, event, select
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.rows import MOMENT, PRAGMAS, opened, prepared, write
from checkout.domain.payment import Payment

MOST_AT_ONCE = 32


class Committer(threading.Thread):
    """Writes for everyone who waits, and commits once."""

    def __init__(self, database: sqlite3.Connection) -> None:
        super().__init__(daemon=True)
        self._database = database
        self._rows = database.execute("SELECT max(number) FROM ledger").fetchone()[0]
        self._jobs: queue.SimpleQueue[tuple[Payment, int, threading.Event]] = queue.SimpleQueue()

    def write(self, payment: Payment, order: int) -> None:
        """Return when it is durable."""
        done = threading.Event()
        self._jobs.put((payment, order, done))
        done.wait()

    def run(self) -> None:
        while True:
            batch = [self._jobs.get()]
            while len(batch) < MOST_AT_ONCE and not self._jobs.empty():
                batch.append(self._jobs.get())
            self._database.execute("BEGIN IMMEDIATE")
            for payment, order, _ in batch:
                write(self._database, payment, order, self._rows)
                self._rows += 2
            self._database.execute("COMMIT")
            for _, _, done in batch:
                done.set()


@contextmanager
def grouped_app(folder: Path, provider: str) -> Iterator[Starlette]:
    """Commits grouped by a single writer."""
    payments, database = prepared(folder), opened(folder / "grouped.db")
    committer = Committer(database)
    committer.start()

    def settle(request: Request) -> Response:
        number = request.path_params["n"]
        committer.write(payments[number], number + 1)
        return Response(status_code=204)

    yield Starlette(routes=[Route("/settle/{n:int}", settle, methods=["POST"])])


@contextmanager
def fastapi_app(folder: Path, provider: str) -> Iterator[FastAPI]:
    """The usual way, on the same tables, by SQLAlchemy's models."""
    payments = prepared(folder)
    engine = create_engine(f"sqlite:///{folder / 'fastapi.db'}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, record: object) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    models = automap_base()
    # columns are called as tables are: `orders.ledger`
    models.prepare(
        autoload_with=engine,
        name_for_scalar_relationship=lambda base, local, referred, by: f"{referred.__name__}_row",
    )
    known: Any = models.classes
    app, alone = FastAPI(), threading.Lock()

    def session() -> Iterator[Session]:
        with Session(engine) as opened_session:
            yield opened_session

    @app.post("/settle/{n}", status_code=204)
    def settle(n: int, tx: Session = Depends(session)) -> None:  # noqa: B008 - how FastAPI wants it
        payment = payments[n]
        with alone:  # or SQLite answers «database is locked» to some
            _settle(tx, known, payment)

    yield app
    engine.dispose()


def _settle(tx: Session, known: Any, payment: Payment) -> None:  # noqa: ANN401 - automapped
    attempt = tx.scalars(
        select(known.attempts).where(known.attempts.payment_id == payment.id)
    ).one()
    order = tx.get(known.orders, attempt.order_id)
    assert order is not None
    attempt.state, attempt.answer, attempt.next_look_at = "final", payment.raw, None
    order.state, order.paid_at, order.payment_id = "paid", MOMENT, payment.id
    last = tx.scalars(select(known.ledger.number).order_by(known.ledger.number.desc()).limit(1))
    number = last.one()
    for at, kind, length in ((1, "acceptance", 1300), (2, "payment", 330)):
        hashes = {name: os.urandom(32).hex() for name in ("fact_sha256", "previous", "hash")}
        tx.add(known.ledger(number=number + at, at=MOMENT, kind=kind, fact="x" * length, **hashes))
    tx.flush()
    tx.add(
        known.packages(
            order_id=order.id,
            starts_at=MOMENT,
            expires_at=MOMENT.replace(year=2027),
            last_day=MOMENT.date(),
            reason="x" * 200,
            provisional=False,
            acceptance=number + 1,
            payment=number + 2,
        )
    )
    for kind in ("paid", "order"):
        tx.add(
            known.messages(
                id=os.urandom(16).hex(),
                kind=kind,
                subject=f"{order.id}",
                order_id=order.id,
                text="",
                staged_at=MOMENT,
                due_at=MOMENT,
                tries=0,
            )
        )
    tx.commit()
