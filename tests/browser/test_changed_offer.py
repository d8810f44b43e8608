"""The contractor pushes a dearer edition while a client has the form open."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.client import (
    NAME,
    Dearer,
    a_client,
    accept,
    certificate,
    fill_in,
    go_to_payment,
    heading,
    pay,
    plain,
    press,
    publish_dearer,
    sum_on,
    words_of,
)
from tests.story.driving import Demo


# without scripts the form is sent as tests/web/test_changed_edition.py sends it
@pytest.mark.parametrize(
    "scripts",
    [True, pytest.param(False, marks=pytest.mark.soak)],
    ids=["with", "without JavaScript"],
)
def test_who_had_the_form_open_sees_what_changed_and_pays_by_the_new_edition(
    browser: Browser, demo: Demo, scripts: bool
) -> None:
    with a_client(browser, demo, java_script_enabled=scripts) as page:
        page.goto(f"{demo.facts['site']}/checkout/5")
        fill_in(page, "changed@client.example")
        price = sum_on(page)
        dearer = publish_dearer(demo)
        payments = demo.control("GET", "/payments").json()
        with page.expect_response("**/checkout/5") as answer:
            press(page, "Оплатить")
        assert answer.value.status == 409
        assert price == dearer.old
        the_change_is_shown(page, dearer)
        assert demo.control("GET", "/payments").json() == payments

        accept(page)
        go_to_payment(page, demo)
        assert sum_on(page) == dearer.new
        pay(page)
        the_certificate_names_the_new_edition(page, dearer)
        the_edition_before_stays_readable(page, demo, dearer)


def the_certificate_names_the_new_edition(page: Page, dearer: Dearer) -> None:
    said = words_of(certificate(page))
    assert f"Редакция {dearer.number} ·" in said
    assert plain(dearer.new) in said


def the_change_is_shown(page: Page, dearer: Dearer) -> None:
    heading(page, "Пока вы заполняли форму, оферта изменилась")
    expect(page.locator(".before-after del")).to_have_text(dearer.old)
    expect(page.locator(".before-after ins")).to_have_text(dearer.new)
    clause = page.locator(".redline-changed")
    expect(clause).to_have_count(1)
    expect(clause.locator("del")).to_contain_text(dearer.old)
    expect(clause.locator("ins")).to_contain_text(dearer.new)
    expect(page.get_by_text(NAME)).to_be_visible()
    expect(page.get_by_label("Принимаю условия")).not_to_be_checked()
    assert sum_on(page, "Принять новую редакцию") == dearer.new


def the_edition_before_stays_readable(page: Page, demo: Demo, dearer: Dearer) -> None:
    page.goto(f"{demo.facts['site']}/offer/{dearer.number - 1}/")
    banner = page.get_by_role("note")
    expect(banner).to_contain_text("Эта редакция больше не действует.")
    text = page.locator(".document__text")
    expect(text).to_contain_text(plain(dearer.old))
    banner.get_by_role("link", name=f"редакция {dearer.number}").click()
    expect(text).to_contain_text(plain(dearer.new))


def test_who_does_not_want_the_new_edition_leaves_without_an_order(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.facts['site']}/checkout/2")
    fill_in(page, "leaves@client.example")
    publish_dearer(demo)
    payments = demo.control("GET", "/payments").json()
    press(page, "Оплатить")
    page.get_by_role("link", name="Не оплачивать").click()

    heading(page, "Техническая поддержка amoCRM")
    assert demo.control("GET", "/payments").json() == payments
