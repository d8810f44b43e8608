"""A client buys five hours in a real browser from the real demo, straight or with turns."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.client import (
    NAME,
    PHONE,
    a_client,
    accept,
    certificate,
    fill_in,
    go_to_payment,
    heading,
    order,
    pay,
    plain,
    press,
    sum_on,
    words_of,
)
from tests.story.driving import Demo


@pytest.mark.parametrize(
    ("email", "options"),
    [
        ("desk@client.example", {}),
        # what each half of it changes is seen in the two beside it
        pytest.param(
            "plain@client.example", {"java_script_enabled": False}, marks=pytest.mark.soak
        ),
        ("phone@client.example", {"java_script_enabled": False, "viewport": PHONE}),
    ],
    ids=["at a desk", "without JavaScript", "on a phone without JavaScript"],
)
def test_from_the_first_page_to_the_letter_with_the_same_certificate(
    browser: Browser, demo: Demo, email: str, options: dict[str, Any]
) -> None:
    with a_client(browser, demo, **options) as page:
        badge = read_the_offer(page, demo)
        page.get_by_role("link", name="Выбрать 5 часов").click()
        price = sum_on(page)
        assert plain(page.locator(".receipt .badge").inner_text()) == badge
        fill_in(page, email)
        go_to_payment(page, demo)
        assert sum_on(page) == price
        pay(page)
        expect(page.locator(".lead")).to_contain_text(f"Получено {price}")
        pdf = certificate(page)
        number = page.locator(".order-number").inner_text()
        assert badge in words_of(pdf)
        assert NAME in words_of(pdf)
        assert attached_to_letter(page, demo, email, number) == pdf


def read_the_offer(page: Page, demo: Demo) -> str:
    """Go from the first page to the offer and back; its badge."""
    page.goto(f"{demo.facts['site']}/")
    page.get_by_role("link", name="Читать оферту").click()
    heading(page, "Публичная оферта")
    badge = plain(page.locator(".document__edition .badge").inner_text())
    page.get_by_role("link", name="Цены").click()
    return badge


def attached_to_letter(page: Page, demo: Demo, email: str, order_number: str) -> bytes:
    """Open the client's letter in the mailbox; the bytes of what is attached."""
    demo.letter(email, order_number.removeprefix("Заказ "))
    page.goto(demo.facts["mailbox"])
    mine = page.get_by_role("listitem").filter(has_text=f"кому: {email}")
    mine.get_by_role("link").click()
    link = page.get_by_role("link", name=re.compile(r"\.pdf$")).get_attribute("href")
    return page.request.get(f"{demo.facts['mailbox']}{link}").body()


def test_an_empty_form_says_everything_at_once_and_each_error_leads_to_its_field(
    page: Page, demo: Demo
) -> None:
    page.goto(f"{demo.facts['site']}/checkout/5")
    press(page, "Оплатить")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Ошибка: ")

    for field in ("kind", "name", "email", "accept_offer"):
        summary.locator(f'a[href="#{field}"]').click()
        expect(page.locator(f"#{field}")).to_be_focused()
        expect(page.locator(f"#{field}-error")).to_be_visible()


def test_after_a_mistake_everything_typed_is_kept_but_the_box_is_ticked_anew(
    page: Page, demo: Demo
) -> None:
    page.goto(f"{demo.facts['site']}/checkout/5")
    fill_in(page, "anna@client")
    page.get_by_label("Компания").check()
    page.get_by_label("Название компании").fill("ООО «Ромашка»")
    page.get_by_label("ИНН").fill("7707083890")
    press(page, "Оплатить")

    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    expect(page.get_by_label("Компания")).to_be_checked()
    expect(page.get_by_label("Название компании")).to_have_value("ООО «Ромашка»")
    expect(page.get_by_label("ИНН")).to_have_value("7707083890")
    expect(page.get_by_label("Фамилия, имя и отчество")).to_have_value(NAME)
    expect(page.get_by_label("Электронная почта")).to_have_value("anna@client")
    expect(page.get_by_label("Принимаю условия")).not_to_be_checked()


