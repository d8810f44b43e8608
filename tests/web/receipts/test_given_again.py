"""A receipt that failed is given again by the contractor's word: once, by a new key."""

import json
from collections.abc import Callable, Iterator

import pytest

from checkout.close_case import close_case
from checkout.domain.receipt import Receipt
from checkout.domain.receipts import open_prepayment
from checkout.domain.transitions import ReceiptState
from checkout.give_again import CannotGive, give_again, receipts_of, sentences
from checkout.store import cases, orders, receipts
from tests.town import Town, at_once
from tests.web.receipts.books import (
    NUMBER,
    ZONE,
    at_yookassa,
    become,
    cases_of,
    compared,
    end_term,
    facts_of,
    give_back,
    in_words,
    kept,
    later,
    sell,
    sent,
    sound,
    stands,
)


def of_payment(town: Town) -> None:
    become(town, "canceled")
    sell(town)


def of_refund(town: Town) -> None:
    sell(town)
    become(town, "canceled")
    give_back(town, "1500")
    later(town, minutes=2)


def of_settlement(town: Town) -> None:
    sell(town)
    become(town, "canceled")
    end_term(town)


FAILING = {
    "payment": (of_payment, 1_500_000, "cashless"),
    "refund": (of_refund, 150_000, "cashless"),
    "settlement": (of_settlement, 1_500_000, "prepayment"),
}


def waiting(town: Town) -> list[str]:
    return [it.kind for it in town.shop.store.read(cases.opened)]


@pytest.mark.parametrize(("fail", "amount", "settled"), FAILING.values(), ids=FAILING)
def test_a_receipt_that_was_cancelled_is_given_again_and_its_case_is_closed(
    one_empty_town: Town, fail: Callable[[Town], None], amount: int, settled: str
) -> None:
    fail(one_empty_town)
    before, failed = waiting(one_empty_town), kept(one_empty_town)[-1]
    become(one_empty_town, "succeeded")
    asked_before = len(sent(one_empty_town, "/receipts"))
    given = give_again(one_empty_town.shop, NUMBER)
    later(one_empty_town, minutes=2)
    new = [it for it in kept(one_empty_town) if it.instead_of][-1]

    assert before == ["receipt_failed"]
    assert waiting(one_empty_town) == []
    assert ReceiptState.PENDING in [it.state for it in given.receipts]
    assert (new.state, new.instead_of, new.amount_kopecks) == ("registered", failed.id, amount)
    (asked,) = sent(one_empty_town, "/receipts")[asked_before:]
    assert dict(asked["headers"])["idempotence-key"] == new.id != failed.id
    (paid,) = asked["body"]["settlements"]
    assert (paid["type"], asked["text"]) == (settled, new.body)
    assert asked["body"].get("refund_id", asked["body"].get("payment_id")) == failed.subject
    assert failed.id not in [it.id for it in kept(one_empty_town)]
    assert facts_of(one_empty_town)[-2:] == [(new.kind, "ordered"), (new.kind, "registered")]
    assert "anna" not in json.dumps(one_empty_town.ledger(), ensure_ascii=False)
    one_empty_town.clock.forward(days=2)
    assert compared(one_empty_town) == []
    assert sound(one_empty_town)


def test_a_prepayment_whose_receipt_was_given_again_is_set_off_once(own_town: Town) -> None:
    of_payment(own_town)
    become(own_town, "succeeded")
    give_again(own_town.shop, NUMBER)
    end_term(own_town)

    assert at_yookassa(own_town) == [
        ("payment", "full_prepayment", "15000.00", "canceled"),
        ("payment", "full_prepayment", "15000.00", "succeeded"),
        ("payment", "full_payment", "15000.00", "succeeded"),
    ]
    assert open_prepayment(it.written for it in kept(own_town)) == 0
    assert [it[0] for it in stands(own_town)] == ["payment", "settlement"]
    assert sound(own_town)


def test_one_that_fails_again_is_another_case_and_may_be_given_again(own_town: Town) -> None:
    of_payment(own_town)
    give_again(own_town.shop, NUMBER)
    later(own_town, minutes=2)
    second = waiting(own_town)
    become(own_town, "succeeded")
    give_again(own_town.shop, NUMBER)
    later(own_town, minutes=2)

    assert second == ["receipt_failed"]
    assert len(cases_of(own_town)) == 2
    assert waiting(own_town) == []
    assert [it[3] for it in at_yookassa(own_town)] == ["canceled", "canceled", "succeeded"]
    assert stands(own_town)[0][3] == "registered"
    assert sound(own_town)


def test_an_answer_that_was_lost_makes_no_third_receipt(own_town: Town) -> None:
    of_payment(own_town)
    become(own_town, "succeeded")
    own_town.yookassa.fault("500_after", "POST /receipts")
    given = give_again(own_town.shop, NUMBER)
    later(own_town, minutes=2)
    later(own_town, hours=7)

    assert [it.state for it in given.receipts] == ["unsent"]
    assert [it[3] for it in at_yookassa(own_town)] == ["canceled", "succeeded"]
    assert stands(own_town)[0][3] == "registered"
    assert sound(own_town)


