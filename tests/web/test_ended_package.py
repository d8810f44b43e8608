"""What the page says when a package's time has passed, and what there is before it began."""

from datetime import timedelta

import pytest

from checkout.domain.transitions import State
from tests.town import Town, dearer
from tests.web import page_examples as example
from tests.web.buying import page_of, payment_of, spoilt_and_settled
from tests.web.page_reading import Page
from tests.web.test_retry import declined


@pytest.fixture
def token(own_town: Town) -> str:
    """An order paid on 23.11.2026: its package lasts to 23.12 inclusive."""
    token = own_town.order()
    own_town.pay(token)
    return token


def order_page(town: Town, token: str) -> Page:
    return page_of(town.client.get(f"/orders/{token}"))


def said(page: Page) -> list[str]:
    """What the page itself says, without what it quotes."""
    told = page.text.split("Записано при оплате: «")
    return [told[0], *(it.partition("»")[2] for it in told[1:])]


def until_the_last_minute(town: Town, token: str) -> str:
    """Go to the last minute of the package's last day; the day as the page writes it."""
    period = town.facts(token)["package"]
    town.clock.now = town.clock.now.fromisoformat(period["expires_at"]) - timedelta(minutes=1)
    year, month, day = period["last_day"].split("-")
    return f"{day}.{month}.{year}"


def test_a_package_runs_to_the_last_minute_and_then_has_ended(own_town: Town, token: str) -> None:
    last = until_the_last_minute(own_town, token)
    running = order_page(own_town, token)
    own_town.clock.now += timedelta(minutes=1)
    ended = order_page(own_town, token)

    assert running.one("h1").text == f"Оплачено. Пакет действует до {last} включительно"
    assert "Опишите первую задачу" in running.text
    assert ended.one("h1").text == f"Пакет закончился {last}"
    assert "Неиспользованные часы не переносятся (п. 3.4)." in ended.text
    assert "Получено 15 000 ₽." in ended.text
    assert "Опишите первую задачу" not in ended.text
    assert [it for it in said(ended) if "действует до" in it] == []


def test_whoever_sees_that_it_ended_can_buy_the_next_one(own_town: Town, token: str) -> None:
    until_the_last_minute(own_town, token)
    own_town.clock.now += timedelta(days=1)
    (link,) = [it for it in order_page(own_town, token).all("a") if it.text == "Новый пакет"]
    address = link.attributes["href"]
    own_town.publisher.publish(offer=dearer().replace("5 часов —".encode(), "6 часов —".encode()))
    (other,) = [it for it in order_page(own_town, token).all("a") if it.text == "Новый пакет"]

    assert address == "/checkout/5"
    assert other.attributes["href"] == "/"


def test_the_facts_for_programs_are_as_before_after_the_end(own_town: Town, token: str) -> None:
    before = own_town.facts(token)
    until_the_last_minute(own_town, token)
    own_town.clock.now += timedelta(days=1)

    assert own_town.facts(token) == before


@pytest.mark.parametrize("name", ["certificate.pdf", "evidence.zip"])
def test_a_paper_of_an_order_not_yet_paid_says_that_only_where_it_is_known(
    own_town: Town, name: str
) -> None:
    token = own_town.order()
    own_town.yookassa.control("POST", f"/payments/{payment_of(own_town, token)}/pay")
    answer = own_town.client.get(f"/orders/{token}/{name}")
    page = page_of(answer)
    other = page_of(own_town.client.get(f"/orders/{declined(own_town)}/{name}"))

    assert answer.status_code == 404
    assert page.one("h1").text == "Оплата ещё не подтверждена"
    assert "Если вы уже оплатили, ничего не делайте" in page.text
    assert other.one("h1").text == "Заказ ещё не оплачен"
    assert "Такого заказа нет" not in page.text
    assert page.all("a", href=f"/orders/{token}")


def test_a_paper_of_an_order_with_odd_money_does_not_say_that_nothing_was_paid(
    own_town: Town,
) -> None:
    token = own_town.order()
    spoilt_and_settled(own_town, token, amount_kopecks=1)
    answer = own_town.client.get(f"/orders/{token}/certificate.pdf")

    assert own_town.facts(token)["state"] == State.CASE
    assert page_of(answer).one("h1").text == "С платежом ещё разбираются"


def test_paying_again_says_until_when_and_that_is_what_was_seen(own_town: Town) -> None:
    token = declined(own_town)
    own_town.clock.now += timedelta(days=3)
    page = order_page(own_town, token)
    (said,) = [it.text for it in page.all("p") if it.text.startswith("Если оплатить сегодня")]

    assert said == "Если оплатить сегодня, пакет действует до 28.12.2026 включительно."


def test_a_repeated_request_promises_no_day_of_its_own() -> None:
    from checkout.web import pages
    from tests.web.page_reading import read

    assert "Если оплатить сегодня" not in read(pages.order(example.order("created"))).text
