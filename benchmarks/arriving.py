"""Notifications that arrive by the clock, however busy the shop; and a silent YooKassa."""

import asyncio
import json
import socket
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from benchmarks import crowd, stage
from benchmarks.load import Measured, pages
from benchmarks.rows import prepared
from benchmarks.selling import line
from benchmarks.stage import cores, on_core, provided, served
from checkout.domain.payment import Payment
from tests.store import market

A_SECOND, SECONDS, CONNECTIONS = 1_000, 10, 64
READS = 400
PATIENCE = 120.0


def notification(payment: Payment) -> bytes:
    """A notification as YooKassa posts it."""
    told = {"type": "notification", "event": "payment.succeeded",
            "object": {"id": payment.id, "status": "succeeded"}}  # fmt: skip
    body = json.dumps(told).encode()
    head = (
        "POST /yookassa/notifications HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def arrive(port: int, requests: Sequence[bytes], a_second: int) -> Measured:
    """Send each at its own moment, whether the ones before are answered or not.

    How long one took is counted from the moment it was due, so that waiting for a connection
    is not forgotten.
    """
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    times: list[float] = []

    async def send(request: bytes, due: float) -> None:
        reader, writer = await idle.get()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head[:60].decode(errors="replace"))
        times.append(time.perf_counter() - due)
        idle.put_nowait((reader, writer))

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for at, request in enumerate(requests):
            due = began + at / a_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(send(request, due))
    whole = time.perf_counter() - began
    times.sort()
    at_99 = times[int(len(times) * 0.99)]
    return Measured(len(times) / whole, 1000 * times[len(times) // 2], 1000 * at_99)


def openly(place: Path) -> None:
    """So many a second for so long; then wait until the worker has asked about each."""
    stage.prepare(place, 1)
    crowd.multiply(place, A_SECOND * SECONDS - 1)
    requests = [notification(it) for it in prepared(place)]
    with (
        provided(place) as provider,
        served("working", place, provider) as port,
        on_core(cores()[1]),
    ):
        print(
            line(f"{len(requests):,} notifications", asyncio.run(arrive(port, requests, A_SECOND)))
        )
        began = time.perf_counter()
        while _count(place, "SELECT count(*) FROM inbox WHERE due_at IS NOT NULL"):
            if time.perf_counter() - began > PATIENCE:
                break
            time.sleep(0.5)
        settled_after = time.perf_counter() - began
    for what, query in (
        ("kept", "SELECT count(*) FROM inbox"),
        ("packages", "SELECT count(*) FROM packages"),
        ("acceptances", "SELECT count(*) FROM ledger WHERE kind = 'acceptance'"),
        ("orders accepted twice", "SELECT count(*) FROM (SELECT order_number FROM ledger_orders"
         " JOIN ledger ON number = ledger WHERE kind = 'acceptance'"
         " GROUP BY order_number HAVING count(*) > 1)"),
    ):  # fmt: skip
        print(f"  {what}: {_count(place, query):,}")
    print(f"  the last was settled {settled_after:.1f} s after the last had arrived")


def _count(place: Path, query: str) -> int:
    database = sqlite3.connect(f"file:{place / 'shop.db'}?mode=ro", uri=True)
    try:
        return int(database.execute(query).fetchone()[0])
    finally:
        database.close()


def silently(place: Path) -> None:
    """The order form and the page of a paid order, while others wait for a silent YooKassa."""
    stage.prepare(place, 40)
    with market.opened(place, f"sqlite:///{place / 'shop.db'}") as shop:
        tokens = [market.looked_at(shop, at).order.token for at in range(2, 40)]
    with silent() as nowhere, served("working", place, nowhere) as port, on_core(cores()[1]):
        quiet = pages(port, "/checkout/5", READS, 1)
        waiting = [_ask_and_leave(port, f"/orders/{token}") for token in tokens]
        beside = pages(port, "/checkout/5", READS, 1)
        began = time.perf_counter()
        told = b"".join(iter(lambda: waiting[0].recv(65_536), b""))
        waited = time.perf_counter() - began
    print(f"{line('order form, nobody waits', quiet)}{1:>9.2f}")
    slower = beside.p99 / quiet.p99
    print(f"{line(f'order form, {len(tokens)} wait for YooKassa', beside)}{slower:>9.2f}")
    said = "and is told so" if "ничего не".encode() in told else "and is told something else"
    print(f"  the first of them is answered {waited:.1f} s later, {said}")


@contextmanager
def silent() -> Iterator[str]:
    """An address that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _ask_and_leave(port: int, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    connection.sendall(request.encode())
    return connection


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print(f"\n{A_SECOND:,} notifications a second for {SECONDS} s, arriving by the clock")
    print(f"{'':42}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'p99 of':>9}")
    with stage.folder() as place:
        openly(place)
    with stage.folder() as place:
        silently(place)


if __name__ == "__main__":
    main()
