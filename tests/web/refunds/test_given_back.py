"""Money given back by the command: all, a part, in parts; refused, on its way, cancelled."""

import json

import pytest
from sqlalchemy import text

from checkout.domain.transitions import RefundState
from checkout.refund import CannotRefund, Wanted, order_refund, refund
from checkout.refund_words import told
from tests.town import Town
from tests.web.buying import page_of
from tests.web.refunds.books import (
    WHY,
    ZONE,
    asked,
    at_yookassa,
    become,
    facts_of,
    give_back,
    later,
    letters_of,
    post_of,
    sound,
)


def test_all_the_money_goes_back_and_the_package_ends(own_town: Town, token: str) -> None:
    own_town.clock.forward(days=2)
    outcome = give_back(own_town)
    own_town.work()

    facts = own_town.facts(token)
    page = page_of(own_town.client.get(f"/orders/{token}"))
    letters = letters_of(own_town)
    assert (outcome.attempt.state, outcome.left_kopecks) == (RefundState.SUCCEEDED, 0)
    assert (facts["state"], facts["refunded_kopecks"]) == ("refunded", 1_500_000)
    assert facts["money_taken"] is True
    assert facts["package"]["last_day"] == "2026-11-25"
    assert "Деньги возвращены" in page.text
    assert "15 000 ₽ на карту, с которой платили" in page.text
    assert "Что дальше" not in page.text
    assert at_yookassa(own_town) == [("succeeded", "15000.00")]
    assert facts_of(own_town) == ["ordered", "succeeded"]
    assert sorted(letters) == ["anna@example.ru", "dudkinanton@bk.ru"]
    client = letters["anna@example.ru"]
    assert client.header("Subject") == "[ТЕСТ] Возвращено 15 000 ₽, заказ 2026-0001"
    assert WHY in client.text
    assert "Пакет прекращён 25.11.2026" in client.text
    assert "чек возврата" in letters["dudkinanton@bk.ru"].text
    assert "?letter=" in client.text
    assert "?letter=" not in letters["dudkinanton@bk.ru"].text
    assert told(outcome)[1].startswith("Возвращено всё")
    assert sound(own_town)


def test_a_part_goes_back_and_the_package_runs_on(own_town: Town, token: str) -> None:
    before = own_town.facts(token)
    give_back(own_town, "1500.00")
    own_town.work()

    facts = own_town.facts(token)
    page = page_of(own_town.client.get(f"/orders/{token}"))
    assert facts == {**before, "refunded_kopecks": 150_000}
    assert "Из них возвращено 1 500 ₽" in page.text
    assert "Что дальше" in page.text
    assert "Пакет действует как прежде" in letters_of(own_town)["anna@example.ru"].text
    assert sound(own_town)


def test_who_leaves_gets_a_part_and_his_package_ends(own_town: Town, token: str) -> None:
    outcome = give_back(own_town, "10250", leaves=True)
    facts = own_town.facts(token)
    page = page_of(own_town.client.get(f"/orders/{token}"))

    assert (facts["state"], facts["refunded_kopecks"]) == ("paid", 1_025_000)
    assert facts["package"]["last_day"] == "2026-11-23"
    assert facts["package"]["reason"].endswith("деньги возвращены.")
    assert "Пакет прекращён 23.11.2026" in page.text
    assert "Действовал бы до 23.12.2026 включительно" in page.text
    assert "Пакет действует до" not in page.text
    assert "на него часов меньше" not in page.text
    assert "Что дальше" not in page.text
    assert told(outcome)[1].endswith("пакет прекращён. Клиенту и вам отправлены письма.")
    assert sound(own_town)


def test_parts_add_up_to_all_and_never_to_more(own_town: Town, token: str) -> None:
    give_back(own_town, "10000")
    with pytest.raises(CannotRefund, match="не больше 5\u00a0000\u00a0₽"):
        give_back(own_town, "5000.01")
    give_back(own_town)

    assert at_yookassa(own_town) == [("succeeded", "10000.00"), ("succeeded", "5000.00")]
    assert own_town.facts(token)["state"] == "refunded"
    with pytest.raises(CannotRefund, match="уже возвращено всё"):
        give_back(own_town, "1")


def test_nothing_is_left_where_yookassa_gave_back_more_than_came(
    own_town: Town, token: str
) -> None:
    give_back(own_town, "10000")
    with own_town.shop.store.engine.begin() as connection:
        connection.execute(text("UPDATE refunds SET amount_kopecks = 1500001"))

    for rub in (None, "1", "15000"):
        with pytest.raises(CannotRefund, match="уже возвращено всё"):
            give_back(own_town, rub)
    assert len(asked(own_town)) == 1


