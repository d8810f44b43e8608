"""Notifications by the hundred: repeated, out of order, unknown, all at once; nothing is lost."""

import json
import random
from collections import Counter
from pathlib import Path

from checkout.open import working
from checkout.store import ledger
from offer.editions import DOCUMENTS
from offer.evidence.chain import broken
from tests.story.driving import until
from tests.town import Town, a_town, at_once

ORDERS = 8
REPEATED = 8
UNKNOWN = 120
SENDERS = 8
EVENTS = ("payment.succeeded", "payment.waiting_for_capture", "payment.canceled")


def notice(payment_id: str, event: str) -> bytes:
    value = {"type": "notification", "event": event, "object": {"id": payment_id}}
    return json.dumps(value).encode()


def send_all(town: Town, bodies: list[bytes]) -> Counter[int]:
    """Post the bodies from several senders at once; how often each status was answered."""
    statuses: Counter[int] = Counter()

    def send(mine: list[bytes]) -> None:
        for body in mine:
            answer = town.client.post("/yookassa/notifications", content=body)
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
    unknown = [notice(f"2ec65a1e-000f-5000-8000-{n:012x}", EVENTS[0]) for n in range(UNKNOWN)]
    bodies = known + unknown
    random.Random(8).shuffle(bodies)  # noqa: S311 - any order will do
    return bodies


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
            until(lambda: not waiting_hints(town), "the last hint followed")
            until(lambda: len(town.post) >= 2 * ORDERS, "the last letter")
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
