"""Notifications by the hundred: repeated, out of order, unknown, all at once; nothing is lost."""

import json
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from checkout.serve import working
from checkout.store import correspondence, ledger
from offer.editions import DOCUMENTS
from offer.evidence.chain import broken
from tests.story.driving import until
from tests.town import SITE, Town, a_town, at_once

ORDERS = 8
REPEATED = 8
UNKNOWN = 120
SENDERS = 8
QUEUE = 61  # one in five seconds for five minutes, and one at once
EVENTS = ("payment.succeeded", "payment.waiting_for_capture", "payment.canceled")


@pytest.fixture(params=["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.soak)])
def a_database_url(request: pytest.FixtureRequest) -> str:
    """SQLite; PostgreSQL at length, whose inbox the flood that settles orders has filled."""
    return str(request.getfixturevalue(request.param))


def notice(payment_id: str, event: str) -> bytes:
    value = {"type": "notification", "event": event, "object": {"id": payment_id}}
    return json.dumps(value).encode()


def send_all(town: Town, bodies: list[bytes], client: TestClient | None = None) -> Counter[int]:
    """Post the bodies from several senders at once; how often each status was answered."""
    sender = client or town.client
    statuses: Counter[int] = Counter()

    def send(mine: list[bytes]) -> None:
        for body in mine:
            answer = sender.post("/yookassa/notifications", content=body)
            statuses[answer.status_code] += 1

    failed = at_once(*(lambda n=n: send(bodies[n::SENDERS]) for n in range(SENDERS)))
    assert failed == [None] * SENDERS
    return statuses


def paid_at_yookassa(town: Town) -> dict[str, str]:
    """Orders whose clients paid and never came back: payment id → token."""
    tokens = [town.order(email=f"client{number}@example.ru") for number in range(ORDERS)]
    payments = {town.facts(token)["payment_id"]: token for token in tokens}
    for payment_id in payments:
        town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    return payments


def flood(payments: dict[str, str]) -> list[bytes]:
    """Every payment's events several times and many of payments nobody knows, shuffled."""
    known = [notice(it, EVENTS[n % 3]) for it in payments for n in range(REPEATED + 2)]
    unknown = [notice(invented(n), EVENTS[0]) for n in range(UNKNOWN)]
    bodies = known + unknown
    random.Random(8).shuffle(bodies)  # noqa: S311 - any order will do
    return bodies


def invented(number: int) -> str:
    """A payment of another shop, or of nobody."""
    return f"2ec65a1e-000f-5000-8000-{number:012x}"


def kept(town: Town) -> int:
    with town.shop.store.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one())


def asked_about_strangers(town: Town, before: int) -> int:
    """How often YooKassa was asked about a payment nobody here knows."""
    paths = [it["path"] for it in town.yookassa.requests()[before:]]
    return sum(path.startswith("/v3/payments/2ec65a1e-") for path in paths)


def waiting_hints(town: Town) -> int:
    with town.shop.store.engine.connect() as connection:
        query = "SELECT count(*) FROM inbox WHERE due_at IS NOT NULL"
        return int(connection.exec_driver_sql(query).scalar_one())


def test_a_flood_of_notifications_settles_every_order_once(
    tmp_path: Path, database_url: str
) -> None:
    with a_town(tmp_path, database_url) as town:
        payments = paid_at_yookassa(town)
        bodies = flood(payments)
        with working(town.shop):
            statuses = send_all(town, bodies)
            until(lambda: len(town.post) >= 2 * ORDERS, "the last letter")
            town.clock.forward(hours=1)  # what nobody knows waits in a queue
            town.shop.wake.set()
            until(lambda: not waiting_hints(town), "the last hint followed")
        rows = town.shop.store.read(ledger.entries)
        letters = Counter(letter.header("To") for letter in town.post)

        assert len(bodies) == 200
        assert statuses == {200: 200}
        assert {town.facts(token)["state"] for token in payments.values()} == {"paid"}
        assert Counter(row.kind for row in rows) == {
            "edition": len(DOCUMENTS), "head": 1,
            "order": ORDERS, "acceptance": ORDERS, "payment": ORDERS,
            "message": len(town.mailbox.letters), "certificate": ORDERS,
        }  # fmt: skip
        assert broken(rows) is None
        assert letters == {
            "dudkinanton@bk.ru": ORDERS,
            **{f"client{number}@example.ru": 1 for number in range(ORDERS)},
        }


def test_a_flood_while_yookassa_is_down_is_followed_when_it_is_back(
    tmp_path: Path, sqlite_url: str
) -> None:
    with a_town(tmp_path, sqlite_url) as town:
        payments = paid_at_yookassa(town)
        town.yookassa.fault("500", "*", times=1_000)
        statuses = send_all(town, [notice(it, EVENTS[0]) for it in payments] * 5)
        town.work()
        waiting = {town.facts(token)["state"] for token in payments.values()}
        letters = list(town.post)
        town.yookassa.fault(None)
        town.clock.forward(minutes=2)
        town.work()

        assert statuses == {200: 5 * ORDERS}
        assert waiting == {"waiting"}
        assert letters == []
        assert {town.facts(token)["state"] for token in payments.values()} == {"paid"}
        assert len(town.post) == 2 * ORDERS


def test_a_flood_from_foreign_addresses_is_counted_and_neither_kept_nor_asked_about(
    tmp_path: Path, sqlite_url: str
) -> None:
    with a_town(tmp_path, sqlite_url) as town:
        payments = paid_at_yookassa(town)
        stranger = TestClient(town.app, base_url=SITE, client=("9.9.9.9", 50_000))
        before = len(town.yookassa.requests())
        statuses = send_all(town, flood(payments), stranger)
        real = send_all(town, [notice(it, EVENTS[0]) for it in payments])
        town.work()

        assert statuses == {200: 200}
        assert real == {200: ORDERS}
        assert kept(town) == ORDERS
        assert town.shop.strangers.number == 200
        assert asked_about_strangers(town, before) == 0
        assert {town.facts(token)["state"] for token in payments.values()} == {"paid"}


def test_a_forged_flood_from_the_right_addresses_fills_nothing_and_delays_no_real_one(
    tmp_path: Path, a_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(correspondence, "LONGEST_QUEUE", timedelta(minutes=5))
    with a_town(tmp_path, a_database_url) as town:
        payments = paid_at_yookassa(town)
        known = next(iter(payments))
        forged = [notice(invented(number), EVENTS[0]) for number in range(QUEUE + 100)]
        forged += [notice(known, f"payment.{'a' * number}") for number in range(1, 40)]
        forged += [notice(known, f"{'b' * number}") for number in range(1, 40)]
        before = len(town.yookassa.requests())
        statuses = send_all(town, forged)
        real = send_all(town, [notice(it, EVENTS[0]) for it in payments])
        full = town.client.post("/yookassa/notifications", content=notice(invented(9_999), "x"))
        heard = kept(town)
        town.work()
        states = {town.facts(token)["state"] for token in payments.values()}
        asked_at_once = asked_about_strangers(town, before)
        for _ in range(5):
            town.clock.forward(minutes=1)
            town.work()

        assert statuses.keys() == {200, 429}
        assert real == {200: ORDERS}
        assert heard == QUEUE + ORDERS
        assert (full.status_code, full.headers["retry-after"]) == (429, "600")
        assert states == {"paid"}
        assert asked_at_once == 1
        assert asked_about_strangers(town, before) <= QUEUE
        assert len(town.post) == 2 * ORDERS


def test_what_was_invented_is_forgotten_and_what_is_ours_is_kept(
    tmp_path: Path, sqlite_url: str
) -> None:
    with a_town(tmp_path, sqlite_url) as town:
        payments = paid_at_yookassa(town)
        own = [notice(it, EVENTS[0]) for it in payments]
        send_all(town, [*own, notice(invented(1), EVENTS[0]), notice(invented(2), "payout.done")])
        before = kept(town)
        town.clock.forward(minutes=1)
        town.work()
        asked = kept(town)
        town.clock.forward(days=8)
        town.work()

        assert (before, asked, kept(town)) == (ORDERS + 2, ORDERS + 1, ORDERS)


@pytest.mark.parametrize("times", [1, 50])
def test_whoever_repeats_an_invention_takes_no_second_place_in_the_queue(
    tmp_path: Path, sqlite_url: str, times: int
) -> None:
    with a_town(tmp_path, sqlite_url) as town:
        send_all(town, [notice(invented(1), EVENTS[0])])
        send_all(town, [notice(invented(2), EVENTS[0])] * times)
        before = len(town.yookassa.requests())
        town.clock.forward(seconds=10)
        town.work()

        assert asked_about_strangers(town, before) == 2
        assert kept(town) == 0
