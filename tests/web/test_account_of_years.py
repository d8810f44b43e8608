"""The account of a client of years: as quick as anybody's, and nothing of his is lost."""

import pytest
from sqlalchemy import event

from checkout.web import account
from tests.town import Town
from tests.web.buying import page_of
from tests.web.coming_in import signed_in


def test_old_orders_cost_the_page_nothing_until_they_are_asked_for(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "NEWEST", 3)
    own_town.pay(own_town.order())
    for _ in range(4):
        own_town.order(2)
    browser = signed_in(own_town)
    asked: list[str] = []
    event.listen(own_town.shop.store.engine, "before_cursor_execute", lambda *it: asked.append(""))
    page = page_of(browser.get("/account"))
    of_five = len(asked)
    for _ in range(3):
        own_town.order(2)
    asked.clear()
    later = page_of(browser.get("/account"))
    of_eight = len(asked)

    assert of_five == of_eight
    assert "Показать и самые ранние: ещё 1" in page.text
    assert "Показать и самые ранние: ещё 4" in later.text
    assert [it in later.text for it in ("2026-0008", "2026-0006", "2026-0005")] == [1, 1, 0]
    assert later.one("h1").text == "5 ч до 23.12.2026"  # of the oldest order, whose hours run still
    whole = page_of(browser.get("/account?all=yes"))
    assert all(f"Заказ 2026-000{number}" in whole.text for number in range(1, 9))
    assert "самые ранние" not in whole.text
    assert browser.get("/account/orders/2026-0001/edition").status_code == 200
