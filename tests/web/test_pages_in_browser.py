"""The checkout's pages in a real browser under a strict policy: axe, widths, and the one script."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

import offer
from checkout.web import pages, troubles
from tests.axe import violations
from tests.serving import serving
from tests.web import page_examples as example

BEYOND = "document.documentElement.scrollWidth - innerWidth"
# whether axe is asked about more than colours: the dark changes nothing else
SCHEMES: Mapping[Literal["light", "dark"], bool] = {"light": True, "dark": False}
STATIC = Path(pages.__file__).parent / "static"
HOUSE_CSS = Path(offer.__file__).parent / "look" / "house.css"
POLICY = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'",
    "cache-control": "no-store",
}
SHOWN: Mapping[str, str] = {
    "form": pages.order_form(example.form()),
    "company": pages.order_form(example.form(example.TYPED)),
    "errors": pages.order_form(example.form_with_errors()),
    "changed": pages.changed(example.changed()),
    **{
        state: pages.order(example.order(state))
        for state in ("created", "waiting", "paid", "cancelled", "refunded", "case")
    },
    **{
        name.replace(", ", "-").replace(" ", "-"): pages.order(page)
        for name, page in example.leaving().items()
    },
    "refusal": pages.refusal(example.refusal_form()),
    "refusal-error": pages.refusal(
        example.refusal_form("company", reason="а" * 600, error="Сократите до 500 знаков.")
    ),
    "compared": pages.compare(example.compared()),
    "day": pages.day(example.day()),
    "trouble": pages.trouble(
        troubles.broken(troubles.House(test=True, requisites=example.REQUISITES), "f00d")
    ),
}


class Shop:
    """A shop window: shows the pages, remembers what was sent, says an order's state."""

    def __init__(self) -> None:
        self.state = "waiting"
        self.sent: list[bytes] = []

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/orders/secret", self.order),
                Route("/checkout/5", self.take, methods=["POST"]),
                Route("/static/{name}", self.static),
                Route("/{name}", self.show),
            ]
        )

    def order(self, request: Request) -> Response:
        if request.headers["accept"] == "application/json":
            return JSONResponse({"state": self.state}, headers=POLICY)
        return HTMLResponse(SHOWN[self.state], headers=POLICY)

    async def take(self, request: Request) -> Response:
        self.sent.append(await request.body())
        return HTMLResponse(SHOWN["waiting"], headers=POLICY)

    def show(self, request: Request) -> Response:
        html = SHOWN.get(request.path_params["name"])
        return HTMLResponse(html or "", 200 if html else 404, headers=POLICY)

    def static(self, request: Request) -> Response:
        name = request.path_params["name"]
        return FileResponse(HOUSE_CSS if name == "house.css" else STATIC / name)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def url(shop: Shop) -> Iterator[str]:
    served: AbstractContextManager[str] = serving(lambda _: shop.app())
    with served as address:
        yield address


@dataclass(frozen=True)
class Seen:
    """What each page showed in its colours and widths; it is come to once for all that is asked."""

    broken: Mapping[str, list[Any]]
    beyond: Mapping[str, int]


