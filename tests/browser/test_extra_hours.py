"""A client adds hours to his package in a real browser, on a phone and without scripts."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.client import (
    PHONE,
    a_client,
    accept,
    follow,
    go_to_payment,
    heading,
    order,
    pay,
    press,
    press_and_arrive,
)
from tests.browser.test_every_page import Tour
from tests.story.driving import Demo


@pytest.mark.parametrize(
    ("email", "options"),
    [
        ("extra@client.example", {}),
        ("extra-phone@client.example", {"java_script_enabled": False, "viewport": PHONE}),
    ],
    ids=["at a desk", "on a phone without JavaScript"],
)
def test_a_client_counts_hours_pays_them_and_sees_where_they_end(
    browser: Browser, demo: Demo, email: str, options: dict[str, Any]
) -> None:
    with a_client(browser, demo, **options) as page:
        order(page, demo, email)
        pay(page)
        package = page.url
        page.get_by_role("link", name="Добавить часы").click()
        heading(page, "Дополнительные часы")
        page.get_by_label("Сколько часов добавить").fill("сто")
        press(page, "Посчитать")
        expect(page.get_by_role("alert")).to_contain_text("Укажите целое число часов")
        page.get_by_label("Сколько часов добавить").fill("2")
        press(page, "Посчитать")
        expect(page.get_by_role("button", name="Оплатить")).to_have_text(
            "Оплатить 6\u00a0000\u00a0₽"
        )
        expect(page.get_by_text("больший пакет дешевле")).to_be_visible()
        press(page, "Оплатить")
        expect(page.get_by_role("alert")).to_contain_text("Отметьте, что принимаете оферту")
        accept(page)
        go_to_payment(page, demo)
        page.get_by_label("Банковская карта").check()
        press(page, "Оплатить")
        heading(page, "Оплачено. Часы действуют до")
        page.goto(package)
        expect(page.locator(".state")).to_contain_text("7\u00a0ч до")


def test_no_page_of_extra_hours_hinders_anyone(browser: Browser, demo: Demo) -> None:
    with a_client(browser, demo, reduced_motion="reduce") as page:
        tour = Tour(page, demo)
        order(page, demo, "axe-extra@client.example")
        pay(page)
        tour.look("a package that runs")
        follow(page, "Добавить часы")
        tour.look("one hour")
        page.get_by_label("Сколько часов добавить").fill("7")
        press_and_arrive(page, "Посчитать")
        tour.look("seven hours, and a package is cheaper")
        page.get_by_label("Сколько часов добавить").fill("0")
        press_and_arrive(page, "Посчитать")
        tour.look("no hours")

    assert tour.found == {}
