"""The client refuses his package: shown both sums, written down once, told to both, decided."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest

from checkout.__main__ import main
from checkout.answer import CannotAnswer, answer
from checkout.domain.details import Part
from checkout.refund import Wanted, refund
from checkout.refund_words import proposed, told
from checkout.store import ledger
from checkout.store import refusals as rows
from checkout.verify import verify
from tests.town import ROMASHKA, Town, a_town, at_once, moscow
from tests.web.buying import letters_to, page_of, spoilt_and_settled
from tests.web.page_reading import Page
from tests.web.refusing import DESK, bought, later, order_page, refusals, refuse
from tests.web.test_consent import found_wrong, whole
from tests.web.test_retry import declined

ZONE = ZoneInfo("Europe/Moscow")
ANNA = "anna@example.ru"
WHY = "отказ от пакета 03.12.2026"
PERSONS_LAW, BUSINESS_LAW = "Закон о защите прав потребителей, ст. 32", "ГК РФ, ст. 782 п. 1"
LATE = "Нужно ваше решение: срок ответа на отказ от пакета вышел, 2026-0001"
SOLE_TRADER = {"kind": "sole_trader", "inn": "230909098157"}


@pytest.fixture
def any_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """A town of the test's own, on SQLite and on PostgreSQL."""
    with a_town(tmp_path, database_url) as town:
        yield town


@pytest.fixture
def token(own_town: Town) -> str:
    """An order paid on 23.11.2026; now it is 3.12: twenty of thirty days are left."""
    token = bought(own_town)
    own_town.clock.now = moscow(2026, 12, 3, 15)
    return token


def refusal_page(town: Town, token: str) -> Page:
    answer = town.client.get(f"/orders/{token}/refuse")
    assert answer.status_code == 200
    return page_of(answer)


def give_back(town: Town, kopecks: int | None = None, *, leaves: bool = True) -> None:
    assert refund(town.shop, Wanted("2026-0001", kopecks, WHY, leaves)).done


# --- what the page says before the button


def test_both_sums_are_shown_with_how_they_are_made_and_which_is_proposed(
    own_town: Town, token: str
) -> None:
    page = refusal_page(own_town, token)

    assert "Истрачено 0 мин из 5 часов: 15 000 ₽ − 0 ₽ = 15 000 ₽." in page.text
    assert (
        "Осталось 20 дней из 30, день отказа не в счёт: 15 000 ₽ × 20 / 30 = 10 000 ₽." in page.text
    )
    assert "Предлагается вернуть 15 000 ₽: это большая из двух сумм, лучшая для вас." in page.text
    assert "Часы программа пока не считает." in page.text
    assert "решает исполнитель. Срок ответа — 10 календарных дней, до 13.12.2026" in page.text
    assert "денег не переводит и пакет не закрывает" in page.text


def test_a_sum_that_does_not_divide_is_shown_to_the_kopeck(own_town: Town) -> None:
    token = bought(own_town, hours=2)
    own_town.clock.now = moscow(2026, 12, 4)

    assert "7 000 ₽ × 19 / 30 = 4 433,33 ₽." in refusal_page(own_town, token).text


def test_money_given_back_before_is_taken_off_and_named(own_town: Town, token: str) -> None:
    give_back(own_town, 500_000, leaves=False)
    page = refusal_page(own_town, token)

    assert "Предлагается вернуть 10 000 ₽" in page.text
    assert "уже возвращённые 5 000 ₽ вычтены" in page.text


@pytest.mark.parametrize(
    ("party", "law"),
    [
        ({}, PERSONS_LAW),
        (SOLE_TRADER, BUSINESS_LAW),
        (ROMASHKA, BUSINESS_LAW),
    ],
    ids=["person", "sole trader", "company"],
)
def test_each_kind_of_client_reads_his_own_law_and_can_leave(
    own_town: Town, party: dict[str, str], law: str
) -> None:
    token = bought(own_town, **party)
    page = refusal_page(own_town, token)
    others = {PERSONS_LAW, BUSINESS_LAW} - {law}

    assert law in page.text
    assert refuse(own_town, token).status_code == 303
    own_town.work()
    mine = letters_to(own_town, party.get("email", ANNA))[-1].text.replace("\u00a0", " ")
    assert law in mine
    assert [it for it in others if it in page.text or it in mine] == []
    assert whole(own_town) == []