@pytest.fixture(scope="module")
def seen(browser: Browser) -> Seen:
    broken, beyond = {}, {}
    page = browser.new_page(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    with serving(lambda _: Shop().app()) as url:
        for name in SHOWN:
            page.goto(f"{url}/{name}")
            for scheme, rest in SCHEMES.items():
                page.emulate_media(color_scheme=scheme)
                broken[f"{name}, {scheme}"] = violations(page, rest=rest)
            for width in (320, 768, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                beyond[f"{name}, {width}"] = page.evaluate(BEYOND)
            page.set_viewport_size({"width": 390, "height": 844})
        page.close()
    return Seen(broken, beyond)


def test_axe_finds_nothing_on_any_page(seen: Seen) -> None:
    assert len(seen.broken) == len(SHOWN) * len(SCHEMES)
    assert {name: what for name, what in seen.broken.items() if what} == {}


def test_a_line_too_pale_is_found_wherever_it_stands(page: Page, url: str) -> None:
    page.goto(f"{url}/paid")
    lines = page.locator("main :is(dt, dd)").all()
    found = []
    for line in lines[:: len(lines) // 6]:
        line.evaluate("it => { it.style.color = '#bbb'; }")
        found.append([name for name, _ in violations(page, rest=False)])
        line.evaluate("it => { it.style.color = ''; }")

    assert len(found) >= 6
    assert found == [["color-contrast"]] * len(found)


def test_no_page_is_wider_than_its_window(seen: Seen) -> None:
    assert len(seen.beyond) == len(SHOWN) * 3
    assert [name for name, pixels in seen.beyond.items() if pixels > 0] == []


@pytest.mark.parametrize(("width", "rows"), [(1280, [5]), (390, [5]), (360, [3, 2]), (320, [3, 2])])
def test_no_name_of_the_navigation_stands_alone_in_a_row(
    page: Page, url: str, width: int, rows: list[int]
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{url}/form")
    tops = page.locator(".site-header nav a").evaluate_all(
        "all => all.map(it => Math.round(it.getBoundingClientRect().top))"
    )

    assert [tops.count(it) for it in dict.fromkeys(tops)] == rows


def test_only_the_fields_of_the_chosen_kind_are_shown(page: Page, url: str) -> None:
    page.goto(f"{url}/form")
    seen = {}
    for kind in ("Физическое лицо", "ИП", "Компания"):
        page.get_by_label(kind, exact=True).check()
        seen[kind] = [
            name for name in ("inn", "kpp", "organisation") if page.locator(f"#{name}").is_visible()
        ]

    assert seen == {
        "Физическое лицо": [],
        "ИП": ["inn"],
        "Компания": ["inn", "kpp", "organisation"],
    }


def test_without_a_script_every_field_is_shown_and_says_whom_it_is_for(
    browser: Browser, url: str
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{url}/form")

    assert page.locator("#organisation").is_visible()
    assert "Только для компании" in page.locator("#organisation-hint").inner_text()
    assert "Физическому лицу не\u00a0нужен" in page.locator("#inn-hint").inner_text()
    page.close()


def test_errors_take_the_focus_and_lead_to_their_fields(page: Page, url: str) -> None:
    page.goto(f"{url}/errors")
    first = page.evaluate("document.activeElement.className")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert first == "error-summary"
    assert page.evaluate("document.activeElement.id") == "inn"


def test_a_form_is_sent_without_the_fields_of_other_kinds(page: Page, url: str, shop: Shop) -> None:
    page.goto(f"{url}/company")
    page.get_by_label("Физическое лицо").check()
    page.get_by_role("button", name="Оплатить").click()
    page.get_by_role("heading", name="Ждём ответ").wait_for()

    (sent,) = shop.sent
    assert b"kind=person" in sent
    assert b"inn=" not in sent
    assert b"organisation=" not in sent


def test_a_form_pressed_twice_is_sent_once(page: Page, url: str) -> None:
    page.goto(f"{url}/company")
    # The window hears a submit last: by then the page has stopped it or let it go.
    stopped = page.evaluate(
        """() => {
            const stopped = [];
            addEventListener("submit", (event) => {
                stopped.push(event.defaultPrevented);
                event.preventDefault();
            });
            for (let presses = 0; presses < 3; presses++) document.querySelector("button").click();
            return stopped;
        }"""
    )

    assert stopped == [False, True, True]


def test_a_waiting_page_shows_itself_anew_when_the_order_is_paid(
    page: Page, url: str, shop: Shop
) -> None:
    page.clock.install()
    page.goto(f"{url}/orders/secret")
    shop.state = "paid"
    page.clock.run_for(2_000)

    page.get_by_role("heading", name="Оплачено.").wait_for()
