"""Notifications: hints that anybody could have sent, kept only when they come from YooKassa."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from checkout.deliver import deliver
from checkout.domain.payment import Payment
from checkout.replay import replay
from checkout.shop import new_id
from checkout.store import cases, ledger
from checkout.store.engine import Tx
from checkout.worker import follow_hints
from tests.town import SITE, Town
from tests.web.buying import (
    asked_of_yookassa,
    begin_package,
    client_with,
    letters_to,
    orders_in,
    payment_of,
    with_clock,
)

PATH = "/yookassa/notifications"
UNKNOWN = "2ec65a1e-000f-5000-8000-000000000000"


def notice(payment_id: object, event: object = "payment.succeeded") -> dict[str, Any]:
    return {"type": "notification", "event": event, "object": {"id": payment_id}}


def told(town: Town, value: object, **options: Any) -> httpx2.Response:
    return town.client.post(PATH, content=json.dumps(value).encode(), **options)


def kept(town: Town) -> int:
    """How many notifications are in the inbox."""
    with town.shop.store.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one())


def test_a_notification_is_answered_at_once_and_asked_about_later(own_town: Town) -> None:
    payment_id = payment_of(own_town, own_town.order())
    own_town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    with asked_of_yookassa(own_town) as asked_while_answering:
        answer = told(own_town, notice(payment_id))
    with asked_of_yookassa(own_town) as asked_by_the_worker:
        own_town.work()

    assert (answer.status_code, answer.content) == (200, b"")
    assert asked_while_answering == []
    assert f"/v3/payments/{payment_id}" in [it["path"] for it in asked_by_the_worker]
    assert letters_to(own_town, "anna@example.ru")


@pytest.mark.parametrize("claim", ["payment.succeeded", "payment.canceled", "payment.new_kind"])
def test_what_a_notification_claims_is_never_believed(own_town: Town, claim: str) -> None:
    token = own_town.order()
    value = notice(payment_of(own_town, token), claim)
    value["object"] |= {"status": "succeeded", "paid": True, "captured_at": "2026-11-23T10:00:00Z"}
    told(own_town, value)
    own_town.work()

    assert own_town.facts(token)["state"] == "waiting"
    assert own_town.post == []


def test_a_notification_from_elsewhere_is_answered_dropped_and_counted(own_town: Town) -> None:
    payment_id = payment_of(own_town, own_town.order())
    stranger = TestClient(own_town.app, base_url=SITE, client=("9.9.9.9", 50_000))
    lying = {"x-forwarded-for": "127.0.0.1"}
    answers = [
        stranger.post(PATH, json=notice(payment_id)),
        stranger.post(PATH, json=notice(payment_id), headers=lying),
        stranger.post(PATH, content=b"nonsense"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert kept(own_town) == 0
    assert own_town.shop.strangers.number == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"1",
        b'"payment.succeeded"',
        b"<html>",
        b"\xff\xfe",
        json.dumps(notice(UNKNOWN)).encode("utf-16"),
        b'{"event": "payment.succeeded"}',
        b'{"event": "payment.succeeded", "object": null}',
        b'{"event": "payment.succeeded", "object": []}',
        json.dumps(notice("")).encode(),
        json.dumps(notice(7)).encode(),
        json.dumps(notice(["x"])).encode(),
        json.dumps(notice("../refunds/1")).encode(),
        json.dumps(notice(UNKNOWN + "\n")).encode(),
        json.dumps(notice(UNKNOWN, "")).encode(),
        json.dumps(notice(UNKNOWN, None)).encode(),
        json.dumps(notice(UNKNOWN, "payment.\0")).encode(),
        json.dumps(notice(UNKNOWN, "payment.\ud800")).encode(),
        json.dumps(notice(UNKNOWN, "p" * 65)).encode(),
        b'{"event":' * 5_000,
        b"[" * 60_000,
        b'{"event": "payment.succeeded", "object": {"id": ' + b"9" * 5_000 + b"}}",
    ],
)
def test_what_is_no_notification_is_refused_and_not_kept(town: Town, content: bytes) -> None:
    before = kept(town)

    assert town.client.post(PATH, content=content).status_code == 400
    assert kept(town) == before


def test_a_body_that_is_too_large_is_refused_with_and_without_its_length(town: Town) -> None:
    def pieces() -> Iterator[bytes]:
        yield from (b" " * 1024 for _ in range(100))

    assert town.client.post(PATH, content=b" " * 100_000).status_code == 413
    assert town.client.post(PATH, content=pieces()).status_code == 413


def test_a_chunked_notification_without_its_length_is_heard(own_town: Town) -> None:
    payment_id = payment_of(own_town, own_town.order())
    text = json.dumps(notice(payment_id)).encode()
    answer = own_town.client.post(PATH, content=iter([text[:20], text[20:]]))

    assert "content-length" not in answer.request.headers
    assert answer.status_code == 200
    assert kept(own_town) == 1


@pytest.mark.parametrize("event", ["payment_method.active", "payout.succeeded", "deal.closed", "x"])
def test_an_event_we_do_not_act_on_is_kept_and_asks_nothing(own_town: Town, event: str) -> None:
    answer = told(own_town, notice(UNKNOWN, event))
    with asked_of_yookassa(own_town) as asked:
        own_town.work()

    assert answer.status_code == 200
    assert kept(own_town) == 1
    assert asked == []


def test_a_payment_nobody_knows_is_asked_about_once_and_forgotten(own_town: Town) -> None:
    told(own_town, notice(UNKNOWN))
    with asked_of_yookassa(own_town) as asked:
        for _ in range(3):
            own_town.work()
            own_town.clock.forward(hours=1)

    assert [request["path"] for request in asked] == [f"/v3/payments/{UNKNOWN}"]
    assert own_town.post == []


def test_money_at_yookassa_that_no_order_asked_for_is_a_case(own_town: Town) -> None:
    value = {
        "amount": {"value": "100.00", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": SITE},
        "metadata": {"order": "2026-0001"},
    }
    payment_id = own_town.yookassa.post("/payments", value).json()["id"]
    own_town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    token = own_town.order()
    for _ in range(2):
        told(own_town, notice(payment_id))
        own_town.work()
    (letter,) = letters_to(own_town, "dudkinanton@bk.ru")

    assert payment_id in letter.text
    assert own_town.facts(token)["state"] == "waiting"
    assert [it["payment_id"] for it in own_town.ledger() if it["kind"] == "payment"] == [payment_id]
    assert all("order" not in it for it in own_town.ledger() if it["kind"] in ("payment", "case"))


def test_a_notification_about_somebody_elses_order_settles_only_that_order(own_town: Town) -> None:
    mine, other = own_town.order(), own_town.order(email="boris@example.ru")
    own_town.yookassa.control("POST", f"/payments/{payment_of(own_town, other)}/pay")
    value = notice(payment_of(own_town, other))
    value["object"]["metadata"] = {"order": own_town.facts(mine)["number"]}
    told(own_town, value)
    own_town.work()

    assert own_town.facts(other)["state"] == "paid"
    assert own_town.facts(mine)["state"] == "waiting"
    assert letters_to(own_town, "anna@example.ru") == []


def test_a_hint_that_yookassa_does_not_answer_is_followed_a_minute_later(own_town: Town) -> None:
    payment_id = payment_of(own_town, own_town.order())
    own_town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    told(own_town, notice(payment_id))
    own_town.yookassa.fault("500", "GET /payments/{id}", times=2)
    own_town.work()
    early = list(own_town.post)
    own_town.clock.forward(minutes=1)
    own_town.yookassa.fault(None)
    own_town.work()

    assert early == []
    assert letters_to(own_town, "anna@example.ru")


def paid_and_told(town: Town, number: int) -> list[str]:
    """Payments that are paid at YooKassa and told of; nobody has asked about them yet."""
    payments = [payment_of(town, town.order(email=f"c{at}@example.ru")) for at in range(number)]
    for payment_id in payments:
        town.yookassa.control("POST", f"/payments/{payment_id}/pay")
        told(town, notice(payment_id))
    return payments


def due(town: Town) -> list[str]:
    """What is still to be asked about, now or later."""
    query = "SELECT object_id FROM inbox WHERE due_at IS NOT NULL"
    with town.shop.store.engine.connect() as connection:
        return [str(it) for it in connection.exec_driver_sql(query).scalars()]


def test_what_one_silence_kept_from_being_asked_about_does_not_wait_for_it(own_town: Town) -> None:
    paid_and_told(own_town, 3)
    own_town.yookassa.fault("500", "GET /payments/{id}", times=1)
    follow_hints(own_town.shop)
    before = orders_in(own_town, "paid")
    own_town.yookassa.fault(None)
    follow_hints(own_town.shop)

    assert (before, orders_in(own_town, "paid"), len(due(own_town))) == (0, 2, 1)


def test_what_is_told_is_written_before_much_more_is_asked(own_town: Town) -> None:
    paid_and_told(own_town, 4)
    shop = with_clock(own_town, 0.4)
    follow_hints(shop)
    rows = shop.store.read(ledger.entries)

    assert (orders_in(own_town, "paid"), due(own_town)) == (4, [])
    # what one transaction writes has its one moment
    assert len({row.at for row in rows if row.kind == "acceptance"}) == 2


def test_a_payment_that_cannot_be_written_holds_up_no_other(own_town: Town) -> None:
    """Here its package stands there already, whoever put it."""
    payments = paid_and_told(own_town, 3)
    begin_package(own_town, payments[1])
    with pytest.raises(IntegrityError):
        follow_hints(own_town.shop)

    assert orders_in(own_town, "paid") == 2
    assert due(own_town) == [payments[1]]


def test_a_payment_that_cannot_be_asked_about_holds_up_no_other(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong there, a lack of memory say: YooKassa has not to do with it."""
    payments = paid_and_told(own_town, 3)
    ask = own_town.shop.yookassa.payment

    def ask_but_for_one(payment_id: str) -> Payment:
        if payment_id == payments[1]:
            raise MemoryError
        return ask(payment_id)

    monkeypatch.setattr(own_town.shop.yookassa, "payment", ask_but_for_one)
    with pytest.raises(MemoryError):
        follow_hints(own_town.shop)

    assert orders_in(own_town, "paid") == 2
    assert due(own_town) == [payments[1]]


