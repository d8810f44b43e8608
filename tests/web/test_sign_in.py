"""Signing in by a letter: whoever reads the mailbox, once, and nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from checkout.app import create_app
from checkout.domain.account import LINK_LIVES, MOST_GUESSES, SESSION_LIVES
from checkout.serve import gate_of
from checkout.store import tables
from checkout.store.engine import Tx
from checkout.web.pace import mailbox_of
from tests.town import FROM_OUR_PAGE, ROMASHKA, Town, at_once
from tests.web.coming_in import ask, code_to, letters_to, link_to, signed_in

DOOR = "/account/sign-in"


def test_a_link_from_the_mailbox_opens_the_account(own_town: Town) -> None:
    own_town.pay(own_town.order())
    browser = signed_in(own_town)

    page = browser.get("/account")
    assert page.status_code == 200
    assert "<h1>5\u00a0ч до\u00a0" in page.text
    assert "anna@example.ru" in page.text
    assert page.headers["cache-control"] == "no-store"


def test_opening_a_link_uses_nothing_up(own_town: Town) -> None:
    own_town.order()
    ask(own_town.browser())
    link = link_to(own_town)
    for scanner in (own_town.browser(), own_town.browser()):
        page = scanner.get(link)
        assert page.status_code == 200
        assert "a•••@example.ru" in page.text
        assert "anna@" not in page.text
        assert not scanner.cookies

    assert own_town.browser().post(link).headers["location"] == "/account"


def test_a_link_is_good_once(own_town: Town) -> None:
    own_town.order()
    ask(own_town.browser())
    link = link_to(own_town)
    first, second = own_town.browser(), own_town.browser()

    assert first.post(link).status_code == 303
    for again in (first, second):
        assert again.post(link).status_code == 410
        assert again.get(link).status_code == 410
    assert second.get("/account").headers["location"] == DOOR


def test_of_many_who_press_one_link_at_once_one_comes_in(own_town: Town) -> None:
    own_town.order()
    ask(own_town.browser())
    link = link_to(own_town)
    pressing = [lambda: own_town.browser().post(link).status_code for _ in range(4)]

    assert sorted(at_once(*pressing)) == [303, 410, 410, 410]


def test_what_is_over_is_forgotten_within_a_day(own_town: Town) -> None:
    own_town.order()
    signed_in(own_town)
    ask(own_town.browser(), "nobody@example.ru")
    own_town.work()
    own_town.clock.now += SESSION_LIVES
    own_town.work()

    def left(tx: Tx) -> list[int]:
        tried = (tables.sign_ins, tables.sessions)
        return [len(tx.connection.execute(select(it)).all()) for it in tried]

    assert own_town.shop.store.read(left) == [0, 0]


def test_a_link_dies_of_age(own_town: Town) -> None:
    own_town.order()
    ask(own_town.browser())
    link = link_to(own_town)
    own_town.clock.now += LINK_LIVES

    browser = own_town.browser()
    assert browser.get(link).status_code == 410
    assert browser.post(link).status_code == 410
    assert "Попросите новое письмо" in browser.get(link).text


@pytest.mark.parametrize("secret", ["x", "a" * 32, "a" * 5_000, "%00", "%2e%2e"])
def test_a_guessed_link_opens_nothing(town: Town, secret: str) -> None:
    answer = town.browser().post(f"/account/link/{secret}")

    assert answer.status_code in (404, 405, 410)
    assert "set-cookie" not in answer.headers


def test_two_letters_at_once_are_two_keys(own_town: Town) -> None:
    own_town.order()
    here, there = own_town.browser(), own_town.browser()
    ask(here)
    ask(there)
    letters = letters_to(own_town, "anna@example.ru")
    links = [next(it for it in letter.links if "/account/link/" in it) for letter in letters]

    assert len(set(links)) == 2
    assert [it.post(link).status_code for it, link in zip((here, there), links, strict=True)] == [
        303,
        303,
    ]
    assert here.get("/account").status_code == there.get("/account").status_code == 200


def test_a_code_is_good_in_the_browser_that_asked(own_town: Town) -> None:
    own_town.order()
    desk = own_town.browser()
    ask(desk)
    code = code_to(own_town)

    named = desk.cookies["sign-in"].partition(".")[0]
    for cookie in ("", named, f"{named}.", f"{named}.x"):
        stranger = own_town.browser(cookie=f"sign-in={cookie}")
        answer = stranger.post("/account/sign-in/code", data={"code": code})
        assert answer.status_code == 422
    assert desk.post("/account/sign-in/code", data={"code": code}).headers["location"] == "/account"
    assert desk.get("/account").status_code == 200


def test_after_five_guesses_even_the_right_code_is_refused(own_town: Town) -> None:
    own_town.order()
    thief = own_town.browser()
    ask(thief)
    code = code_to(own_town)
    wrong = "0000 0000" if code != "0000 0000" else "0000 0001"
    for _ in range(MOST_GUESSES):
        assert thief.post("/account/sign-in/code", data={"code": wrong}).status_code == 422

    assert thief.post("/account/sign-in/code", data={"code": code}).status_code == 422
    assert thief.get("/account").headers["location"] == DOOR


def test_known_and_unknown_addresses_get_the_same_answers(own_town: Town) -> None:
    own_town.order()
    answers = []
    for email in ("anna@example.ru", "nobody@example.ru"):
        browser = own_town.browser()
        asked = ask(browser, email)
        own_town.work()
        told = browser.get(asked.headers["location"])
        wrong = browser.post("/account/sign-in/code", data={"code": "1"})
        names = sorted(it.name for it in browser.cookies.jar)
        headers = sorted(set(asked.headers) - {"x-request-id"})
        answers.append(
            (asked.status_code, headers, names, told.text, wrong.status_code, wrong.text)
        )

    assert answers[0] == answers[1]
    assert letters_to(own_town, "nobody@example.ru") == []


def test_nothing_that_opens_an_account_is_stored_as_it_is(own_town: Town) -> None:
    own_town.order()
    browser = own_town.browser()
    ask(browser)
    link, code = link_to(own_town).rpartition("/")[2], code_to(own_town)
    asked_by = browser.cookies["sign-in"].partition(".")[2]
    browser.post(f"/account/link/{link}")
    session = browser.cookies["session"].partition(".")[2]

    def everything(tx: Tx) -> str:
        rows = (tx.connection.execute(select(it)).all() for it in tables.metadata.sorted_tables)
        return repr([list(it) for it in rows])

    kept = own_town.shop.store.read(everything)
    for secret in (link, code, code.replace(" ", ""), asked_by, session):
        assert secret not in kept


def test_letters_to_one_mailbox_are_few(own_town: Town) -> None:
    one = own_town.browser("10.0.0.1")
    statuses = [ask(one, f"Anna+{it}@example.ru").status_code for it in range(6)]
    from_many = [
        ask(own_town.browser(f"10.0.{it}.1"), f"Anna+{it}@example.ru").status_code
        for it in range(1, 27)
    ]

    assert statuses == [303] * 5 + [429]
    assert from_many == [303] * 25 + [429]
    assert mailbox_of("anna+1@example.ru") == mailbox_of("Anna@example.ru")


def test_letters_asked_for_from_one_address_are_few(own_town: Town) -> None:
    browser = own_town.browser()
    statuses = [ask(browser, f"client{it}@example.ru").status_code for it in range(21)]

    assert statuses == [303] * 20 + [429]
    assert int(ask(browser, "one.more@example.ru").headers["retry-after"]) > 0


def test_a_letter_that_was_not_taken_is_sent_with_new_secrets(own_town: Town) -> None:
    own_town.order()
    own_town.work()
    own_town.refusals.append("451 later")
    browser = own_town.browser()
    ask(browser)
    own_town.work()
    assert letters_to(own_town, "anna@example.ru") == []
    own_town.clock.now += timedelta(minutes=1)

    assert browser.post(link_to(own_town)).headers["location"] == "/account"


def test_what_is_no_address_is_said_at_the_field(town: Town) -> None:
    for email in ("", "anna", "anna@", "a" * 300 + "@example.ru", "анна@пример"):
        answer = ask(town.browser(), email)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text


def test_upper_case_is_the_same_client_and_a_sharp_s_is_another(own_town: Town) -> None:
    own_town.pay(own_town.order(email="ANNA@Example.ru"))
    own_town.pay(own_town.order(email="anna@straße.de"))

    assert "5\u00a0ч до" in signed_in(own_town, "anna@example.ru").get("/account").text
    ask(own_town.browser(), "anna@strasse.de")
    assert letters_to(own_town, "anna@strasse.de") == []


def test_a_session_replayed_after_signing_out_opens_nothing(own_town: Town) -> None:
    own_town.order()
    browser = signed_in(own_town)
    stolen = browser.cookies["session"]
    assert browser.post("/account/sign-out").headers["location"] == DOOR

    thief = own_town.browser()
    thief.cookies.set("session", stolen)
    assert thief.get("/account").headers["location"] == DOOR
    assert browser.get("/account").headers["location"] == DOOR


def test_a_session_ends_by_itself(own_town: Town) -> None:
    own_town.order()
    browser = signed_in(own_town)
    stolen = browser.cookies["session"]
    own_town.clock.now += SESSION_LIVES

    thief = own_town.browser()
    thief.cookies.set("session", stolen)
    assert thief.get("/account").headers["location"] == DOOR


def test_sessions_are_listed_and_ended_one_by_one_or_all(own_town: Town) -> None:
    own_town.order()
    agents = {"user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}
    first, second, third = (signed_in(own_town) for _ in range(3))
    ask(own_town.browser(), "anna@example.ru")
    desk = own_town.browser(**agents)
    desk.post(link_to(own_town))
    page = desk.get("/account/devices").text
    assert page.count(">Закрыть<") == 4
    assert "Firefox, Windows\u00a0— это устройство" in page.replace("&nbsp;", "\u00a0")

    desk.post("/account/devices", data={"session": first.cookies["session"].partition(".")[0]})
    assert first.get("/account").headers["location"] == DOOR
    assert second.get("/account").status_code == 200

    assert desk.post("/account/devices", data={"session": "all"}).headers["location"] == DOOR
    for browser in (second, third, desk):
        assert browser.get("/account").headers["location"] == DOOR


def test_nobody_ends_the_session_of_another_client(own_town: Town) -> None:
    own_town.order()
    own_town.order(email="boris@example.ru")
    anna, boris = signed_in(own_town), signed_in(own_town, "boris@example.ru")
    boris.post("/account/devices", data={"session": anna.cookies["session"].partition(".")[0]})

    assert anna.get("/account").status_code == 200


def test_over_https_every_cookie_is_this_hosts_alone(own_town: Town) -> None:
    settings = replace(own_town.shop.settings, public_url="https://shop.example")
    shop = replace(own_town.shop, settings=settings)
    client = TestClient(
        create_app(shop, gate_of(shop)),
        base_url="https://shop.example",
        follow_redirects=False,
        headers=FROM_OUR_PAGE,
    )
    ordered = client.post("/checkout/5", data=own_town.form())
    asked = ask(client)
    code = {"code": code_to(own_town)}
    entered = client.post("/account/sign-in/code", data=code)

    for answer, name in ((ordered, "browser"), (asked, "sign-in"), (entered, "session")):
        told = answer.headers["set-cookie"].split(", __Host-")[0]
        assert told.startswith(f"__Host-{name}=")
        assert "Path=/" in told
        for flag in ("HttpOnly", "Secure", "SameSite=lax"):
            assert flag in told, told
        assert "Domain" not in told


def test_a_letter_says_how_long_and_holds_one_link(own_town: Town) -> None:
    own_town.order()
    ask(own_town.browser())
    ask(own_town.browser(), "nobody@example.ru")
    own_town.browser().post("/account/sign-up", data=ROMASHKA)
    entering = letters_to(own_town, "anna@example.ru")[-1]
    beginning = letters_to(own_town, ROMASHKA["email"])[-1]

    assert entering.header("Subject") == "[ТЕСТ] Ссылка для входа в кабинет"
    assert beginning.header("Subject") == "[ТЕСТ] Подтвердите адрес и откройте кабинет"
    for letter in (entering, beginning):
        assert len(letter.links) == 1
        assert "Они живут 20\u00a0минут" in letter.text
        assert "Никому их не\u00a0сообщайте" in letter.text
        assert letter.header("Auto-Submitted") == "auto-generated"
        assert letter.attachments == []
