"""The pages in a real browser under the policy they are served with."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from tests.axe import violations
from tests.serving import serving

Scheme = Literal["light", "dark"]

# of styles nothing: each page says itself which is its own
POLICY = (
    "script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'none'; "
    "object-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'self'"
)
SHOWN = [
    "/",
    "/offer/",
    "/offer/1/",
    "/offer/history/",
    "/offer/redline/1-2/",
    "/verify/",
    "/requisites/",
    "/privacy/",
    "/memo/",
    "/404.html",
]
# everything a text may hold; the others are looked at in the demo (browser/test_every_page.py)
OF_ITS_OWN = "/memo/"
WAYS: list[tuple[Scheme, int]] = [("light", 390), ("dark", 1280)]


async def with_policy(
    request: Request, respond: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await respond(request)
    response.headers["Content-Security-Policy"] = POLICY
    return response


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    app = Starlette(
        routes=[Mount("/", StaticFiles(directory=site, html=True))],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=with_policy)],
    )
    with serving(lambda _: app) as url:
        yield url


def test_a_click_on_a_clause_number_copies_its_link_and_says_so(
    context: BrowserContext, address: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page = context.new_page()
    page.goto(f"{address}/offer/")
    page.get_by_role("link", name="3.1.", exact=True).click()

    said = page.get_by_role("status")
    said.get_by_text("Ссылка на пункт 3.1 скопирована").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{address}/offer/2/#p-3-1"
    assert page.url == f"{address}/offer/#p-3-1"


def test_without_scripts_a_clause_number_leads_to_the_numbered_edition(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/offer/")
    page.get_by_role("link", name="3.1.", exact=True).click()
    assert page.url == f"{address}/offer/2/#p-3-1"
    context.close()


def test_no_page_breaks_its_policy(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for path in SHOWN:
        page.goto(address + path)
        for scheme, width in WAYS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            page.evaluate("new Promise(requestAnimationFrame)")
            assert complaints == [], (path, scheme, width)
    context.close()


@pytest.mark.parametrize(
    "paths",
    [[OF_ITS_OWN], pytest.param(SHOWN, marks=pytest.mark.soak)],
    ids=["what is only here", "all"],
)
def test_no_page_hinders_anyone(browser: Browser, address: str, paths: list[str]) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    for path in paths:
        for scheme, width in WAYS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            # a page that has changed its colours twice is judged by stale ones
            page.goto(address + path)
            assert violations(page) == [], (path, scheme, width)
    context.close()


def test_no_page_has_to_be_pushed_sideways(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    for path in SHOWN:
        page.goto(address + path)
        for width in (320, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    context.close()
