"""From payment to the account in one tap, out of it, and back by a fresh letter: in a browser."""

import io
import re
import zipfile
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
    press,
    press_and_arrive,
)
from tests.browser.test_every_page import Tour
from tests.browser.test_keyboard import Keyboard
from tests.story.driving import Demo

CODE = re.compile(r"Код: (\d{4} \d{4})")
SECTIONS = ("Письма", "Ваши данные", "Согласия и удаление", "Где открыт кабинет")


def letter_to(demo: Demo, email: str) -> dict[str, Any]:
    """The newest letter with a link to an account."""
    return demo.letter(email, "/account/link/")


def ask(page: Page, demo: Demo, email: str) -> None:
    """From the first page to the letter asked for."""
    page.goto(f"{demo.facts['site']}/account")
    heading(page, "Вход в кабинет")
    page.get_by_label("Электронная почта").fill(email)
    press(page, "Получить письмо")
    heading(page, "Проверьте почту")


def open_letter(page: Page, demo: Demo, email: str) -> None:
    """Press the link in the mailbox and the button behind it."""
    links = letter_to(demo, email)["links"]
    page.goto(next(it for it in links if "/account/link/" in it))
    press(page, "Войти")


@pytest.mark.parametrize(
    ("email", "options"),
    [
        ("tap@client.example", {}),
        # what each half of it changes is seen in the two beside it
        pytest.param(
            "tap-plain@client.example", {"java_script_enabled": False}, marks=pytest.mark.soak
        ),
        ("tap-phone@client.example", {"java_script_enabled": False, "viewport": PHONE}),
    ],
    ids=["at a desk", "without JavaScript", "on a phone without JavaScript"],
)
def test_from_payment_to_the_account_out_and_back_by_a_letter(
    browser: Browser, demo: Demo, email: str, options: dict[str, Any]
) -> None:
    with a_client(browser, demo, **options) as page:
        order(page, demo, email)
        pay(page)
        press(page, "Открыть кабинет")
        heading(page, "5 ч до ")
        press(page, "Выйти")
        ask(page, demo, email)
        open_letter(page, demo, email)
        heading(page, "5 ч до ")
        expect(page.get_by_text("без письма")).to_have_count(0)
        for section in SECTIONS:
            page.get_by_role("link", name=section).click()
            heading(page, section.split()[0])
        page.get_by_role("link", name="Часы и заказы").click()
        page.get_by_role("link", name="Купить ещё").click()
        expect(page.get_by_label("Электронная почта")).to_have_value(email)
        expect(page.get_by_label("Принимаю условия")).not_to_be_checked()
        taken = page.request.get(f"{demo.facts['site']}/account/takeout.zip").body()
        names = zipfile.ZipFile(io.BytesIO(taken)).namelist()
        assert [it for it in names if it.endswith(".zip")]


def test_a_code_read_on_a_phone_opens_the_account_at_the_desk(browser: Browser, demo: Demo) -> None:
    email = "code@client.example"
    with a_client(browser, demo) as desk:
        order(desk, demo, email)
        pay(desk)
    with a_client(browser, demo) as desk:
        ask(desk, demo, email)
        found = CODE.search(letter_to(demo, email)["text"])
        assert found
        desk.get_by_label("Код из письма").fill("1")
        press(desk, "Войти")
        expect(desk.get_by_role("alert")).to_be_focused()
        desk.get_by_label("Код из письма").fill(found[1])
        press(desk, "Войти")
        heading(desk, "5 ч до ")


def test_the_account_with_a_keyboard_alone(page: Page, demo: Demo) -> None:
    email = "account-keys@client.example"
    order(page, demo, email)
    pay(page)
    page.context.clear_cookies()
    keyboard = Keyboard(page)
    page.goto(f"{demo.facts['site']}/account")
    keyboard.type("Электронная почта", email)
    keyboard.push("Получить письмо")
    heading(page, "Проверьте почту")
    found = CODE.search(letter_to(demo, email)["text"])
    assert found
    keyboard.type("Код из письма", found[1])
    keyboard.push("Войти")
    heading(page, "5 ч до ")
    keyboard.follow("Где открыт кабинет")
    heading(page, "Где открыт кабинет")
    keyboard.push("Закрыть везде")
    heading(page, "Вход в кабинет")


def test_no_page_of_the_account_hinders_anyone(browser: Browser, old_editions: Demo) -> None:
    demo = old_editions
    with a_client(browser, demo, reduced_motion="reduce") as page:
        tour = Tour(page, demo)
        walk(tour, page, demo, "axe@client.example")
        assert tour.found == {}


def walk(tour: Tour, page: Page, demo: Demo, email: str) -> None:
    """Every page of the account, with and without mistakes."""
    site = demo.facts["site"]
    for path in ("/account/sign-in", "/account/sign-up", "/account/link/nobodys"):
        page.goto(f"{site}{path}")
        tour.look(path)
    page.goto(f"{site}/account/sign-in")
    press_and_arrive(page, "Получить письмо")
    tour.look("no address")
    page.goto(f"{site}/account/sign-up")
    press_and_arrive(page, "Получить письмо")
    tour.look("empty sign-up")
    order(page, demo, email)
    pay(page)
    tour.look("order with the way to the account")
    follow(page, "Ошиблись в адресе почты")
    tour.look("mending the address")
    press_and_arrive(page, "Получить код")
    tour.look("mending the address, a mistake")
    page.go_back()
    page.go_back()
    press_and_arrive(page, "Открыть кабинет")
    tour.look("account by one tap")
    page.context.clear_cookies()
    ask(page, demo, email)
    tour.look("letter sent")
    press_and_arrive(page, "Войти")
    tour.look("wrong code")
    page.goto(next(it for it in letter_to(demo, email)["links"] if "/account/link/" in it))
    tour.look("link")
    press_and_arrive(page, "Войти")
    tour.look("account")
    for section in SECTIONS:
        follow(page, section)
        tour.look(section)
    page.goto(f"{site}/account/details")
    page.get_by_label("Компания").check()
    press_and_arrive(page, "Сохранить")
    tour.look("details with mistakes")
    page.goto(f"{site}/account/letters")
    demo.letter(email, "Оплачено")
    page.reload()
    follow(page, "Оплачено")
    tour.look("a letter")
