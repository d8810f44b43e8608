"""Money that does not fit its order: a case for the contractor, never a package."""

from typing import Any

import pytest

from checkout import settle
from checkout.close_case import close_case
from checkout.refund import Wanted, refund
from tests.town import SITE, Town, moscow
from tests.web.buying import (
    given_up_and_decided_anew,
    letters_to,
    page_of,
    payment_of,
    spoilt_and_settled,
)

CONTRACTOR, CLIENT = "dudkinanton@bk.ru", "anna@example.ru"


ODD = {
    "too little": {"amount_kopecks": 1_499_999},
    "too much": {"amount_kopecks": 1_500_001},
    "dollars": {"currency": "USD"},
    "another order": {"metadata": {"order": "2026-9999"}},
    "another attempt": {"metadata": {"attempt": "0"}},
    "another edition": {"metadata": {"offer_sha256": "0" * 64}},
    "another shop": {"shop_id": "999999"},
    "no time of capture": {"captured_at": None},
}


@pytest.mark.parametrize("changes", ODD.values(), ids=ODD)
def test_money_that_does_not_fit_is_laid_before_the_contractor(
    own_town: Town, changes: dict[str, Any]
) -> None:
    token = own_town.order()
    spoilt_and_settled(own_town, token, **changes)
    facts = own_town.facts(token)
    own_town.work()
    (letter,), (to_client,) = letters_to(own_town, CONTRACTOR), letters_to(own_town, CLIENT)
    page = page_of(own_town.client.get(f"/orders/{token}"))

    assert (facts["state"], facts["package"], facts["money_taken"]) == ("case", None, True)
    came, on_page = SAID[changes.get("amount_kopecks") or changes.get("currency")]
    assert to_client.header("Subject") == f"[ТЕСТ] {came}, пакет не начат, заказ 2026-0001"
    assert "он вернёт их или напишет вам" in " ".join(to_client.text.split())
    assert facts["number"] in letter.text
    assert facts["payment_id"] in letter.text
    assert own_town.client.get(f"/orders/{token}/certificate.pdf").status_code == 404
    order, payment, case = (row for row in own_town.ledger() if row["kind"] != "message")
    assert (order["kind"], payment["kind"], case["kind"]) == ("order", "payment", "case")
    assert (payment["status"], payment["fits"]) == ("succeeded", False)
    assert payment["reason"] in case["sentence"]
    assert case["order"] == payment["order"] == facts["number"]
    assert "Разбираемся с платежом" in page.one("h1").text
    assert on_page in page.text


BEGUN = "пакет не начат. Исполнитель вернёт их или напишет вам."
# in the subject of the client's letter, and on his page
SAID = {
    None: ("Деньги пришли", "Деньги получены."),
    **{
        spoilt: (came, f"{came}, {BEGUN}")
        for spoilt, came in {
            "USD": "Пришло 15 000 USD вместо 15 000 ₽",
            1_499_999: "Пришло 14 999,99 ₽ из 15 000 ₽",
            1_500_001: "Пришло 15 000,01 ₽ вместо 15 000 ₽",
        }.items()
    },
}


def test_a_part_given_back_is_not_called_all_of_it(own_town: Town) -> None:
    token = own_town.order()
    spoilt_and_settled(own_town, token, amount_kopecks=1_700_000)
    own_town.work()
    payment = payment_of(own_town, token)
    refund(own_town.shop, Wanted("2026-0001", 200_000, "лишнее", payment_id=payment))
    own_town.work()
    letter = letters_to(own_town, "anna@example.ru")[-1]
    half = page_of(own_town.client.get(f"/orders/{token}"))
    close_case(own_town.shop.store, own_town.shop.settings.zone, 1, "договорились")
    closed = page_of(own_town.client.get(f"/orders/{token}"))

    assert "Пришло 17 000 ₽ вместо 15 000 ₽, пакет не начат." in half.text
    assert "Из них возвращено 2 000 ₽." in half.text
    assert letter.header("Subject") == "[ТЕСТ] Возвращено 2 000 ₽, заказ 2026-0001"
    assert "Из пришедшего ещё не возвращено 15 000 ₽" in " ".join(letter.text.split())
    assert closed.one("h1").text == "Вопрос с платежом закрыт"
    assert "Деньги возвращены" not in closed.text
    assert "Пришло 17 000 ₽, возвращено 2 000 ₽. Об остальных 15 000 ₽" in closed.text
    assert "исполнитель отметил, что вопрос решён" in closed.text
    assert closed.all("a", href="/checkout/5") == []