def test_the_form_is_a_plain_one_and_asks_for_nothing(own_town: Town, token: str) -> None:
    page = refusal_page(own_town, token)

    assert page.one("form").attributes == {
        "class": "decide",
        "method": "post",
        "action": f"/orders/{token}/refuse",
    }
    assert "required" not in page.one("textarea").attributes
    assert page.one("button").text == "Отказаться от пакета"
    assert page.all("a", href=f"/orders/{token}")


def test_looking_at_the_page_refuses_nothing(own_town: Town, token: str) -> None:
    for _ in range(3):
        refusal_page(own_town, token)
    own_town.client.head(f"/orders/{token}/refuse")

    assert refusals(own_town) == []


# --- the button


def test_a_refusal_is_written_down_with_both_sums_and_its_last_day(any_town: Town) -> None:
    token = bought(any_town)
    any_town.clock.now = moscow(2026, 12, 3, 23, 59)
    sent = refuse(any_town, token, "Нашли штатного специалиста")
    (fact,) = refusals(any_town)
    row = any_town.shop.store.read(lambda tx: rows.latest(tx, 1))
    assert row is not None
    kept = {
        part: any_town.shop.store.read(lambda tx, part=part: ledger.details(tx, row.asked, part))  # type: ignore[misc]
        for part in (Part.REASON, Part.ORIGIN)
    }

    assert (sent.status_code, sent.headers["location"]) == (303, f"/orders/{token}")
    assert {**fact, "reason_sha256": "", "origin_sha256": ""} == {
        "kind": "refusal",
        "order": "2026-0001",
        "action": "asked",
        "party_kind": "person",
        "asked_on": "2026-12-03",
        "decide_by": "2026-12-13",
        "hours": 5,
        "price_kopecks": 1_500_000,
        "returned_kopecks": 0,
        "spent_minutes": 0,
        "charged_minutes": 0,
        "by_hours_kopecks": 1_500_000,
        "days": 30,
        "days_left": 20,
        "by_days_kopecks": 1_000_000,
        "proposed_kopecks": 1_500_000,
        "reason_sha256": "",
        "origin_sha256": "",
    }
    assert (row.by_hours_kopecks, row.by_days_kopecks) == (1_500_000, 1_000_000)
    assert (row.proposed_kopecks, row.is_open) == (1_500_000, True)
    assert fact["reason_sha256"] == (kept[Part.REASON] and kept[Part.REASON].sha256)
    assert fact["origin_sha256"] == (kept[Part.ORIGIN] and kept[Part.ORIGIN].sha256)
    assert whole(any_town) == []


def test_the_reason_may_name_anybody_because_it_stands_beside_the_ledger(
    own_town: Town, token: str
) -> None:
    reason = "Анна Каренина, anna@example.ru:\r\nне <b>нужно</b>\u202e"
    refuse(own_town, token, reason)
    own_town.work()
    everything = own_town.shop.store.read(ledger.entries)

    assert all("Каренина" not in row.fact and ANNA not in row.fact for row in everything)
    for address in (ANNA, DESK):
        assert "Анна Каренина, anna@example.ru: не <b>нужно</b>\ufffd" in (
            letters_to(own_town, address)[-1].text
        )
    assert whole(own_town) == []


def test_without_a_reason_there_is_none_and_the_letters_say_so(own_town: Town, token: str) -> None:
    refuse(own_town, token, " \n ")
    own_town.work()
    (fact,) = refusals(own_town)

    assert fact["reason_sha256"] is None
    assert "не названа" in letters_to(own_town, DESK)[-1].text.replace("\u00a0", " ")


def test_too_long_a_reason_is_kept_in_the_form_and_nothing_is_written(
    own_town: Town, token: str
) -> None:
    long = "а" * 501
    answer = refuse(own_town, token, long)
    page = page_of(answer)

    assert answer.status_code == 422
    assert page.one("textarea").text == long
    assert "Сократите до 500 знаков: сейчас 501." in page.one(id="reason-error").text
    assert page.all("a", href="#reason")
    assert refusals(own_town) == []
    assert refuse(own_town, token, f"{'а' * 500}\r\n").status_code == 303


