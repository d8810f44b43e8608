"""Fiscal receipts: sent with the payment, settled when the package ends, and registered."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from checkout.check import check
from checkout.domain.receipts import Kind, open_prepayment
from checkout.domain.transitions import ReceiptState
from checkout.fiscalise import settle_prepayments
from checkout.open import open_shop
from checkout.reconcile import Span, reconcile, sentences
from checkout.refund import Outcome, Wanted, kopecks_of, refund
from checkout.register import record_listed
from checkout.store import orders, receipts
from checkout.store.receipts import Issued
from checkout.verify import verify
from checkout.worker import look_at_receipts
from offer.evidence.examining import examine_zip
from offer.evidence.verdict import sound as sound_evidence
from tests.town import ROMASHKA, Town, a_town, at_once, moscow
from tests.web.buying import page_of

POST, LIST = "POST /receipts", "GET /receipts"
ZONE = ZoneInfo("Europe/Moscow")
WHY = "письмо от 23.11.2026"
NUMBER = "2026-0001"
EVE = moscow(2026, 12, 23, 23)  # the last evening of a package paid on 23.11.2026
Open = Callable[..., AbstractContextManager[Town]]


@pytest.fixture
def opened(tmp_path: Path, one_url: str) -> Open:
    """A fiscalised shop by these settings."""
    return lambda **said: a_town(tmp_path, one_url, said, receipts=True)


@pytest.fixture
def own_town(opened: Open) -> Iterator[Town]:
    """A shop that gives two receipts."""
    with opened(receipts="two") as town:
        yield town


@pytest.fixture
def any_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """The same on SQLite and on PostgreSQL, with a paid order whose receipt is registered."""
    with a_town(tmp_path, database_url, {"receipts": "two"}, receipts=True) as town:
        sell(town)
        yield town


@pytest.fixture
def token(own_town: Town) -> str:
    """A paid order of 15 000 ₽, its letters sent and its receipt registered."""
    return sell(own_town)


def sell(town: Town, **form: str) -> str:
    token = town.order(**form)
    town.pay(token)
    later(town, minutes=2)
    return token


def later(town: Town, **by: float) -> None:
    town.clock.forward(**by)
    town.work()


def end_term(town: Town) -> None:
    """The term is over, and everybody had time to do what follows."""
    town.clock.now = moscow(2026, 12, 26)
    for _ in range(3):
        later(town, minutes=2)


def give_back(town: Town, rub: str | None = None, *, leaves: bool = False) -> Outcome:
    amount = None if rub is None else kopecks_of(rub)
    return refund(town.shop, Wanted(NUMBER, amount, WHY, leaves))


def become(town: Town, what: str) -> None:
    town.yookassa.control("PUT", "/receipts", {"become": what})


def kept(town: Town) -> list[Issued]:
    return town.shop.store.read(lambda tx: receipts.of_order(tx, 1))


def stands(town: Town) -> list[tuple[str, str, int, str]]:
    return [(it.kind, it.mode, it.amount_kopecks, it.state) for it in kept(town)]


def at_yookassa(town: Town) -> list[tuple[str, str, str, str]]:
    """Type, mode, sum and status of every receipt there is, oldest first."""
    return [
        (it["type"], line["payment_mode"], line["amount"]["value"], it["status"])
        for it in reversed(town.yookassa.control("GET", "/receipts"))
        for line in it["items"]
    ]


def sent(town: Town, path: str) -> list[dict[str, Any]]:
    asked = [(it["method"], it["path"], it) for it in town.yookassa.requests()]
    return [it for method, where, it in asked if (method, where) == ("POST", f"/v3{path}")]


def asked_about_receipts(town: Town) -> int:
    """How often, but for the daily comparison of lists."""
    asked = town.yookassa.requests()
    return sum(
        it["path"].startswith("/v3/receipts") and "created_at" not in it["query"] for it in asked
    )


def facts_of(town: Town) -> list[tuple[str, str]]:
    return [(it["of"], it["action"]) for it in town.ledger() if it["kind"] == "receipt"]


def cases_of(town: Town) -> list[tuple[str, str]]:
    found = [it for it in town.ledger() if it["kind"] == "case"]
    told = [it["sentence"] for it in found]
    assert all(any(it in letter.text for letter in town.post) for it in told), "not told by letter"
    return [(row["subject"], row["sentence"]) for row in found]


def letters_of(town: Town, to: str = "") -> str:
    """What all the letters say, with plain spaces."""
    return " ".join(" ".join(it.text.split()) for it in town.post if to in it.header("To"))


def sound(town: Town) -> bool:
    return [it.sentence for it in verify(town.shop.store, ZONE) if it.mark == "✗"] == []


def in_words(town: Town, token: str) -> str:
    return page_of(town.client.get(f"/orders/{token}")).text


# --- money comes


def test_the_payment_carries_its_receipt_in_the_very_request_that_is_saved(
    own_town: Town, token: str
) -> None:
    (asked,) = sent(own_town, "/payments")
    attempt = own_town.shop.store.read(lambda tx: orders.attempt_of(tx, 1))

    assert attempt is not None
    assert asked["text"] == attempt.body
    assert asked["body"]["receipt"] == {
        "customer": {"email": "anna@example.ru"},
        "items": [
            {
                "description": f"Пакет поддержки: 5 часов, заказ {NUMBER}",
                "quantity": 1,
                "measure": "piece",
                "amount": {"value": "15000.00", "currency": "RUB"},
                "vat_code": 1,
                "payment_subject": "service",
                "payment_mode": "full_prepayment",
            }
        ],
    }


def test_a_company_is_named_in_its_receipt(own_town: Town) -> None:
    sell(own_town, **ROMASHKA)

    (asked,) = sent(own_town, "/payments")
    assert asked["body"]["receipt"]["customer"] == {
        "email": "buh@example.ru",
        "full_name": "ООО «Ромашка»",
        "inn": "7707083893",
    }


def test_the_receipt_is_awaited_and_its_numbers_are_shown_and_kept(own_town: Town) -> None:
    token = own_town.order()
    own_town.pay(token)
    before, waiting = in_words(own_town, token), stands(own_town)
    later(own_town, minutes=2)
    after = in_words(own_town, token)

    assert "Получено 15 000 ₽, чек придёт на почту." in before
    assert "Чек предоплаты на 15 000 ₽: ждёт регистрации, придёт на почту" in before
    assert waiting == [("payment", "full_prepayment", 1_500_000, "pending")]
    assert "Получено 15 000 ₽, чек отправлен на почту." in after
    assert "Чек предоплаты на 15 000 ₽: зарегистрирован 23.11.2026, 12:02" in after
    assert "ФД № 3986 · ФН 9288000100115785 · ФПД 2617606986" in after
    assert facts_of(own_town) == [("payment", "registered")]
    (fact,) = [it for it in own_town.ledger() if it["kind"] == "receipt"]
    assert fact["fiscal"]["document"] == "3986"
    assert fact["order"] == NUMBER
    assert cases_of(own_town) == []
    assert sound(own_town)


def test_nobody_asks_about_a_receipt_that_is_registered(own_town: Town, token: str) -> None:
    before = asked_about_receipts(own_town)
    later(own_town, days=3)

    assert asked_about_receipts(own_town) == before > 0


def test_without_receipts_nothing_of_them_is_sent_kept_or_told(
    tmp_path: Path, one_url: str
) -> None:
    with a_town(tmp_path, one_url) as town:
        token = sell(town)
        give_back(town, "1500")
        end_term(town)

        assert "receipt" not in sent(town, "/payments")[0]["body"]
        assert "receipt" not in sent(town, "/refunds")[0]["body"]
        assert kept(town) == []
        assert sent(town, "/receipts") == []
        assert "чек" not in in_words(town, token).lower()
        assert "оформите и чек возврата" in letters_of(town)


# --- the package ends


def test_when_the_term_is_over_the_prepayment_is_set_off_once(own_town: Town, token: str) -> None:
    own_town.clock.now = EVE
    own_town.work()
    early = sent(own_town, "/receipts")
    end_term(own_town)
    later(own_town, days=3)

    (asked,) = sent(own_town, "/receipts")
    settled = kept(own_town)[1]
    assert early == []
    assert asked["text"] == settled.body
    assert dict(asked["headers"])["idempotence-key"] == settled.id
    assert asked["body"]["settlements"] == [
        {"type": "prepayment", "amount": {"value": "15000.00", "currency": "RUB"}}
    ]
    assert at_yookassa(own_town) == [
        ("payment", "full_prepayment", "15000.00", "succeeded"),
        ("payment", "full_payment", "15000.00", "succeeded"),
    ]
    assert facts_of(own_town) == [
        ("payment", "registered"),
        ("settlement", "ordered"),
        ("settlement", "registered"),
    ]
    assert open_prepayment(it.written for it in kept(own_town)) == 0
    assert "Чек полного расчёта (зачёт предоплаты) на 15 000 ₽: зарегистрирован" in in_words(
        own_town, token
    )
    assert sound(own_town)


def test_the_settlement_is_saved_before_it_is_sent(own_town: Town, token: str) -> None:
    own_town.clock.now = moscow(2026, 12, 26)
    settle_prepayments(own_town.shop)
    saved = kept(own_town)[1]
    unsent = sent(own_town, "/receipts")
    own_town.work()

    assert (saved.state, unsent) == (ReceiptState.UNSENT, [])
    assert [it["text"] for it in sent(own_town, "/receipts")] == [saved.body]


def test_one_receipt_needs_no_second(opened: Open) -> None:
    with opened(receipts="one") as town:
        token = sell(town)
        end_term(town)

        assert at_yookassa(town) == [("payment", "full_payment", "15000.00", "succeeded")]
        assert "Чек оплаты на 15 000 ₽: зарегистрирован" in in_words(town, token)
        assert sound(town)


def test_rates_are_those_of_their_days(opened: Open) -> None:
    with opened(receipts="two", vat_code="1,2026-11-01:7,2026-12-24:8", tax_system="2") as town:
        sell(town)
        end_term(town)

        assert [it.vat_code for it in kept(town)] == [9, 8]
        assert sent(town, "/receipts")[0]["body"]["tax_system_code"] == 2


def test_what_was_begun_by_two_receipts_is_ended_by_the_second_whatever_is_set_later(
    own_town: Town, token: str
) -> None:
    settings = own_town.shop.settings.model_copy(update={"receipts": "off"})
    other = open_shop(settings, own_town.clock, clock_is_moved=True)
    own_town.clock.now = moscow(2026, 12, 26)
    settle_prepayments(other)
    look_at_receipts(other)
    other.store.close()

    assert len(sent(own_town, "/receipts")) == 1


def test_the_evidence_of_an_order_tells_of_its_receipts_and_holds(
    own_town: Town, token: str
) -> None:
    end_term(own_town)
    data = own_town.client.get(f"/orders/{token}/evidence.zip").content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        readme = archive.read(next(it for it in archive.namelist() if "README" in it)).decode()
        names = " ".join(archive.namelist())

    assert readme.count("кассовый чек зарегистрирован") == 2
    assert "поручен кассовый чек полного расчёта" in readme
    assert "anna@example.ru" not in "".join(
        json.dumps(it, ensure_ascii=False) for it in own_town.ledger()
    )
    assert "receipt" in names
    assert sound_evidence(examine_zip(data).checks)


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


# --- «Мой налог»


def test_by_npd_every_income_is_a_reminder_and_no_receipt_is_sent(
    tmp_path: Path, one_url: str
) -> None:
    with a_town(tmp_path, one_url, {"receipts": "npd"}) as town:
        sell(town, **ROMASHKA)
        give_back(town, "1500")
        later(town, minutes=2)
        told = [it for _, it in cases_of(town)]

        assert "receipt" not in sent(town, "/payments")[0]["body"]
        assert len(told) == 2
        assert "получено 15\u00a0000\u00a0₽" in told[0]
        assert "не позднее 09.12.2026" in told[0]
        assert "организация: укажите её ИНН" in told[0]
        assert "7707083893" not in told[0]
        assert "Аннулируйте чек" in told[1]
        assert "сформируйте новый" in told[1]
        assert "Аннулируйте чек в «Мой налог»: об этом отдельное письмо" in letters_of(town)
        assert sound(town)


def test_the_ninth_of_january_comes_after_december(tmp_path: Path, one_url: str) -> None:
    with a_town(tmp_path, one_url, {"receipts": "npd"}) as town:
        town.clock.now = moscow(2026, 12, 31, 23)
        sell(town)

        assert "не позднее 09.01.2027" in cases_of(town)[-1][1]


# --- is the shop ready


@pytest.mark.parametrize(
    ("said", "fiscalised", "trouble"),
    [
        ("two", True, ""),
        ("off", False, ""),
        ("npd", False, ""),
        ("two", False, "Чеки у магазина не включены"),
        ("off", True, "У магазина включены чеки"),
        ("npd", True, "У магазина включены чеки"),
    ],
)
def test_the_check_says_whether_shop_and_settings_agree_on_receipts(
    tmp_path: Path, one_url: str, said: str, fiscalised: bool, trouble: str
) -> None:
    with a_town(tmp_path, one_url, {"receipts": said}, receipts=fiscalised) as town:
        (found,) = [it for it in check(town.shop) if it.sentence.startswith("ЮKassa")]

    assert found.good == (trouble == "")
    assert trouble in found.sentence


def test_what_is_erased_is_no_longer_named_in_the_requests_of_its_receipts(
    own_town: Town,
) -> None:
    from checkout.erase import erase

    token = own_town.order()
    own_town.yookassa.control(
        "POST", f"/payments/{own_town.facts(token)['payment_id']}/decline", None
    )
    later(own_town, minutes=2)
    erase(own_town.shop.store, ZONE, NUMBER, WHY, rehearse=False)
    attempt = own_town.shop.store.read(lambda tx: orders.attempt_of(tx, 1))

    assert attempt is not None
    assert "anna" not in attempt.body
    assert json.loads(attempt.body)["receipt"]["items"]
    assert sound(own_town)


def compared(town: Town) -> list[str]:
    return reconcile(town.shop, Span(moscow(2026, 1, 1))).differences


def edit(town: Town, statement: str) -> None:
    with town.shop.store.engine.begin() as connection:
        connection.execute(text(statement))


def test_receipts_that_agree_with_yookassas_list_are_no_difference(
    own_town: Town, token: str
) -> None:
    give_back(own_town, "1500")
    end_term(own_town)
    later(own_town, days=2)
    found = reconcile(own_town.shop, Span(moscow(2026, 1, 1)))

    assert (found.receipts, found.differences) == (3, [])
    assert sentences(found)[0].endswith("Чеков: 3. У нас то же.")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE receipts SET state = 'failed'", "статус у ЮKassa succeeded, у нас canceled"),
        ("UPDATE receipts SET amount_kopecks = 1", "сумма в копейках у ЮKassa 1500000, у нас 1"),
        ("DELETE FROM receipts", "в ЮKassa он есть, а у нас его нет"),
        (
            "UPDATE receipts SET receipt_id = 'rt-2fbc9d2a-0000-5000-8000-000000000000'",
            "записан у нас, а в ЮKassa его нет",
        ),
    ],
)
def test_a_receipt_that_our_books_tell_otherwise_is_found(
    own_town: Town, token: str, statement: str, words: str
) -> None:
    edit(own_town, statement)
    found = compared(own_town)

    assert any(words in it for it in found), found


def test_a_receipt_of_another_sellers_order_is_none_of_ours(own_town: Town, token: str) -> None:
    edit(own_town, "DELETE FROM receipts")
    edit(own_town, "UPDATE attempts SET payment_id = '2fbc9d2a-000f-5000-8000-000000000000'")

    assert not any("чек" in it for it in compared(own_town))


def test_a_receipt_that_was_registered_unnoticed_is_found_after_a_day(own_town: Town) -> None:
    own_town.pay(own_town.order())
    own_town.clock.forward(days=1)
    (found,) = compared(own_town)

    assert "исход не записан. Теперь записано, как говорит ЮKassa." in found
    assert compared(own_town) == []
