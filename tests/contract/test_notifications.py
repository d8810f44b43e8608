"""Notifications: real POSTs, repeated until 200, and as unreliable as they are asked to be."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.contract.simulated import Simulated, body, new_key, of, simulated
from tests.serving import bound, serving

PATIENCE = 20  # seconds until a notification that never comes fails its test


@dataclass
class Listener:
    """The shop's end: answers by `statuses` (then 200) and keeps what came."""

    simulator: Simulated
    came: "queue.Queue[tuple[Request, Any]]"
    statuses: list[int] = field(default_factory=list)

    def next(self) -> tuple[Request, Any]:
        return self.came.get(timeout=PATIENCE)

    def event(self) -> tuple[str, str]:
        """The next notification's event and the status of its object."""
        _, value = self.next()
        return value["event"], of(value, "object", "status")

    def new_payment(self) -> str:
        return self.simulator.client().create_payment(key=new_key(), body=body()).id

    def paid(self) -> str:
        payment_id = self.new_payment()
        self.simulator.control("POST", f"/payments/{payment_id}/pay")
        return payment_id

    def deliver(self, mode: str) -> None:
        self.simulator.control("PUT", "/notifications", {"deliver": mode})


@contextmanager
def listening(**options: Any) -> Iterator[Listener]:
    where, came, statuses = bound(), queue.Queue[tuple[Request, Any]](), list[int]()

    async def take(request: Request) -> Response:
        came.put((request, await request.json()))
        return Response(status_code=statuses.pop(0) if statuses else 200)

    shop = Starlette(routes=[Route("/yookassa/notifications", take, methods=["POST"])])
    options = {
        "notify_url": f"{where.url}/yookassa/notifications",
        "redelivery": (0,) * 7,
    } | options
    with serving(lambda _: shop, where), simulated(**options) as simulator:
        yield Listener(simulator, came, statuses)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as one:
        yield one


def test_a_payment_is_announced_whole_as_it_is_at_that_moment(listener: Listener) -> None:
    payment_id = listener.paid()

    request, told = listener.next()

    assert (told["type"], told["event"]) == ("notification", "payment.succeeded")
    assert told["object"] == listener.simulator.api("GET", f"/payments/{payment_id}").json()
    assert request.headers["content-type"] == "application/json"
    assert "content-length" not in request.headers  # chunked, as theirs once came


def test_a_cancellation_is_announced_and_so_is_an_expiry(listener: Listener) -> None:
    payment_id = listener.new_payment()
    listener.simulator.control("POST", f"/payments/{payment_id}/decline", {"reason": "call_issuer"})
    first = listener.event()
    listener.new_payment()
    listener.simulator.control("PUT", "/clock", {"now": "2027-01-01T00:00:00Z"})

    assert first == ("payment.canceled", "canceled")
    assert listener.event() == ("payment.canceled", "canceled")


def test_only_200_counts_as_taken(listener: Listener) -> None:
    listener.statuses += [500, 204, 302, 404]

    listener.paid()

    bodies = [listener.next()[1] for _ in range(5)]
    assert bodies == [bodies[0]] * 5
    # the queue is in order: had a sixth been sent, it would come before the next payment's
    listener.paid()
    assert listener.next()[1] != bodies[0]


def test_after_the_whole_schedule_they_give_up(listener: Listener) -> None:
    listener.statuses += [500] * 8

    first = listener.paid()
    ids = [of(listener.next()[1], "object", "id") for _ in range(8)]
    second = listener.paid()

    assert ids == [first] * 8
    assert of(listener.next()[1], "object", "id") == second


def test_a_shop_that_is_down_is_told_when_it_is_back() -> None:
    where = bound()
    where.socket.close()
    url = f"{where.url}/yookassa/notifications"
    with simulated(notify_url=url, redelivery=(3600,)) as simulator:
        payment = simulator.client().create_payment(key=new_key(), body=body())
        simulator.control("POST", f"/payments/{payment.id}/pay")
        while not (state := simulator.control("GET", "/notifications"))["sent"]:
            pass

    assert state["sent"][0]["outcome"] == "ConnectionError"


def test_twice_brings_the_same_words_two_times(listener: Listener) -> None:
    listener.deliver("twice")

    listener.paid()

    assert listener.next()[1] == listener.next()[1]


def test_never_brings_nothing_at_all(listener: Listener) -> None:
    listener.deliver("never")
    listener.paid()
    listener.deliver("now")

    second = listener.paid()

    assert of(listener.next()[1], "object", "id") == second


def test_late_waits_until_it_is_released(listener: Listener) -> None:
    listener.deliver("late")
    first = listener.paid()
    kept = listener.simulator.control("GET", "/notifications")["kept"]

    listener.simulator.control("POST", "/notifications/deliver")

    assert [told["id"] for told in kept] == [first]
    assert of(listener.next()[1], "object", "id") == first


def test_another_mode_releases_what_was_late(listener: Listener) -> None:
    listener.deliver("late")
    first = listener.paid()

    listener.deliver("now")

    assert of(listener.next()[1], "object", "id") == first


def test_late_goes_out_by_itself_when_a_delay_is_given() -> None:
    with listening(late_after=0.05) as listener:
        listener.deliver("late")
        listener.paid()

        assert listener.event() == ("payment.succeeded", "succeeded")


def test_reordered_brings_a_stale_event_after_the_final_one(listener: Listener) -> None:
    listener.deliver("reordered")

    payment_id = listener.paid()

    assert listener.event() == ("payment.succeeded", "succeeded")
    assert listener.event() == ("payment.waiting_for_capture", "waiting_for_capture")
    assert listener.simulator.client().payment(payment_id).status == "succeeded"
