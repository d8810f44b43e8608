"""No answer holds a thread longer than its limit, fills the memory, or leads anywhere else.

What was sent may have been performed, so each such answer leaves the outcome unknown; without a
connection, or with somebody else's certificate, nothing was sent.
"""

import gzip
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import trustme

from checkout.domain.errors import UnknownOutcome, Unreachable
from checkout.gateway import patience
from checkout.gateway.client import MAX_ANSWER, YooKassa
from tests.contract.raw import Raw, at, raw_server, server_context
from tests.contract.simulated import AUTHORITY, SECRET_KEY, body, certified, new_key, simulated
from tests.serving import bound

SCHEMES = pytest.mark.parametrize("scheme", ["http", "https"])
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
NONSENSE = {
    "nothing": (),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n",),
    "a status that is no number": (b"HTTP/1.1 OK 200\r\n\r\n{}",),
    "no body": (OK + b"Content-Length: 10\r\n\r\n",),
    "half a body": (OK + b"Content-Length: 10\r\n\r\n{}",),
    "a chunk without a size": (CHUNKED + b"zz\r\n",),
    "half a chunk": (CHUNKED + b"5\r\n{\r\n",),
    "a chunk of the size of a disk": (CHUNKED + b"ffffffffffff\r\n{}",),
    "gzip that is none": (OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",),
    "a thousand headers": (OK + b"X: y\r\n" * 1000 + b"\r\n{}",),
    "a header without an end": (OK + b"X: " + b"y" * 70_000,),
    "a length that is no number": (OK + b"Content-Length: many\r\n\r\n",),
    "a negative length": (OK + b"Content-Length: -1\r\n\r\n",),
    "only a promise": (b"HTTP/1.1 100 Continue\r\n\r\n",),
}
DRIPS = {
    "before the status": ((), b"H"),
    "in the status": ((b"HTTP/1.1 200 ",), b"O"),
    "among the headers": ((OK,), b"X: y\r\n"),
    "in a header": ((OK + b"X: ",), b"y"),
    "promises": ((), b"HTTP/1.1 100 Continue\r\n\r\n"),
    "in the body": ((OK + b"Content-Length: 999999\r\n\r\n",), b" "),
    "in a body without a length": ((OK + b"\r\n",), b" "),
    "in a chunk": ((CHUNKED + b"fffff\r\n",), b" "),
    "of chunks": ((CHUNKED,), b"1\r\n \r\n"),
    "in the size of a chunk": ((CHUNKED + b"1;",), b"x"),
    "behind the last chunk": ((CHUNKED + b"0\r\n",), b"X: y\r\n"),
    "of a redirect": ((b"HTTP/1.1 302 Found\r\nLocation: /v3/me\r\n\r\n",), b" "),
    "of a refusal": ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), b" "),
}


@pytest.fixture(scope="module")
def trust() -> Iterator[str]:
    with AUTHORITY.cert_pem.tempfile() as file:
        yield file


def create(yookassa: YooKassa) -> Any:
    return yookassa.create_payment(key=new_key(), body=body())


def unknown(raw: Raw, trust: str) -> None:
    with pytest.raises(UnknownOutcome):
        create(at(raw.url, trust))


@SCHEMES
@pytest.mark.parametrize("pieces", NONSENSE.values(), ids=NONSENSE)
def test_a_connection_that_talks_nonsense_or_closes_leaves_the_outcome_unknown(
    trust: str, scheme: str, pieces: tuple[bytes, ...]
) -> None:
    with raw_server(*pieces, scheme=scheme) as raw:
        unknown(raw, trust)


@SCHEMES
@pytest.mark.parametrize(("pieces", "drop"), DRIPS.values(), ids=DRIPS)
def test_an_answer_that_comes_drop_by_drop_is_given_up(
    trust: str, scheme: str, pieces: tuple[bytes, ...], drop: bytes
) -> None:
    with raw_server(*pieces, scheme=scheme, drop=drop) as raw:
        unknown(raw, trust)

    assert raw.was_left


@SCHEMES
def test_silence_is_given_up(trust: str, scheme: str) -> None:
    where = bound(scheme)  # the system takes the connection, nobody answers
    with where.socket, pytest.raises((UnknownOutcome, Unreachable)):
        create(at(where.url, trust))


def test_the_limit_of_a_call_is_what_its_parts_add_up_to() -> None:
    assert patience.longest_call((3.05, 8.0)) == pytest.approx(25.15)


# --- much


ENCODINGS = {"gzip": b"gzip", "deflate": b"deflate", "twice": b"gzip, gzip", "plain": b"identity"}


@cache
def bomb_of(name: str) -> bytes:
    """Made when it is wanted: seconds, which every worker would spend before its first test."""
    zeros = bytes((256 if name == "twice" else 64) * MAX_ANSWER)
    fold: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "twice": lambda content: gzip.compress(gzip.compress(content)),
        "plain": bytes,
    }
    return fold[name](zeros)


