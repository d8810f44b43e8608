"""Buy extra hours as a client does: the form as a browser sends it, and the payment."""

import httpx2

from tests.town import Town
from tests.web.buying import page_of

ANNA = "anna@example.ru"


def a_package(town: Town, hours: int = 5, **changes: str) -> str:
    token = town.order(hours, **changes)
    town.pay(token)
    return token


def extra_form(town: Town, token: str, hours: int = 1, **changes: str) -> dict[str, str]:
    """The form as a browser would send it, the box ticked."""
    answer = town.client.get(f"/checkout/extra/{token}", params={"hours": hours})
    assert answer.status_code == 200, answer.text
    page = page_of(answer)
    fields = {
        it.attributes["name"]: it.attributes["value"]
        for it in page.all("input")
        if it.attributes["name"] != "count"
    }
    return fields | changes


def send(town: Town, token: str, form: dict[str, str]) -> httpx2.Response:
    return town.client.post(f"/checkout/extra/{token}", data=form)


def order_extra(town: Town, token: str, hours: int = 1) -> str:
    answer = send(town, token, extra_form(town, token, hours))
    assert answer.status_code == 303, answer.text
    return town.token_of(answer)


def buy_extra(town: Town, token: str, hours: int = 1) -> str:
    extra = order_extra(town, token, hours)
    assert town.pay(extra)["state"] == "paid"
    return extra


def end_of(town: Town, token: str) -> None:
    end = town.facts(token)["package"]["expires_at"]
    town.clock.now = town.clock.now.fromisoformat(end)
