"""YooKassa's JSON to our values and back, without a network."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain.errors import GatewayError
from checkout.domain.refund import amount_text
from checkout.gateway.wire import (
    is_idempotence_key,
    is_payment_id,
    kopecks_from,
    payment_request,
    read_payment,
)

ID = "3294a6b0-000f-5000-8000-1a2b3c4d5e6f"
ANSWER: dict[str, Any] = {
    "id": ID,
    "status": "succeeded",
    "paid": True,
    "test": False,
    "refundable": True,
    "amount": {"value": "1490.10", "currency": "RUB"},
    "recipient": {"account_id": "501001", "gateway_id": "1501001"},
    "created_at": "2026-11-22T07:00:00.412Z",
    "captured_at": "2026-11-22T07:03:11.006Z",
    "metadata": {"order": "A-1042"},
    "payment_method": {"type": "sbp", "id": ID},
}


def request(**changes: Any) -> Any:
    known: dict[str, Any] = {
        "amount_kopecks": 149_010,
        "description": "Заказ",
        "return_url": "https://shop.example/orders/1",
        "metadata": {"order": "A-1042"},
    }
    return json.loads(payment_request(**(known | changes)))


@given(st.integers(1, 99_999_999_999_999))
def test_a_sum_survives_the_way_there_and_back_exactly(kopecks: int) -> None:
    assert kopecks_from(amount_text(kopecks)) == kopecks


@pytest.mark.parametrize(
    "wrong", ["10,50", "1e3", "10.5", "10", "-1.00", " 1.00", "01.00", "nan", "", "١.00", 10.5, 10]
)
def test_what_is_not_an_amount_in_their_notation_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        kopecks_from(wrong)


@pytest.mark.parametrize("wrong", [0, -1, 1.0, True, "100"])
def test_only_whole_positive_kopecks_become_an_amount(wrong: Any) -> None:
    with pytest.raises(ValueError, match="positive int"):
        amount_text(wrong)


def test_a_request_is_one_stage_and_carries_our_own_name() -> None:
    assert request() == {
        "amount": {"value": "1490.10", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/orders/1"},
        "description": "Заказ",
        "metadata": {"cms_name": "oferta", "order": "A-1042"},
    }


def test_a_request_leaves_the_callers_own_metadata_alone() -> None:
    metadata = {"order": "A-1042"}

    request(metadata=metadata)

    assert metadata == {"order": "A-1042"}


def test_the_same_values_give_the_same_text() -> None:
    one = {"order": "1", "edition": "2"}
    other = dict(reversed(one.items()))
    same: dict[str, Any] = {"amount_kopecks": 100, "description": "Ж", "return_url": "https://a"}

    assert payment_request(**same, metadata=one) == payment_request(**same, metadata=other)


@pytest.mark.parametrize(
    "beyond",
    [
        {"description": "я" * 129},
        {"description": ""},
        {"return_url": "https://a/" + "a" * 2048},
        {"metadata": {f"k{n}": "v" for n in range(16)}},
        {"metadata": {"k" * 33: "v"}},
        {"metadata": {"k": "v" * 513}},
        {"metadata": {"k": 1}},
        {"metadata": {"k": ""}},
        {"receipt": {"items": [{"quantity": 1.5}]}},
    ],
)
def test_a_request_beyond_their_limits_is_never_written(beyond: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is text of|metadata holds|no float"):
        request(**beyond)


def test_a_request_at_their_limits_is_written() -> None:
    metadata = {f"{n:032}": "v" * 512 for n in range(15)}

    assert len(request(description="я" * 128, metadata=metadata)["metadata"]) == 16


def test_a_payment_is_read_whole_and_its_text_kept() -> None:
    raw = json.dumps(ANSWER | {"new_field": {"deep": [1.5]}})

    payment = read_payment(raw)

    assert payment.raw == raw
    assert (payment.id, payment.status, payment.paid, payment.test) == (
        ID,
        "succeeded",
        True,
        False,
    )
    assert (payment.amount_kopecks, payment.currency) == (149_010, "RUB")
    assert payment.captured_at == datetime(2026, 11, 22, 7, 3, 11, 6000, UTC)
    assert (payment.shop_id, payment.method) == ("501001", "sbp")
    assert payment.metadata == {"order": "A-1042"}
    assert payment.confirmation_url is None


def test_words_nobody_told_us_of_are_kept_as_they_stand() -> None:
    details = {"party": "the_moon", "reason": "eclipse"}
    raw = json.dumps(ANSWER | {"status": "under_review", "cancellation_details": details})

    payment = read_payment(raw)

    assert payment.status == "under_review"
    assert (payment.cancellation_party, payment.cancellation_reason) == ("the_moon", "eclipse")


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "../refunds/1"},
        {"id": None},
        {"status": None},
        {"paid": "yes"},
        {"test": None},
        {"amount": None},
        {"amount": "1490.10"},
        {"amount": {"value": 1490.1, "currency": "RUB"}},
        {"amount": {"value": "1490.10"}},
        {"created_at": "yesterday"},
        {"created_at": "2026-11-22T07:00:00"},
        {"created_at": "0001-01-01T00:00:00+23:59"},
        {"captured_at": "9999-12-31T23:59:59-23:59"},
        {"metadata": []},
        {"recipient": "501001"},
        {"confirmation": {"confirmation_url": 1}},
    ],
)
def test_a_payment_of_another_shape_is_refused_whole(wrong: dict[str, Any]) -> None:
    with pytest.raises(GatewayError, match="непонятно"):
        read_payment(json.dumps(ANSWER | wrong))


@pytest.mark.parametrize("raw", ["", "null", "[]", "1", '"a"', "{", "NaN", "[" * 100_000, "{}"])
def test_what_is_not_an_object_is_refused(raw: str) -> None:
    with pytest.raises(GatewayError, match="непонятно"):
        read_payment(raw)


@pytest.mark.parametrize(
    "wrong", ["", "x", ID + "/", "../" + ID, ID.replace("-", ""), ID + "\n", ID[:-1] + "é"]
)
def test_an_id_of_another_shape_is_recognised(wrong: str) -> None:
    assert is_payment_id(ID)
    assert not is_payment_id(wrong)


@pytest.mark.parametrize("wrong", ["", "a" * 65, "ключ", "a b", "a\n", "a/b"])
def test_a_key_they_would_refuse_is_recognised(wrong: str) -> None:
    assert is_idempotence_key("0-9A-Za-z+_.")
    assert not is_idempotence_key(wrong)
