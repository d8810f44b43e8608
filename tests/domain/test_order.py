"""What is said about the money of an order, and which payment is its own."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from checkout.domain.order import Expectation, Order, mismatch, money_taken
from checkout.domain.payment import Payment
from checkout.domain.transitions import State

NOON = datetime(2026, 11, 23, 9, tzinfo=UTC)

ORDER = Order(
    id=42,
    number="2026-0042",
    token="vL8nq2",
    state=State.WAITING,
    hours=5,
    price_kopecks=1_490_00,
    edition=1,
    edition_sha256="9f" * 32,
    consent=None,
    consent_sha256=None,
    ledger=7,
    party_kind="person",
    created_at=NOON,
    paid_at=None,
    payment_id="p-1",
    reason=None,
    money_taken=None,
    test=True,
    consent_withdrawn_at=None,
    email_confirmed_at=None,
)


@pytest.mark.parametrize(
    ("state", "last_said", "told"),
    [
        (State.CREATED, None, False),
        (State.WAITING, None, None),
        (State.WAITING, True, None),
        (State.PAID, None, True),
        (State.CANCELLED, None, False),
        (State.REFUNDED, None, True),
        (State.CASE, True, True),
        (State.CASE, False, False),
        (State.CASE, None, None),
    ],
)
def test_every_state_says_whether_money_was_taken(
    state: State, last_said: bool | None, told: bool | None
) -> None:
    assert money_taken(replace(ORDER, state=state, money_taken=last_said)) is told


EXPECTED = Expectation(
    number="2026-0042",
    attempt="a-1",
    price_kopecks=1_490_00,
    edition_sha256="9f" * 32,
    shop_id="501001",
)
METADATA = {"order": "2026-0042", "attempt": "a-1", "offer_sha256": "9f" * 32, "cms_name": "x"}
FITTING = Payment(
    id="22d6d597-000f-5000-9000-145f6df21d6f",
    status="succeeded",
    paid=True,
    amount_kopecks=1_490_00,
    currency="RUB",
    metadata=METADATA,
    created_at=NOON,
    captured_at=NOON,
    confirmation_url=None,
    cancellation_party=None,
    cancellation_reason=None,
    test=True,
    shop_id="501001",
    method="bank_card",
    raw="{}",
)


@pytest.mark.parametrize("shop_id", ["501001", None])
def test_a_payment_as_ordered_fits_also_when_it_does_not_name_its_shop(shop_id: str | None) -> None:
    assert mismatch(replace(FITTING, shop_id=shop_id), EXPECTED) is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount_kopecks": 1_489_99}, "Пришло 1 489,99 ₽, заказ на 1 490 ₽."),
        ({"amount_kopecks": 1_490_01}, "Пришло 1 490,01 ₽, заказ на 1 490 ₽."),
        ({"currency": "USD"}, "Пришло 1 490 USD, заказ на 1 490 ₽."),
        ({"currency": "rub"}, "rub"),
        ({"metadata": METADATA | {"order": "2026-0043"}}, "другой заказ: 2026-0043"),
        ({"metadata": {}}, "другой заказ: не указан"),
        ({"metadata": METADATA | {"attempt": "a-2"}}, "другая попытка"),
        ({"metadata": METADATA | {"offer_sha256": "00" * 32}}, "другая редакция"),
        ({"metadata": METADATA | {"offer_sha256": ("9f" * 32).upper()}}, "другая редакция"),
        ({"shop_id": "501002"}, "другому магазину: 501002"),
    ],
)
def test_whatever_of_a_payment_is_not_as_ordered_is_named(
    changes: dict[str, Any], told: str
) -> None:
    sentence = mismatch(replace(FITTING, **changes), EXPECTED)

    assert sentence is not None
    assert told in sentence.replace("\u00a0", " ")
    assert sentence.endswith(".")
