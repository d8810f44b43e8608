"""Receipts: how the simulated YooKassa has them registered, and what our side makes of it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from checkout.domain.errors import Refused, UnknownOutcome
from checkout.gateway.client import YooKassa
from checkout.gateway.wire import UnreadableAnswerError, read_receipt, receipt_request
from tests.contract.simulated import NOON, Simulated, body, new_key, of, request_value, simulated
from tests.contract.test_answers import UNCLEAR

POST, READ, LIST = "POST /receipts", "GET /receipts/{id}", "GET /receipts"
IMPATIENT = (3.05, 0.3)
CUSTOMER = {"email": "anna@example.ru"}
# a receipt has no amount of its own that could be missing: its lines have theirs
UNCLEAR_OF_RECEIPTS = [it for it in UNCLEAR if "amount" not in it[0]]


@pytest.fixture(scope="module")
def fiscalised() -> Iterator[Simulated]:
    with simulated(receipts=True) as one:
        yield one


@pytest.fixture
def simulator(fiscalised: Simulated) -> Simulated:
    """A fiscalised shop without faults, at noon in Moscow."""
    fiscalised.clock.now = NOON
    fiscalised.fault(None)
    fiscalised.control("PUT", "/refunds", {"become": "succeeded"})
    fiscalised.control("PUT", "/receipts", {"become": "succeeded", "takes": 10})
    return fiscalised


@pytest.fixture
def yookassa(simulator: Simulated) -> YooKassa:
    return simulator.client()


def money(kopecks: int) -> dict[str, str]:
    return {"value": f"{kopecks // 100}.{kopecks % 100:02}", "currency": "RUB"}


def line(kopecks: int = 149_000, **changes: object) -> dict[str, object]:
    known = {
        "description": "Пакет поддержки «5 часов»",
        "quantity": 1,
        "measure": "piece",
        "amount": money(kopecks),
        "vat_code": 1,
        "payment_subject": "service",
        "payment_mode": "full_prepayment",
    }
    return known | changes


def receipt(kopecks: int = 149_000, **changes: object) -> dict[str, object]:
    return {"customer": CUSTOMER, "items": [line(kopecks, **changes)]}


def paid(simulator: Simulated) -> str:
    value = request_value(receipt=receipt())
    payment = simulator.client().create_payment(key=new_key(), body=json.dumps(value))
    simulator.control("POST", f"/payments/{payment.id}/pay")
    return payment.id


def settlement(of_payment: str, kopecks: int = 149_000, **changes: object) -> str:
    value: dict[str, object] = {
        "type": "payment",
        "payment_id": of_payment,
        "send": True,
        "settlements": [{"type": "prepayment", "amount": money(kopecks)}],
        **receipt(kopecks, payment_mode="full_payment"),
    }
    return receipt_request(value | changes)


def refund(simulator: Simulated, payment_id: str, kopecks: int, **more: object) -> Any:
    return simulator.post(
        "/refunds", {"payment_id": payment_id, "amount": money(kopecks), **more}
    ).json()


def test_the_receipt_of_a_payment_is_registered_in_its_own_time(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = paid(simulator)
    (early,) = yookassa.receipts(payment_id=payment_id)
    shown = yookassa.payment(payment_id).receipt_registration
    simulator.clock.forward(seconds=10)
    (late,) = yookassa.receipts(payment_id=payment_id)

    assert (early.status, early.type, early.fiscal, shown) == (
        "pending",
        "payment",
        None,
        "pending",
    )
    assert (early.amount_kopecks, early.settlements) == (149_000, {"cashless": 149_000})
    assert not early.settles
    assert (late.id, late.status) == (early.id, "succeeded")
    assert late.fiscal is not None
    assert late.fiscal.storage == "9288000100115785"
    assert late.fiscal.registered_at == (NOON + timedelta(seconds=10)).replace(microsecond=412_000)
    assert yookassa.payment(payment_id).receipt_registration == "succeeded"


def test_a_payment_nobody_paid_has_no_receipt(simulator: Simulated, yookassa: YooKassa) -> None:
    value = json.dumps(request_value(receipt=receipt()))
    payment = yookassa.create_payment(key=new_key(), body=value)
    simulator.control("POST", f"/payments/{payment.id}/decline")

    assert [*yookassa.receipts(payment_id=payment.id)] == []


def test_a_receipt_of_settlement_is_made_once_per_key_and_found_again(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id, key = paid(simulator), new_key()

    twice = [yookassa.create_receipt(key=key, body=settlement(payment_id)) for _ in range(2)]
    simulator.clock.forward(seconds=10)

    assert twice[0].id == twice[1].id
    assert twice[0].settles
    assert (twice[0].amount_kopecks, twice[0].payment_id) == (149_000, payment_id)
    assert yookassa.receipt(twice[0].id).status == "succeeded"
    assert [it.settles for it in yookassa.receipts(payment_id=payment_id)] == [True, False]


def test_how_a_settlement_stands_is_not_how_the_payment_stands(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = paid(simulator)
    simulator.clock.forward(seconds=10)
    assert yookassa.payment(payment_id).receipt_registration == "succeeded"
    made = yookassa.create_receipt(key=new_key(), body=settlement(payment_id))
    simulator.control("POST", f"/receipts/{made.id}/cancel")

    assert yookassa.receipt(made.id).status == "canceled"
    assert yookassa.payment(payment_id).receipt_registration == "succeeded"


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"customer": {"phone": "79123456789"}}, "customer.email"),
        ({"customer": {**CUSTOMER, "inn": "123"}}, "customer.inn"),
        ({"items": []}, "items"),
        ({"items": [line(149_001)]}, "settlements"),
        ({"items": [line(vat_code=13)]}, "items.vat_code"),
        ({"items": [line(payment_mode="gift")]}, "items.payment_mode"),
        ({"items": [line(measure=None)]}, "items.measure"),
        ({"items": [line(description="х" * 129)]}, "items.description"),
        ({"settlements": []}, "settlements"),
        ({"send": False}, "type"),
        ({"payment_id": "00000000-000f-5000-8000-000000000000"}, "payment_id"),
    ],
)
def test_a_receipt_that_is_wrong_is_refused(
    simulator: Simulated, yookassa: YooKassa, changes: dict[str, object], parameter: str
) -> None:
    with pytest.raises(Refused, match="Чек не отправлен") as refusal:
        yookassa.create_receipt(key=new_key(), body=settlement(paid(simulator), **changes))

    assert (refusal.value.status, refusal.value.parameter) == (400, parameter)


def test_a_shop_that_is_not_fiscalised_takes_no_receipts() -> None:
    with simulated() as plain:
        payment = plain.client().create_payment(key=new_key(), body=body())
        plain.control("POST", f"/payments/{payment.id}/pay")
        with pytest.raises(Refused) as refusal:
            plain.client().create_receipt(key=new_key(), body=settlement(payment.id))

    assert refusal.value.status == 403
    assert payment.receipt_registration is None


def test_a_whole_refund_needs_no_receipt_and_a_part_does(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = paid(simulator)
    refused = refund(simulator, payment_id, 49_000)
    part = refund(simulator, payment_id, 49_000, receipt=receipt(49_000))
    whole = refund(simulator, paid(simulator), 149_000)
    simulator.clock.forward(seconds=10)
    found = [
        [(it.type, it.refund_id, it.amount_kopecks) for it in yookassa.receipts(refund_id=it["id"])]
        for it in (part, whole)
    ]

    assert refused["parameter"] == "receipt"
    assert found == [[("refund", part["id"], 49_000)], [("refund", whole["id"], 149_000)]]
    assert part["receipt_registration"] == "pending"
    assert yookassa.refund(part["id"]).receipt_registration == "succeeded"


def test_a_refund_that_failed_has_no_receipt(simulator: Simulated, yookassa: YooKassa) -> None:
    simulator.control("PUT", "/refunds", {"become": "canceled"})
    lost = refund(simulator, paid(simulator), 49_000, receipt=receipt(49_000))

    assert lost["status"] == "canceled"
    assert [*yookassa.receipts(refund_id=lost["id"])] == []


def test_a_list_of_receipts_is_read_to_its_last_page_and_by_time(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    simulator.clock.forward(days=1)
    payment_id, since = paid(simulator), "2026-11-24T09:00:00.412Z"
    for _ in range(4):
        simulator.clock.forward(seconds=1)
        yookassa.create_receipt(key=new_key(), body=settlement(payment_id, 10_000))

    listed = [it.id for it in yookassa.receipts(**{"created_at.gte": since}, limit="2")]
    later = [it.id for it in yookassa.receipts(**{"created_at.gt": since}, limit="3")]
    simulator.clock.forward(seconds=30)

    assert (len(listed), len(later)) == (5, 4)
    assert listed[:4] == later
    assert {it.id for it in yookassa.receipts(status="succeeded")} >= set(listed)
    with pytest.raises(Refused):
        [*yookassa.receipts(payment_id=payment_id, refund_id=payment_id)]


@pytest.mark.parametrize(("become", "status"), [("canceled", "canceled"), ("pending", "pending")])
def test_a_receipt_may_be_cancelled_or_hang_for_ever(
    simulator: Simulated, yookassa: YooKassa, become: str, status: str
) -> None:
    simulator.control("PUT", "/receipts", {"become": become})
    payment_id = paid(simulator)
    simulator.clock.forward(days=4)

    (found,) = yookassa.receipts(payment_id=payment_id)
    assert (found.status, found.fiscal) == (status, None)
    assert yookassa.payment(payment_id).receipt_registration == status


@pytest.mark.parametrize(("fault", "status"), UNCLEAR_OF_RECEIPTS)
def test_whatever_else_comes_back_leaves_it_unknown_whether_it_was_sent(
    simulator: Simulated, fault: str, status: int | None
) -> None:
    payment_id = paid(simulator)
    simulator.fault(fault, POST)

    with pytest.raises(UnknownOutcome, match="пока не известно") as unknown:
        simulator.client(timeouts=IMPATIENT).create_receipt(
            key=new_key(), body=settlement(payment_id)
        )

    assert unknown.value.status == status


def test_another_receipt_than_the_one_asked_for_is_no_answer(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    made = yookassa.create_receipt(key=new_key(), body=settlement(paid(simulator)))
    simulator.fault("other_payment", READ)

    with pytest.raises(UnknownOutcome):
        yookassa.receipt(made.id)
    with pytest.raises(Refused):
        yookassa.receipt("../payments")


@pytest.mark.parametrize("wrong", ["null", "{}", '{"id":"../x"}', '{"id":"rt-1","type":"payment"}'])
def test_what_is_not_a_receipt_is_refused(wrong: str) -> None:
    with pytest.raises(UnreadableAnswerError):
        read_receipt(wrong)


def test_a_line_of_many_is_counted_as_the_register_counts_it() -> None:
    shown = {
        "id": "rt-3298be58-0000-5000-9000-0a1b2c3d4e5f",
        "type": "payment",
        "status": "pending",
        "items": [
            {"quantity": 0.333, "amount": money(100_05)},
            {"quantity": 2, "amount": money(3)},
        ],
        "settlements": [{"type": "cashless", "amount": money(1)}] * 2,
    }
    read = read_receipt(json.dumps(shown))

    assert (read.amount_kopecks, read.settlements) == (3_332 + 6, {"cashless": 2})


def test_no_float_goes_into_a_receipt() -> None:
    with pytest.raises(ValueError, match="float"):
        receipt_request({"items": [{"quantity": 1.0}]})


def test_receipts_survive_the_simulator(tmp_path: Any) -> None:
    kept = {"kept_in": tmp_path / "simulator.sqlite", "receipts": True}
    with simulated(**kept) as before:
        payment_id = paid(before)
        waiting = before.post("/payments", request_value(receipt=receipt())).json()
    with simulated(**kept) as after:
        (found,) = after.client().receipts(payment_id=payment_id)
        after.control("POST", f"/payments/{waiting['id']}/pay")
        after.clock.forward(seconds=10)
        (other,) = after.client().receipts(payment_id=waiting["id"])

    assert (found.status, other.status) == ("pending", "succeeded")
    assert of(json.loads(found.raw), "items")[0]["payment_mode"] == "full_prepayment"