def test_refusing_twice_is_refusing_once(own_town: Town, token: str) -> None:
    assert {refuse(own_town, token, why).status_code for why in ("", "a", "b")} == {303}
    own_town.work()
    again = own_town.client.get(f"/orders/{token}/refuse")

    assert (again.status_code, again.headers["location"]) == (303, f"/orders/{token}")
    assert len(refusals(own_town)) == 1
    assert len(own_town.post) == 4


def test_eight_at_once_refuse_once(any_town: Town) -> None:
    token = bought(any_town)
    results = at_once(*[lambda: refuse(any_town, token).status_code] * 8)
    any_town.work()

    assert results == [303] * 8
    assert len(refusals(any_town)) == 1
    assert len([row for row in any_town.ledger() if row["kind"] == "case"]) == 1
    assert whole(any_town) == []


def test_a_foreign_page_cannot_refuse(own_town: Town, token: str) -> None:
    answer = refuse(own_town, token, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert refusals(own_town) == []
    assert refuse(own_town, "no-such-order").status_code == 404
    assert own_town.client.get("/orders/no-such-order/refuse").status_code == 404


def test_nothing_is_paid_and_nothing_ends_by_it_alone(own_town: Town, token: str) -> None:
    before = own_town.facts(token)
    refuse(own_town, token)
    later(own_town, days=8)

    assert own_town.facts(token) == before
    assert own_town.yookassa.control("GET", "/refunds") == []


def test_both_are_told_and_the_contractor_has_the_one_command(own_town: Town, token: str) -> None:
    refuse(own_town, token, "Проект закрыт")
    own_town.work()
    mine, his = (letters_to(own_town, address)[-1] for address in (ANNA, DESK))
    said = his.text.replace("\u00a0", " ")
    (case,) = [row for row in own_town.ledger() if row["kind"] == "case"]
    command = (
        "checkout refund 2026-0001 --amount 15000.00 --ends-package "
        '--reason "отказ от пакета 03.12.2026"'
    )

    assert mine.header("Subject") == "[ТЕСТ] Отказ от пакета записан, заказ 2026-0001"
    assert "до 13.12.2026 включительно" in mine.text.replace("\u00a0", " ")
    assert any(f"/orders/{token}?letter=" in it for it in mine.links)
    assert his.header("Subject") == (
        "[ТЕСТ] Нужно ваше решение до 13.12.2026: отказ от пакета, заказ 2026-0001"
    )
    assert command in said
    assert 'checkout answer 2026-0001 --text "…"' in said
    assert "Проект закрыт" in said
    assert [it for it in his.links if "letter=" in it] == []
    assert "letter=" not in said
    assert command in case["sentence"]
    assert "Проект" not in case["sentence"]
    assert (case["order"], case["subject"]) == ("2026-0001", f"2026-0001/{_asked(own_town)}")


def _asked(town: Town) -> int:
    row = town.shop.store.read(lambda tx: rows.latest(tx, 1))
    assert row is not None
    return row.asked


def test_the_order_page_says_asked_when_and_decided_by_when(own_town: Town, token: str) -> None:
    before = order_page(own_town, token)
    refuse(own_town, token)
    page = order_page(own_town, token)

    assert before.all("a", href=f"/orders/{token}/refuse")
    assert page.one("h1").text == "Вы отказались от пакета 03.12.2026"
    assert "исполнитель решит до 13.12.2026 включительно" in page.text
    assert "Предлагается вернуть 15 000 ₽" in page.one("section", id="refusal").text
    assert not page.all("a", href=f"/orders/{token}/refuse")
    assert "Опишите первую задачу" not in page.text


# --- how it ends


def test_a_refund_that_ends_the_package_is_the_decision(any_town: Town) -> None:
    token = bought(any_town)
    refuse(any_town, token)
    give_back(any_town, 1_400_000)
    any_town.work()
    row = any_town.shop.store.read(lambda tx: rows.latest(tx, 1))
    page = order_page(any_town, token)

    assert row is not None
    assert any_town.fact(row.ended or 0)["action"] == "succeeded"
    assert "Отказ от пакета исполнен" in page.one("section", id="refusal").text
    assert page.one("h1").text.startswith("Пакет прекращён")
    assert whole(any_town) == []
    later(any_town, days=20)
    (asked,) = [it for it in subjects(any_town) if "отказ от пакета" in it]
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


def test_an_answer_closes_it_and_the_client_is_told_by_letter_and_page(any_town: Town) -> None:
    token = bought(any_town)
    refuse(any_town, token)
    any_town.work()
    closed = answer(any_town.shop.store, "2026-0001", "Все часы отработаны, журнал у вас на почте.")
    any_town.work()
    letter, page = letters_to(any_town, ANNA)[-1], order_page(any_town, token)

    assert closed.sentence.startswith("✓ Ответ по заказу 2026-0001 записан")
    assert refusals(any_town)[-1]["action"] == "answered"
    assert letter.header("Subject") == "[ТЕСТ] Ответ на отказ от пакета, заказ 2026-0001"
    assert "Все часы отработаны, журнал у вас на почте." in letter.text
    assert "Все часы отработаны" in page.one("section", id="refusal").text
    assert page.one("h1").text.startswith("Оплачено. Пакет действует до")
    assert whole(any_town) == []
    assert found_wrong(any_town, token) == []


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
    assert len([row for row in own_town.ledger() if row["kind"] == "case"]) == 2
    assert whole(own_town) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" ", "Ответ нужен"),
        ("а" * 501, "не длиннее 500"),
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