def test_once_all_of_it_went_back_the_page_offers_to_order_again(own_town: Town) -> None:
    token = own_town.order()
    spoilt_and_settled(own_town, token, amount_kopecks=10_000)
    payment = payment_of(own_town, token)
    refund(own_town.shop, Wanted("2026-0001", 10_000, "не та сумма", payment_id=payment))
    own_town.work()
    told = [" ".join(it.text.split()) for it in letters_to(own_town, CLIENT)]
    came, back = sorted(told, key=lambda it: "Возвращено 100 ₽" in it)
    assert "Пришло 100 ₽ из 15 000 ₽, пакет не начат: заказ 2026-0001" in came
    assert "Исполнитель уже вернул их." in came
    assert "Возвращено 100 ₽" in back
    page = page_of(own_town.client.get(f"/orders/{token}"))

    assert page.one("h1").text == "Деньги возвращены"
    assert "Возвращено 100 ₽" in page.text
    assert page.one("a", href="/checkout/5").text == "Заказать ещё раз"


def test_a_case_is_told_once_however_often_it_is_settled(own_town: Town) -> None:
    token = own_town.order()
    spoilt_and_settled(own_town, token, amount_kopecks=1)
    for _ in range(3):
        settle.settle(own_town.shop, payment_of(own_town, token))
        own_town.clock.forward(hours=2)
        own_town.work()

    assert sorted(it.header("To") for it in own_town.post) == [CLIENT, CONTRACTOR]
    (letter,) = (it for it in own_town.post if it.header("To") == CONTRACTOR)
    told = " ".join(letter.text.split())
    assert own_town.facts(token)["state"] == "case"
    assert letter.header("Subject") == (
        "[ТЕСТ] Нужно ваше решение: платёж не сходится с заказом, заказ 2026-0001"
    )
    assert letter.header("Reply-To") == "anna@example.ru"
    assert "Пришло 0,01 ₽, заказ на 15 000 ₽. Пакет не начат. Деньги у ЮKassa" in told
    assert "Кто: Анна Каренина, физическое лицо" in told
    assert f"Страница заказа: {SITE}/orders/{token}" in told


def test_a_second_payment_of_a_paid_order_is_a_case_and_the_package_stays(
    own_town: Town,
) -> None:
    token = own_town.order()
    paid = own_town.pay(token)
    metadata = own_town.shop.yookassa.payment(paid["payment_id"]).metadata
    value = {
        "amount": {"value": "15000.00", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
        "metadata": dict(metadata),
    }
    second = own_town.yookassa.post("/payments", value).json()["id"]
    own_town.yookassa.control("POST", f"/payments/{second}/pay")
    settle.settle(own_town.shop, second)
    own_town.work()
    to_contractor = letters_to(own_town, CONTRACTOR)

    assert own_town.facts(token) == paid
    assert [second in letter.text for letter in to_contractor].count(True) == 1
    assert len(letters_to(own_town, "anna@example.ru")) == 1


def test_money_for_an_attempt_that_was_given_up_is_a_case(own_town: Town) -> None:
    token, given_up = given_up_and_decided_anew(own_town)
    newer = payment_of(own_town, token)
    own_town.yookassa.control("POST", f"/payments/{newer}/decline")
    assert own_town.facts(token)["state"] == "cancelled"
    own_town.yookassa.control("POST", f"/payments/{given_up}/pay")
    settle.settle(own_town.shop, given_up)
    own_town.work()
    (letter,) = letters_to(own_town, CONTRACTOR)

    assert given_up != newer
    assert own_town.facts(token)["state"] == "case"
    assert own_town.facts(token)["money_taken"] is True
    assert "отменён" in letter.text


def test_a_payment_in_a_year_the_calendar_does_not_know_is_settled_provisionally(
    own_town: Town,
) -> None:
    own_town.clock.move_to(moscow(2027, 11, 30, 23, 50))
    token = own_town.order()
    own_town.clock.forward(minutes=20)
    paid = own_town.pay(token)
    own_town.work()
    page = page_of(own_town.client.get(f"/orders/{token}"))
    cases = [
        it for it in letters_to(own_town, CONTRACTOR) if "производственный календарь" in it.text
    ]

    assert paid["state"] == "paid"
    assert paid["package"]["last_day"].startswith("2028-01")
    assert "предварительно" in page.text
    assert len(cases) == 1
    assert paid["number"] in cases[0].text
    assert own_town.client.get("/checkout/5").status_code == 503


def test_a_payment_that_yookassa_no_longer_knows_is_a_case_after_a_day_and_once(
    own_town: Town,
) -> None:
    token = own_town.order()
    own_town.yookassa.fault("404", "GET /payments/{id}", times=100)
    own_town.clock.forward(hours=23)
    own_town.work()
    early = letters_to(own_town, CONTRACTOR)
    for _ in range(3):
        own_town.clock.forward(hours=2)
        own_town.work()
    letters = letters_to(own_town, CONTRACTOR)

    assert early == []
    assert len(letters) == 1
    assert "ЮKassa потеряла платёж" in letters[0].header("Subject")
    assert own_town.facts(token)["state"] == "waiting"
