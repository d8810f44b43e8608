"""The client refuses his package: shown both sums, written down once, told to both."""

import pytest

from checkout.domain.details import Part
from checkout.store import ledger
from checkout.store import refusals as rows
from tests.town import ROMASHKA, Town, at_once, moscow
from tests.web.buying import letters_to, page_of
from tests.web.refusals.leaving import (
    ANNA,
    BUSINESS_LAW,
    PERSONS_LAW,
    SOLE_TRADER,
    give_back,
    refusal_page,
    row_asked_in,
)
from tests.web.refusing import DESK, bought, later, order_page, refusals, refuse
from tests.web.test_consent import whole

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
    assert case["sentence"].endswith("решите до 13.12.2026 включительно.")
    assert "Проект" not in case["sentence"]
    assert (case["order"], case["subject"]) == ("2026-0001", f"2026-0001/{row_asked_in(own_town)}")


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
