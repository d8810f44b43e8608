"""«Мой налог», the check of the shop, erasure, and the comparison of lists of receipts."""

import json
from pathlib import Path

import pytest

from checkout.check import check
from checkout.compared import sentences
from checkout.reconcile import Span, reconcile
from checkout.refund import Wanted, refund
from checkout.store import orders
from tests.town import ROMASHKA, Town, a_town, moscow
from tests.web.receipts.books import (
    NUMBER,
    WHY,
    ZONE,
    cases_of,
    compared,
    edit,
    end_term,
    give_back,
    later,
    letters_of,
    sell,
    sent,
    sound,
)

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
        (
            "UPDATE receipts SET amount_kopecks = 1",
            "сумма у ЮKassa 15\u00a0000\u00a0₽, у нас 0,01\u00a0₽",
        ),
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


def test_a_receipt_of_money_we_have_yet_to_hear_of_is_no_difference_and_no_case(
    own_town: Town, token: str
) -> None:
    unnoticed = own_town.facts(own_town.order())["payment_id"]
    own_town.yookassa.control("POST", f"/payments/{unnoticed}/pay")
    own_town.yookassa.control("PUT", "/refunds", {"become": "pending"})
    given_back = refund(own_town.shop, Wanted(NUMBER, 150_000, WHY)).attempt.refund_id
    own_town.yookassa.control("POST", f"/refunds/{given_back}/succeed")

    assert compared(own_town) == []
    assert cases_of(own_town) == []


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
