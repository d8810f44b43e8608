"""Serve an application of the demo on a free port, in a thread of this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


def listener() -> socket.socket:
    """A socket that listens on a free port of this machine: callers queue until it is served."""
    return socket.create_server(("127.0.0.1", 0))


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
