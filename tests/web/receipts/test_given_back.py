"""Receipts of money that goes back: a part, all of it, before the settlement and after."""

import pytest

from checkout.domain.receipts import open_prepayment
from checkout.store import receipts
from tests.town import Town
from tests.web.adding_hours import buy_extra
from tests.web.receipts.books import (
    NUMBER,
    at_yookassa,
    end_term,
    give_back,
    in_words,
    kept,
    later,
    letters_of,
    sent,
    sound,
    stands,
)

# --- money goes back


def test_a_part_goes_back_with_its_receipt_and_the_rest_is_settled(
    own_town: Town, token: str
) -> None:
    give_back(own_town, "1500.50")
    end_term(own_town)

    (asked,) = sent(own_town, "/refunds")
    assert asked["body"]["receipt"]["items"][0]["payment_mode"] == "full_prepayment"
    assert asked["body"]["receipt"]["items"][0]["description"].endswith(NUMBER)
    assert at_yookassa(own_town) == [
        ("payment", "full_prepayment", "15000.00", "succeeded"),
        ("refund", "full_prepayment", "1500.50", "succeeded"),
        ("payment", "full_payment", "13499.50", "succeeded"),
    ]
    assert "Чек возврата на 1 500,50 ₽: зарегистрирован" in in_words(own_town, token)
    assert sound(own_town)


def test_all_of_it_goes_back_by_the_payments_own_receipt_and_nothing_is_settled(
    own_town: Town, token: str
) -> None:
    give_back(own_town)
    end_term(own_town)

    assert "receipt" not in sent(own_town, "/refunds")[0]["body"]
    assert at_yookassa(own_town) == [
        ("payment", "full_prepayment", "15000.00", "succeeded"),
        ("refund", "full_prepayment", "15000.00", "succeeded"),
    ]
    assert [it[0] for it in stands(own_town)] == ["payment", "refund"]
    assert sound(own_town)


def test_the_last_part_of_all_is_still_a_part(own_town: Town, token: str) -> None:
    give_back(own_town, "10000")
    give_back(own_town)
    end_term(own_town)

    assert sent(own_town, "/refunds")[1]["body"]["receipt"]["items"][0]["amount"] == {
        "value": "5000.00",
        "currency": "RUB",
    }
    assert sent(own_town, "/receipts") == []
    assert sound(own_town)


def test_who_leaves_has_the_rest_settled_at_once(own_town: Town, token: str) -> None:
    give_back(own_town, "10250", leaves=True)
    for _ in range(3):
        later(own_town, minutes=2)

    assert at_yookassa(own_town)[1:] == [
        ("refund", "full_prepayment", "10250.00", "succeeded"),
        ("payment", "full_payment", "4750.00", "succeeded"),
    ]
    end_term(own_town)
    assert len(sent(own_town, "/receipts")) == 1
    assert sound(own_town)


@pytest.mark.parametrize("rub", ["1500", None])
def test_what_goes_back_after_the_settlement_is_money_that_was_earned(
    own_town: Town, token: str, rub: str | None
) -> None:
    end_term(own_town)
    give_back(own_town, rub)
    later(own_town, minutes=2)

    amount = "1500.00" if rub else "15000.00"
    assert at_yookassa(own_town)[2:] == [("refund", "full_payment", amount, "succeeded")]
    assert open_prepayment(it.written for it in kept(own_town)) == 0
    assert sound(own_town)


def test_a_refund_on_its_way_is_waited_for_before_the_rest_is_settled(
    own_town: Town, token: str
) -> None:
    own_town.yookassa.control("PUT", "/refunds", {"become": "pending"})
    outcome = give_back(own_town, "5000")
    end_term(own_town)
    early = sent(own_town, "/receipts")
    own_town.yookassa.control("POST", f"/refunds/{outcome.attempt.refund_id}/succeed")
    for _ in range(3):
        later(own_town, hours=7)

    assert early == []
    assert at_yookassa(own_town)[1:] == [
        ("refund", "full_prepayment", "5000.00", "succeeded"),
        ("payment", "full_payment", "10000.00", "succeeded"),
    ]
    assert sound(own_town)


def test_a_refund_that_failed_leaves_the_whole_to_be_settled(own_town: Town, token: str) -> None:
    own_town.yookassa.control("PUT", "/refunds", {"become": "canceled"})
    give_back(own_town, "5000", leaves=True)
    end_term(own_town)

    assert at_yookassa(own_town)[1:] == [("payment", "full_payment", "15000.00", "succeeded")]
    assert sound(own_town)


def test_money_given_back_at_yookassa_itself_counts_too(own_town: Town, token: str) -> None:
    payment_id = own_town.facts(token)["payment_id"]
    amount = {"value": "5000.00", "currency": "RUB"}
    line = {**sent(own_town, "/payments")[0]["body"]["receipt"]["items"][0], "amount": amount}
    asked = {
        "payment_id": payment_id,
        "amount": amount,
        "receipt": {"customer": {"email": "anna@example.ru"}, "items": [line]},
    }
    made = own_town.yookassa.post("/refunds", asked).json()
    event = {"type": "notification", "event": "refund.succeeded", "object": {"id": made["id"]}}
    own_town.client.post("/yookassa/notifications", json=event)
    own_town.work()
    end_term(own_town)

    assert [it[:3] for it in stands(own_town)] == [
        ("payment", "full_prepayment", 1_500_000),
        ("refund", "full_prepayment", 500_000),
        ("settlement", "full_payment", 1_000_000),
    ]
    assert sound(own_town)


def test_letters_about_a_refund_say_who_gives_its_receipt(own_town: Town, token: str) -> None:
    give_back(own_town, "1500")
    own_town.work()

    assert "Чек возврата придёт на эту же почту." in letters_of(own_town, "anna@example.ru")
    assert "Чек возврата оформляет ЮKassa" in letters_of(own_town, "dudkinanton@bk.ru")


def test_extra_hours_are_set_off_when_a_refund_ends_their_package(
    own_town: Town, token: str
) -> None:
    extra = buy_extra(own_town, token, 2)
    later(own_town, minutes=2)
    give_back(own_town, "1500.50", leaves=True)
    for _ in range(3):
        later(own_town, minutes=2)

    paid = own_town.facts(extra)["payment_id"]
    written = own_town.shop.store.read(lambda tx: receipts.of_payment(tx, paid))
    assert [(it.kind, it.amount_kopecks) for it in written] == [
        ("payment", 6_000_00),
        ("settlement", 6_000_00),
    ]
    assert open_prepayment(it.written for it in written) == 0
    assert open_prepayment(it.written for it in kept(own_town)) == 0
    assert sound(own_town)