def test_what_is_said_while_yookassa_is_asked_is_followed_too(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old enough an attempt is looked at four times an hour: the client would wait for that."""
    payment = payment_of(own_town, own_town.order())
    own_town.clock.forward(minutes=50)
    own_town.work()
    said = {"type": "notification", "event": "payment.succeeded", "object": {"id": payment}}
    own_town.client.post("/yookassa/notifications", json=said)
    ask = own_town.shop.yookassa.payment

    def ask_slowly(payment_id: str) -> Payment:
        told = ask(payment_id)
        monkeypatch.undo()
        own_town.clock.forward(seconds=1)
        own_town.yookassa.control("POST", f"/payments/{payment_id}/pay")
        own_town.client.post("/yookassa/notifications", json=said)
        return told

    monkeypatch.setattr(own_town.shop.yookassa, "payment", ask_slowly)
    follow_hints(own_town.shop)

    assert (orders_in(own_town, "paid"), due(own_town)) == (1, [])


def test_the_inbox_can_be_worked_again_and_nothing_is_done_twice(own_town: Town) -> None:
    zone, store = own_town.shop.settings.zone, own_town.shop.store
    paid_before, token = own_town.order(), own_town.order(email="boris@example.ru")
    own_town.pay(paid_before)
    for order in (paid_before, token):
        told(own_town, notice(payment_of(own_town, order)))
    own_town.work()
    own_town.yookassa.control("POST", f"/payments/{payment_of(own_town, token)}/pay")
    own_town.work()
    heard = store.clock().astimezone(zone).date()
    before = len(own_town.ledger())

    assert (orders_in(own_town, "paid"), replay(store, zone, heard + timedelta(days=1))) == (1, 0)
    assert replay(store, zone, heard) == 2
    own_town.work()
    assert orders_in(own_town, "paid") == 2
    grown = len(own_town.ledger())
    assert grown > before
    assert replay(store, zone, None) == 2
    own_town.work()
    assert len(own_town.ledger()) == grown


def test_a_late_notification_of_a_cancelled_attempt_does_not_undo_the_paid_one(
    own_town: Town,
) -> None:
    token = own_town.order()
    first = payment_of(own_town, token)
    own_town.yookassa.control("POST", f"/payments/{first}/decline")
    own_town.facts(token)
    offer = own_town.shop.shelf.offer()
    assert offer is not None
    own_town.client.post(f"/orders/{token}/retry", data={"accept_offer": offer.sha256})
    own_town.pay(token)
    told(own_town, notice(first, "payment.canceled"))
    own_town.work()

    assert own_town.facts(token)["state"] == "paid"


def test_a_notification_that_cannot_be_kept_is_no_200(own_town: Town) -> None:
    client = client_with(own_town, own_town.shop.yookassa)
    with own_town.shop.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE inbox")
    answer = client.post(PATH, json=notice(UNKNOWN))

    assert answer.status_code == 500


def test_after_twenty_letters_it_is_the_turn_of_the_payments_that_came_meanwhile(
    own_town: Town,
) -> None:
    def lay_open(tx: Tx) -> None:
        for number in range(21):
            cases.open_case(
                tx, new_id(), kind="odd_money", subject=f"{number}", order_id=None, sentence="Да."
            )

    own_town.shop.store.transact(lay_open)
    own_town.shop.wake.clear()

    assert deliver(own_town.shop) == 20
    assert own_town.shop.wake.is_set()
    assert deliver(own_town.shop) == 1
