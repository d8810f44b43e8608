"""What a client does in a browser, and what the contractor does meanwhile."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, expect

from tests.papers import pages_of
from tests.story.driving import Demo, commit, until

PATIENCE = 15_000  # milliseconds; a busy machine is slow, not wrong
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
NAME = "Иванова Анна Петровна"
# of answers the tests ask for; a part of a page that is missing is found by its status instead
ASKED_FOR = "Failed to load resource: the server responded with a status of"
SUM = re.compile(r"\d[\d\u00a0]*\u00a0₽")
PRICE_OF_FIVE = re.compile(r"1(\d)([ \u00a0])000\b")


@contextmanager
def a_client(browser: Browser, demo: Demo, **options: Any) -> Iterator[Page]:
    """A browser that was never here. At its end: nobody else was asked, nothing was refused."""
    options = {"viewport": DESK, "locale": "ru-RU", "timezone_id": "Europe/Moscow"} | options
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    complaints = watch(
        context, tuple(demo.facts[name] for name in ("site", "simulator", "mailbox"))
    )
    try:
        yield context.new_page()
    finally:
        context.close()
    assert complaints == []


def watch(context: BrowserContext, ours: tuple[str, ...]) -> list[str]:
    """What the browser complains of from now on: foreign hosts, refusals, errors, lost parts."""
    complaints: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith(tuple(f"{origin}/" for origin in ours)):
            complaints.append(f"foreign: {request.url}")

    def answered(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            complaints.append(f"{response.status}: {response.url}")

    def said(kind: str, text: str) -> None:
        if kind in ("error", "warning") and not text.startswith(ASKED_FOR):
            complaints.append(text)

    context.on("request", asked)
    context.on("response", answered)
    context.on("console", lambda message: said(message.type, message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    return complaints


def fill_in(page: Page, email: str) -> None:
    """Fill in the order form as a person and accept the offer."""
    page.get_by_label("Физическое лицо").check()
    page.get_by_label("Фамилия, имя и отчество").fill(NAME)
    page.get_by_label("Электронная почта").fill(email)
    accept(page)


def accept(page: Page) -> None:
    page.get_by_label("Принимаю условия публичной оферты").check()


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()


def press_and_arrive(page: Page, button: str) -> None:
    """Press a button that leads to a page, and have that page lie open."""
    with page.expect_navigation():
        press(page, button)


def follow(page: Page, link: str) -> None:
    """Click a link, and have its page lie open."""
    with page.expect_navigation():
        page.get_by_role("link", name=link).first.click()


def go_to_payment(page: Page, demo: Demo) -> str:
    """Press the pay button and land on YooKassa's page; the payment's id."""
    press(page, "оплатить")
    page.wait_for_url(f"{demo.facts['simulator']}/**")
    return page.url.rpartition("=")[2]


def order(page: Page, demo: Demo, email: str) -> str:
    """Order five hours and land on YooKassa's page; the payment's id."""
    page.goto(f"{demo.facts['site']}/checkout/5")
    fill_in(page, email)
    return go_to_payment(page, demo)


def pay(page: Page, way: str = "Банковская карта") -> None:
    """Pay on YooKassa's page and come back to a paid order."""
    page.get_by_label(way).check()
    press(page, "Оплатить")
    heading(page, "Оплачено. Пакет действует до")


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def sum_on(page: Page, button: str = "Оплатить") -> str:
    """The sum that the pay button names."""
    found = SUM.search(page.get_by_role("button", name=button).inner_text())
    assert found
    return found[0]


def certificate(page: Page) -> bytes:
    """The certificate behind the order page's link."""
    address = page.get_by_role("link", name="Скачать свидетельство").get_attribute("href")
    answer = page.request.get(f"{page.url.partition('/orders/')[0]}{address}")
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def words_of(pdf: bytes) -> str:
    return plain(" ".join(pages_of(pdf)))


def plain(text: str) -> str:
    """The words with one plain space between each two."""
    return " ".join(text.split())


@dataclass(frozen=True)
class Dearer:
    """An edition in which five hours cost a thousand roubles more."""

    number: int
    old: str
    new: str


def publish_dearer(demo: Demo) -> Dearer:
    """Raise the price of five hours, commit, push, and wait until it is sold by."""
    number = sold_by(demo) + 1
    offer = demo.folder / "docs/offer.md"
    text = offer.read_text()
    (found,) = PRICE_OF_FIVE.finditer(text)
    thousands = 10 + int(found[1])
    offer.write_text(text.replace(found[0], f"{thousands + 1}{found[2]}000"))
    commit(demo.folder, "Raise the price")
    assert "Опубликовано" in demo.push()
    until(lambda: sold_by(demo) == number, f"edition {number} in the shop")
    return Dearer(number, f"{thousands}\u00a0000\u00a0₽", f"{thousands + 1}\u00a0000\u00a0₽")


def sold_by(demo: Demo) -> int:
    """The number of the edition that the shop sells by now."""
    return int(demo.get("/healthz").json()["edition"]["number"])
