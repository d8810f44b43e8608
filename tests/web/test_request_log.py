"""The log has a line for each request, tells whose lines belong together, and no secret."""

from collections.abc import Iterator
from traceback import format_exception
from typing import Any

import pytest
import structlog
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from structlog.testing import LogCapture

from checkout.store import tables
from tests.town import Town

SECRET_PARTS = ("anna@example.ru", "Каренина", "letter=")


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """Whatever is logged, with what a request binds."""
    before, capture = structlog.get_config(), LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture.entries
    structlog.configure(**before)


def requests(lines: list[Any]) -> list[Any]:
    return [it for it in lines if it["event"] == "request"]


def test_each_request_has_one_line_with_its_route_status_and_time(
    town: Town, lines: list[Any]
) -> None:
    answers = [town.client.get(it) for it in ("/checkout/5", "/nothing/here", "/orders/nobody")]
    said = requests(lines)

    assert [(it["route"], it["status"]) for it in said] == [
        ("/checkout/{hours}", 200),
        ("/{path}", 404),
        ("/orders/{token}", 404),
    ]
    assert [it["request"] for it in said] == [it.headers["x-request-id"] for it in answers]
    assert len({it["request"] for it in said}) == 3
    assert all(it["milliseconds"] >= 0 for it in said)


def test_what_is_asked_for_every_few_seconds_is_not_said(town: Town, lines: list[Any]) -> None:
    for address in ("/healthz", "/static/house.css"):
        assert town.client.get(address).status_code == 200
    assert requests(lines) == []


def test_no_line_of_a_purchase_tells_a_secret(own_town: Town, lines: list[Any]) -> None:
    token = own_town.order()
    own_town.pay(token)
    own_town.refusals.extend(["450 4.2.1 anna@example.ru is busy"] * 2)
    own_town.work()
    own_town.client.get(f"/orders/{token}?letter=guessed")
    own_town.client.get(f"/orders/{token}/nothing/here")
    for odd in (f"/orders/{token}/%0Ax", f"/{token}/at/%0A0", f"/orders/{token}/%0A/"):
        own_town.client.get(odd)
        own_town.client.post(odd)
    own_town.client.post(f"/orders/{token}/consent/withdraw")
    told = repr(lines)

    assert any(it["event"] == "letter not sent" and it["code"] == "450" for it in lines)
    for secret in (token, *SECRET_PARTS, "450 4.2.1", own_town.shop.key):
        assert secret not in told


def test_a_bug_is_found_by_the_number_its_page_shows(
    own_town: Town, lines: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checkout.web.ordering.form_answer", None)
    answer = own_town.client.get("/checkout/5")
    (bug,) = [it for it in lines if it["event"] == "unexpected error"]

    assert answer.status_code == 500
    assert bug["request"] == answer.headers["x-request-id"]
    assert bug["request"] in answer.text


def test_an_error_of_the_database_does_not_tell_the_values(any_town: Town) -> None:
    row = {"document": "offer", "number": 1, "sha256": "anna@example.ru"}
    with (
        any_town.shop.store.engine.begin() as connection,
        pytest.raises(IntegrityError) as caught,
    ):
        connection.execute(insert(tables.editions).values(row))
    told = "".join(format_exception(caught.value))
    assert "anna@example.ru" not in told
    assert "not null" in told.lower().replace("-", " ")
