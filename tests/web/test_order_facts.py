"""An order at its secret address, in each state: JSON facts, page, certificate."""

from typing import Any

import pytest

from offer.editions import sha256
from tests.town import ROMASHKA, Town, text_of
from tests.web.buying import JSON, letters_to, page_of, payment_of, spoilt_and_settled

KEYS = ["number", "what", "for_package", "state", "money_taken", "hours", "price_kopecks",
        "refunded_kopecks", "edition", "consent_sha256", "payment_id", "paid_at", "test",
        "package", "acceptance", "reason"]  # fmt: skip


def a_created_order(town: Town) -> str:
    town.yookassa.fault("500", "POST /payments")
    action = page_of(town.send(town.form())).one("form").attributes["action"]
    return str(action.split("/")[2])


def a_waiting_order(town: Town) -> str:
    return town.order()


def a_paid_order(town: Town) -> str:
    token = town.order()
    town.pay(token)
    return token


def a_cancelled_order(town: Town) -> str:
    token = town.order()
    reason = {"reason": "insufficient_funds"}
    town.yookassa.control("POST", f"/payments/{payment_of(town, token)}/decline", reason)
    return token


EXPECTED: dict[str, dict[str, Any]] = {
    "created": {"money_taken": False, "paid_at": None, "package": None, "acceptance": None},
    "waiting": {"money_taken": None, "paid_at": None, "package": None, "acceptance": None},
    "paid": {"money_taken": True, "paid_at": "2026-11-23T09:00:00.412Z"},
    "cancelled": {"money_taken": False, "paid_at": None, "package": None,
                  "reason": "insufficient_funds"},
}  # fmt: skip
MAKE = {
    "created": a_created_order,
    "waiting": a_waiting_order,
    "paid": a_paid_order,
    "cancelled": a_cancelled_order,
}


@pytest.mark.parametrize("state", MAKE)
def test_the_facts_of_each_state_are_those_of_the_interface(own_town: Town, state: str) -> None:
    facts = own_town.facts(MAKE[state](own_town))

    assert list(facts) == KEYS
    assert facts["state"] == state
    assert facts["number"] == "2026-0001"
    assert (facts["what"], facts["for_package"]) == ("package", None)
    assert (facts["hours"], facts["price_kopecks"], facts["refunded_kopecks"]) == (5, 1_500_000, 0)
    assert facts["edition"] == {"number": 1, "sha256": sha256(text_of("offer"))}
    assert facts["test"] is True
    assert (facts["payment_id"] is None) == (state == "created")
    assert (facts["reason"] is None) == (state != "cancelled")
    assert {name: facts[name] for name in EXPECTED[state]} == EXPECTED[state]


def test_a_paid_order_names_its_package_and_its_row_in_the_ledger(own_town: Town) -> None:
    facts = own_town.facts(a_paid_order(own_town))
    number = facts["acceptance"]["ledger"]
    row = own_town.fact(number)

    assert list(facts["package"]) == ["starts_at", "expires_at", "last_day", "reason"]
    assert facts["package"]["starts_at"] == "2026-11-23T12:00:00.412000+03:00"
    assert facts["package"]["expires_at"] == "2026-12-24T00:00:00+03:00"
    assert facts["package"]["last_day"] == "2026-12-23"
    assert "месяц" in facts["package"]["reason"]
    assert list(facts["acceptance"]) == ["ledger", "hash"]
    assert (row["kind"], row["order"]) == ("acceptance", facts["number"])


def test_a_case_says_what_yookassa_last_said_of_the_money(own_town: Town) -> None:
    token = own_town.order()
    spoilt_and_settled(own_town, token, amount_kopecks=100)
    facts = own_town.facts(token)

    assert list(facts) == KEYS
    assert (facts["state"], facts["money_taken"]) == ("case", True)
    assert (facts["package"], facts["acceptance"]) == (None, None)


@pytest.mark.parametrize(
    ("state", "heading", "money"),
    [
        ("created", "Платёжный сервис не отвечает", "Деньги не списаны. Заказ сохранён."),
        ("waiting", "Ждём ответ от ЮKassa", "Если вы уже оплатили, ничего не делайте"),
        ("paid", "Оплачено. Пакет действует до 23.12.2026 включительно", "Получено 15 000 ₽"),
        ("cancelled", "Банк отклонил платёж: недостаточно средств", "Деньги не списаны."),
    ],
)
def test_the_page_of_each_state_says_it_in_words(
    town: Town, state: str, heading: str, money: str
) -> None:
    page = page_of(town.client.get(f"/orders/{MAKE[state](town)}"))

    assert page.one("h1").text == heading
    assert money in page.text
    assert ("Что дальше" in page.text) == (state == "paid")


def test_an_order_is_read_as_a_page_unless_json_is_asked_for(town: Town) -> None:
    token = town.order()
    page = town.client.get(f"/orders/{token}", headers={"accept": "text/html,*/*;q=0.8"})
    facts = town.client.get(f"/orders/{token}", headers=JSON)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert facts.headers["content-type"] == "application/json"
    assert page.headers["cache-control"] == facts.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("state", [it for it in MAKE if it != "paid"])
def test_there_is_no_certificate_before_the_money(town: Town, state: str) -> None:
    answer = town.client.get(f"/orders/{MAKE[state](town)}/certificate.pdf")

    assert answer.status_code == 404
    assert "сертификат" not in answer.text.lower()


@pytest.mark.usefixtures("papers_anew")
def test_the_certificate_is_the_same_bytes_on_the_page_again_and_in_the_letter(
    own_town: Town,
) -> None:
    token = own_town.order(**ROMASHKA)
    own_town.pay(token)
    first = own_town.client.get(f"/orders/{token}/certificate.pdf")
    own_town.clock.forward(days=20)
    own_town.work()
    second = own_town.client.get(f"/orders/{token}/certificate.pdf")
    (letter,) = letters_to(own_town, ROMASHKA["email"])

    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["cache-control"] == "no-store"
    assert first.content == second.content == letter.attachments[0].data


@pytest.mark.parametrize("path", ["", "/certificate.pdf"])
def test_a_secret_address_nobody_was_given_is_not_found(town: Town, path: str) -> None:
    answer = town.client.get(f"/orders/{'a' * 32}{path}", headers=JSON)

    assert answer.status_code == 404
    assert "Такого заказа нет" in answer.text


def test_two_orders_have_addresses_nobody_could_guess_from_one_another(town: Town) -> None:
    first, second = town.order(), town.order()

    assert len(first) == len(second) == 32
    assert first != second


def test_a_waiting_page_says_where_to_go_back_to_and_refreshes_itself(town: Town) -> None:
    token = town.order()
    answer = town.client.get(f"/orders/{token}")

    assert page_of(answer).all("meta", **{"http-equiv": "refresh"})
    assert f'href="{town.yookassa.url}' in answer.text
