"""Money that fits no order has receipts too: of its coming, and of its going back."""

from typing import Any

import pytest

from checkout import settle
from checkout.close_case import close_case
from checkout.refund import CannotRefund, Wanted, kopecks_of, refund
from checkout.refund_words import told
from checkout.store import cases
from tests.town import Town
from tests.web.buying import given_up_and_decided_anew, payment_of
from tests.web.receipts.books import (
    NUMBER,
    WHY,
    ZONE,
    at_yookassa,
    become,
    cases_of,
    compared,
    end_term,
    in_words,
    later,
    letters_of,
    sent,
    sound,
    stands,
)


def paid_twice(town: Town) -> tuple[str, str, str]:
    """An order whose first attempt was given up and paid all the same, after the second.

    Its token, the payment of its package, and the one that fits nothing.
    """
    token, given_up = given_up_and_decided_anew(town)
    own = payment_of(town, token)
    town.pay(token)
    town.yookassa.control("POST", f"/payments/{given_up}/pay")
    settle.settle(town.shop, given_up)
    later(town, minutes=2)
    return token, own, given_up


def paid_late(town: Town) -> tuple[str, str]:
    """An order that was given up, and paid by the attempt that nobody heard of; its payment."""
    token, given_up = given_up_and_decided_anew(town)
    town.yookassa.control("POST", f"/payments/{payment_of(town, token)}/decline")
    assert town.facts(token)["state"] == "cancelled"
    town.yookassa.control("POST", f"/payments/{given_up}/pay")
    settle.settle(town.shop, given_up)
    later(town, minutes=2)
    assert town.facts(token)["state"] == "case"
    return token, given_up


def give_back(town: Town, payment_id: str | None, rub: str | None = None, **said: Any) -> Any:
    amount = kopecks_of(rub) if rub else None
    return refund(town.shop, Wanted(NUMBER, amount, WHY, payment_id=payment_id, **said))


def waiting(town: Town) -> list[str]:
    return [it.kind for it in town.shop.store.read(cases.opened)]


def test_money_paid_twice_goes_back_with_its_receipt_and_the_package_stays(
    one_empty_town: Town,
) -> None:
    token, own, odd = paid_twice(one_empty_town)
    before, listed = one_empty_town.facts(token), waiting(one_empty_town)
    outcome = give_back(one_empty_town, odd)
    end_term(one_empty_town)

    assert listed == ["odd_money"]
    assert told(outcome)[1].startswith("Из\u00a0этого платежа возвращено всё, дело закрыто")
    assert waiting(one_empty_town) == []
    assert one_empty_town.facts(token) == before
    assert (before["payment_id"], before["refunded_kopecks"]) == (own, 0)
    (asked,) = sent(one_empty_town, "/refunds")
    assert asked["body"]["payment_id"] == odd
    assert "receipt" not in asked["body"]  # a whole one: YooKassa makes it of the payment's own
    assert sorted(stands(one_empty_town)) == [
        ("payment", "full_prepayment", 1_500_000, "registered"),
        ("payment", "full_prepayment", 1_500_000, "registered"),
        ("refund", "full_prepayment", 1_500_000, "registered"),
        ("settlement", "full_payment", 1_500_000, "registered"),
    ]
    assert len(at_yookassa(one_empty_town)) == 4
    assert compared(one_empty_town) == []
    assert sound(one_empty_town)
    assert "Эти деньги не подошли к заказу" in letters_of(one_empty_town, "anna@example.ru")
    assert "пакета они не начинали" in letters_of(one_empty_town, "dudkinanton@bk.ru")


def test_the_same_client_is_given_the_money_of_his_package_by_itself(one_empty_town: Town) -> None:
    token, own, odd = paid_twice(one_empty_town)
    give_back(one_empty_town, odd)
    give_back(one_empty_town, None)
    end_term(one_empty_town)

    assert [it["body"]["payment_id"] for it in sent(one_empty_town, "/refunds")] == [odd, own]
    assert one_empty_town.facts(token)["state"] == "refunded"
    assert one_empty_town.facts(token)["refunded_kopecks"] == 1_500_000
    assert [it[0] for it in at_yookassa(one_empty_town)].count("refund") == 2
    assert compared(one_empty_town) == []
    assert sound(one_empty_town)


