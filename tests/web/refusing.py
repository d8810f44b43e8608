"""What tests of a refused package ask again and again."""

from typing import Any

import httpx2

from tests.town import Town
from tests.web.buying import page_of
from tests.web.page_reading import Page

DESK = "dudkinanton@bk.ru"


def bought(town: Town, **changes: str) -> str:
    """A paid order of 15 000 ₽ whose letters are sent; its token."""
    token = town.order(**changes)
    town.pay(token)
    town.work()
    return token


def refuse(town: Town, token: str, reason: str = "", **options: Any) -> httpx2.Response:
    """Press the button on the page of the refusal."""
    return town.client.post(f"/orders/{token}/refuse", data={"reason": reason}, **options)


def order_page(town: Town, token: str) -> Page:
    return page_of(town.client.get(f"/orders/{token}"))


def refusals(town: Town) -> list[dict[str, Any]]:
    """The facts of refusals, oldest first."""
    return [row for row in town.ledger() if row["kind"] == "refusal"]


def later(town: Town, **by: float) -> None:
    """Let time pass, and the worker work."""
    town.clock.forward(**by)
    town.work()
