"""An erased order: its address still answers, and says by which act its client is unknown."""

from datetime import timedelta

import pytest

from checkout.retain import retain
from checkout.store import correspondence
from checkout.verify import verify
from tests.town import Town, moscow


def erased(town: Town, token: str, *, years: int = 8) -> str:
    """Let years pass and the worker erase; the sentence that stands for the client then."""
    town.clock.now += timedelta(days=365 * years)
    act = retain(town.shop)[-1]
    return f"Личные данные стёрты {town.clock.now + timedelta(hours=3):%d.%m.%Y}, акт №\u00a0{act}"


@pytest.fixture
def paid(own_town: Town) -> str:
    token = own_town.order()
    own_town.pay(token)
    own_town.work()
    return token


def test_the_page_says_by_which_act_its_client_is_erased(own_town: Town, paid: str) -> None:
    assert "Анна Каренина" in own_town.client.get(f"/orders/{paid}").text
    sentence = erased(own_town, paid)

    answer = own_town.client.get(f"/orders/{paid}")

    page = answer.text.replace("&nbsp;", "\u00a0")
    assert answer.status_code == 200
    assert sentence in page
    assert "anna@example.ru" not in page
    assert "certificate.pdf" not in page
    assert own_town.facts(paid)["state"] == "paid"


def test_the_certificate_is_gone_and_says_why(own_town: Town, paid: str) -> None:
    address = f"/orders/{paid}/certificate.pdf"
    assert own_town.client.get(address).status_code == 200
    sentence = erased(own_town, paid)

    answer = own_town.client.get(address)

    assert answer.status_code == 410
    assert answer.headers["cache-control"] == "no-store"
    assert sentence in answer.text
    assert "Анна" not in answer.text


def test_the_letters_of_an_erased_order_are_not_tried_for_ever(own_town: Town, paid: str) -> None:
    erased(own_town, paid)
    before = len(own_town.post)
    own_town.work()

    assert len(own_town.post) == before


def test_nobody_is_asked_to_pay_an_order_whose_client_is_erased(own_town: Town) -> None:
    token = own_town.order()
    payment = own_town.facts(token)["payment_id"]
    own_town.yookassa.control(
        "POST", f"/payments/{payment}/decline", {"reason": "3d_secure_failed"}
    )
    assert own_town.facts(token)["state"] == "cancelled"
    form = {"accept_offer": own_town.form()["accept_offer"]}
    sentence = erased(own_town, token, years=1)

    page = own_town.client.get(f"/orders/{token}").text.replace("&nbsp;", "\u00a0")
    retried = own_town.client.post(f"/orders/{token}/retry", data=form)

    assert sentence in page
    assert "Заказ не\u00a0оплачен и\u00a0закрыт" in page
    assert "accept_offer" not in page
    assert retried.status_code == 303
    assert retried.headers["location"] == f"/orders/{token}"
    assert own_town.facts(token)["state"] == "cancelled"


def test_the_years_of_an_order_pass_and_the_worker_erases_part_by_part(
    own_town: Town, paid: str
) -> None:
    seen = []
    for when in (
        moscow(2026, 12, 31),
        own_town.clock.now + timedelta(days=366),
        moscow(2031, 12, 31, 23, 59),
        moscow(2032, 1, 1, 0, 1),
    ):
        own_town.clock.now = max(when, own_town.clock.now)
        retain(own_town.shop)
        facts = [it for it in own_town.ledger() if it["kind"] == "erasure"]
        seen.append([sorted({row["part"] for row in it["rows"]}) for it in facts])

    assert seen == [[], [["origin"]], [["origin"]], [["origin"], ["letter", "party"]]]
    assert own_town.ledger()[-1]["order"] == own_town.facts(paid)["number"]


def test_money_for_an_erased_order_is_laid_before_the_contractor(own_town: Town, paid: str) -> None:
    erased(own_town, paid)
    number = own_town.facts(paid)["number"]
    own_town.shop.store.transact(
        lambda tx: correspondence.stage(tx, "late", kind="paid", subject="late", order_id=1)
    )
    own_town.work()
    letter = own_town.post[-1]

    assert letter.header("To") == "dudkinanton@bk.ru"
    assert number in letter.text
    assert "стёрты" in letter.text
    assert [row["kind"] for row in own_town.ledger()].count("case") == 1


def test_the_archive_is_gone_and_says_why(own_town: Town, paid: str) -> None:
    address = f"/orders/{paid}/evidence.zip"
    assert own_town.client.get(address).status_code == 200
    sentence = erased(own_town, paid)
    answer = own_town.client.get(address)

    assert answer.status_code == 410
    assert sentence in answer.text


def test_erased_by_an_act_is_what_verify_says(own_town: Town, paid: str) -> None:
    erased(own_town, paid)
    remarks = verify(own_town.shop.store, own_town.shop.settings.zone)

    assert [it.sentence for it in remarks if it.mark == "✗"] == []
    words = [it.sentence.replace("\u00a0", " ") for it in remarks]
    assert any("стёрто" in it.lower() and "акт №" in it for it in words), words
