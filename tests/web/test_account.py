"""What a signed-in client sees and does: hours, papers, letters, details, consents."""

import json
from datetime import timedelta

from sqlalchemy import func, select

from checkout.refund import Wanted, refund
from checkout.store import tables
from checkout.verify import verify
from tests.town import ANNA, ROMASHKA, Town, dearer
from tests.web.buying import page_of
from tests.web.coming_in import ask, link_to, signed_in

DOOR = "/account/sign-in"
REFUSED = f"{DOOR}?more=yes"
COMPANY = {key: text for key, text in ROMASHKA.items() if key != "email"}


def consent_of(town: Town) -> str:
    release = town.shop.shelf.release()
    consent = release.current("consent") if release else None
    assert consent
    return consent.sha256


def count(town: Town, table: str) -> int:
    rows = select(func.count()).select_from(tables.metadata.tables[table])
    return int(town.shop.store.read(lambda tx: tx.connection.execute(rows).scalar_one()))


def sound(town: Town) -> list[str]:
    found = verify(town.shop.store, town.shop.settings.zone)
    return [it.sentence for it in found if it.mark == "✗"]


# --- the first line


def test_the_first_line_is_one_number_of_all_that_runs(own_town: Town) -> None:
    own_town.pay(own_town.order(2))
    own_town.clock.now += timedelta(days=3)
    own_town.pay(own_town.order(5))
    page = page_of(signed_in(own_town).get("/account"))

    assert page.one("h1").text == "7 ч в 2 пакетах"
    assert len(page.all("article")) == 2


def test_who_has_nothing_is_told_what_to_do_next(own_town: Town) -> None:
    own_town.order()
    browser = signed_in(own_town)

    page = page_of(browser.get("/account"))
    assert page.one("h1").text == "Действующих часов нет"
    assert "ждёт оплаты" in page.text


def test_a_package_that_ended_keeps_its_hours_in_sight(own_town: Town) -> None:
    own_town.pay(own_town.order())
    own_town.clock.now += timedelta(days=40)
    page = page_of(signed_in(own_town).get("/account"))

    assert page.one("h1").text == "Действующих часов нет"
    assert "5 ч Пакет закончился. Неиспользованные часы не переносятся (п. 3.4)." in page.text


# --- whose orders they are


def test_an_order_belongs_to_the_address_it_was_made_with(own_town: Town) -> None:
    own_town.pay(own_town.order())
    own_town.order(2)
    own_town.order(email="boris@example.ru")
    anna, boris = signed_in(own_town), signed_in(own_town, "boris@example.ru")

    assert "Заказ 2026-0001" in anna.get("/account").text
    assert "Заказ 2026-0002" in anna.get("/account").text
    assert "2026-0003" not in anna.get("/account").text
    assert "2026-0001" not in boris.get("/account").text


# --- one tap


def test_one_tap_opens_the_account_in_the_browser_of_the_order(own_town: Town) -> None:
    browser = own_town.browser()
    token = own_town.token_of(browser.post("/checkout/5", data=own_town.form()))
    own_town.pay(token)
    page = page_of(browser.get(f"/orders/{token}"))
    assert "Открыть кабинет" in [it.text for it in page.all("button")]

    assert browser.post(f"/orders/{token}/account").headers["location"] == "/account"
    page = page_of(browser.get("/account"))
    assert page.one("h1").text.startswith("5 ч до ")
    assert "без письма" in page.text


def test_another_browser_is_told_to_look_in_its_mail(own_town: Town) -> None:
    token = own_town.order()
    own_town.pay(token)
    browser = own_town.browser()
    page = page_of(browser.get(f"/orders/{token}"))

    assert "вернуло приложение банка" in page.text
    assert browser.post(f"/orders/{token}/account").headers["location"] == DOOR
    assert browser.get("/account").headers["location"] == DOOR


def test_a_client_who_is_in_goes_from_his_order_straight_to_the_account(own_town: Town) -> None:
    token = own_town.order()
    own_town.pay(token)
    other = own_town.order(email="boris@example.ru")
    own_town.pay(other)
    browser = signed_in(own_town)

    assert "вернуло приложение банка" not in page_of(browser.get(f"/orders/{token}")).text
    assert "вернуло приложение банка" in page_of(browser.get(f"/orders/{other}")).text


