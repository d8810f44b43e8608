"""Clients who take their time, by intent or not: they are closed, and the others never wait."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import Mock

import httpx2
import pytest
import uvicorn
from uvicorn.server import ServerState

from checkout.app import create_app
from checkout.serve import gate_of
from checkout.web.waiting import LONGEST_HEAD, Limits, Patient, patient
from tests.serving import serving
from tests.town import Town, a_town, database_in
from tests.web.buying import orders_of

HASTY = Limits(head=0.4, body=0.4, answer=0.4)
CALM = Limits(head=60, body=60, answer=60)
GAP = 0.03  # seconds between two bytes
ENOUGH = 1_000  # of them, after which whoever is still heard has no limit
CROWD = 200
LARGE = bytes(12 * 1024 * 1024)


@dataclass
class Served:
    """The town's service on a socket; `lost` is told of every connection that has ended."""

    town: Town
    url: str
    lost: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").partition(":")
        return host, int(port)

    def connection(self, first: bytes = b"") -> socket.socket:
        connection = socket.create_connection(self.address, timeout=30)
        connection.sendall(first)
        return connection


@contextmanager
def served(town: Town, limits: Limits) -> Iterator[Served]:
    lost = threading.Semaphore(0)

    class Told(patient(limits)):  # type: ignore[misc]
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            lost.release()

    gate = replace(gate_of(town.shop), limits=limits)
    with serving(lambda _: create_app(town.shop, gate), http=Told) as url:
        yield Served(town, url, lost)


