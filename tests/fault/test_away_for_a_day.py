"""YooKassa is away for a day and more: what was asked is asked again, and not for too long."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from checkout.refund import Wanted, refund
from checkout.verify import BAD, verify
from tests.town import Town, a_town

DAY = 24 * 60  # minutes
# so many minutes at a stretch, looked at one by one; the rest of the day in leaps of an hour
WATCHED = ((0, 6), (23 * 60 - 3, 23 * 60 + 3), (DAY - 2, DAY + 6))
PASSES = 3  # of the worker within a minute; the real one makes a dozen
AWAY = [
    "500_after",
    "reset",
    *(pytest.param(it, marks=pytest.mark.soak) for it in ("500", "html_502_after", "401", "202")),
]


@pytest.fixture
def town(tmp_path: Path, sqlite_url: str) -> Iterator[Town]:
    with a_town(tmp_path, sqlite_url) as town:
        yield town


def minutes(every: bool) -> Iterator[int]:
    """The minutes of a day and an hour at which the worker is let work."""
    for minute in range(DAY + 71):
        if every or minute % 60 == 0 or any(a <= minute < b for a, b in WATCHED):
            yield minute


def posts(town: Town) -> list[str]:
    """The keys of all that was ordered of YooKassa, as it came."""
    asked = [it for it in town.yookassa.requests() if it["method"] == "POST"]
    return [it["headers"]["idempotence-key"] for it in asked]


def listed(town: Town, path: str) -> int:
    asked = [(it["method"], it["path"]) for it in town.yookassa.requests()]
    return asked.count(("GET", path))


@pytest.mark.parametrize("away", AWAY)
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_a_day_without_yookassa_ends_well_for_everybody(town: Town, away: str, every: bool) -> None:
    given_back = town.order(email="back@example.ru")
    town.pay(given_back)
    open_one = town.order(email="open@example.ru")
    open_id = town.facts(open_one)["payment_id"]
    town.work()
    began = town.clock.now
    town.yookassa.fault(away, "*", times=1_000_000)
    refund(town.shop, Wanted("2026-0001", 150_000, "письмо клиента"))
    unsent = town.send(town.form(email="new@example.ru"))
    town.yookassa.control("POST", f"/payments/{open_id}/pay")
    keys: dict[int, list[str]] = {}
    said_of_money = set()
    for minute in minutes(every):
        before = len(posts(town))
        for number in range(PASSES):
            town.clock.now = began + timedelta(minutes=minute, seconds=number * 20)
            town.work()
        keys[minute] = posts(town)[before:]
        if minute % 60 == 0:
            said_of_money.add(town.facts(open_one)["money_taken"])
    looked = listed(town, "/v3/payments"), listed(town, "/v3/refunds")
    town.yookassa.fault(None)
    for _ in range(3):
        town.clock.forward(hours=1)
        town.work()

    assert unsent.status_code == 503
    assert said_of_money == {None}  # «если вы уже оплатили, ничего не делайте»
    assert all(len(it) == len(set(it)) for it in keys.values()), "twice within a minute"
    assert all(len(keys[it]) == 2 for it in range(1, 6)), f"once a minute, each: {keys}"
    assert [it for minute, it in keys.items() if minute >= DAY and it] == []
    assert min(looked) >= 1, "afterwards the lists are searched"
    assert town.facts(open_one)["state"] == "paid"
    assert town.facts(given_back)["refunded_kopecks"] == returned(town)
    with town.shop.store.engine.connect() as connection:
        query = "SELECT state FROM orders ORDER BY id"
        states = connection.exec_driver_sql(query).scalars().all()
    performed = away.endswith("_after")
    assert states == ["paid", "paid", "cancelled" if performed else "created"]
    assert returned(town) == (150_000 if performed else 0)
    assert len(town.yookassa.control("GET", "/refunds")) == int(performed)
    remarks = verify(town.shop.store, town.shop.settings.zone)
    assert [it.sentence for it in remarks if it.mark == BAD] == []


def returned(town: Town) -> int:
    """Kopecks that YooKassa gave back in all."""
    found = town.yookassa.control("GET", "/refunds")
    return sum(
        int(it["amount"]["value"].replace(".", "")) for it in found if it["status"] == "succeeded"
    )
