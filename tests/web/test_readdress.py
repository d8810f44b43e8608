"""An address typed wrong at the checkout: who ordered can mend it, and nobody steals by it."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from checkout.move_order import CannotMove, move_order
from checkout.store import accounts, ledger, orders
from checkout.verify import verify
from offer.__main__ import main as offer
from tests.town import Town
from tests.web.buying import page_of
from tests.web.coming_in import CODE, signed_in

WRONG, RIGHT = "ana@example.ru", "anna@example.ru"
KEY = re.compile(r"\?letter=([\w-]+)")


@pytest.fixture
def mistaken(own_town: Town) -> tuple[TestClient, str]:
    """A browser that has paid an order for an address typed wrong, and the order's token."""
    browser = own_town.browser()
    token = own_town.token_of(browser.post("/checkout/5", data=own_town.form(email=WRONG)))
    own_town.pay(token)
    own_town.work()
    return browser, token


def code_of(town: Town, email: str) -> str:
    town.work()
    letters = [it for it in town.post if it.header("To") == email and CODE.search(it.text)]
    found = CODE.search(letters[-1].text)
    assert found
    assert "/account/link/" not in letters[-1].text
    return found[1]


def code_of_entry(town: Town, email: str) -> str:
    town.work()
    found = CODE.search([it for it in town.post if it.header("To") == email][-1].text)
    assert found
    return found[1]


def key_in(town: Town, email: str) -> str:
    """The key in the newest letter about an order to an address."""
    found = [KEY.search(it.text) for it in town.post if it.header("To") == email]
    return next(it[1] for it in reversed(found) if it)


def test_who_ordered_mends_the_address_with_a_code_from_the_right_one(
    own_town: Town, mistaken: tuple[TestClient, str]
) -> None:
    browser, token = mistaken
    assert "Ошиблись в адресе почты?" in page_of(browser.get(f"/orders/{token}")).text
    assert browser.post(f"/orders/{token}/email", data={"email": RIGHT}).status_code == 200
    code = {"code": code_of(own_town, RIGHT)}
    assert browser.post(f"/orders/{token}/email/code", data=code).headers["location"] == "/account"

    page = page_of(browser.get("/account"))
    assert RIGHT in page.text
    assert page.one("h1").text.startswith("5 ч до ")
    assert "без письма" not in page.text
    assert "a•••@example.ru" in browser.get(f"/orders/{token}").text
    own_town.work()
    told = {it.header("To"): it for it in own_town.post if "Адрес заказа" in it.header("Subject")}
    assert told.keys() == {WRONG, RIGHT}
    assert RIGHT not in told[WRONG].text
    assert token not in told[WRONG].text
    (certificate,) = told[RIGHT].attachments
    assert certificate.data == browser.get(f"/orders/{token}/certificate.pdf").content
    assert "2026-0001" not in signed_in(own_town, WRONG).get("/account").text
    found = verify(own_town.shop.store, own_town.shop.settings.zone)
    assert [it.sentence for it in found if it.mark == "✗"] == []