@pytest.fixture(scope="module")
def roomy_town(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("slow")
    with a_town(folder, database_in(folder, sqlite_template)) as town:
        town.publisher.files["large.bin"] = LARGE
        town.publisher.publish()
        yield town


@pytest.fixture(scope="module")
def hasty(roomy_town: Town) -> Iterator[Served]:
    with served(roomy_town, HASTY) as one:
        yield one


def dripped(connection: socket.socket, byte: bytes) -> tuple[int, bytes]:
    """Send a byte now and then until the other side ends it; how many, and what it said."""
    pause, answer = threading.Event(), b""
    connection.settimeout(GAP)
    for number in range(ENOUGH):
        try:
            connection.sendall(byte)
            if not (piece := connection.recv(65536)):
                return number, answer
            answer += piece
        except TimeoutError:
            continue
        except OSError:
            return number, answer
        pause.wait(GAP)
    return ENOUGH, answer


def ends(connection: socket.socket) -> bytes:
    """Whatever still comes until the other side closes; fails if it never does."""
    said = b""
    with connection, suppress(ConnectionError):
        while piece := connection.recv(65536):
            said += piece
    return said


POST = b"POST /checkout/5 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
DRIPS = {
    "in the first line": (b"GET /", b"a"),
    "among the headers": (b"GET / HTTP/1.1\r\nHost: a\r\n", b"x: y\r\n"),
    "in a header": (b"GET / HTTP/1.1\r\nHost: a\r\nx: ", b"y"),
    "before a request": (b"", b"\r\n"),
    "in a form": (POST + b"Content-Length: 60000\r\n\r\n", b"a"),
    "in a form without a length": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "of nothing": (POST + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "in a form nobody reads": (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n",
        b"a",
    ),
    "in a page's own body": (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n", b"a"),
}


@pytest.mark.parametrize(("first", "byte"), DRIPS.values(), ids=DRIPS)
def test_a_request_that_comes_byte_by_byte_is_ended(
    hasty: Served, first: bytes, byte: bytes
) -> None:
    with hasty.connection(first) as connection:
        sent, answer = dripped(connection, byte)

    assert sent < ENOUGH // 2
    assert answer.startswith(b"HTTP/1.1 408 ") == first.startswith(POST)


def test_a_second_request_has_no_more_time_than_the_first(hasty: Served) -> None:
    with hasty.connection(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n") as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"GET /")
        sent, answer = dripped(connection, b"x")

    assert sent < ENOUGH // 2
    assert b"HTTP/1.1" not in answer


@pytest.mark.parametrize(
    ("first", "more"),
    [(b"GET /", b"y" * 1024), (b"GET / HTTP/1.1\r\nHost: a\r\n", b"x: y\r\n")],
    ids=["an address", "headers"],
)
def test_a_head_that_never_ends_is_refused_long_before_it_fills_the_memory(
    roomy_town: Town, first: bytes, more: bytes
) -> None:
    with served(roomy_town, CALM) as calm:
        said = ends(calm.connection(first + more * (1 + LONGEST_HEAD // len(more))))

    assert said.startswith(b"HTTP/1.1 400 ")


TRAILERS = POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"


@pytest.mark.parametrize("more", [b"x: y\r\n", b"x: " + b"y" * 1024 + b"\r\n"])
def test_trailers_without_end_are_ended_long_before_they_fill_the_memory(
    roomy_town: Town, more: bytes
) -> None:
    with served(roomy_town, CALM) as calm, calm.connection(TRAILERS) as connection:
        with suppress(ConnectionError):
            connection.sendall(more * (1 + LONGEST_HEAD // len(more)))
        ends(connection)

    assert calm.lost.acquire(timeout=30)


def test_a_trailer_is_no_header(roomy_town: Town) -> None:
    end = b"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n"
    with served(roomy_town, Limits(head=0.4)) as one:
        said = ends(one.connection(TRAILERS + end))

    assert said.startswith(b"HTTP/1.1 422 ")
    assert b"connection: close" not in said.lower()


def test_who_takes_a_part_of_a_last_answer_and_stops_is_let_go(roomy_town: Town) -> None:
    """The window is a few kilobytes wide on a real wire, so the wire is played here."""
    loop = asyncio.new_event_loop()
    config = uvicorn.Config(create_app(roomy_town.shop, gate_of(roomy_town.shop)))
    transport = Mock(spec=asyncio.Transport)
    transport.is_closing.return_value = True
    transport.abort.side_effect = loop.stop
    one = patient(Limits(answer=0.01))(config, ServerState(), {}, loop)
    one.connection_made(transport)
    one.pause_writing()
    one.resume_writing()
    loop.call_later(10, loop.stop)
    loop.run_forever()
    loop.close()

    transport.abort.assert_called_once()


def test_half_a_form_is_told_that_it_came_too_slowly_and_orders_nothing(hasty: Served) -> None:
    before = orders_of(hasty.town)
    said = ends(hasty.connection(POST + b"Content-Length: 1000\r\n\r\nname=A")).decode()

    assert "Запрос пришёл не\u00a0целиком" in said
    assert "connection: close" in said
    assert orders_of(hasty.town) == before


def test_a_crowd_that_says_nothing_is_sent_away_and_others_are_served_meanwhile(
    hasty: Served,
) -> None:
    with ExitStack() as crowd, httpx2.Client(base_url=hasty.url) as client:
        silent = [crowd.enter_context(hasty.connection()) for _ in range(CROWD)]
        statuses = {client.get("/checkout/5").status_code for _ in range(5)}

        assert statuses == {200}
        assert {ends(it) for it in silent} == {b""}


def test_a_crowd_of_half_forms_holds_up_nobody(roomy_town: Town) -> None:
    form = (
        POST + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na="
    )
    with served(roomy_town, CALM) as calm, ExitStack() as crowd:
        for _ in range(CROWD // 2):  # more forms of one address would not be read
            crowd.enter_context(calm.connection(form))
        client = crowd.enter_context(httpx2.Client(base_url=calm.url))

        assert client.get("/checkout/5").status_code == 200
        assert client.post("/checkout/5", data={"name": "Анна"}).status_code == 422
        assert not calm.lost.acquire(blocking=False)  # all of them are still there


def test_an_answer_that_nobody_takes_is_let_go(hasty: Served) -> None:
    while hasty.lost.acquire(blocking=False):
        pass
    asked = b"GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n"
    with hasty.connection(asked) as connection:
        assert hasty.lost.acquire(timeout=30)
        assert len(ends(connection)) < len(LARGE)


def test_an_answer_that_is_taken_slowly_but_steadily_comes_whole(roomy_town: Town) -> None:
    with served(roomy_town, CALM) as calm, httpx2.Client(base_url=calm.url) as client:
        assert client.get("/large.bin").content == LARGE


def test_a_client_in_no_hurry_between_two_requests_may_go_on(roomy_town: Town) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    with served(roomy_town, CALM) as calm, calm.connection(head[:20]) as connection:
        connection.sendall(head[20:])
        first = connection.recv(65536)
        connection.sendall(head + head)  # two at once, as a proxy may
        second = connection.recv(65536)
        while second.count(b"HTTP/1.1 200 ") < 2:
            second += connection.recv(65536)

    assert first.startswith(b"HTTP/1.1 200 ")


def test_the_running_service_has_these_limits(monkeypatch: pytest.MonkeyPatch, town: Town) -> None:
    import checkout.serve

    told: dict[str, object] = {}
    monkeypatch.setattr(checkout.serve.uvicorn, "run", lambda _, **options: told.update(options))
    checkout.serve.serve(town.shop)

    assert isinstance(told["http"], type)
    assert issubclass(told["http"], Patient)
    assert told["http"].limits == Limits(head=10, body=20, answer=120)