# --- where there is nothing to refuse


def test_an_unpaid_order_cannot_be_refused_and_has_no_button(own_town: Town) -> None:
    for token in (own_town.order(), declined(own_town)):
        answer = own_town.client.get(f"/orders/{token}/refuse")

        assert (answer.status_code, refuse(own_town, token).status_code) == (409, 409)
        assert page_of(answer).one("h1").text == "Заказ не оплачен"
        assert "/refuse" not in own_town.client.get(f"/orders/{token}").text
    assert refusals(own_town) == []


def test_a_case_of_odd_money_cannot_be_refused_yet(own_town: Town) -> None:
    token = own_town.order()
    spoilt_and_settled(own_town, token, amount_kopecks=1)

    assert page_of(refuse(own_town, token)).one("h1").text == "С платежом ещё разбираются"


@pytest.mark.parametrize(
    ("kopecks", "heading"), [(None, "Деньги уже возвращены"), (500_000, "Пакет уже прекращён")]
)
def test_what_a_refund_has_ended_cannot_be_refused(
    own_town: Town, token: str, kopecks: int | None, heading: str
) -> None:
    give_back(own_town, kopecks)
    answer = refuse(own_town, token)

    assert answer.status_code == 409
    assert page_of(answer).one("h1").text == heading
    assert "/refuse" not in own_town.client.get(f"/orders/{token}").text
    assert refusals(own_town) == []


def test_while_a_refund_is_on_its_way_nothing_can_be_refused(own_town: Town, token: str) -> None:
    own_town.yookassa.control("PUT", "/refunds", {"become": "pending"})
    give_back(own_town, 500_000, leaves=False)
    answer = refuse(own_town, token)

    assert answer.status_code == 409
    assert page_of(answer).one("h1").text == "Возврат ещё не закончен"
    assert "/refuse" not in own_town.client.get(f"/orders/{token}").text


@pytest.mark.parametrize(
    ("party", "said"),
    [({}, "Потребитель вправе это оспорить"), (ROMASHKA, "задайте его исполнителю")],
    ids=["person", "company"],
)
def test_after_the_term_there_is_a_sentence_instead_of_a_button(
    own_town: Town, party: dict[str, str], said: str
) -> None:
    token = bought(own_town, **party)
    last = moscow(2026, 12, 24, 0)
    own_town.clock.now = last - timedelta(minutes=1)
    open_still = own_town.client.get(f"/orders/{token}/refuse").status_code
    own_town.clock.now = last
    answer, page = refuse(own_town, token), order_page(own_town, token)

    assert (open_still, answer.status_code) == (200, 409)
    for text in (page_of(answer).text, page.one("section", id="refusal").text):
        assert said in text
        assert "п. 3.4" in text
    assert f"/orders/{token}/refuse" not in [it.attributes["href"] for it in page.all("a")]
    assert page.one("section", id="refusal").text.endswith("+7 938 478 10 91")