def test_the_contractor_moves_an_order_whose_old_mailbox_was_opened_here(
    own_town: Town, mistaken: tuple[TestClient, str]
) -> None:
    browser, token = mistaken
    stranger = signed_in(own_town, WRONG)
    store, why = own_town.shop.store, "письмо от 23.11.2026, чек из банка"
    asking = own_town.browser()
    asking.post("/account/sign-in", data={"email": WRONG})
    code = {"code": code_of_entry(own_town, WRONG)}
    moved = move_order(store, "2026-0001", RIGHT, why)
    own_town.work()
    assert asking.post("/account/sign-in/code", data=code).status_code == 422
    assert store.read(lambda tx: accounts.browser_of(tx, 1)) is None

    assert moved.sentence.startswith(f"✓ Заказ 2026-0001: адрес {WRONG} исправлен на {RIGHT}")
    fact = store.read(lambda tx: ledger.fact(tx, moved.row))
    assert (fact["by"], fact["reason"]) == ("contractor", why)
    told = {it.header("To"): it for it in own_town.post if "Адрес заказа" in it.header("Subject")}
    assert told.keys() == {WRONG, RIGHT}
    assert "исправил исполнитель" in told[WRONG].text.replace("\u00a0", " ").replace("\n", " ")
    assert RIGHT not in told[WRONG].text
    assert token not in told[WRONG].text
    assert stranger.get("/account", follow_redirects=False).status_code == 303
    assert "2026-0001" in signed_in(own_town, RIGHT).get("/account").text
    assert "2026-0001" not in signed_in(own_town, WRONG).get("/account").text
    assert browser.get(f"/orders/{token}/email").status_code == 409
    found = verify(store, own_town.shop.settings.zone)
    assert [it.sentence for it in found if it.mark == "✗"] == []


@pytest.mark.parametrize(
    ("number", "email", "reason", "told"),
    [
        ("2026-0099", RIGHT, "письмо", "Заказа 2026-0099 нет."),
        ("2026-0001", "anna@", "письмо", "не адрес почты"),
        ("2026-0001", WRONG.upper(), "письмо", "Этот адрес в заказе и указан."),
        ("2026-0001", RIGHT, " ", "Причина нужна"),
        ("2026-0001", RIGHT, f"просил {RIGHT}", "личные данные"),
    ],
)
@pytest.mark.usefixtures("mistaken")
def test_an_order_is_not_moved_without_a_good_address_and_reason(
    own_town: Town, number: str, email: str, reason: str, told: str
) -> None:
    with pytest.raises(CannotMove, match=told):
        move_order(own_town.shop.store, number, email, reason)


def test_whoever_has_the_orders_address_from_the_wrong_mailbox_does_not_learn_the_right_one(
    own_town: Town, mistaken: tuple[TestClient, str]
) -> None:
    _, token = mistaken
    stranger = own_town.browser("203.0.113.9")
    before = page_of(stranger.get(f"/orders/{token}")).text
    move_order(own_town.shop.store, "2026-0001", "right.one@mail.example", "письмо")
    after = page_of(stranger.get(f"/orders/{token}")).text

    assert WRONG in before
    assert "right.one" not in after
    assert "r•••@mail.example" in after


def test_later_letters_go_to_the_mended_address(
    own_town: Town, mistaken: tuple[TestClient, str]
) -> None:
    browser, token = mistaken
    browser.post(f"/orders/{token}/email", data={"email": RIGHT})
    browser.post(f"/orders/{token}/email/code", data={"code": code_of(own_town, RIGHT)})
    own_town.work()
    before = len(own_town.post)
    browser.post(f"/orders/{token}/refuse", data={})
    own_town.work()

    assert WRONG not in [it.header("To") for it in own_town.post[before:]]
    assert RIGHT in [it.header("To") for it in own_town.post[before:]]


def test_a_letter_to_the_old_address_confirms_nothing_of_the_mended_one(
    own_town: Town, mistaken: tuple[TestClient, str]
) -> None:
    browser, token = mistaken
    old = key_in(own_town, WRONG)
    browser.post(f"/orders/{token}/email", data={"email": RIGHT})
    browser.post(f"/orders/{token}/email/code", data={"code": code_of(own_town, RIGHT)})
    own_town.work()

    def confirmed_by(key: str) -> bool:
        own_town.browser().get(f"/orders/{token}", params={"letter": key})
        order = own_town.shop.store.read(lambda tx: orders.by_token(tx, token))
        return order is not None and order.email_confirmed_at is not None

    assert not confirmed_by(old)
    assert confirmed_by(key_in(own_town, RIGHT))


