"""Fiscal receipts: sent with the payment, registered, and settled when the package ends."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

from checkout.domain.receipts import open_prepayment
from checkout.domain.transitions import ReceiptState
from checkout.fiscalise import settle_prepayments
from checkout.open import open_shop
from checkout.store import orders
from checkout.worker import look_at_receipts
from offer.evidence.examining import examine_zip
from offer.evidence.verdict import sound as sound_evidence
from tests.town import ROMASHKA, Town, a_town, moscow
from tests.web.receipts.books import (
    EVE,
    NUMBER,
    Open,
    asked_about_receipts,
    at_yookassa,
    cases_of,
    end_term,
    facts_of,
    give_back,
    in_words,
    kept,
    later,
    letters_of,
    sell,
    sent,
    sound,
    stands,
)

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
    settings = replace(own_town.shop.settings, receipts="off")
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