def test_ordering_for_anothers_address_opens_nothing_of_his(own_town: Town) -> None:
    own_town.pay(own_town.order(10))
    thief = own_town.browser()
    token = own_town.token_of(thief.post("/checkout/2", data=own_town.form(2)))
    assert thief.post(f"/orders/{token}/account").headers["location"] == DOOR  # not paid

    own_town.pay(token)
    assert thief.post(f"/orders/{token}/account").headers["location"] == "/account"
    page = page_of(thief.get("/account"))
    assert "Заказ 2026-0002" in page.text
    assert "2026-0001" not in page.text
    for path in (
        "/account/letters",
        "/account/details",
        "/account/privacy",
        "/account/takeout.zip",
    ):
        assert thief.get(path).headers["location"] == REFUSED, path
    for path in ("/account/erase", "/account/details", "/account/consents"):
        assert thief.post(path).headers["location"] == REFUSED, path
    own_town.pay(own_town.order(5))
    assert "2026-0003" not in thief.get("/account").text


def test_a_letter_shows_the_rest_to_who_came_by_one_tap(own_town: Town) -> None:
    own_town.pay(own_town.order(10))
    browser = own_town.browser()
    token = own_town.token_of(browser.post("/checkout/2", data=own_town.form(2)))
    own_town.pay(token)
    browser.post(f"/orders/{token}/account")
    assert "anna@example.ru" in browser.get(REFUSED).text
    ask(browser)
    browser.post(link_to(own_town))

    assert "2026-0001" in browser.get("/account").text


# --- signing up


def test_signing_up_without_buying_fills_in_the_first_order(own_town: Town) -> None:
    browser = own_town.browser()
    form = {**ROMASHKA, "inn": "7707083894"}
    wrong = browser.post("/account/sign-up", data=form)
    assert wrong.status_code == 422
    assert "контрольная цифра не сходится" in page_of(wrong).text
    assert browser.post("/account/sign-up", data=ROMASHKA).status_code == 303
    assert count(own_town, "accounts") == 0

    browser.post(link_to(own_town, ROMASHKA["email"]))
    assert page_of(browser.get("/account")).one("h1").text == "Пакетов пока нет"
    form_page = browser.get("/checkout/5").text
    for value in ROMASHKA.values():
        assert f'value="{value}"' in form_page
    assert "checked" in form_page
    assert 'name="accept_offer" checked' not in form_page
    assert sound(own_town) == []


def test_signing_up_with_a_known_address_changes_nothing_known(own_town: Town) -> None:
    own_town.pay(own_town.order())
    browser = own_town.browser()
    browser.post("/account/sign-up", data={**ROMASHKA, "email": ANNA["email"]})
    browser.post(link_to(own_town))

    assert ANNA["name"] in browser.get("/account/details").text
    assert "ИНН 7707083893" not in page_of(browser.get("/account/details")).text


# --- details


def test_corrected_details_go_into_the_next_order_and_the_old_are_kept(own_town: Town) -> None:
    token = own_town.order()
    own_town.pay(token)
    browser = signed_in(own_town)
    saved = browser.post("/account/details", data=COMPANY)
    assert "Сохранено." in page_of(browser.get(saved.headers["location"])).text
    by_hand = [browser.get(f"/account/details?saved={it}") for it in ("yes", "1", "")]
    assert not any("Сохранено." in it.text for it in by_hand)

    page = browser.get("/account/details").text
    assert "ООО «Ромашка»" in page
    assert ANNA["name"] in page
    assert 'value="ООО «Ромашка»"' in browser.get("/checkout/5").text
    assert ANNA["name"] in browser.get(f"/orders/{token}").text
    correction = own_town.ledger()[-1]
    assert correction["kind"] == "correction"
    assert "Ромашка" not in json.dumps(correction, ensure_ascii=False)
    assert sound(own_town) == []


def test_the_same_details_again_are_no_correction(own_town: Town) -> None:
    own_town.pay(own_town.order())
    browser = signed_in(own_town)
    facts = len(own_town.ledger())
    browser.post("/account/details", data={**ANNA, "email": "somebody@else.ru"})

    assert len(own_town.ledger()) == facts


