"""Serve an application of the demo on a port of this machine, in a thread of this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


def bind(port: int) -> socket.socket:
    """A socket that listens on this port: callers queue until it is served. OSError if taken."""
    return socket.create_server(("127.0.0.1", port))


def any_port(rather: int) -> socket.socket:
    """The same on a free port: that one, if it is free."""
    try:
        return bind(rather)
    except OSError:
        return bind(0)


def address(listening: socket.socket) -> str:
    """The address of what will be served there, without a slash at the end."""
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def hosting(app: ASGIApp, listening: socket.socket) -> Iterator[str]:
    """Serve the application on a listening socket while inside; its address."""
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    url = address(listening)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name=url)
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
