"""The journey with a keyboard alone: no pointer is touched, and every stop can be seen."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.client import NAME, heading, plain
from tests.story.driving import Demo

MOST_STOPS = 150  # the offer has a link per clause
FOCUSED = """() => {
    const stop = document.activeElement;
    const style = getComputedStyle(stop);
    const box = stop.getBoundingClientRect();
    return {
        words: stop.innerText || stop.name || stop.tagName,
        ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        ringDiffers: style.outlineColor !== getComputedStyle(document.body).backgroundColor,
        seen: box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth,
    };
}"""


@dataclass(frozen=True)
class Keyboard:
    """A client without a pointer."""

    page: Page

    def to(self, wanted: Locator) -> None:
        """Tab until the focus is where it is wanted; on the way every stop must be seen."""
        element = wanted.element_handle()
        self.page.wait_for_load_state()  # words come before the look that a stop is seen by
        for _ in range(MOST_STOPS):
            self.press("Tab")
            assert hidden(self.page.evaluate(FOCUSED)) == []
            if element.evaluate("it => it === document.activeElement"):
                return
        raise AssertionError(f"the keyboard never reaches {wanted}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def follow(self, link: str) -> None:
        self.to(self.page.get_by_role("link", name=link).first)
        self.press("Enter")

    def choose(self, label: str, key: str = "Space") -> None:
        self.to(self.page.get_by_label(label))
        self.press(key)

    def type(self, label: str, text: str) -> None:
        self.to(self.page.get_by_label(label))
        self.page.keyboard.type(text)

    def push(self, button: str) -> None:
        self.to(self.page.get_by_role("button", name=button))
        self.press("Enter")


def hidden(stop: dict[str, Any]) -> list[str]:
    """Why a stop cannot be seen."""
    words = stop["words"]
    return [
        *([] if stop["ring"] >= 3 and stop["ringDiffers"] else [f"no ring around {words!r}"]),
        *([] if stop["seen"] else [f"{words!r} is outside the window"]),
    ]


def test_a_package_is_ordered_and_paid_with_the_keyboard_alone(page: Page, demo: Demo) -> None:
    keys = Keyboard(page)
    page.goto(f"{demo.facts['site']}/")
    keys.follow("Выбрать 5 часов")
    page.wait_for_url("**/checkout/5")
    keys.choose("Физическое лицо")
    keys.type("Фамилия, имя и отчество", NAME)
    keys.type("Электронная почта", "keys@client.example")
    keys.choose("Принимаю условия публичной оферты")
    keys.push("Оплатить")
    page.wait_for_url(f"{demo.facts['simulator']}/**")
    keys.to(page.get_by_label("Банковская карта"))
    keys.press("ArrowDown")
    expect(page.get_by_label("СБП")).to_be_checked()
    keys.push("Оплатить")
    heading(page, "Оплачено. Пакет действует до")
    keys.follow("Что дальше")
    assert page.url.endswith("#next")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#next') !== null")


def test_the_first_stop_of_every_page_leads_past_its_header(page: Page, demo: Demo) -> None:
    keys = Keyboard(page)
    for path in ("/", "/offer/", "/offer/history/", "/requisites/", "/checkout/5", "/checkout/7"):
        page.goto(f"{demo.facts['site']}{path}")
        keys.press("Tab")
        assert plain(page.evaluate(FOCUSED)["words"]) == "Перейти к содержанию"
        keys.press("Enter")
        keys.press("Tab")

        assert page.evaluate("document.activeElement.closest('main') !== null"), path


def test_mistakes_are_reached_and_mended_with_the_keyboard_alone(page: Page, demo: Demo) -> None:
    keys = Keyboard(page)
    page.goto(f"{demo.facts['site']}/checkout/5")
    keys.push("Оплатить")
    expect(page.get_by_role("alert")).to_be_focused()
    keys.follow("Укажите адрес почты полностью")
    page.keyboard.type("mends@client.example")

    expect(page.get_by_label("Электронная почта")).to_have_value("mends@client.example")


def test_editions_and_days_are_chosen_with_the_keyboard_alone(
    page: Page, old_editions: Demo
) -> None:
    keys = Keyboard(page)
    page.goto(f"{old_editions.facts['site']}/offer/compare")
    keys.to(page.get_by_label("Было"))
    keys.press("ArrowUp")
    keys.push("Сравнить")
    heading(page, "Сравнить две редакции")  # the same edition twice: the form again, and why
    keys.follow("Что действовало в другой день")
    heading(page, "Что действовало в этот день")
    keys.to(page.get_by_label("Дата"))
    page.keyboard.type("01012020")
    keys.push("Показать")

    heading(page, "Редакций ещё не было: 1 января 2020")


def test_every_stop_of_the_offer_can_be_seen(page: Page, demo: Demo) -> None:
    keys = Keyboard(page)
    page.goto(f"{demo.facts['site']}/offer/")
    keys.to(page.get_by_role("contentinfo").get_by_role("link").last)