def test_a_part_of_it_carries_the_items_of_its_receipt_and_leaves_the_rest_to_decide(
    one_empty_town: Town,
) -> None:
    token, odd = paid_late(one_empty_town)
    give_back(one_empty_town, odd, "5000")
    later(one_empty_town, minutes=2)
    half = in_words(one_empty_town, token)
    assert waiting(one_empty_town) == ["odd_money"]
    give_back(one_empty_town, odd)
    later(one_empty_town, minutes=2)

    (line,) = sent(one_empty_town, "/refunds")[0]["body"]["receipt"]["items"]
    paid = sent(one_empty_town, "/payments")[0]["body"]["receipt"]["items"][0]
    assert line == {**paid, "amount": {"value": "5000.00", "currency": "RUB"}}
    assert waiting(one_empty_town) == []
    assert "Деньги получены. Из них возвращено 5 000 ₽." in half
    assert "Деньги возвращены" in in_words(one_empty_town, token)
    assert "Возвращено 15 000 ₽" in in_words(one_empty_town, token)
    assert one_empty_town.facts(token)["state"] == "case"
    assert compared(one_empty_town) == []
    assert sound(one_empty_town)


def test_money_that_is_left_is_no_difference_of_receipts(own_town: Town) -> None:
    paid_late(own_town)
    later(own_town, days=2)

    assert compared(own_town) == []
    assert stands(own_town) == [("payment", "full_prepayment", 1_500_000, "registered")]
    assert sound(own_town)


def test_money_given_back_in_yookassas_cabinet_closes_its_case(own_town: Town) -> None:
    token, odd = paid_late(own_town)
    amount = {"value": "15000.00", "currency": "RUB"}
    made = own_town.yookassa.post("/refunds", {"payment_id": odd, "amount": amount}).json()
    event = {"type": "notification", "event": "refund.succeeded", "object": {"id": made["id"]}}
    own_town.client.post("/yookassa/notifications", json=event)
    later(own_town, minutes=2)
    later(own_town, minutes=2)

    assert waiting(own_town) == []
    assert "Деньги возвращены" in in_words(own_town, token)
    assert [it[0] for it in stands(own_town)] == ["payment", "refund"]
    assert len(cases_of(own_town)) == 1
    assert compared(own_town) == []
    assert sound(own_town)


def test_a_refund_of_it_that_failed_is_told_with_its_payment(own_town: Town) -> None:
    _, odd = paid_late(own_town)
    own_town.yookassa.control("PUT", "/refunds", {"become": "canceled"})
    give_back(own_town, odd)
    later(own_town, minutes=2)
    *_, case = own_town.shop.store.read(cases.opened)
    failed = waiting(own_town)
    own_town.yookassa.control("PUT", "/refunds", {"become": "succeeded"})
    give_back(own_town, odd)

    assert case.commands[0].startswith(
        f"checkout refund {NUMBER} --payment {odd} --amount 15000.00 "
    )
    assert failed == ["odd_money", "refund_cancelled"]
    assert waiting(own_town) == []
    assert sound(own_town)


def test_whoever_closes_it_by_a_word_has_the_client_told_so(own_town: Town) -> None:
    token, _ = paid_late(own_town)
    close_case(own_town.shop.store, ZONE, 1, "вернули переводом")

    assert "Вопрос с платежом закрыт" in in_words(own_town, token)
    assert "Разбираемся" not in in_words(own_town, token)


def test_what_cannot_go_back_so_is_said_in_a_sentence(own_town: Town) -> None:
    token, own, odd = paid_twice(own_town)
    refused = [
        (("2fbc9d2a-000f-5000-8000-000000000000", None, {}), "среди денег"),
        ((odd, None, {"ends_package": True}), "не\u00a0начали пакета"),
        ((odd, "15000.01", {}), "не больше 15\u00a0000"),
    ]
    for (payment_id, rub, said), words in refused:
        with pytest.raises(CannotRefund, match=words):
            give_back(own_town, payment_id, rub, **said)
    give_back(own_town, odd)
    with pytest.raises(CannotRefund, match="уже возвращено всё"):
        give_back(own_town, odd)
    become(own_town, "succeeded")

    assert own_town.facts(token)["payment_id"] == own
    assert len(sent(own_town, "/refunds")) == 1


def test_an_order_that_nothing_fitted_asks_which_payment_is_meant(own_town: Town) -> None:
    paid_late(own_town)
    with pytest.raises(CannotRefund, match="Назовите платёж"):
        give_back(own_town, None)