def test_wrong_requisites_are_said_and_kept_as_typed(own_town: Town) -> None:
    own_town.order()
    browser = signed_in(own_town)
    answer = browser.post("/account/details", data={**COMPANY, "inn": "123", "kpp": "1"})

    assert answer.status_code == 422
    assert 'value="123"' in answer.text
    assert "В ИНН организации 10 цифр" in page_of(answer).text


# --- editions, letters, consents


def test_his_edition_stands_beside_the_one_in_force(own_town: Town) -> None:
    own_town.pay(own_town.order())
    own_town.publisher.publish(offer=dearer())
    own_town.work()
    browser = signed_in(own_town)
    assert "/account/orders/2026-0001/edition" in browser.get("/account").text
    page = page_of(browser.get("/account/orders/2026-0001/edition"))

    assert "живёт по редакции 1: новые редакции его не меняют" in page.text
    assert [it.text for it in page.all("del") if "15" in it.text]
    assert [it.text for it in page.all("ins") if "16" in it.text]


def test_all_his_letters_are_there_as_they_were_sent(own_town: Town) -> None:
    own_town.pay(own_town.order())
    browser = signed_in(own_town)
    listed = page_of(browser.get("/account/letters"))
    (link,) = [
        it for it in listed.all("a") if it.attributes["href"].startswith("/account/letters/")
    ]
    paid = next(it for it in own_town.post if it.header("Subject").startswith("[ТЕСТ] Оплачено"))
    address = link.attributes["href"]

    assert link.text == paid.header("Subject").replace("\u00a0", " ")
    assert "свидетельство об\u00a0акцепте" in browser.get(address).text
    assert browser.get(f"{address}.eml").content == paid.raw
    own_town.order(email="boris@example.ru")
    boris = signed_in(own_town, "boris@example.ru")
    assert boris.get(address).status_code == boris.get(f"{address}.eml").status_code == 404


def test_a_consent_is_seen_and_withdrawn(own_town: Town) -> None:
    own_town.pay(own_town.order(accept_consent=consent_of(own_town)))
    browser = signed_in(own_town)
    assert "Отозвать согласие" in browser.get("/account/privacy").text
    browser.post("/account/consents", data={"order": "2026-0001"})

    page = browser.get("/account/privacy").text
    assert "отозвано" in page
    assert own_town.ledger()[-1]["action"] == "withdrawn"


def test_a_package_its_client_has_left_says_when_he_is_answered_and_sells_no_more_hours(
    own_town: Town,
) -> None:
    token = own_town.order()
    own_town.pay(token)
    browser = signed_in(own_town)
    before = page_of(browser.get("/account")).text
    browser.post(f"/orders/{token}/refuse", data={"reason": ""})
    after = page_of(browser.get("/account")).text

    assert "Добавить часы" in before
    assert "Добавить часы" not in after
    assert "Вы отказались от пакета: исполнитель ответит до 03.12.2026 включительно." in after


def test_a_package_left_early_stands_below_the_one_that_runs(own_town: Town) -> None:
    for _ in range(2):
        own_town.pay(own_town.order())
    refund(own_town.shop, Wanted("2026-0002", 1_000_000, "письмо", ends_package=True))
    running, ended = page_of(signed_in(own_town).get("/account")).all("article")

    assert "Заказ 2026-0001" in running.text
    assert "Пакет действует до" in running.text
    assert "Пакет прекращён" in ended.text
    assert "Пакет действует до" not in ended.text


def test_a_client_of_years_sees_what_runs_and_unfolds_the_rest(own_town: Town) -> None:
    for _ in range(3):
        own_town.pay(own_town.order())
        own_town.clock.forward(days=40)
    own_town.pay(own_town.order())
    for _ in range(8):
        own_town.order()
    own_town.work()
    page = page_of(signed_in(own_town).get("/account"))
    ended, earlier = page.all("details")

    assert len(page.all("article")) == 4
    assert ended.text.startswith("Закончились раньше: 2")
    assert ended.text.count("Пакет закончился") == 2
    assert earlier.text.startswith("Более ранние заказы: 2")
    assert "Заказ 2026-0001" in earlier.text