def test_a_refusal_made_in_time_is_decided_after_the_term_too(own_town: Town) -> None:
    token = bought(own_town)
    own_town.clock.now = moscow(2026, 12, 23, 23)
    refuse(own_town, token)
    later(own_town, days=5)

    assert order_page(own_town, token).one("h1").text == "Вы отказались от пакета 23.12.2026"
    give_back(own_town, 1_500_000)
    assert "Отказ от пакета исполнен" in order_page(own_town, token).text
    assert whole(own_town) == []


# --- the ten days


def subjects(town: Town) -> list[str]:
    return [it.header("Subject").removeprefix("[ТЕСТ] ") for it in letters_to(town, DESK)[1:]]


def test_the_contractor_is_reminded_three_days_and_one_day_before_and_then_it_is_a_case(
    any_town: Town,
) -> None:
    refuse(any_town, bought(any_town))
    heard: dict[int, list[str]] = {}
    for day in range(13):
        before = len(subjects(any_town))
        any_town.work()
        any_town.work()
        heard[day] = subjects(any_town)[before:]
        any_town.clock.forward(days=1)

    assert {day: said for day, said in heard.items() if said} == {
        0: ["Нужно ваше решение до 03.12.2026: отказ от пакета, заказ 2026-0001"],
        7: ["Осталось 3 дня: отказ от пакета, заказ 2026-0001"],
        9: ["Остался 1 день: отказ от пакета, заказ 2026-0001"],
        11: [f"{LATE}/{_asked(any_town)}"],
    }
    assert whole(any_town) == []


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


# --- what stays of it


def test_the_archive_tells_of_it_in_words_and_has_its_letters(own_town: Town, token: str) -> None:
    refuse(own_town, token, "Проект закрыт")
    own_town.work()
    answer(own_town.shop.store, "2026-0001", "Часы отработаны.")
    own_town.work()
    archive = ZipFile(BytesIO(own_town.client.get(f"/orders/{token}/evidence.zip").content))
    files = {it.partition("/")[2]: archive.read(it) for it in archive.namelist()}
    letters = [data.decode() for name, data in files.items() if name.startswith("letters/")]

    assert "клиент отказался от пакета (fact-" in files["README.txt"].decode()
    assert "исполнитель ответил на отказ от пакета (fact-" in files["README.txt"].decode()
    assert len([name for name in files if name.endswith("-refusal.json")]) == 2
    assert len(letters) == 3
    assert "адресатов писем, отказа от пакета: " in files["README.txt"].decode()
    assert found_wrong(own_town, token) == []


def test_the_facts_for_programs_keep_their_keys(own_town: Town, token: str) -> None:
    before = own_town.facts(token)
    refuse(own_town, token)

    assert own_town.facts(token) == before
    assert "refus" not in json.dumps(before)


def test_verify_counts_the_refusals(own_town: Town, token: str) -> None:
    refuse(own_town, token)
    lines = [it.sentence for it in verify(own_town.shop.store, ZONE)]

    assert "Отказы от пакетов: 1, сходятся с журналом." in lines


@pytest.mark.usefixtures("as_its_process")
def test_the_command_answers_and_says_what_follows(
    own_town: Town, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse(own_town, token)
    named = main(["answer", "2026-0001", "--text", "Ответ Анне Карениной"])
    done = main(["answer", "2026-0001", "--text", "Часы отработаны."])
    again = main(["answer", "2026-0001", "--text", "Часы отработаны."])
    said = capsys.readouterr()

    assert (named, done, again) == (1, 0, 1)
    assert "личные данные" in said.err
    assert "✓ Ответ по заказу 2026-0001 записан, дело закрыто (срок был до 13.12.2026)" in said.out
    assert "нет отказа, который ждёт ответа" in said.err
    assert "Часы отработаны." in order_page(own_town, token).text
