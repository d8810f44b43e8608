"""What our side relies on, asked of the simulator and, with credentials, of a real test shop."""

import uuid

import pytest

from checkout.domain.errors import Refused, UnknownOutcome
from checkout.gateway.client import YooKassa
from tests.contract.simulated import body


def test_a_new_payment_waits_for_its_payer_at_an_address_with_its_id(any_shop: YooKassa) -> None:
    payment = any_shop.create_payment(key=str(uuid.uuid4()), body=body(149_000))

    assert (payment.status, payment.paid, payment.test) == ("pending", False, True)
    assert (payment.amount_kopecks, payment.currency) == (149_000, "RUB")
    assert payment.metadata == {"cms_name": "oferta", "order": "2026-0042"}
    assert payment.confirmation_url
    assert payment.id in payment.confirmation_url
    assert payment.captured_at is None


def test_a_payment_is_found_again_by_its_id(any_shop: YooKassa) -> None:
    created = any_shop.create_payment(key=str(uuid.uuid4()), body=body())

    found = any_shop.payment(created.id)

    assert (found.id, found.status, found.metadata) == (created.id, "pending", created.metadata)
    assert found.shop_id == any_shop.me()["account_id"]


def test_the_same_key_and_body_is_the_same_payment(any_shop: YooKassa) -> None:
    key = str(uuid.uuid4())

    ids = {any_shop.create_payment(key=key, body=body()).id for _ in range(3)}

    assert len(ids) == 1


def test_another_key_is_another_payment(any_shop: YooKassa) -> None:
    ids = {any_shop.create_payment(key=str(uuid.uuid4()), body=body()).id for _ in range(2)}

    assert len(ids) == 2


def test_the_same_key_with_another_body_is_not_performed(any_shop: YooKassa) -> None:
    key = str(uuid.uuid4())
    any_shop.create_payment(key=key, body=body(149_000))

    with pytest.raises(UnknownOutcome) as raised:
        any_shop.create_payment(key=key, body=body(149_100))

    assert raised.value.status == 400


def test_an_id_nobody_has_is_not_found(any_shop: YooKassa) -> None:
    with pytest.raises(Refused) as raised:
        any_shop.payment("00000001-000f-5000-8000-000000000000")

    assert (raised.value.status, raised.value.reason) == (404, "not_found")


def test_a_currency_the_shop_lacks_is_refused_with_its_parameter(any_shop: YooKassa) -> None:
    with pytest.raises(Refused) as raised:
        any_shop.create_payment(key=str(uuid.uuid4()), body=body().replace("RUB", "XYZ"))

    assert (raised.value.status, raised.value.reason) == (400, "invalid_request")
    assert raised.value.parameter.startswith("amount")


def test_the_shop_says_that_it_is_a_test_shop(any_shop: YooKassa) -> None:
    shop = any_shop.me()

    assert (shop["status"], shop["test"]) == ("enabled", True)
