"""Receipts go where the letters of an order go, also after its address was mended."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.town import Town
from tests.web.coming_in import CODE
from tests.web.receipts.books import end_term, give_back, later, sent, sound

WRONG, RIGHT = "ana@example.ru", "anna@example.ru"


def mend(town: Town, browser: TestClient, token: str) -> None:
    """Give the order its right address, by the code that went there."""
    browser.post(f"/orders/{token}/email", data={"email": RIGHT})
    town.work()
    came = [CODE.search(it.text) for it in town.post if it.header("To") == RIGHT]
    (code,) = [it[1] for it in came if it]
    answer = browser.post(f"/orders/{token}/email/code", data={"code": code})
    assert answer.status_code == 303


@pytest.fixture
def mended(own_town: Town) -> str:
    """A paid order made for an address typed wrong, and mended."""
    browser = own_town.browser()
    token = own_town.token_of(browser.post("/checkout/5", data=own_town.form(email=WRONG)))
    own_town.pay(token)
    later(own_town, minutes=2)
    mend(own_town, browser, token)
    return token


def addressed(asked: list[dict[str, Any]]) -> list[str]:
    """Whom the receipts in some requests go to."""
    bodies = [it["body"].get("receipt", it["body"]) for it in asked]
    return [it["customer"]["email"] for it in bodies]


def test_a_part_given_back_and_the_settlement_are_told_to_the_mended_address(
    own_town: Town, mended: str
) -> None:
    give_back(own_town, "1500.50")
    end_term(own_town)

    assert addressed(sent(own_town, "/refunds")) == [RIGHT]
    assert addressed(sent(own_town, "/receipts")) == [RIGHT]
    assert sound(own_town)


def test_the_whole_given_back_is_told_there_too(own_town: Town, mended: str) -> None:
    give_back(own_town)
    end_term(own_town)

    assert addressed(sent(own_town, "/refunds")) == [RIGHT]
    assert sent(own_town, "/receipts") == []
    assert sound(own_town)
