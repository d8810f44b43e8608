"""A client leaves his package in a real browser: by pointer or keyboard, with scripts or not."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.client import (
    PHONE,
    a_client,
    follow,
    heading,
    order,
    pay,
    plain,
    press,
    press_and_arrive,
)
from tests.browser.test_every_page import Tour
from tests.browser.test_keyboard import Keyboard
from tests.story.driving import Demo


@pytest.mark.parametrize(
    ("email", "options"),
    [
        ("leaves@client.example", {}),
        ("leaves-phone@client.example", {"java_script_enabled": False, "viewport": PHONE}),
    ],
    ids=["at a desk", "on a phone without JavaScript"],
)
def test_a_client_sees_both_sums_refuses_and_is_told_so(
    browser: Browser, demo: Demo, email: str, options: dict[str, Any]
) -> None:
    with a_client(browser, demo, **options) as page:
        order(page, demo, email)
        pay(page)
        page.get_by_role("link", name="Отказаться от пакета").click()
        heading(page, "Отказаться от пакета")
        sums = page.locator(".facts strong.sum")
        expect(sums).to_have_count(2)
        page.get_by_label("Причина").fill("Проект закрыт")
        press(page, "Отказаться от пакета")
        heading(page, "Вы отказались от пакета")
        expect(page.locator("#refusal")).to_contain_text("Предлагается вернуть")
        expect(page.get_by_role("link", name="Отказаться от пакета")).to_have_count(0)
        number = page.locator(".order-number").inner_text().removeprefix("Заказ ")
        letter = demo.letter(email, f"Отказ от пакета записан, заказ {number}")
        assert "Проект закрыт" in plain(letter["text"])


def test_the_package_is_refused_with_the_keyboard_alone(page: Page, demo: Demo) -> None:
    keys = Keyboard(page)
    order(page, demo, "keys-leave@client.example")
    pay(page)
    keys.follow("Отказаться от пакета")
    page.wait_for_url("**/refuse")
    keys.type("Причина", "я" * 501)
    keys.push("Отказаться от пакета")
    expect(page.get_by_role("alert")).to_be_focused()
    keys.follow("Сократите до 500 знаков")
    expect(page.get_by_label("Причина")).to_be_focused()
    page.keyboard.press("Delete")
    keys.push("Отказаться от пакета")

    heading(page, "Вы отказались от пакета")


def test_no_page_of_a_refusal_hinders_anyone(browser: Browser, demo: Demo) -> None:
    with a_client(browser, demo) as page:
        tour = Tour(page, demo)
        order(page, demo, "axe-leaves@client.example")
        page.goto(f"{_order_url(demo)}/refuse")
        tour.look("nothing to refuse yet")
        page.go_back()
        pay(page)
        follow(page, "Отказаться от пакета")
        tour.look("refusal")
        page.get_by_label("Причина").fill("я" * 501)
        press_and_arrive(page, "Отказаться от пакета")
        tour.look("refusal with an error")
        page.get_by_label("Причина").fill("")
        press_and_arrive(page, "Отказаться от пакета")
        heading(page, "Вы отказались от пакета")
        tour.look("refused")

    assert tour.found == {}


def _order_url(demo: Demo) -> str:
    """The page of the order whose payment was opened last."""
    bodies = [it["body"] for it in demo.control("GET", "/requests").json()]
    return str(
        [it for it in bodies if it and "confirmation" in it][-1]["confirmation"]["return_url"]
    )
