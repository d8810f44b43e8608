"""Every page of the journey, on a phone in the dark and at a desk by day: what hinders people."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.axe import violations
from tests.browser.client import (
    DESK,
    PHONE,
    a_client,
    accept,
    fill_in,
    go_to_payment,
    heading,
    order,
    pay,
    press,
    press_and_arrive,
)
from tests.story.driving import Demo

# a page in both is as good as seen by all: what depends on width does not depend on colours
WAYS: dict[str, tuple[ViewportSize, Literal["light", "dark"]]] = {
    "on a phone in the dark": (PHONE, "dark"),
    "at a desk by day": (DESK, "light"),
}
SITE_NAME = "Техническая поддержка amoCRM"
DOCUMENTS = (
    "/",
    "/offer/",
    "/offer/1/",
    "/offer/history/",
    "/offer/redline/1-2/",
    "/verify/",
    "/consent/",
    "/privacy/",
    "/requisites/",
    "/nothing/here",
    "/offer/compare?from=2&to=1",
    "/offer/compare?from=9",
    "/offer/at/2020-01-01",
    "/offer/at",
    "/checkout/7",
    "/orders/nobody",
)
# whatever a finger aims at; a link inside a sentence is as high as its line
SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, .button, .button-quiet, .choice, .field > input, select, summary,"
    + ".record-links a, .site-header a, .site-footer a, .ways a, .edition__links a,"
    + ".letters a, .act a"
)].filter(it => it.checkVisibility()).filter(it => {
    const box = it.getBoundingClientRect();
    return box.height < 44 || box.width < 44;
}).map(it => it.outerHTML.slice(0, 120))"""
TOO_WIDE = "Math.max(0, document.documentElement.scrollWidth - innerWidth)"


@dataclass
class Tour:
    """Goes through the whole journey and looks at each page in every way once."""

    page: Page
    demo: Demo
    found: dict[str, Any] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)

    def look(self, name: str) -> None:
        """The page lies open as it is: only the window and the colours change."""
        self.page.wait_for_load_state()  # words come before the colours they are shown in
        self.titles[name] = self.page.title()
        for way, (viewport, scheme) in WAYS.items():
            self.page.set_viewport_size(viewport)
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            faults = {
                "axe": violations(self.page),
                "wider than the window by": self.page.evaluate(TOO_WIDE),
                "small": self.page.evaluate(SMALL_TARGETS),
            }
            if any(faults.values()):
                self.found[f"{name} {way}"] = {it: what for it, what in faults.items() if what}

    def documents(self) -> None:
        for path in DOCUMENTS:
            self.page.goto(f"{self.demo.facts['site']}{path}")
            self.look(path)

    def forms(self) -> None:
        self.page.goto(f"{self.demo.facts['site']}/checkout/5")
        self.look("form")
        press_and_arrive(self.page, "Оплатить")
        self.page.get_by_label("Компания").check()
        self.look("form with errors")
        self._change_the_offer_meanwhile()
        self.look("changed offer")

    def _change_the_offer_meanwhile(self) -> None:
        """As if the form had been opened when edition 1 was in force."""
        first = self.demo.get("/offer/editions.json").json()["editions"][0]["sha256"]
        self.page.goto(f"{self.demo.facts['site']}/checkout/5")
        fill_in(self.page, "tour@client.example")
        box = self.page.locator("#accept_offer")
        box.evaluate("(box, hash) => { box.value = hash; }", first)
        press(self.page, "Оплатить")
        heading(self.page, "Пока вы заполняли форму, оферта изменилась")

    def unreachable(self) -> None:
        self.demo.control("PUT", "/fault", what="500", on="POST /payments", times=1)
        self.page.goto(f"{self.demo.facts['site']}/checkout/5")
        fill_in(self.page, "tour@client.example")
        press_and_arrive(self.page, "Оплатить")
        self.look("YooKassa is silent")
        self.page.get_by_role("link", name="Открыть заказ").click()
        heading(self.page, "Платёжный сервис не отвечает")
        self.look("order not yet at YooKassa")

    def payment(self) -> None:
        payment = order(self.page, self.demo, "tour@client.example")
        self.look("payment page")
        press(self.page, "Отказ")
        heading(self.page, "Банк отклонил платёж")
        self.look("payment page after a decline")
        press(self.page, "Вернуться в магазин")
        heading(self.page, "Ждём ответ от ЮKassa")
        self.look("waiting")
        self.page.get_by_role("link", name="Вернуться к оплате").click()
        press(self.page, "Уйти молча")
        heading(self.page, "Вы ушли")
        self.look("payment page left")
        self.demo.control("POST", f"/payments/{payment}/expire")
        self.page.get_by_role("link", name="продолжить оплату").click()
        heading(self.page, "Платёж отменён")
        self.look("payment page of an ended payment")
        self.page.get_by_role("link", name="Вернуться в магазин").click()

    def orders(self) -> None:
        heading(self.page, "Оплата не завершена")
        self.look("cancelled")
        press_and_arrive(self.page, "Оплатить")
        self.page.get_by_role("alert").wait_for()
        self.look("cancelled, box forgotten")
        accept(self.page)
        second = go_to_payment(self.page, self.demo)
        self.demo.control("POST", f"/payments/{second}/decline", reason="insufficient_funds")
        self.page.reload()
        self.page.get_by_role("link", name="Вернуться в магазин").click()
        heading(self.page, "Банк отклонил платёж: недостаточно средств")
        self.look("declined")
        accept(self.page)
        go_to_payment(self.page, self.demo)
        pay(self.page)
        self.look("paid")

    def letters(self) -> None:
        number = self.page.locator(".order-number").inner_text().removeprefix("Заказ ")
        self.demo.letter("tour@client.example", number)
        self.page.goto(self.demo.facts["mailbox"])
        self.look("mailbox")
        self.page.get_by_role("link", name=re.compile("Оплачено")).first.click()
        self.page.wait_for_url("**/messages/*")
        self.look("letter")
        self.page.goto(f"{self.demo.facts['mailbox']}/messages/999")
        self.look("no such letter")
        self.page.goto(self.demo.facts["simulator"])
        self.look("desk of the simulator")


@pytest.fixture(scope="module")
def tour(browser: Browser, old_editions: Demo) -> Iterator[Tour]:
    # without motion: a link on its way from one colour to another has too little contrast
    with a_client(browser, old_editions, reduced_motion="reduce") as page:
        tour = Tour(page, old_editions)
        tour.documents()
        tour.forms()
        tour.unreachable()
        tour.payment()
        tour.orders()
        tour.letters()
        yield tour


def test_no_page_hinders_anyone(tour: Tour) -> None:
    assert tour.found == {}


def test_every_page_of_the_shop_names_the_same_house(tour: Tour) -> None:
    others = ("payment page", "desk", "mailbox", "letter", "no such letter")
    ours = {name: title for name, title in tour.titles.items() if not name.startswith(others)}

    assert len(ours) > 15
    assert {name for name, title in ours.items() if SITE_NAME not in title} == set()


def test_a_phone_with_letters_twice_as_large_still_has_no_sideways_scroll(
    browser: Browser, demo: Demo
) -> None:
    with a_client(browser, demo, viewport=PHONE, bypass_csp=True) as page:
        wide = {}
        for path in (*DOCUMENTS, "/checkout/5"):
            page.goto(f"{demo.facts['site']}{path}")
            page.add_style_tag(content="html { font-size: 200% }")
            wide[path] = page.evaluate(TOO_WIDE)

    assert [path for path, pixels in wide.items() if pixels] == []