@pytest.mark.parametrize(("fault", "state"), [("400", "failed"), ("400_after", "pending")])
def test_one_that_is_refused_is_not_taken_for_the_one_before(
    own_town: Town, fault: str, state: str
) -> None:
    of_payment(own_town)
    become(own_town, "succeeded")
    own_town.yookassa.fault(fault, "POST /receipts")
    given = give_again(own_town.shop, NUMBER)

    assert [it.state for it in given.receipts] == [state]
    assert waiting(own_town) == (["receipt_failed"] if state == "failed" else [])
    assert sound(own_town)


def test_what_is_registered_or_waits_is_not_given_again(own_town: Town, token: str) -> None:
    with pytest.raises(CannotGive, match="нет чека"):
        give_again(own_town.shop, NUMBER)
    with pytest.raises(CannotGive, match="Заказа 2026-0009 нет"):
        give_again(own_town.shop, "2026-0009")

    assert sentences(NUMBER, receipts_of(own_town.shop, NUMBER)) == [
        "✓ Чек платежа на\u00a015\u00a0000\u00a0₽: зарегистрирован."
    ]


def test_what_yookassa_registered_after_all_is_not_given_again(own_town: Town) -> None:
    of_payment(own_town)
    payment = sent(own_town, "/payments")[0]["body"]
    become(own_town, "succeeded")
    asked = {
        "type": "payment",
        "payment_id": own_town.yookassa.payments()[0]["id"],
        "send": True,
        **payment["receipt"],
        "settlements": [{"type": "cashless", "amount": payment["amount"]}],
    }
    own_town.yookassa.post("/receipts", asked)
    with pytest.raises(CannotGive, match="Второй не"):
        give_again(own_town.shop, NUMBER)

    assert waiting(own_town) == ["receipt_failed"]


def test_what_the_contractor_gave_himself_is_not_given_again(own_town: Town) -> None:
    of_payment(own_town)
    close_case(own_town.shop.store, ZONE, 1, "оформлен в кабинете")
    with pytest.raises(CannotGive, match="дело №\u00a01 закрыто"):
        give_again(own_town.shop, NUMBER)

    assert sent(own_town, "/receipts") == []


def test_one_whose_case_is_closed_while_yookassa_is_asked_is_not_given_again(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_payment(own_town)
    become(own_town, "succeeded")
    ask = own_town.shop.yookassa.receipts

    def ask_slowly(**filters: str) -> Iterator[Receipt]:
        close_case(own_town.shop.store, ZONE, 1, "оформлен в кабинете")
        yield from ask(**filters)

    monkeypatch.setattr(own_town.shop.yookassa, "receipts", ask_slowly)
    with pytest.raises(CannotGive, match="дело №\u00a01 закрыто"):
        give_again(own_town.shop, NUMBER)

    assert sent(own_town, "/receipts") == []
    assert sound(own_town)


def test_two_who_give_it_again_at_once_give_it_once(empty_town: Town) -> None:
    of_payment(empty_town)
    become(empty_town, "succeeded")
    results = at_once(*(lambda: give_again(empty_town.shop, NUMBER) for _ in range(4)))
    later(empty_town, minutes=2)

    assert sum(not isinstance(it, Exception) for it in results) >= 1
    assert all(isinstance(it, CannotGive) for it in results if isinstance(it, Exception))
    assert [it[3] for it in at_yookassa(empty_town)] == ["canceled", "succeeded"]
    assert sound(empty_town)


def test_the_page_and_the_letter_say_how_it_stands_now(own_town: Town) -> None:
    of_payment(own_town)
    token = own_town.shop.store.read(lambda tx: orders.by_id(tx, 1)).token
    failed = in_words(own_town, token)
    assert len(cases_of(own_town)) == 1
    letter = own_town.post[-1].text
    become(own_town, "succeeded")
    give_again(own_town.shop, NUMBER)
    later(own_town, minutes=2)

    assert "зарегистрирован " not in failed
    assert letter.count(f"checkout receipt {NUMBER} --again") == 1
    assert in_words(own_town, token).count("Чек предоплаты") == 1
    assert "зарегистрирован 23.11.2026" in in_words(own_town, token)


def test_the_schema_lets_one_receipt_of_a_thing_stand(own_town: Town, token: str) -> None:
    (paid,) = kept(own_town)
    values = {**{name: getattr(paid, name) for name in ("order_id", "kind", "subject",
              "payment_id", "amount_kopecks", "mode", "vat_code")}, "id": "second",
              "state": ReceiptState.PENDING}  # fmt: skip
    with pytest.raises(Exception, match=r"(?i)unique"):
        own_town.shop.store.transact(lambda tx: receipts.add(tx, values))
