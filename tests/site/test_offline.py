"""The released folder opened from a disk, and the same folder under an address of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from offer.publish import publish
from tests.serving import serving
from tests.site import town

SHOP = "https://oferta.example"
LOST_PARTS = "[...document.images].filter(it => !it.naturalWidth).map(it => it.src)"


def failure(request: Request) -> list[str]:
    """What failed to load; a reader who goes on before the icon has come has not missed it."""
    gave_up = request.failure == "net::ERR_ABORTED" and "/favicon." in request.url
    return [] if gave_up else [f"failed: {request.url}"]


@pytest.fixture(scope="module")
def folder(site: Path, tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of a site that knows its address, taken home on a disk."""
    to = tmp_path_factory.mktemp("disk")
    return publish(tree, to, now=lambda: town.day(23), url=SHOP).release.folder


@pytest.fixture(params=["from a disk", "under a prefix"])
def start(folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of the home page."""
    if request.param == "from a disk":
        yield (folder / "index.html").as_uri()
        return
    app = Starlette(routes=[Mount("/draft/x1y2", StaticFiles(directory=folder, html=True))])
    with serving(lambda _: app) as url:
        yield f"{url}/draft/x1y2/"


@pytest.fixture
def page(browser: Browser, start: str) -> Iterator[Page]:
    """A reader on the home page; at the end nothing was missing or refused."""
    context = browser.new_context()
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text))
    context.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    page = context.new_page()
    page.goto(start)
    yield page
    context.close()
    assert complaints == []


def go(page: Page, link: str, heading: str) -> None:
    """Follow a link to a page of the site that is whole."""
    page.get_by_role("link", name=link, exact=True).first.click()
    page.get_by_role("heading", name=heading, level=1, exact=True).wait_for()
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
    assert page.evaluate(LOST_PARTS) == []


def test_a_reader_goes_from_home_to_a_clause_of_an_old_edition(page: Page, start: str) -> None:
    offer = "Публичная оферта об оказании услуг технической поддержки"
    go(page, "Оферта", offer)
    go(page, "Все редакции", "Публичная оферта: все редакции")
    go(page, "Редакция 1", offer)
    page.get_by_role("note").get_by_text("больше не действует").wait_for()
    assert page.url.startswith(start.removesuffix("index.html"))
    go(page, "Действующая редакция", offer)
    page.get_by_role("link", name="п. 3.3", exact=True).first.click()
    page.wait_for_url("**#p-3-3")
    assert page.locator("#p-3-3").is_visible()


def test_the_exact_text_of_an_edition_lies_beside_its_page(page: Page, folder: Path) -> None:
    go(page, "Оферта", "Публичная оферта об оказании услуг технической поддержки")
    text = page.get_by_role("link", name="Точный текст", exact=True)
    way = text.evaluate("it => it.href").partition("/offer/")[2]
    assert (folder / "offer" / way).is_file()


def test_what_is_bought_is_bought_at_the_address_of_the_site(page: Page, start: str) -> None:
    address = page.get_by_role("link", name="Выбрать 5 часов").evaluate("it => it.href")
    on_a_disk = start.startswith("file:")
    assert address.endswith("/checkout/5")
    assert address.startswith(SHOP if on_a_disk else start.partition("/draft")[0])


def test_without_scripts_a_link_on_a_disk_opens_the_folder_of_the_page(
    browser: Browser, folder: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "offer" / "1" / "index.html").as_uri())
    page.get_by_role("link", name="Действующая редакция").click()
    assert page.url == (folder / "offer").as_uri() + "/"
    context.close()
