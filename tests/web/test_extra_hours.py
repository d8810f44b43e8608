"""Extra hours for a package that runs: by its own edition's rate, to its own end."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from offer.editions import sha256
from tests.town import Town, a_town, text_of
from tests.web.buying import orders_of, page_of
from tests.web.test_consent import found_wrong

ANNA = "anna@example.ru"


@pytest.fixture
def any_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """A town of the test's own, on SQLite and on PostgreSQL."""
    with a_town(tmp_path, database_url) as town:
        yield town


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
        if it.attributes["type"] in ("hidden", "checkbox")
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


def test_extra_hours_are_bought_paid_and_end_with_their_package(any_town: Town) -> None:
    token = a_package(any_town)
    any_town.clock.forward(days=3)
    extra = buy_extra(any_town, token, 2)
    any_town.work()
    package, facts = any_town.facts(token), any_town.facts(extra)

    assert (facts["what"], facts["for_package"]) == ("extra", package["number"])
    assert (facts["hours"], facts["price_kopecks"]) == (2, 6_000_00)
    assert facts["package"]["expires_at"] == package["package"]["expires_at"]
    assert facts["package"]["last_day"] == package["package"]["last_day"]
    assert facts["package"]["starts_at"] > package["package"]["starts_at"]
    assert package["what"] == "package"
    assert package["for_package"] is None
    assert package["hours"] == 5
    assert "7 ч до" in page_of(any_town.client.get(f"/orders/{token}")).text
    assert found_wrong(any_town) == []


def test_the_rate_is_of_the_packages_own_edition_whatever_is_in_force(own_town: Town) -> None:
    token = a_package(own_town)
    text = text_of("offer").decode().replace("час — 3 000 ₽", "час — 4 000 ₽")
    assert text != text_of("offer").decode()
    own_town.publisher.publish(offer=text.encode())
    own_town.shop.shelf.look_again()
    form = extra_form(own_town, token, 3)

    assert form["accept_offer"] == sha256(text_of("offer"))
    answer = send(own_town, token, form | {"accept_offer": sha256(text.encode())})
    assert answer.status_code == 409
    assert "3 000 ₽ за час" in page_of(answer).text
    extra = own_town.token_of(send(own_town, token, form))
    facts = own_town.facts(extra)
    assert (facts["price_kopecks"], facts["edition"]["number"]) == (9_000_00, 1)


@pytest.mark.parametrize("hours", ["", "0", "100", "-1", "1.5", "1,5", "два", "1e1", "٣", "007"])
def test_hours_are_a_whole_number_from_1_to_99(town: Town, hours: str) -> None:
    token = a_package(town)
    before = orders_of(town)
    answer = send(town, token, extra_form(town, token) | {"hours": hours})

    assert answer.status_code == 422
    assert "Укажите целое число часов, от 1 до 99." in page_of(answer).text
    assert orders_of(town) == before


def test_ninety_nine_hours_are_not_too_many(own_town: Town) -> None:
    facts = own_town.facts(order_extra(own_town, a_package(own_town, 10), 99))

    assert facts["price_kopecks"] == 99 * 2_000_00
