"""How a refusal ends: by a refund, by an answer, or late, with a reminder in time."""

import pytest

from checkout.answer import CannotAnswer, answer
from checkout.refund import Wanted, refund
from checkout.refund_words import proposed, told
from checkout.store import refusals as rows
from tests.town import Town
from tests.web.buying import letters_to
from tests.web.refusals.leaving import (
    ANNA,
    LATE,
    WHY,
    give_back,
)
from tests.web.refusing import DESK, bought, later, order_page, refusals, refuse
from tests.web.test_consent import found_wrong, whole

# --- how it ends


def test_a_refund_that_ends_the_package_is_the_decision(own_town: Town) -> None:
    token = bought(own_town)
    refuse(own_town, token)
    give_back(own_town, 1_400_000)
    own_town.work()
    row = own_town.shop.store.read(lambda tx: rows.latest(tx, 1))
    page = order_page(own_town, token)

    assert row is not None
    assert own_town.fact(row.ended or 0)["action"] == "succeeded"
    assert "Отказ от пакета исполнен" in page.one("section", id="refusal").text
    assert page.one("h1").text.startswith("Пакет прекращён")
    assert whole(own_town) == []
    later(own_town, days=20)
    (asked,) = [it for it in subjects(own_town) if "отказ от пакета" in it]
    assert asked.startswith("Нужно ваше решение до")


def test_all_the_money_back_at_yookassa_itself_is_the_decision_too(
    own_town: Town, token: str
) -> None:
    refuse(own_town, token)
    payment_id = own_town.facts(token)["payment_id"]
    amount = {"value": "15000.00", "currency": "RUB"}
    made = own_town.yookassa.post("/refunds", {"payment_id": payment_id, "amount": amount}).json()
    body = {"type": "notification", "event": "refund.succeeded", "object": {"id": made["id"]}}
    own_town.client.post("/yookassa/notifications", json=body)
    own_town.work()

    assert "Отказ от пакета исполнен" in order_page(own_town, token).text
    assert whole(own_town) == []


def test_a_discount_that_leaves_the_package_running_decides_nothing(
    own_town: Town, token: str
) -> None:
    refuse(own_town, token)
    outcome = refund(own_town.shop, Wanted("2026-0001", 100_000, WHY))

    assert "его дело не закрыто" in told(outcome)[-1]
    assert order_page(own_town, token).one("h1").text.startswith("Вы отказались")
    assert whole(own_town) == []


def test_a_refund_on_its_way_is_shown_and_one_that_fails_leaves_it_open(
    own_town: Town, token: str
) -> None:
    refuse(own_town, token)
    own_town.yookassa.control("PUT", "/refunds", {"become": "pending"})
    outcome = refund(own_town.shop, Wanted("2026-0001", 1_000_000, WHY, True))
    waiting = order_page(own_town, token)
    own_town.yookassa.control("POST", f"/refunds/{outcome.attempt.refund_id}/cancel")
    later(own_town, minutes=10)
    failed = order_page(own_town, token)

    assert "Возвращаем 10 000 ₽: ЮKassa ещё не подтвердила возврат." in waiting.text
    assert "исполнитель решит до" not in waiting.text
    assert failed.one("h1").text.startswith("Вы отказались")
    assert whole(own_town) == []


def test_an_answer_closes_it_and_the_client_is_told_by_letter_and_page(own_town: Town) -> None:
    token = bought(own_town)
    refuse(own_town, token)
    own_town.work()
    closed = answer(own_town.shop.store, "2026-0001", "Все часы отработаны, журнал у вас на почте.")
    own_town.work()
    letter, page = letters_to(own_town, ANNA)[-1], order_page(own_town, token)

    assert closed.sentence.startswith("✓ Ответ по заказу 2026-0001 записан")
    assert refusals(own_town)[-1]["action"] == "answered"
    assert letter.header("Subject") == "[ТЕСТ] Ответ на отказ от пакета, заказ 2026-0001"
    assert "Все часы отработаны, журнал у вас на почте." in letter.text
    assert "Все часы отработаны" in page.one("section", id="refusal").text
    assert page.one("h1").text.startswith("Оплачено. Пакет действует до")
    assert whole(own_town) == []
    assert found_wrong(own_town, token) == []