@SCHEMES
@pytest.mark.parametrize("status", [b"200 OK", b"302 Found", b"400 Bad Request"])
@pytest.mark.parametrize("name", ENCODINGS)
def test_an_answer_that_unfolds_without_end_is_not_unfolded(
    trust: str, scheme: str, status: bytes, name: str
) -> None:
    bomb, encoding = bomb_of(name), ENCODINGS[name]
    head = b"HTTP/1.1 %s\r\nLocation: /v3/me\r\nContent-Encoding: %s\r\n\r\n" % (status, encoding)
    client = at(f"{scheme}://127.0.0.1:1", trust)
    with pytest.raises(Unreachable):
        create(client)  # whatever is loaded once is loaded now
    with raw_server(head + bomb, scheme=scheme) as raw:
        client = at(raw.url, trust, timeouts=(3.0, 3.0))
        tracemalloc.start()
        with pytest.raises(UnknownOutcome) as raised:
            create(client)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert raised.value.status == int(status[:3])
    assert peak < 12 * MAX_ANSWER


# --- elsewhere


@SCHEMES
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(trust: str, scheme: str, status: int) -> None:
    thief = bound()
    head = f"HTTP/1.1 {status} Gone away\r\nLocation: {thief.url}/v3/payments\r\n"
    with (
        thief.socket,
        raw_server(f"{head}Content-Length: 0\r\n\r\n".encode(), scheme=scheme) as raw,
    ):
        with pytest.raises(UnknownOutcome) as raised:
            create(at(raw.url, trust))
        thief.socket.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has called
            thief.socket.accept()

    assert raised.value.status == status
    assert [it.split(b" ")[0] for it in raw.asked] == [b"POST"]


@SCHEMES
@pytest.mark.parametrize(
    "where", ["http://[", "//", "\\\\", "https://\xff\xfe", "a" * 9000, "\x00"]
)
def test_a_redirect_to_nowhere_is_no_error_of_ours(trust: str, scheme: str, where: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n"
    with raw_server(head.encode("latin-1"), scheme=scheme) as raw:
        unknown(raw, trust)


# --- whose certificate


def test_a_certificate_of_an_unknown_authority_is_unreachable_and_gets_no_password() -> None:
    with simulated("https") as one, pytest.raises(Unreachable, match="Деньги не списаны"):
        create(at(f"{one.url}/v3"))


@pytest.mark.parametrize(
    "context",
    [
        server_context("api.yookassa.example"),
        server_context(not_after=datetime.now(UTC) - timedelta(days=1)),
        server_context(not_before=datetime.now(UTC) + timedelta(days=1)),
    ],
    ids=["another host", "expired", "not yet"],
)
def test_a_certificate_that_does_not_fit_is_unreachable_and_gets_no_password(
    trust: str, context: Any
) -> None:
    with raw_server(OK, scheme="https", context=context) as raw, pytest.raises(Unreachable):
        create(at(raw.url, trust))

    assert SECRET_KEY.encode() not in b"".join(raw.asked)


def test_an_authority_of_the_environment_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated("https") as one, certified(trustme.CA()) as (_, other):
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.setenv(name, str(one.trust))
        for trust in (None, other):
            with pytest.raises(Unreachable):
                create(at(f"{one.url}/v3", trust))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", other)
        assert create(one.client()).status == "pending"


def test_a_server_without_tls_where_tls_is_expected_is_told_nothing(trust: str) -> None:
    with raw_server(OK) as raw, pytest.raises((UnknownOutcome, Unreachable)):
        create(at(raw.url.replace("http:", "https:"), trust))

    assert SECRET_KEY.encode() not in b"".join(raw.asked)


def test_a_handshake_drop_by_drop_is_given_up(trust: str) -> None:
    record = b"\x16\x03\x03\x40\x00"  # the head of a long record that never comes whole
    with raw_server(record, drop=b"\x02") as raw, pytest.raises((UnknownOutcome, Unreachable)):
        create(at(raw.url.replace("http:", "https:"), trust))

    assert raw.was_left


# --- where to


@SCHEMES
def test_a_resolver_that_is_silent_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    enough = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: enough.wait() and [])
    try:
        with pytest.raises(Unreachable):
            create(at(f"{scheme}://nobody.invalid/v3"))
    finally:
        enough.set()


def test_a_host_of_many_addresses_is_tried_within_one_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{it}", 1)) for it in range(1, 9)
    ]
    tried: list[float] = []

    def dial(address: Any, timeout: float, *_: Any) -> socket.socket:
        tried.append(timeout)
        raise ConnectionRefusedError(address)

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(patience.dialling, "create_connection", dial)
    with pytest.raises(Unreachable):
        create(at("http://many.invalid/v3", timeouts=(8.0, 8.0)))

    assert len(tried) == 8
    assert tried[0] <= 1.0  # an equal share, and what one leaves over is for the others
    assert tried == sorted(tried)
