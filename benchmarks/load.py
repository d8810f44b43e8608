"""A bounded load: so many requests over so many connections, each answer waited for."""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

WARM_UP = 20


@dataclass(frozen=True)
class Measured:
    """Answers a second, and how long half and all but one in a hundred took (milliseconds)."""

    per_second: float
    p50: float
    p99: float


class _Connection:
    """One kept connection that does as little as it can, so that the server is what is measured."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def ask(self, method: str, path: str) -> None:
        request = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
        self._socket.sendall(request.encode())
        head = self._until(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")):
            raise RuntimeError(f"{method} {path}: {head[:60]!r}")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        while len(self._rest) < length:
            self._rest += self._socket.recv(262_144)
        self._rest = self._rest[length:]

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            received = self._socket.recv(262_144)
            if not received:
                raise RuntimeError("the server closed the connection")
            self._rest += received
        head, _, self._rest = self._rest.partition(mark)
        return head

    def close(self) -> None:
        self._socket.close()


def load(port: int, method: str, paths: Sequence[str], connections: int) -> Measured:
    """Ask for every path once, in turn over the connections, after a few of the same to warm up."""
    start = threading.Barrier(connections + 1)
    times: list[float] = []

    def ask(part: Sequence[str]) -> None:
        try:
            connection = _Connection(port)
        except OSError:
            start.abort()  # nobody is there: do not let the others wait
            raise
        start.wait()
        for path in part:
            began = time.perf_counter()
            connection.ask(method, path)
            times.append(time.perf_counter() - began)
        connection.close()

    threads = [
        threading.Thread(target=ask, args=(paths[at::connections],)) for at in range(connections)
    ]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - began
    times.sort()
    at_99 = times[int(len(times) * 0.99)]
    return Measured(len(times) / whole, 1000 * times[len(times) // 2], 1000 * at_99)


def pages(port: int, path: str, count: int, connections: int) -> Measured:
    """The same page `count` times."""
    load(port, "GET", [path] * WARM_UP, connections)
    return load(port, "GET", [path] * count, connections)
