"""Every route of the table against whatever can be put into a request: no error of ours, ever.

The requests are made from the application's own routes, so a new route is tried without being
named here. They go in below the test client, which would tidy them up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, given, settings
from starlette.applications import Starlette
from structlog.testing import LogCapture

from checkout.app import ROUTES, create_app
from checkout.serve import gate_of
from checkout.web.guards import LARGEST_BODY, Gate
from checkout.web.pace import Pace, Paces, at_most
from tests.town import Town, a_town, database_in
from tests.web.nasty import requests

EVERYWHERE = {
    "content-security-policy", "referrer-policy", "x-content-type-options", "x-frame-options",
    "permissions-policy", "cross-origin-opener-policy", "x-request-id",
}  # fmt: skip
WIDE = Pace(at_most(10**9, timedelta(minutes=1)))


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    left: int = 0  # pieces of the body that were not read


@dataclass
class Field:
    """The service under test, without a pace, and two orders whose addresses are secret."""

    town: Town
    app: Starlette
    portal: BlockingPortal
    tokens: tuple[str, ...]
    log: list[Any]

    def ask(self, scope: dict[str, Any], pieces: list[bytes]) -> Answer:
        return self.portal.call(self._ask, scope, pieces)

    async def _ask(self, scope: dict[str, Any], pieces: list[bytes]) -> Answer:
        answer, waiting = Answer(), list(pieces)

        async def receive() -> dict[str, Any]:
            piece = waiting.pop(0) if waiting else b""
            return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                assert not answer.status, "a second answer"
                answer.status = message["status"]
                answer.headers = {k.decode(): v.decode("latin-1") for k, v in message["headers"]}
            answer.body += message.get("body", b"")

        await self.app(scope, receive, send)
        answer.left = len(waiting)
        return answer


@pytest.fixture(scope="module")
def field_of_play(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Field]:
    folder = tmp_path_factory.mktemp("field")
    before, capture = structlog.get_config(), LogCapture()
    with (
        a_town(folder, database_in(folder, sqlite_template)) as town,
        start_blocking_portal() as portal,
    ):
        waiting, paid = town.order(), town.order(email="boris@example.ru")
        town.pay(paid)
        gate = Gate(town.shop.settings, gate_of(town.shop).clock, Paces(WIDE, WIDE, WIDE))
        structlog.configure(
            processors=[structlog.contextvars.merge_contextvars, capture],
            cache_logger_on_first_use=False,
        )
        app = create_app(town.shop, gate)
        yield Field(town, app, portal, (waiting, paid), capture.entries)
    structlog.configure(**before)


def tried(place: Field, times: int) -> None:
    """Ask so many requests and hold each answer against what every answer owes."""
    statuses: set[int] = set()
    form = place.town.form()

    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(asked=requests(place.app, place.tokens, form))
    def one(asked: tuple[dict[str, Any], list[bytes]]) -> None:
        scope, pieces = asked
        place.log.clear()
        answer = place.ask(dict(scope), pieces)
        statuses.add(answer.status)
        hold(place, scope, answer)

    one()
    assert statuses >= {200, 404, 405}  # they came as far as that


def hold(place: Field, scope: dict[str, Any], answer: Answer) -> None:
    assert 200 <= answer.status < 500, answer.body[-500:]
    assert answer.headers.keys() >= EVERYWHERE, answer.status
    assert answer.headers["referrer-policy"] == "same-origin"
    assert b"Traceback" not in answer.body
    assert "server" not in answer.headers
    unsaid = scope["path"].startswith(("/healthz", "/static"))
    assert unsaid or [it for it in place.log if it["event"] == "request"]
    told = repr(place.log)
    assert not [token for token in place.tokens if token in told]
    assert [it for it in place.log if it["log_level"] in ("error", "critical")] == []
    leads_to = answer.headers.get("location", "/")
    assert leads_to.startswith(("/", place.town.yookassa.url)), leads_to
    assert not leads_to.startswith(("//", "/\\"))


def test_no_request_of_any_route_is_an_error_of_ours(field_of_play: Field) -> None:
    tried(field_of_play, 400)


@pytest.mark.soak
def test_no_request_of_many_thousands_is_an_error_of_ours(field_of_play: Field) -> None:
    tried(field_of_play, 20_000)


@pytest.mark.parametrize("path", ["/checkout/%0A/", "/orders/%0A/", "/%0A", "/%0A/", "/\u2028/"])
def test_an_address_that_fits_no_route_leads_to_no_host_the_request_named(
    field_of_play: Field, path: str
) -> None:
    for method in ("GET", "POST"):
        named = {"host": "evil.example"}
        answer = field_of_play.town.client.request(method, path, headers=named)

        assert answer.status_code in (200, 404, 405)  # a line feed at the end is no part of it
        assert "location" not in answer.headers


@pytest.mark.parametrize("entry", ROUTES, ids=lambda it: f"{it.method} {it.path}")
def test_no_route_reads_more_than_its_cap_of_an_endless_body(
    field_of_play: Field, entry: Any
) -> None:
    path = re.sub(r"{[^}]+}", "5", entry.path)
    scope = {
        "type": "http", "http_version": "1.1", "scheme": "http", "method": entry.method,
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1), "server": ("a", 80),
    }  # fmt: skip
    pieces = [b"a" * 1024] * 1_000
    answer = field_of_play.ask(scope, pieces)

    assert answer.left >= len(pieces) - LARGEST_BODY // 1024 - 1
    assert 400 <= answer.status < 500
