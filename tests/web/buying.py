"""What the tests of the service ask again and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx2
from sqlalchemy import text
from starlette.testclient import TestClient

from checkout import settle
from checkout.app import create_app
from checkout.gateway.client import YooKassa
from checkout.mail.kept import Kept
from checkout.serve import gate_of
from checkout.shop import Shop
from checkout.store.engine import Store
from tests.town import SITE, Town
from tests.web.page_reading import Page, read

JSON = {"accept": "application/json"}
ORIGIN = {"origin": SITE}


@contextmanager
def asked_of_yookassa(town: Town) -> Iterator[list[dict[str, Any]]]:
    """The requests that reached YooKassa inside the block, known once it is left."""
    before = len(town.yookassa.requests())
    asked: list[dict[str, Any]] = []
    yield asked
    asked += town.yookassa.requests()[before:]


def page_of(answer: httpx2.Response) -> Page:
    """The answer's page, which closes what it opens."""
    return read(answer.text)


def form_on(answer: httpx2.Response, *ticked: str) -> tuple[str, dict[str, str]]:
    """Where the page's only form goes and what it would send with these boxes ticked."""
    page = page_of(answer)
    fields = {
        element.attributes["name"]: element.attributes.get("value", "")
        for element in page.all("input")
        if _is_sent(element.attributes, ticked)
    }
    return page.one("form").attributes["action"], fields


def _is_sent(attributes: dict[str, str], ticked: tuple[str, ...]) -> bool:
    if attributes.get("type") == "checkbox":
        return attributes["name"] in ticked
    return attributes.get("type") != "radio" or "checked" in attributes


def client_with(town: Town, yookassa: YooKassa) -> TestClient:
    """The same shop, asking YooKassa by another client."""
    shop = replace(town.shop, yookassa=yookassa, glance=yookassa)
    app = create_app(shop, gate_of(shop))
    return TestClient(app, base_url=SITE, follow_redirects=False, client=("127.0.0.1", 50_001))


def impatient(town: Town) -> YooKassa:
    """YooKassa asked by somebody who waits a third of a second, for tests of silence."""
    return town.yookassa.client(timeouts=(1.0, 0.3))


def letters_to(town: Town, address: str) -> list[Kept]:
    """The letters one recipient got, oldest first."""
    return [letter for letter in town.post if letter.header("To") == address]


def payment_of(town: Town, token: str) -> str:
    """The payment an order waits for."""
    payment_id = town.facts(token)["payment_id"]
    assert isinstance(payment_id, str)
    return payment_id


def orders_in(town: Town, state: str) -> int:
    """How many orders are in a state, as it is stored; nobody is asked."""
    count = text("SELECT count(*) FROM orders WHERE state = :state")
    with town.shop.store.engine.connect() as connection:
        return int(connection.execute(count, {"state": state}).scalar_one())


def begin_package(town: Town, payment_id: str) -> None:
    """Put the package of a payment there, whoever did, so that nobody else can begin it."""
    package = text(
        "INSERT INTO packages (order_id, starts_at, expires_at, last_day, reason,"
        " provisional, acceptance, payment) SELECT order_id, '2026-11-29 00:00:00',"
        " '2026-12-29 00:00:00', '2026-12-28', '', false, 1, 2"
        " FROM attempts WHERE payment_id = :it"
    )
    with town.shop.store.engine.begin() as connection:
        connection.execute(package, {"it": payment_id})


def given_up_and_decided_anew(town: Town) -> tuple[str, str]:
    """An order with a second attempt: its token, and the payment of the first, still to be paid.

    YooKassa opened that one and nobody heard of it.
    """
    town.yookassa.fault("500_after", "POST /payments")
    action, form = form_on(town.send(town.form()))
    given_up = str(town.yookassa.payments()[0]["id"])
    town.yookassa.fault("400", "POST /payments")
    town.client.post(action, data=form)
    token = action.split("/")[2]
    action, decided = form_on(town.client.get(f"/orders/{token}"), "accept_offer")
    answer = town.client.post(action, data=decided)
    assert answer.status_code == 303, answer.text
    return token, given_up


def orders_of(town: Town) -> int:
    """How many orders were ever placed."""
    return sum(row["kind"] == "order" for row in town.ledger())


def spoilt_and_settled(town: Town, token: str, **changes: Any) -> None:
    """Pay the order at YooKassa and settle the payment as if YooKassa had said this of it."""
    payment_id = payment_of(town, token)
    town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    payment = town.shop.yookassa.payment(payment_id)
    metadata = {**payment.metadata, **changes.pop("metadata", {})}
    spoilt = replace(payment, metadata=metadata, **changes)
    town.shop.store.transact(lambda tx: settle.record(tx, town.shop, spoilt))


def with_clock(town: Town, seconds: float) -> Shop:
    """The shop, whose clock goes on by so much each time somebody looks at it."""

    def clock() -> datetime:
        town.clock.forward(seconds=seconds)
        return town.clock()

    return replace(town.shop, store=Store(town.shop.store.engine, clock))
