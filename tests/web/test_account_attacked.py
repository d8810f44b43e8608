"""What an attack on the account and on extra hours found, and may not find again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from checkout import close_account
from checkout.close_account import close
from checkout.domain import account as account_rules
from checkout.domain.account import MOST_GUESSES
from checkout.recognise import recognise
from checkout.store import orders, package_hours
from tests.town import ROMASHKA, Town
from tests.web.adding_hours import a_package, buy_extra, extra_form, order_extra, send
from tests.web.buying import page_of
from tests.web.coming_in import ask, link_to, signed_in

DOOR = "/account/sign-in"


def bought_in(browser: TestClient, town: Town) -> str:
    """A paid order made in this browser; its token."""
    answer = browser.post("/checkout/2", data=town.form(2))
    token = town.token_of(answer)
    town.pay(token)
    return token


def tapped(browser: TestClient, token: str) -> str:
    """Where one tap on the order's page leads."""
    return str(browser.post(f"/orders/{token}/account").headers["location"])


def test_hours_added_on_the_last_day_do_not_stand_in_the_way_of_a_refusal(own_town: Town) -> None:
    token = a_package(own_town)
    end = datetime.fromisoformat(own_town.facts(token)["package"]["expires_at"])
    own_town.clock.now = end - timedelta(hours=2)
    extra = buy_extra(own_town, token)

    for order in (extra, token):
        assert own_town.client.get(f"/orders/{order}/refuse").status_code == 200
    answer = own_town.client.post(f"/orders/{token}/refuse", data={"reason": ""})
    assert answer.status_code == 303


def test_who_has_left_does_not_come_in_again_by_the_browser_of_his_order(own_town: Town) -> None:
    browser = own_town.browser()
    token = bought_in(browser, own_town)
    assert tapped(browser, token) == "/account"
    browser.post("/account/sign-out")

    assert tapped(browser, token) == DOOR


def test_ending_all_devices_ends_the_browsers_of_orders_too(own_town: Town) -> None:
    browser = own_town.browser()
    token = bought_in(browser, own_town)
    signed_in(own_town).post("/account/devices", data={"session": "all"})

    assert tapped(browser, token) == DOOR


def test_a_copied_cookie_of_a_browser_opens_nothing_after_a_day(own_town: Town) -> None:
    browser = own_town.browser()
    token = bought_in(browser, own_town)
    thief = own_town.browser()
    thief.cookies.set("browser", browser.cookies["browser"])
    own_town.clock.forward(days=1)

    assert tapped(thief, token) == DOOR
    assert thief.get(f"/orders/{token}/email").status_code != 200


def test_nobodys_name_stands_in_the_way_of_an_erasure(own_town: Town) -> None:
    own_town.order()
    anna = signed_in(own_town)
    own_town.order(2, name="Из Кабинета", phone="")

    assert anna.get("/account/privacy").status_code == 200
    assert anna.post("/account/erase", data={"sure": "yes"}).status_code < 400


def test_the_form_of_one_package_proves_nothing_of_another(own_town: Town) -> None:
    first = a_package(own_town)
    own_town.clock.forward(days=20)
    second = a_package(own_town)
    extra = own_town.token_of(send(own_town, first, extra_form(own_town, second, 2)))
    own_town.pay(extra)
    fact = [it for it in own_town.ledger() if it["kind"] == "order"][-1]

    assert fact["shown"]["page"].endswith(fact["for_package"]["order"])
    assert fact["shown"]["page_sha256"] is None


def test_the_id_of_an_account_that_is_gone_is_nobodys_again(own_town: Town) -> None:
    def joined(email: str) -> TestClient:
        browser = own_town.browser()
        told = {"kind": "person", "name": "Пётр Новый", "email": email, "phone": ""}
        browser.post("/account/sign-up", data=told)
        browser.post(link_to(own_town, email))
        return browser

    shop = own_town.shop
    left = recognise(shop, joined("gone@example.ru").cookies["session"])
    assert left
    close(shop, left)
    newcomer = joined("new@example.ru")
    came = recognise(shop, newcomer.cookies["session"])

    assert came
    assert came.account.id != left.account.id
    # a slow request of whoever left is still under way
    shop.store.transact(lambda tx: close_account._close(tx, left.account, "по обращению", "152-ФЗ"))
    assert newcomer.get("/account").status_code == 200


def prefilled(browser: TestClient, address: str) -> str:
    """The name that a form of the service has filled in."""
    return str(page_of(browser.get(address)).one("input", name="name").attributes.get("value", ""))


def test_a_strangers_unpaid_order_puts_no_words_into_a_clients_mouth(own_town: Town) -> None:
    own_town.pay(own_town.order())
    anna = signed_in(own_town)
    form = own_town.form(2, **{**ROMASHKA, "email": "anna@example.ru", "name": "Чужой Человек"})
    assert own_town.browser().post("/checkout/2", data=form).status_code == 303

    assert prefilled(anna, "/checkout/5") == "Анна Каренина"
    assert "Чужой Человек" not in anna.get("/account/details").text


def test_what_a_client_corrected_stands_whatever_is_bought_after_it(own_town: Town) -> None:
    token = a_package(own_town)
    anna = signed_in(own_town)
    anna.post("/account/details", data={"kind": "person", "name": "Анна Вронская", "phone": ""})
    buy_extra(own_town, token)
    a_package(own_town)

    assert prefilled(anna, "/checkout/5") == "Анна Вронская"
    assert prefilled(anna, "/account/details") == "Анна Вронская"


