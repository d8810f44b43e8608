"""The order form under the headers of a real server, whose payment page is on another origin.

Chromium holds the redirect that answers a form to the `form-action` of the form's page. The demo
names its simulator there; a real server says `'self' https:`, so that is what these pages get,
and the redirect goes to a payment page that is really served by https.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from playwright.sync_api import Browser, Page, Route, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as Served

from checkout.web.headers import POLICY, RELEASED
from tests.browser.client import DESK, fill_in, press, watch
from tests.serving import serving
from tests.story.driving import Demo

REAL = "'self' https:"


@dataclass
class Seen:
    """What the form's page was told, and what came of it."""

    policies: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class RealServer:
    """Stands before the demo as a real server: its policy, and a payment page over https."""

    page: Page
    demo: Demo
    elsewhere: str
    seen: Seen

    def allow(self, sources: str) -> None:
        """Let the form's page say `form-action SOURCES`, and its answer lead elsewhere."""
        self.page.route("**/checkout/5", lambda route: self._answer(route, sources))

    def _answer(self, route: Route, sources: str) -> None:
        answer = route.fetch(max_redirects=0)
        headers = dict(answer.headers)
        if route.request.method == "POST":
            self.seen.answers.append(answer.status)
            assert headers["location"].startswith(self.demo.facts["simulator"])
            headers["location"] = f"{self.elsewhere}/contract?orderId=1"
        else:
            self.seen.policies.append(headers["content-security-policy"])
            headers["content-security-policy"] = f"{POLICY}{sources}"
        route.fulfill(response=answer, headers=headers)


async def _payment_page(_: Request) -> Response:
    # with an icon of its own: no browser has to ask for one
    return HTMLResponse('<link rel="icon" href="data:,"><p>ЮKassa</p>')


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The origin of the payment page."""
    certificate = tmp_path / "own.pem"
    made = trustme.CA().issue_cert("127.0.0.1")
    made.private_key_and_cert_chain_pem.write_to_path(str(certificate))
    app = Starlette(routes=[Served("/contract", _payment_page)])
    with serving(lambda _: app, certificate=str(certificate)) as url:
        yield url


@pytest.fixture
def server(browser: Browser, demo: Demo, elsewhere: str) -> Iterator[RealServer]:
    context = browser.new_context(viewport=DESK, ignore_https_errors=True)
    context.set_default_timeout(15_000)
    yield RealServer(context.new_page(), demo, elsewhere, Seen())
    context.close()


def send_the_form(server: RealServer) -> None:
    server.page.goto(f"{server.demo.facts['site']}/checkout/5")
    fill_in(server.page, "headers@client.example")
    press(server.page, "Оплатить")


def test_under_a_real_servers_policy_the_form_lands_on_another_origin(server: RealServer) -> None:
    complaints = watch(server.page.context, (server.demo.facts["site"], server.elsewhere))
    server.allow(REAL)
    send_the_form(server)
    server.page.wait_for_url(f"{server.elsewhere}/contract?orderId=1")

    expect(server.page.get_by_text("ЮKassa")).to_be_visible()
    assert complaints == []
    assert server.seen.answers == [303]


def test_the_demo_allows_what_a_real_server_does_and_its_simulator(server: RealServer) -> None:
    server.allow(REAL)
    server.page.goto(f"{server.demo.facts['site']}/checkout/5")

    assert server.seen.policies == [f"{POLICY}{REAL} {server.demo.facts['simulator']}"]


def test_with_self_alone_the_order_would_be_made_and_the_client_would_stay(
    server: RealServer,
) -> None:
    server.allow("'self'")
    with server.page.expect_event("console", lambda said: "form-action" in said.text):
        send_the_form(server)

    assert server.seen.answers == [303]
    expect(server.page).to_have_url(re.compile("/checkout/5$"))


def test_every_address_has_the_strict_headers(demo: Demo) -> None:
    released = ("/", "/offer/", "/offer/1/offer.md", "/nothing")
    for path in (*released, "/checkout/5", "/orders/x"):
        headers = demo.get(path).headers
        policy = headers["content-security-policy"]

        assert policy.startswith(RELEASED if path in released else POLICY), path
        assert "unsafe" not in policy
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
