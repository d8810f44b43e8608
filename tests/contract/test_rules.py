"""The simulator's own rules: it refuses what YooKassa refuses and remembers what it remembers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import anyio
import pytest
import yookassa
from starlette.types import Message, Receive, Scope, Send

from checkout.domain.errors import UnknownOutcome
from checkout.gateway.simulator.faults import Faults, Record
from checkout.gateway.simulator.memory import Memory
from checkout.gateway.simulator.objects import new_id
from tests.contract.simulated import (
    NOON,
    RETURN_URL,
    SECRET_KEY,
    SHOP_ID,
    Simulated,
    body,
    new_key,
    of,
    request_value,
    simulated,
)


def two_stage(simulator: Simulated) -> str:
    """The id of a payment that was paid and waits to be captured."""
    created = simulator.post("/payments", request_value(capture=False)).json()
    simulator.control("POST", f"/payments/{created['id']}/pay")
    return str(created["id"])


def one_stage(simulator: Simulated, rub: str = "1490.00") -> str:
    """The id of a payment that succeeded."""
    amount = {"value": rub, "currency": "RUB"}
    created = simulator.post("/payments", request_value(amount=amount)).json()
    simulator.control("POST", f"/payments/{created['id']}/pay")
    return str(created["id"])


def refund(simulator: Simulated, payment_id: str, rub: str) -> Any:
    amount = {"value": rub, "currency": "RUB"}
    return simulator.post("/refunds", {"payment_id": payment_id, "amount": amount, "sources": []})


# --- who asks, and what is well-formed


def test_whoever_dies_in_the_middle_of_a_request_has_asked_nothing_and_taken_no_key() -> None:
    performed = []
    arriving = iter(
        [
            {"type": "http.request", "body": b'{"amount"', "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        performed.append(scope["path"])

    async def receive() -> Message:
        return next(arriving)

    async def send(message: Message) -> None:
        raise AssertionError("nobody is there to be answered")

    record = Record(Memory(None))
    scope = {"type": "http", "method": "POST", "path": "/v3/payments", "query_string": b"",
             "headers": [], "client": None}  # fmt: skip
    anyio.run(Faults(api, record=record, slow_for=0), scope, receive, send)

    assert performed == []


@pytest.mark.parametrize("credentials", [None, ("501001", "wrong"), ("999", "test_x"), ("", "")])
def test_a_call_without_the_shops_credentials_is_not_authorised(
    simulator: Simulated, credentials: Any
) -> None:
    answer = simulator.session.get(f"{simulator.url}/v3/me", auth=credentials)

    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credentials"


def test_a_method_nobody_knows_is_not_found(simulator: Simulated) -> None:
    answer = simulator.api("GET", "/webhooks")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("key", ["", "a" * 65, "a b"])
def test_a_post_needs_a_key_of_at_most_64_plain_characters(simulator: Simulated, key: str) -> None:
    headers = {"Idempotence-Key": key} if key else {}

    answer = simulator.api("POST", "/payments", json=request_value(), headers=headers)

    assert (answer.status_code, answer.json()["parameter"]) == (400, "Idempotence-Key")


@pytest.mark.parametrize(
    ("spoilt", "parameter"),
    [
        ({"amount": None}, "amount"),
        ({"amount": {"value": 1490, "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "1490", "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "0.99", "currency": "RUB"}}, "amount.value"),
        ({"amount": {"value": "1490.00", "currency": "USD"}}, "amount.currency"),
        ({"capture": "true"}, "capture"),
        ({"confirmation": None}, "confirmation.type"),
        ({"confirmation": {"type": "redirect"}}, "confirmation.return_url"),
        ({"confirmation": {"type": "redirect", "return_url": "x:y"}}, "confirmation.return_url"),
        ({"description": "я" * 129}, "description"),
        ({"metadata": {str(n): "v" for n in range(17)}}, "metadata"),
        ({"metadata": {"k": 1}}, "metadata.k"),
        ({"metadata": {"k": "v" * 513}}, "metadata.k"),
        ({"payment_method_data": {"type": "cash"}}, "payment_method_data.type"),
        ({"payment_method_data": {"type": "sbp"}, "capture": False}, "capture"),
    ],
)
def test_a_malformed_payment_is_refused_with_its_parameter(
    simulator: Simulated, spoilt: dict[str, object], parameter: str
) -> None:
    answer = simulator.post("/payments", request_value(**spoilt))

    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["parameter"]) == ("invalid_request", parameter)


@pytest.mark.parametrize("content", [b"{", b"[]", b"null", b"\xff"])
def test_a_body_that_is_no_object_is_refused(simulator: Simulated, content: bytes) -> None:
    headers = {"Idempotence-Key": new_key(), "Content-Type": "application/json"}

    assert simulator.api("POST", "/payments", data=content, headers=headers).status_code == 400


def test_what_the_sdk_adds_of_itself_is_put_up_with(simulator: Simulated) -> None:
    extras = {"transfers": [], "statements": [], "never_heard_of": 1}

    assert simulator.post("/payments", request_value(**extras)).status_code == 200


def test_the_official_sdk_itself_gets_along_with_it(simulator: Simulated) -> None:
    sdk: Any = yookassa  # it ships no types
    sdk.Configuration.configure(SHOP_ID, SECRET_KEY, api_url=f"{simulator.url}/v3")
    amount = {"value": "1490.00", "currency": "RUB"}
    back = {"type": "redirect", "return_url": RETURN_URL}

    created = sdk.Payment.create({"amount": amount, "confirmation": back}, new_key())
    simulator.control("POST", f"/payments/{created.id}/pay")
    captured = sdk.Payment.capture(created.id, None, new_key())
    returned = sdk.Refund.create({"payment_id": created.id, "amount": amount}, new_key())

    assert (captured.status, returned.status) == ("succeeded", "succeeded")
    assert sdk.Payment.find_one(created.id).refunded_amount.value == 1490


def test_a_fiscalised_shop_wants_a_receipt_that_adds_up() -> None:
    line = {
        "description": "Пакет поддержки",
        "amount": {"value": "745.00", "currency": "RUB"},
        "quantity": "2.000",
        "vat_code": 1,
        "measure": "piece",
        "payment_subject": "service",
        "payment_mode": "full_prepayment",
    }
    customer = {"email": "anna@example.ru"}
    with simulated(receipts=True) as shop:
        without = shop.post("/payments", request_value())
        wrong = shop.post(
            "/payments", request_value(receipt={"customer": customer, "items": [line, line]})
        )
        right = shop.post(
            "/payments", request_value(receipt={"customer": customer, "items": [line]})
        )

    assert (without.status_code, without.json()["parameter"]) == (400, "receipt")
    assert (wrong.status_code, wrong.json()["parameter"]) == (400, "receipt.items")
    assert right.json()["receipt_registration"] == "pending"


# --- keys


def test_a_key_is_remembered_for_24_hours_and_then_begins_anew(simulator: Simulated) -> None:
    key = new_key()
    first = simulator.post("/payments", request_value(), key=key).json()

    simulator.clock.forward(hours=23, minutes=59)
    within = simulator.post("/payments", request_value(), key=key).json()
    simulator.clock.forward(minutes=1)
    after = simulator.post("/payments", request_value(), key=key).json()

    assert within == first  # the snapshot of the first answer, though it has expired by now
    assert after["id"] != first["id"]


def test_a_refusal_is_remembered_under_its_key_too(simulator: Simulated) -> None:
    key, wrong = new_key(), request_value(description="я" * 129)

    first = simulator.post("/payments", wrong, key=key)
    mended = simulator.post("/payments", request_value(), key=key)

    assert first.json()["parameter"] == "description"
    assert mended.json()["parameter"] == "Idempotence-Key"


def in_flight(simulator: Simulated, pool: ThreadPoolExecutor, key: str) -> Any:
    """A creation that has claimed its key and is held in the middle of its work."""
    simulator.fault("held", "POST /payments")
    first = pool.submit(simulator.client().create_payment, key=key, body=body())
    while key not in simulator.control("GET", "/idempotence")["at_work"]:
        pass
    return first


def test_a_second_request_with_a_key_at_work_waits_for_the_first(simulator: Simulated) -> None:
    key = new_key()
    with ThreadPoolExecutor(2) as pool:
        first = in_flight(simulator, pool, key)
        second = pool.submit(simulator.client().create_payment, key=key, body=body())
        simulator.control("POST", "/fault/release")

    assert first.result().id == second.result().id


def test_a_second_request_with_a_key_at_work_may_also_be_refused(simulator: Simulated) -> None:
    key = new_key()
    simulator.control("PUT", "/idempotence", {"concurrent": "refused"})
    with ThreadPoolExecutor(1) as pool:
        first = in_flight(simulator, pool, key)
        with pytest.raises(UnknownOutcome) as raised:
            simulator.client().create_payment(key=key, body=body())
        simulator.control("POST", "/fault/release")

    assert raised.value.status == 400
    assert simulator.client().create_payment(key=key, body=body()).id == first.result().id


# --- the life of a payment


def test_without_capture_a_payment_has_two_stages(simulator: Simulated) -> None:
    value = request_value()
    del value["capture"]
    created = simulator.post("/payments", value).json()

    paid = simulator.control("POST", f"/payments/{created['id']}/pay")

    assert (paid["status"], paid["paid"]) == ("waiting_for_capture", True)
    assert paid["expires_at"] == "2026-11-30T09:00:00.412Z"


def test_an_empty_capture_takes_it_all_and_a_smaller_one_less(simulator: Simulated) -> None:
    whole = simulator.api(
        "POST", f"/payments/{two_stage(simulator)}/capture", headers={"Idempotence-Key": new_key()}
    ).json()
    amount = {"value": "490.00", "currency": "RUB"}
    part = simulator.post(f"/payments/{two_stage(simulator)}/capture", {"amount": amount}).json()

    assert (whole["status"], of(whole, "amount", "value")) == ("succeeded", "1490.00")
    assert (part["status"], of(part, "amount", "value")) == ("succeeded", "490.00")


def test_only_a_held_payment_can_be_cancelled(simulator: Simulated) -> None:
    held = simulator.api(
        "POST", f"/payments/{two_stage(simulator)}/cancel", headers={"Idempotence-Key": new_key()}
    ).json()
    pending = simulator.post("/payments", request_value()).json()

    refused = simulator.post(f"/payments/{pending['id']}/cancel", {})

    assert held["cancellation_details"] == {"party": "merchant", "reason": "canceled_by_merchant"}
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")


def test_a_payment_nobody_confirms_expires_after_an_hour(simulator: Simulated) -> None:
    created = simulator.post("/payments", request_value()).json()
    path = f"/payments/{created['id']}"

    simulator.clock.forward(minutes=59, seconds=59)
    before = simulator.api("GET", path).json()
    simulator.clock.forward(seconds=1)
    after = simulator.api("GET", path).json()

    assert before["status"] == "pending"
    assert (after["status"], after["paid"]) == ("canceled", False)
    assert of(after, "cancellation_details", "reason") == "expired_on_confirmation"
    assert "confirmation" not in after


def test_a_held_payment_nobody_captures_expires_after_a_week(simulator: Simulated) -> None:
    payment_id = two_stage(simulator)

    simulator.clock.forward(days=7)

    expired = simulator.api("GET", f"/payments/{payment_id}").json()
    assert of(expired, "cancellation_details", "reason") == "expired_on_capture"


def test_an_id_counts_seconds_and_tells_the_kind_of_object() -> None:
    assert (
        new_id("000f", NOON - timedelta(days=1), "0" * 12) == "3294c2d0-000f-5000-8000-000000000000"
    )


# --- lists


def test_a_list_is_newest_first_filtered_and_paged(simulator: Simulated) -> None:
    simulator.clock.forward(days=30)
    since = {"created_at.gte": "2026-12-23T09:00:00.412Z"}
    ids: list[str] = []
    for _ in range(5):
        ids.insert(0, one_stage(simulator))
        simulator.clock.forward(seconds=1)

    first = simulator.api("GET", "/payments", params=since | {"limit": "3"}).json()
    rest = simulator.api(
        "GET", "/payments", params=since | {"limit": "3", "cursor": first["next_cursor"]}
    ).json()
    between = since | {"created_at.gt": "2026-12-23T09:00:01.412Z"}
    between |= {"created_at.lt": "2026-12-23T09:00:03.412Z", "status": "succeeded"}
    middle = simulator.api("GET", "/payments", params=between).json()
    none = simulator.api("GET", "/payments", params=since | {"status": "canceled"}).json()

    assert [shown["id"] for shown in first["items"] + rest["items"]] == ids
    assert "next_cursor" not in rest
    assert [shown["id"] for shown in middle["items"]] == [ids[2]]
    assert none["items"] == []


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"cursor": "x"}]
)
def test_a_list_refuses_what_it_cannot_page_by(simulator: Simulated, query: dict[str, str]) -> None:
    assert simulator.api("GET", "/payments", params=query).status_code == 400


# --- refunds


def test_refunds_go_down_to_nothing_and_not_beyond(simulator: Simulated) -> None:
    payment_id = one_stage(simulator)

    first = refund(simulator, payment_id, "490.00")
    too_much = refund(simulator, payment_id, "1000.01")
    last = refund(simulator, payment_id, "1000.00")
    none_left = refund(simulator, payment_id, "1.00")

    assert (first.json()["status"], first.json()["id"][9:13]) == ("succeeded", "0015")
    assert too_much.json()["description"] == "Refund sum exceeded"
    assert last.status_code == 200
    assert none_left.json()["description"] == "Payment is already completely refunded"
    payment = simulator.api("GET", f"/payments/{payment_id}").json()
    assert (of(payment, "refunded_amount", "value"), payment["refundable"]) == ("1490.00", False)
    listed = simulator.api("GET", "/refunds", params={"payment_id": payment_id}).json()["items"]
    assert [of(shown, "amount", "value") for shown in listed] == ["1000.00", "490.00"]
    assert simulator.api("GET", f"/refunds/{first.json()['id']}").json() == first.json()


def test_a_refund_leaves_nothing_or_more_than_a_rouble(simulator: Simulated) -> None:
    payment_id = one_stage(simulator)

    assert refund(simulator, payment_id, "1489.00").status_code == 400
    assert refund(simulator, payment_id, "1488.99").status_code == 200


def test_what_was_not_paid_cannot_be_refunded(simulator: Simulated) -> None:
    pending = simulator.post("/payments", request_value()).json()

    assert refund(simulator, pending["id"], "1.00").status_code == 400
    assert refund(simulator, "nobody", "1.00").json()["parameter"] == "payment_id"
    assert simulator.api("GET", "/refunds/nobody").status_code == 404