def test_the_form_of_an_address_does_not_tell_who_is_a_client(own_town: Town) -> None:
    own_town.order()
    signed_in(own_town)
    own_town.clock.forward(minutes=1)
    thief = own_town.browser()
    for email in ("anna@example.ru", "nobody@example.ru"):
        order = thief.post("/checkout/2", data=own_town.form(2, email=email))
        token = own_town.token_of(order)
        assert thief.get(f"/orders/{token}/email").status_code == 200
        asked = thief.post(f"/orders/{token}/email", data={"email": "thief@example.ru"})
        assert asked.status_code == 200
        # nor whether he comes in meanwhile, before a code has come back
        own_town.clock.forward(minutes=1)
        if email == "anna@example.ru":
            signed_in(own_town)
        assert thief.get(f"/orders/{token}/email").status_code == 200


def test_a_browsers_secret_is_given_anew_after_a_day(own_town: Town) -> None:
    browser = own_town.browser()
    bought_in(browser, own_town)
    given = browser.cookies["browser"]
    bought_in(browser, own_town)
    assert browser.cookies["browser"] == given

    own_town.clock.forward(days=1)
    browser.cookies.set("browser", given)
    token = own_town.token_of(browser.post("/checkout/2", data=own_town.form(2)))
    thief = own_town.browser()
    thief.cookies.set("browser", given)
    assert thief.get(f"/orders/{token}/email").status_code == 409


def test_one_network_does_not_shut_the_door_to_a_mailboxs_owner(own_town: Town) -> None:
    own_town.order()
    thief = own_town.browser("203.0.113.9")
    answers = []
    for _ in range(40):
        own_town.clock.forward(minutes=3)
        answers.append(ask(thief).status_code)

    assert 429 in answers
    assert ask(own_town.browser("198.51.100.7")).status_code == 303


def test_extra_hours_are_ordered_at_a_pace_that_nobody_elses_orders_spend(own_town: Town) -> None:
    token = a_package(own_town)
    for number in range(31):  # in this client's name
        own_town.browser(f"9.9.9.{number}").post("/checkout/5", data=own_town.form())
    form, answers = extra_form(own_town, token), []
    for number in range(40):
        own_town.clock.forward(seconds=10)
        answers.append(send(own_town, token, form | {"attempt": f"x{number}"}).status_code)

    # thirty at once, and one more every two minutes
    assert answers.count(303) == 30 + 400 // 120
    assert answers[-1] == 429


def test_a_refused_package_gets_no_more_hours(own_town: Town) -> None:
    token = a_package(own_town)
    form = extra_form(own_town, token)
    own_town.client.post(f"/orders/{token}/refuse", data={"reason": ""})

    answer = own_town.client.get(f"/checkout/extra/{token}")
    assert answer.status_code == send(own_town, token, form).status_code == 409
    assert "отказались от" in page_of(answer).text


def test_hours_paid_first_are_used_first_whichever_were_ordered_first(own_town: Town) -> None:
    token = a_package(own_town)
    ordered_first, paid_first = order_extra(own_town, token, 1), order_extra(own_town, token, 2)
    own_town.pay(paid_first)
    own_town.clock.forward(minutes=5)
    own_town.pay(ordered_first)

    def hours_before(order: str) -> int:
        store = own_town.shop.store
        known = store.read(lambda tx: orders.by_token(tx, order))
        assert known
        return store.read(lambda tx: package_hours.minutes_before(tx, known)) // 60

    assert [hours_before(it) for it in (token, paid_first, ordered_first)] == [0, 5, 5 + 2]


def test_one_tap_shows_the_extra_hours_of_its_browser(own_town: Town) -> None:
    browser = own_town.browser()
    token = bought_in(browser, own_town)
    form = extra_form(own_town, token)
    extra = own_town.token_of(browser.post(f"/checkout/extra/{token}", data=form))
    own_town.pay(extra)

    assert tapped(browser, token) == "/account"
    assert own_town.facts(extra)["number"] in browser.get("/account").text


def test_a_planted_cookie_names_no_browser(own_town: Town) -> None:
    victim, thief = own_town.browser(), own_town.browser()
    for browser in (victim, thief):
        browser.cookies.set("browser", "planted")
    token = bought_in(victim, own_town)

    assert tapped(thief, token) == DOOR


def test_nobodys_cookie_makes_the_service_work_at_a_code(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_town.order()
    hashed: list[bytes] = []
    dear = account_rules.scrypt

    def counting(typed: bytes, **how: Any) -> bytes:
        hashed.append(typed)
        return dear(typed, **how)

    monkeypatch.setattr(account_rules, "scrypt", counting)
    thief, anna = own_town.browser(), own_town.browser()
    for made_up in ("", "none", "none.none"):
        thief.cookies.set("sign-in", made_up)
        answer = thief.post("/account/sign-in/code", data={"code": "12345678"})
        assert answer.status_code == 422
    assert hashed == []

    ask(anna)
    for _ in range(MOST_GUESSES + 1):
        anna.post("/account/sign-in/code", data={"code": "12345678"})
    assert hashed == [b"12345678"] * MOST_GUESSES
