"""Serve an ASGI application on a real socket of this machine, for tests that need the wire.

The socket listens before the server runs, so a client never has to wait or try again, and an
application may be told its own address (or another's) while it is being built:

    with serving(lambda url: create_app(public_url=url)) as url: ...

    shop, desk = bound(), bound()      # two applications that must know each other
    with serving(lambda _: make_shop(desk.url), shop), serving(lambda _: make_desk(shop.url), desk):
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp

STARTS_WITHIN = 30  # seconds; only a server that never starts waits so long


@dataclass(frozen=True)
class Bound:
    """A listening socket on 127.0.0.1 and the address it will answer at (no trailing slash)."""

    socket: socket.socket
    url: str


class _Server(uvicorn.Server):
    """Says when it is ready, and stops when it is told to: nobody polls."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.config.is_ssl:
            # TLS ends with both sides' word, and a client that keeps its connection is silent
            for connection in list(self.server_state.connections):
                connection.transport.abort()
        await super().shutdown(sockets)

    def stop(self) -> None:
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._told.set)


def bound(scheme: str = "http") -> Bound:
    """Listen on a free port; connections queue until `serving` is given the socket."""
    # The protocol is named because asyncio switches Nagle's delay off only where it is.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return Bound(listener, f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")


@contextmanager
def serving(
    make: Callable[[str], ASGIApp],
    at: Bound | None = None,
    *,
    certificate: str | None = None,
    **options: Any,
) -> Iterator[str]:
    """Run `make(base url)` in a thread of its own, with its lifespan; yield the base url.

    With a `certificate`, a file that holds its key too, it is https. `options` are uvicorn's.
    """
    where = at or bound("https" if certificate else "http")
    config = uvicorn.Config(
        make(where.url),
        log_level="warning",
        access_log=False,
        ws="none",
        timeout_graceful_shutdown=3,
        ssl_certfile=certificate,
        **options,
    )
    server = _Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [where.socket]}, name=f"serving {where.url}"
    )
    thread.start()
    try:
        assert server.ready.wait(STARTS_WITHIN), f"the application at {where.url} did not start"
        yield where.url
    finally:
        server.stop()
        thread.join()
        where.socket.close()