def test_another_browser_with_the_orders_address_mends_nothing(
    own_town: Town, mistaken: tuple[TestClient, str]
) -> None:
    _, token = mistaken
    thief = own_town.browser()
    thief.post("/checkout/2", data=own_town.form(2, email="thief@example.ru"))

    for answer in (
        thief.get(f"/orders/{token}/email"),
        thief.post(f"/orders/{token}/email", data={"email": "thief@example.ru"}),
        thief.post(f"/orders/{token}/email/code", data={"code": "00000000"}),
    ):
        assert answer.status_code == 409
        assert "в котором сделан заказ" in page_of(answer).text
    own_town.work()
    assert not [it for it in own_town.post if "Код для исправления" in it.header("Subject")]


def test_nothing_is_mended_once_the_old_mailbox_was_opened_here(
    own_town: Town, mistaken: tuple[TestClient, str]
) -> None:
    browser, token = mistaken
    browser.post(f"/orders/{token}/email", data={"email": RIGHT})
    code = code_of(own_town, RIGHT)
    signed_in(own_town, WRONG)

    answer = browser.post(f"/orders/{token}/email/code", data={"code": code})
    assert answer.status_code == 409
    assert "здесь уже нельзя" in page_of(answer).text
    assert WRONG in page_of(browser.get(f"/orders/{token}")).text


def test_the_code_of_one_order_mends_no_other(
    own_town: Town, mistaken: tuple[TestClient, str]
) -> None:
    browser, token = mistaken
    other = own_town.token_of(browser.post("/checkout/2", data=own_town.form(2, email=WRONG)))
    browser.post(f"/orders/{token}/email", data={"email": RIGHT})
    code = {"code": code_of(own_town, RIGHT)}

    assert browser.post(f"/orders/{other}/email/code", data=code).status_code == 422
    assert WRONG in page_of(browser.get(f"/orders/{other}")).text


def test_the_code_opens_no_account_by_itself(
    own_town: Town, mistaken: tuple[TestClient, str]
) -> None:
    browser, token = mistaken
    browser.post(f"/orders/{token}/email", data={"email": RIGHT})
    answer = browser.post("/account/sign-in/code", data={"code": code_of(own_town, RIGHT)})

    assert answer.status_code == 422


def test_the_same_address_again_is_told(own_town: Town, mistaken: tuple[TestClient, str]) -> None:
    browser, token = mistaken
    answer = browser.post(f"/orders/{token}/email", data={"email": WRONG.upper()})

    assert answer.status_code == 409
    assert "и указан" in page_of(answer).text


def test_what_was_mended_is_erased_with_the_order(
    own_town: Town, mistaken: tuple[TestClient, str]
) -> None:
    browser = own_town.browser()
    token = own_town.token_of(browser.post("/checkout/2", data=own_town.form(2, email=WRONG)))
    payment = own_town.facts(token)["payment_id"]
    own_town.yookassa.control("POST", f"/payments/{payment}/decline", {"reason": "fraud_suspected"})
    own_town.facts(token)
    browser.post(f"/orders/{token}/email", data={"email": RIGHT})
    browser.post(f"/orders/{token}/email/code", data={"code": code_of(own_town, RIGHT)})
    assert "2026-0002" in browser.get("/account").text
    browser.post("/account/erase", data={"sure": "yes"})

    assert browser.get("/account").headers["location"] == "/account/sign-in"
    found = verify(own_town.shop.store, own_town.shop.settings.zone)
    assert [it.sentence for it in found if it.mark == "✗"] == []


def test_the_evidence_of_a_mended_order_holds_offline(
    own_town: Town, mistaken: tuple[TestClient, str], tmp_path: Path
) -> None:
    browser, token = mistaken
    browser.post(f"/orders/{token}/email", data={"email": RIGHT})
    browser.post(f"/orders/{token}/email/code", data={"code": code_of(own_town, RIGHT)})
    own_town.work()
    proof = tmp_path / "evidence.zip"
    proof.write_bytes(browser.get(f"/orders/{token}/evidence.zip").content)

    assert not offer(["verify", str(proof)])
