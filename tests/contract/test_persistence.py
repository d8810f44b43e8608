"""A simulator that keeps its state in a file: what the next one, started after it, still knows."""

import threading
from pathlib import Path
from typing import Any

import pytest

from checkout.gateway.simulator.memory import Memory
from tests.contract.simulated import body, new_key, of, request_value, simulated


@pytest.fixture
def kept(tmp_path: Path) -> dict[str, Any]:
    return {"kept_in": tmp_path / "simulator.sqlite"}


def test_a_payment_survives_and_can_be_paid_where_it_is_waited_for_now(
    kept: dict[str, Any],
) -> None:
    with simulated(**kept) as before:
        created = before.client().create_payment(key=new_key(), body=body())
    with simulated(**kept) as after:
        found = after.client().payment(created.id)
        page = after.session.get(str(found.confirmation_url))
        after.control("POST", f"/payments/{created.id}/pay")
        paid = after.client().payment(created.id)

    assert (found.status, found.metadata) == ("pending", created.metadata)
    assert (found.amount_kopecks, found.created_at) == (created.amount_kopecks, created.created_at)
    assert str(found.confirmation_url).startswith(after.url)
    assert page.status_code == 200
    assert paid.status == "succeeded"


def test_every_change_of_a_payment_survives(kept: dict[str, Any]) -> None:
    acts = ("pay", "decline", "expire")
    with simulated(**kept) as before:
        for act in acts:
            created = before.client().create_payment(key=new_key(), body=body())
            before.control("POST", f"/payments/{created.id}/{act}")
        held = before.post("/payments", request_value(capture=False)).json()
        before.control("POST", f"/payments/{held['id']}/pay")
        shown = before.payments()
    with simulated(**kept) as after:
        again = after.payments()
        after.clock.forward(days=8)
        expired = after.client().payment(held["id"])

    assert again == shown
    assert expired.cancellation_reason == "expired_on_capture"


def test_a_refund_survives_together_with_what_is_left_of_its_payment(kept: dict[str, Any]) -> None:
    amount = {"value": "490.00", "currency": "RUB"}
    with simulated(**kept) as before:
        paid = before.client().create_payment(key=new_key(), body=body(149_000))
        before.control("POST", f"/payments/{paid.id}/pay")
        refund = before.post("/refunds", {"payment_id": paid.id, "amount": amount}).json()
    with simulated(**kept) as after:
        found = after.api("GET", f"/refunds/{refund['id']}").json()
        left = after.api("GET", f"/payments/{paid.id}").json()

    assert found == refund
    assert of(left, "refunded_amount", "value") == "490.00"


def test_a_key_is_remembered_for_its_day_and_its_request_is_not_performed_again(
    kept: dict[str, Any],
) -> None:
    key = new_key()
    with simulated(**kept) as before:
        first = before.post("/payments", request_value(), key=key)
        refused = before.post("/payments", request_value(amount=None), key=f"{key}-bad")
    with simulated(**kept) as after:
        again = after.post("/payments", request_value(), key=key)
        refused_again = after.post("/payments", request_value(amount=None), key=f"{key}-bad")
        other = after.post("/payments", request_value(description="Другое"), key=key)
        known = after.payments()
        after.clock.forward(hours=25)
        later = after.post("/payments", request_value(), key=key)

    assert again.json() == first.json()
    assert (refused_again.status_code, refused_again.json()) == (400, refused.json())
    assert other.status_code == 400
    assert len(known) == 1
    assert later.json()["id"] != first.json()["id"]


def test_requests_are_remembered_in_their_order_and_the_oldest_are_let_go(
    kept: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checkout.gateway.simulator.faults.KEPT", 3)
    with simulated(**kept) as before:
        for n in range(2):
            before.api("GET", f"/payments?limit={n + 1}")
    with simulated(**kept) as after:
        for n in range(2, 4):
            after.api("GET", f"/payments?limit={n + 1}")
        seen = [request["query"] for request in after.requests()]
    with simulated(**kept) as last:
        remembered = [request["query"] for request in last.requests()]

    assert seen == remembered == ["limit=2", "limit=3", "limit=4"]


def test_what_changes_together_is_not_in_the_file_before_all_of_it_is(tmp_path: Path) -> None:
    file = tmp_path / "simulator.sqlite"
    writing, elsewhere = Memory(file), Memory(file)
    with writing.together():
        writing.put("payment", "1", {"status": "pending"})
        unfinished = elsewhere.all("payment")
        writing.put("key", "k", {"status": 200})
    finished = elsewhere.all("payment"), elsewhere.all("key")
    writing.close()
    elsewhere.close()

    assert unfinished == {}
    assert finished == ({"1": {"status": "pending"}}, {"k": {"status": 200}})


def test_threads_that_change_it_at_once_lose_nothing(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "simulator.sqlite")

    def put(first: int) -> None:
        for n in range(first, first + 25):
            memory.put("payment", str(n), {"n": n})

    threads = [threading.Thread(target=put, args=[25 * k]) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = memory.all("payment")
    memory.close()

    assert sorted(int(name) for name in found) == list(range(100))


def test_without_a_file_nothing_is_kept_and_nothing_is_missing() -> None:
    memory = Memory(None)
    memory.put("payment", "1", {})
    memory.forget("payment", "1")

    assert memory.all("payment") == {}


@pytest.mark.parametrize("now", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+03:00"])
def test_a_clock_beyond_what_a_calendar_can_count_is_refused_and_stays(now: str) -> None:
    with simulated() as one:
        before = one.control("GET", "/clock")
        answer = one.session.put(f"{one.url}/_control/clock", json={"now": now})

        assert answer.status_code == 422
        assert "1990 to 2999" in answer.json()["error"]
        assert one.control("GET", "/clock") == before
