"""Connections that keep to their limits, whatever the other side does with its bytes.

The libraries below count a timeout anew for every packet: a byte a second would hold a thread for
ever, in a status line, among headers, between chunks or behind a «100 Continue» as well as in a
body. They also ask the resolver without any limit and try each of a host's addresses for the whole
patience. Here a host is found and connected to within one patience, and an answer is read within
two: one for its beginning, which YooKassa may need, and one for the rest.
"""

import io
import queue
import socket
import threading
import time
from http.client import HTTPResponse
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util import connection as dialling
from urllib3.util.retry import Retry

Address = tuple[str, int]


def longest_call(timeouts: tuple[float, float]) -> float:
    """Seconds a call may hold its thread: to connect, for TLS, to send, and twice to read."""
    connecting, reading = timeouts
    return 3 * connecting + 2 * reading


class PatientSession(requests.Session):
    """Kept-alive, deaf to the environment, never sending twice, never going elsewhere."""

    def __init__(self, trust: str | None = None) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = trust or True
        once = _Adapter(max_retries=Retry(total=0, read=False))
        self.mount("http://", once)
        self.mount("https://", once)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Nowhere. Else requests would read the whole body of a 30x by itself, however long."""
        return None


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as above us
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _Answer(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock))


class _Timed(io.RawIOBase):
    """A socket's bytes, until twice the timeout that the socket has now is over."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._socket = raw, sock
        self._patience = float(sock.gettimeout() or 0)
        self._ends = time.monotonic() + 2 * self._patience

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - any writable buffer
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer has not ended in time")
        self._socket.settimeout(min(self._patience, left))
        try:
            return self._raw.readinto(buffer)
        finally:
            self._socket.settimeout(self._patience)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Dialling(HTTPConnection):
    """Finds the host and connects to it within one timeout; TLS then has as much again."""

    response_class: ClassVar[type[HTTPResponse]] = _Answer  # type: ignore[misc]

    def _new_conn(self) -> socket.socket:
        patience = float(self.timeout or 0)
        try:
            connected = self._connected(time.monotonic() + patience, patience)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"no connection in {patience} s") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error
        connected.settimeout(patience)
        return connected

    def _connected(self, ends: float, patience: float) -> socket.socket:
        """A connection to the first address that takes it; each gets its share of the time."""
        found = _addresses(self.host, self.port, patience)
        for number, address in enumerate(found):
            share = max(ends - time.monotonic(), 0.001) / (len(found) - number)
            try:
                return dialling.create_connection(
                    address, share, self.source_address, self.socket_options
                )
            except OSError as error:
                refused = error
        raise refused


class _SecureDialling(_Dialling, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Dialling


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureDialling


def _addresses(host: str, port: int, patience: float) -> list[Address]:
    """What the resolver knows, in its order. It cannot be given a limit, so it is left behind."""
    answer: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put([(str(it[4][0]), port) for it in found])
        except OSError as error:
            answer.put(error)
        except UnicodeError as error:  # a name that no resolver is asked about
            answer.put(socket.gaierror(str(error)))

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        told = answer.get(timeout=patience)
    except queue.Empty:
        raise TimeoutError("the resolver is silent") from None
    if isinstance(told, OSError):
        raise told
    return told
