"""A service that is told to stop in a rush: it ends soon, and what it answered for is there."""

import http.client
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from checkout import worker
from checkout.deliver import deliver
from tests.fault.house import PATIENCE, House, a_house, nursery
from tests.fault.test_flood import EVENTS, invented, notice
from tests.town import a_town

MANY = 100  # more than are kept together


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with nursery() as births, a_house(births, tmp_path / "house") as house:
        house.start()
        yield house


def sent(house: House, number: int) -> http.client.HTTPConnection:
    """A notification that is sent, whose sender waits."""
    connection = http.client.HTTPConnection(house.url.removeprefix("http://"), timeout=PATIENCE)
    # nobody asks YooKassa about it, which would forget it
    body = notice(invented(number), "payout.succeeded")
    connection.request("POST", "/yookassa/notifications", body)
    return connection


def answer(connection: http.client.HTTPConnection) -> int | None:
    """The status; None of a connection that was cut off."""
    with closing(connection):
        try:
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None


def test_whoever_waits_with_a_notification_when_the_service_ends_is_answered_as_it_is(
    house: House,
) -> None:
    with closing(sqlite3.connect(house.folder / "checkout.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # nothing can be kept
        waiting = [sent(house, it) for it in range(MANY)]
        assert house._healthy()  # its turn came behind theirs
        signal.pidfd_send_signal(house._life, signal.SIGTERM)
        assert not house.is_dead(0.5)  # it waits for them
        other.execute("ROLLBACK")
    answers = [answer(it) for it in waiting]
    kept = {it for (it,) in house.rows("SELECT object_id FROM inbox")}

    assert house.is_dead(PATIENCE)
    assert {200} <= {*answers} <= {200, None}
    assert {invented(n) for n, status in enumerate(answers) if status == 200} <= kept


def test_a_worker_that_is_told_to_stop_writes_what_it_follows_and_begins_nothing_more(
    tmp_path: Path, sqlite_url: str
) -> None:
    with a_town(tmp_path, sqlite_url) as town:
        token = town.order()
        payment_id = town.facts(token)["payment_id"]
        town.yookassa.control("POST", f"/payments/{payment_id}/pay")
        town.client.post("/yookassa/notifications", content=notice(payment_id, EVENTS[0]))
        stop, ask = threading.Event(), town.shop.yookassa.payment

        def ask_and_stop(payment_id: str) -> Any:
            stop.set()
            return ask(payment_id)

        town.shop.yookassa.payment = ask_and_stop  # type: ignore[method-assign]
        worker.work(town.shop, stop)
        letters = len(town.post)

        assert (town.facts(token)["state"], letters) == ("paid", 0)
        assert deliver(town.shop) == 2
