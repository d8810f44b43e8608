"""A server of bare bytes, in the clear or in TLS: for answers that no HTTP library would give."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from checkout.gateway.client import YooKassa
from tests.contract.simulated import AUTHORITY, SECRET_KEY, SHOP_ID
from tests.serving import bound

GAP = 0.05  # seconds between two drops
ENOUGH = 400  # drops, after which whoever still listens has no limit


@dataclass
class Raw:
    """Where it answers, what it was asked (each connection's bytes), and how it went on."""

    url: str
    asked: list[bytes] = field(default_factory=list)
    dropped: int = 0

    @property
    def was_left(self) -> bool:
        """Whether the client went away by himself, long before the last drop."""
        return self.dropped < ENOUGH // 2


def at(url: str, trust: str | None = None, **changes: Any) -> YooKassa:
    """A client in a hurry."""
    known: dict[str, Any] = {"timeouts": (0.3, 0.3)} | changes
    return YooKassa(shop_id=SHOP_ID, secret_key=SECRET_KEY, api_url=url, trust=trust, **known)


def server_context(host: str = "127.0.0.1", **changes: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(host, **changes).configure_cert(context)
    return context


OURS = server_context()


def _request(connection: socket.socket) -> bytes:
    """A whole request: what is left unread would reset the connection under its answer."""
    asked = b""
    while (piece := connection.recv(65536)) and not _is_whole(asked := asked + piece):
        pass
    return asked


def _is_whole(asked: bytes) -> bool:
    head, end, content = asked.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: ([0-9]+)", head)
    return bool(end) and len(content) >= (int(length[1]) if length else 0)


@contextmanager
def raw_server(
    *pieces: bytes,
    scheme: str = "http",
    drop: bytes = b"",
    context: ssl.SSLContext | None = None,
) -> Iterator[Raw]:
    """Answer one connection with these bytes, then `drop` by drop without an end."""
    where, enough = bound(scheme), threading.Event()
    raw = Raw(where.url)
    wrapping = context or OURS

    def answer() -> None:
        connection, _ = where.socket.accept()
        with connection, suppress(OSError):  # the client may leave whenever he likes
            if scheme == "https":
                connection = wrapping.wrap_socket(connection, server_side=True)
            with connection:
                raw.asked.append(_request(connection))
                for piece in pieces:
                    connection.sendall(piece)
                while drop and raw.dropped < ENOUGH and not enough.wait(GAP):
                    connection.sendall(drop)
                    raw.dropped += 1

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield raw
    finally:
        enough.set()
        thread.join()
        where.socket.close()
