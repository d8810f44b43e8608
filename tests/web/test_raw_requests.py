"""Bytes that are no request, or two at once: refused or answered, and the next client is served."""

import re
from collections.abc import Iterator

import pytest

from checkout.web.waiting import Limits
from tests.town import Town
from tests.web.test_slow_clients import Served, ends, served

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"
FORM = b"POST /checkout/5 HTTP/1.1\r\nHost: a\r\n"
CHUNKS = FORM + b"Transfer-Encoding: chunked\r\n\r\n"
NEXT = b"GET /orders/x HTTP/1.1\r\nHost: a\r\n\r\n"
UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
WIRES = {
    "nothing of HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": HEAD + b"Host: b\r\n\r\n",
    "a host that is none": b"GET / HTTP/1.1\r\nHost: [\r\n\r\n",
    "a whole address": b"GET http://evil.example/offer HTTP/1.1\r\nHost: a\r\n\r\n",
    "an address of another kind": b"GET gopher://[ HTTP/1.1\r\nHost: a\r\n\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tunnel": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an address beside ASCII": "GET /оферта HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    "a NUL in a header": HEAD + b"X: \x00\r\n\r\n",
    "a folded header": HEAD + b"X: a\r\n b\r\n\r\n",
    "line feeds only": b"GET / HTTP/1.1\nHost: a\n\n",
    "ten thousand headers": HEAD + b"X: y\r\n" * 10_000 + b"\r\n",
    "a header of a megabyte": HEAD + b"X: " + b"y" * 2**20 + b"\r\n\r\n",
    "an address of a megabyte": b"GET /" + b"y" * 2**20 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "two lengths": FORM + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": FORM + b"Content-Length: 4\r\n" + CHUNKS[len(FORM) :] + b"0\r\n\r\n",
    "a negative length": FORM + b"Content-Length: -1\r\n\r\n",
    "a length beyond all numbers": FORM + b"Content-Length: " + b"9" * 500 + b"\r\n\r\na",
    "a shorter length": FORM + b"Content-Length: 1\r\n\r\nabcdef",
    "a chunk without a size": CHUNKS + b"zz\r\n",
    "a negative chunk": CHUNKS + b"-5\r\n",
    "a chunk beyond all numbers": CHUNKS + b"" + b"f" * 40 + b"\r\n",
    "another encoding": FORM + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a request smuggled": FORM + b"Content-Length: 0\r\n\r\n" + NEXT,
    "a websocket": HEAD + UPGRADE + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "a permission to go on": FORM + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\na",
    "a permission of another kind": FORM + b"Expect: 999-x\r\nContent-Length: 1\r\n\r\na",
}


@pytest.fixture(scope="module")
def wire(standing_town: Town) -> Iterator[Served]:
    with served(standing_town, Limits(head=0.5, body=0.5)) as one:
        yield one


@pytest.mark.parametrize("sent", WIRES.values(), ids=WIRES)
def test_what_is_no_request_is_refused_or_answered_and_the_next_client_is_served(
    wire: Served, sent: bytes
) -> None:
    said = ends(wire.connection(sent))
    statuses = [int(it) for it in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", said)]
    after = ends(wire.connection(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))

    assert [it for it in statuses if it >= 500] == []
    assert b"Traceback" not in said
    assert after.startswith(b"HTTP/1.1 200 ")
