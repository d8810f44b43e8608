"""Receipts that are cancelled, hang, are lost on the way or are made by two at once."""

from dataclasses import replace

import pytest

from checkout.close_case import close_case
from checkout.domain.receipts import Kind, open_prepayment
from checkout.domain.transitions import ReceiptState
from checkout.fiscalise import settle_prepayments
from checkout.give_again import receipts_of, sentences
from checkout.open import open_shop
from checkout.register import record_listed
from checkout.store import receipts
from checkout.worker import look_at_receipts
from tests.town import Town, at_once, moscow
from tests.web.receipts.books import (
    LIST,
    NUMBER,
    POST,
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

# --- what goes wrong


def test_a_receipt_that_is_cancelled_is_a_case_with_a_letter(own_town: Town) -> None:
    become(own_town, "canceled")
    token = sell(own_town)
    later(own_town, days=2)

    ((_, sentence),) = cases_of(own_town)
    assert "чек платежа на\u00a015\u00a0000\u00a0₽ не зарегистрирован" in sentence
    assert facts_of(own_town) == [("payment", "failed")]
    page = in_words(own_town, token)
    assert "Получено 15 000 ₽." in page
    assert "не зарегистрирован. Исполнитель об этом знает и оформит чек сам" in page
    assert sound(own_town)


def test_a_receipt_that_hangs_is_a_case_after_a_day_and_once_and_is_asked_about_on(
    own_town: Town,
) -> None:
    become(own_town, "pending")
    sell(own_town)
    later(own_town, hours=23)
    hopeful = cases_of(own_town)
    for _ in range(5):
        later(own_town, hours=7)
    become(own_town, "succeeded")
    later(own_town, hours=7)

    ((_, sentence),) = cases_of(own_town)
    assert hopeful == []
    assert "не зарегистрирован за сутки" in sentence
    assert facts_of(own_town) == [("payment", "registered")]
    assert sound(own_town)


def test_a_settlement_that_is_cancelled_is_a_case_and_the_next_refund_knows_it(
    own_town: Town, token: str
) -> None:
    become(own_town, "canceled")
    end_term(own_town)

    ((_, sentence),) = cases_of(own_town)
    assert "чек полного расчёта на\u00a015\u00a0000\u00a0₽" in sentence
    assert facts_of(own_town)[1:] == [("settlement", "ordered"), ("settlement", "failed")]
    give_back(own_town, "1500")
    asked = sent(own_town, "/refunds")[0]["body"]["receipt"]
    assert asked["items"][0]["payment_mode"] == "full_payment"


@pytest.mark.parametrize(
    "fault",
    ["500", "500_after", "reset", "reset_after", "truncated", "broken_json", "html_502_after",
     "401", "403", "429", "202", "409_after", "unknown_enum", "400_after"],
)  # fmt: skip
def test_whatever_the_answer_was_the_prepayment_is_set_off_once(
    own_town: Town, token: str, fault: str
) -> None:
    own_town.yookassa.fault(fault, POST)
    end_term(own_town)
    later(own_town, hours=7)

    assert at_yookassa(own_town)[1:] == [("payment", "full_payment", "15000.00", "succeeded")]
    assert len({it["text"] for it in sent(own_town, "/receipts")}) == 1
    assert kept(own_town)[1].state is ReceiptState.REGISTERED
    assert sound(own_town)


@pytest.mark.parametrize("fault", ["400", "404", "410"])
def test_a_refused_settlement_is_a_case_and_not_sent_again(
    own_town: Town, token: str, fault: str
) -> None:
    own_town.yookassa.fault(fault, POST)
    end_term(own_town)
    later(own_town, days=2)

    ((_, sentence),) = cases_of(own_town)
    assert "Оформите его сами" in sentence
    assert len(sent(own_town, "/receipts")) == 1
    assert len(at_yookassa(own_town)) == 1


def test_after_a_day_of_silence_a_settlement_is_looked_for_and_never_sent_again(
    own_town: Town, token: str
) -> None:
    own_town.yookassa.fault("500_after", POST, times=1000)
    end_term(own_town)
    asked = len(sent(own_town, "/receipts"))
    later(own_town, hours=23, minutes=1)
    later(own_town, hours=1)

    assert len(sent(own_town, "/receipts")) == asked
    assert len(at_yookassa(own_town)) == 2
    assert kept(own_town)[1].state is ReceiptState.REGISTERED


def test_a_settlement_nobody_ever_heard_of_is_over_after_a_day_and_a_case(
    own_town: Town, token: str
) -> None:
    own_town.yookassa.fault("500", POST, times=1000)
    end_term(own_town)
    later(own_town, hours=23, minutes=5)
    hopeful = kept(own_town)[1].state
    later(own_town, hours=1)
    later(own_town, days=3)

    assert hopeful is ReceiptState.UNSENT
    assert kept(own_town)[1].state is ReceiptState.FAILED
    assert "в её списке этого чека нет" in " ".join(it for _, it in cases_of(own_town))
    assert sound(own_town)


@pytest.mark.parametrize(
    ("status", "state"),
    [("succeeded", "registered"), ("canceled", "failed"), ("pending", "pending")],
)
@pytest.mark.parametrize("of_refund", [False, True])
def test_a_list_that_lacks_the_receipt_leaves_the_word_to_its_payment_or_refund(
    own_town: Town, status: str, state: str, of_refund: bool
) -> None:
    if of_refund:
        sell(own_town)
    become(own_town, status)
    own_town.yookassa.fault("empty_page", LIST, times=1000)
    token = own_town.order() if not of_refund else ""
    if token:
        own_town.pay(token)
    else:
        give_back(own_town, "1500")
    later(own_town, minutes=2)

    assert stands(own_town)[-1][3] == state
    assert kept(own_town)[-1].document is None
    assert sound(own_town)


def test_a_list_that_does_not_answer_decides_nothing(own_town: Town) -> None:
    own_town.yookassa.fault("empty_list", LIST, times=1000)
    sell(own_town)
    before = stands(own_town)
    own_town.yookassa.fault(None)
    later(own_town, hours=1)

    assert before[0][3] == "pending"
    assert stands(own_town)[0][3] == "registered"


def test_a_receipt_that_yookassa_no_longer_knows_by_its_id_is_looked_for(
    own_town: Town,
) -> None:
    become(own_town, "pending")
    sell(own_town)
    (waits,) = sentences(NUMBER, receipts_of(own_town.shop, NUMBER))
    assert waits.startswith("· Чек платежа")
    own_town.yookassa.fault("404", "GET /receipts/{id}")
    become(own_town, "succeeded")
    later(own_town, hours=1)

    assert stands(own_town)[0][3] == "registered"


def test_a_receipt_of_another_sum_is_registered_and_a_case(own_town: Town, token: str) -> None:
    own_town.clock.now = moscow(2026, 12, 26)
    settle_prepayments(own_town.shop)
    own_town.shop.store.transact(
        lambda tx: receipts.change(tx, kept(own_town)[1].id, amount_kopecks=1_400_000)
    )
    for _ in range(3):
        later(own_town, minutes=2)

    ((_, sentence),) = cases_of(own_town)
    assert "на другую сумму: 15\u00a0000\u00a0₽" in sentence
    assert not sound(own_town)
    given = receipts_of(own_town.shop, NUMBER)
    assert [it[0] for it in sentences(NUMBER, given)] == ["✓", "✗"]
    assert sentences(NUMBER, given)[1].endswith(
        "на\u00a014\u00a0000\u00a0₽: зарегистрирован на\u00a0другую сумму: 15\u00a0000\u00a0₽."
    )
    assert not given.good
    (differs,) = compared(own_town)
    assert "сумма у ЮKassa 15\u00a0000\u00a0₽, у нас 14\u00a0000\u00a0₽" in differs
    assert len(cases_of(own_town)) == 1
    close_case(own_town.shop.store, ZONE, 1, "оформлен чек коррекции 26.12.2026")
    assert compared(own_town) == []
    assert len([it for it in own_town.ledger() if it["kind"] == "case"]) == 2  # and its end


def test_a_list_of_receipts_is_written_down_as_if_each_had_been_asked_for(
    own_town: Town, token: str
) -> None:
    give_back(own_town, "1500")
    own_town.clock.now = moscow(2026, 12, 26)
    settle_prepayments(own_town.shop)
    look_at_receipts(own_town.shop)
    own_town.clock.forward(minutes=1)
    listed = [*own_town.yookassa.client().receipts()]
    ours = [
        own_town.shop.store.transact(lambda tx, it=it: record_listed(tx, it))  # type: ignore[misc]
        for it in [*listed, *listed]
    ]
    strangers = [
        replace(listed[0], id="rt-1", payment_id="p-1"),
        replace(listed[0], type="correction"),
    ]

    assert ours == [True] * 6
    for stranger in strangers:
        assert not own_town.shop.store.transact(lambda tx, it=stranger: record_listed(tx, it))  # type: ignore[misc]
    assert [it[3] for it in stands(own_town)] == ["registered"] * 3
    assert len(facts_of(own_town)) == 4
    assert sound(own_town)


def test_two_workers_of_two_processes_set_it_off_once(any_town: Town) -> None:
    other = open_shop(any_town.shop.settings, any_town.clock)
    any_town.clock.now = moscow(2026, 12, 26)
    shops = (any_town.shop, other)

    for job in (settle_prepayments, look_at_receipts):
        results = at_once(*(lambda shop=shop, job=job: job(shop) for shop in shops * 3))  # type: ignore[misc]
        assert results == [None] * 6
    any_town.clock.forward(minutes=2)
    look_at_receipts(other)
    other.store.close()

    assert len(at_yookassa(any_town)) == 2
    assert facts_of(any_town) == [
        ("payment", "registered"),
        ("settlement", "ordered"),
        ("settlement", "registered"),
    ]
    assert len(sent(any_town, "/receipts")) == 1
    assert sound(any_town)


def test_a_refund_and_the_end_of_the_term_at_once_still_come_out_at_nothing(
    any_town: Town,
) -> None:
    any_town.clock.now = moscow(2026, 12, 26)

    at_once(
        lambda: give_back(any_town, "5000"),
        lambda: settle_prepayments(any_town.shop),
        lambda: settle_prepayments(any_town.shop),
    )
    for _ in range(4):
        later(any_town, minutes=2)

    assert open_prepayment(it.written for it in kept(any_town)) == 0
    assert all(it.state is ReceiptState.REGISTERED for it in kept(any_town))
    assert sorted(it.kind for it in kept(any_town)) == [
        Kind.PAYMENT,
        Kind.REFUND,
        Kind.SETTLEMENT,
    ]
    assert sound(any_town)