def test_a_declined_card_is_followed_by_a_payment_by_sbp(page: Page, demo: Demo) -> None:
    payment = order(page, demo, "declined@client.example")
    page.get_by_label("Почему банк откажет").select_option(label="недостаточно средств")
    press(page, "Отказ")
    heading(page, "Банк отклонил платёж: недостаточно средств")
    expect(page.get_by_role("alert")).to_contain_text("Деньги не списаны")
    pay(page, "СБП")

    paid = demo.control("GET", f"/payments/{payment}").json()
    assert paid["payment_method"]["type"] == "sbp"


def test_a_payment_refused_for_good_costs_nothing_and_is_tried_again_with_a_new_decision(
    page: Page, demo: Demo
) -> None:
    first = order(page, demo, "again@client.example")
    demo.control("POST", f"/payments/{first}/decline", reason="insufficient_funds")
    page.reload()
    page.get_by_role("link", name="Вернуться в магазин").click()
    heading(page, "Банк отклонил платёж: недостаточно средств")
    expect(page.locator(".lead")).to_have_text("Деньги не списаны.")

    press(page, "Оплатить")
    expect(page.get_by_role("alert")).to_be_focused()
    accept(page)
    second = go_to_payment(page, demo)
    pay(page)

    assert second != first


def test_who_thinks_it_over_comes_back_to_a_page_that_turns_paid_by_itself(
    page: Page, demo: Demo
) -> None:
    payment = order(page, demo, "thinks@client.example")
    press(page, "Подумать")
    heading(page, "Ждём ответ от ЮKassa")
    demo.control("POST", f"/payments/{payment}/pay")

    heading(page, "Оплачено. Пакет действует до")


def test_without_javascript_a_waiting_page_turns_paid_when_it_is_opened_anew(
    browser: Browser, demo: Demo
) -> None:
    with a_client(browser, demo, java_script_enabled=False) as page:
        payment = order(page, demo, "waits@client.example")
        press(page, "Подумать")
        heading(page, "Ждём ответ от ЮKassa")
        demo.control("POST", f"/payments/{payment}/pay")
        page.get_by_role("link", name="Обновить страницу").click()

        heading(page, "Оплачено. Пакет действует до")


def test_who_left_the_payment_page_silently_can_go_on_from_his_order(
    page: Page, demo: Demo
) -> None:
    order(page, demo, "left@client.example")
    press(page, "Уйти молча")
    request = demo.control("GET", "/requests").json()[-1]
    page.goto(request["body"]["confirmation"]["return_url"])
    page.get_by_role("link", name="Вернуться к оплате").click()
    pay(page)


def test_while_yookassa_is_silent_nothing_is_charged_and_the_next_try_goes_through(
    page: Page, demo: Demo
) -> None:
    demo.control("PUT", "/fault", what="500", on="POST /payments", times=1)
    page.goto(f"{demo.facts['site']}/checkout/5")
    fill_in(page, "silent@client.example")
    press(page, "Оплатить")
    heading(page, "Платёжный сервис не отвечает")
    expect(page.locator(".lead")).to_have_text("Деньги не списаны. Заказ сохранён.")
    press(page, "Попробовать ещё раз")
    page.wait_for_url(f"{demo.facts['simulator']}/**")
    pay(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["with", "without JavaScript"])
def test_a_pay_button_pressed_twice_makes_one_order(
    browser: Browser, demo: Demo, scripts: bool
) -> None:
    email = f"twice-{scripts}@client.example"
    before = len(demo.control("GET", "/payments").json())
    with a_client(browser, demo, java_script_enabled=scripts) as page:
        page.goto(f"{demo.facts['site']}/checkout/5")
        fill_in(page, email)
        page.get_by_role("button", name="Оплатить").dblclick()
        # the second press breaks off the first one's way, which is not an error of the page
        expect(page).to_have_url(re.compile(re.escape(demo.facts["simulator"])))
        pay(page)

    assert len(demo.control("GET", "/payments").json()) == before + 1