@pytest.mark.parametrize(
    ("rub", "why"),
    [
        ("15000.01", "не больше"),
        ("0.99", "меньше 1"),
        ("14999", "больше 1"),
        ("14999.50", "больше 1"),
        ("-5", "не сумма"),
        ("1e3", "не сумма"),
        ("1500.5", "не сумма"),
        ("nan", "не сумма"),
    ],
)
def test_a_sum_that_cannot_be_given_back_is_refused_before_anybody_is_asked(
    own_town: Town, token: str, rub: str, why: str
) -> None:
    with pytest.raises(CannotRefund, match=why):
        give_back(own_town, rub)

    assert asked(own_town) == []
    assert facts_of(own_town) == []


@pytest.mark.parametrize("reason", ["", "  ", "звонила Каренина", "anna@example.ru", "х" * 501])
def test_a_reason_is_needed_and_names_nobody(own_town: Town, token: str, reason: str) -> None:
    with pytest.raises(CannotRefund):
        refund(own_town.shop, Wanted("2026-0001", None, reason))

    assert facts_of(own_town) == []


def test_what_was_not_paid_or_is_not_there_is_not_refunded(own_town: Town) -> None:
    own_town.order()

    with pytest.raises(CannotRefund, match="ждёт оплаты"):
        give_back(own_town)
    with pytest.raises(CannotRefund, match="2026-0009 нет"):
        refund(own_town.shop, Wanted("2026-0009", None, WHY))


def test_the_key_and_the_body_are_saved_before_they_are_sent(own_town: Town, token: str) -> None:
    saved = own_town.shop.store.transact(
        lambda tx: order_refund(tx, Wanted("2026-0001", None, WHY), ZONE)
    )
    assert asked(own_town) == []
    assert own_town.facts(token)["state"] == "paid"

    later(own_town, minutes=1)  # whoever ordered it died: the worker asks

    sent = asked(own_town)
    assert [it["text"] for it in sent] == [saved.body]
    assert [dict(it["headers"])["idempotence-key"] for it in sent] == [saved.id]  # type: ignore[call-overload]
    assert json.loads(saved.body)["metadata"]["refund"] == saved.id
    assert own_town.facts(token)["state"] == "refunded"


def test_a_pending_refund_is_said_to_be_on_its_way_and_polled_to_its_end(
    own_town: Town, token: str
) -> None:
    become(own_town, "pending")
    outcome = give_back(own_town, "1500")
    page = page_of(own_town.client.get(f"/orders/{token}"))
    with pytest.raises(CannotRefund, match="ещё не закончен"):
        give_back(own_town, "1")
    own_town.work()
    early = post_of(own_town)

    assert outcome.attempt.state is RefundState.OPEN
    assert "принят ЮKassa" in told(outcome)[0]
    assert "Возвращаем 1 500 ₽" in page.text
    assert (early, own_town.facts(token)["refunded_kopecks"]) == ([], 0)
    own_town.yookassa.control("POST", f"/refunds/{outcome.attempt.refund_id}/succeed")
    later(own_town, minutes=10)
    assert own_town.facts(token)["refunded_kopecks"] == 150_000
    assert len(letters_of(own_town)) == 2
    assert sound(own_town)


def test_a_cancelled_refund_of_which_nobody_tells_is_a_case_and_changes_nothing(
    own_town: Town, token: str
) -> None:
    become(own_town, "pending")
    outcome = give_back(own_town)
    name = outcome.attempt.refund_id
    own_town.yookassa.control("POST", f"/refunds/{name}/cancel", {"reason": "insufficient_funds"})
    later(own_town, minutes=10)

    letters = letters_of(own_town)
    facts = own_town.facts(token)
    assert (facts["state"], facts["refunded_kopecks"]) == ("paid", 0)
    assert "Что дальше" in page_of(own_town.client.get(f"/orders/{token}")).text
    assert list(letters) == ["dudkinanton@bk.ru"]
    assert "денег магазина в\u00a0ЮKassa сегодня не" in letters["dudkinanton@bk.ru"].text
    assert "insufficient_funds" not in letters["dudkinanton@bk.ru"].text
    assert "checkout refund 2026-0001 --amount 15000.00" in letters["dudkinanton@bk.ru"].text
    assert facts_of(own_town) == ["ordered", "cancelled"]
    become(own_town, "succeeded")
    assert give_back(own_town).attempt.state is RefundState.SUCCEEDED
    assert sound(own_town)


def test_a_refund_cancelled_at_once_says_so_at_the_terminal(own_town: Town, token: str) -> None:
    become(own_town, "canceled")
    outcome = give_back(own_town)

    assert not outcome.done
    assert "не состоялся: денег магазина в\u00a0ЮKassa сегодня не" in told(outcome)[0]
    assert own_town.facts(token)["state"] == "paid"