def test_whoever_was_answered_may_refuse_again_and_that_is_another(
    own_town: Town, token: str
) -> None:
    refuse(own_town, token, "раз")
    answer(own_town.shop.store, "2026-0001", "Часы отработаны.")
    own_town.clock.forward(days=1)
    assert "Отказаться ещё раз" in order_page(own_town, token).text
    refuse(own_town, token, "два")
    own_town.work()

    assert [it["action"] for it in refusals(own_town)] == ["asked", "answered", "asked"]
    assert order_page(own_town, token).one("h1").text == "Вы отказались от пакета 04.12.2026"
    assert [row.get("by") for row in own_town.ledger() if row["kind"] == "case"] == [
        None,
        "answer",
        None,
    ]
    assert whole(own_town) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" ", "Ответ нужен"),
        ("…", "Ответ нужен"),
        ("а" * 501, "не\u00a0длиннее 500"),
        ("Ответ Анне Карениной", "личные данные"),
        ("см. почту a@b.ru", "личные данные"),
    ],
)
def test_an_answer_that_may_not_stand_in_the_ledger_closes_nothing(
    own_town: Town, token: str, text: str, why: str
) -> None:
    refuse(own_town, token)
    with pytest.raises(CannotAnswer, match=why):
        answer(own_town.shop.store, "2026-0001", text)

    assert len(refusals(own_town)) == 1


def test_there_is_an_answer_only_to_what_waits_for_one(own_town: Town, token: str) -> None:
    for number in ("2026-0001", "2026-0099"):
        with pytest.raises(CannotAnswer):
            answer(own_town.shop.store, number, "Нет.")
    refuse(own_town, token)
    own_town.yookassa.control("PUT", "/refunds", {"become": "pending"})
    refund(own_town.shop, Wanted("2026-0001", 1_000_000, WHY, True))

    with pytest.raises(CannotAnswer, match="ещё не закончен"):
        answer(own_town.shop.store, "2026-0001", "Нет.")


def test_who_decides_late_counts_by_the_day_of_the_refusal(own_town: Town, token: str) -> None:
    refuse(own_town, token)
    own_town.clock.forward(days=9)
    lines = "\n".join(proposed(own_town.shop, "2026-0001", 300)).replace("\u00a0", " ")

    assert "осталось 20 дней из 30" in lines
    assert "Клиент отказался от пакета 03.12.2026: решите до 13.12.2026 включительно." in lines
    assert "--amount 10000.00" in lines


# --- the ten days


def subjects(town: Town) -> list[str]:
    return [it.header("Subject").removeprefix("[ТЕСТ] ") for it in letters_to(town, DESK)[1:]]


def test_the_contractor_is_reminded_three_days_and_one_day_before_and_then_it_is_a_case(
    own_town: Town,
) -> None:
    refuse(own_town, bought(own_town))
    heard: dict[int, list[str]] = {}
    for day in range(13):
        before = len(subjects(own_town))
        own_town.work()
        own_town.work()
        heard[day] = subjects(own_town)[before:]
        own_town.clock.forward(days=1)

    assert {day: said for day, said in heard.items() if said} == {
        0: ["Нужно ваше решение до 03.12.2026: отказ от пакета, заказ 2026-0001"],
        7: ["Осталось 3 дня: отказ от пакета, заказ 2026-0001"],
        9: ["Остался 1 день: отказ от пакета, заказ 2026-0001"],
        11: [LATE],
    }
    assert whole(own_town) == []


def test_a_worker_that_slept_says_how_many_days_are_really_left(own_town: Town) -> None:
    refuse(own_town, bought(own_town))
    own_town.work()
    own_town.clock.forward(days=10)
    own_town.work()

    assert subjects(own_town)[1:] == ["Последний день: отказ от пакета, заказ 2026-0001"]


def test_nobody_is_reminded_while_the_refund_is_on_its_way(own_town: Town) -> None:
    refuse(own_town, bought(own_town))
    own_town.work()
    own_town.yookassa.control("PUT", "/refunds", {"become": "pending"})
    give_back(own_town, 1_500_000)
    before = subjects(own_town)
    for _ in range(12):
        later(own_town, days=1)

    assert subjects(own_town) == before


def test_an_answer_ends_the_reminders(own_town: Town) -> None:
    refuse(own_town, bought(own_town))
    answer(own_town.shop.store, "2026-0001", "Часы отработаны.")
    for _ in range(12):
        later(own_town, days=1)

    assert len(subjects(own_town)) == 1
