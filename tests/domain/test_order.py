"""The life of an order: every event in every state, and what is said about the money."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from checkout.domain.order import (
    TRANSITIONS,
    Event,
    Expectation,
    ForbiddenTransition,
    Order,
    State,
    after,
    mismatch,
    money_taken,
)
from checkout.domain.payment import Payment

NOON = datetime(2026, 11, 23, 9, tzinfo=UTC)

# Written a second time, row by row, so that a change of the rule is a change of two texts.
#             opened     succeeded  cancelled    odd         renewed
MATRIX = """
created       waiting    paid       cancelled    case        -
waiting       -          paid       cancelled    case        -
paid          -          -          -            paid        -
cancelled     -          -          -            case        created
refunded      -          -          -            refunded    -
case          -          -          -            case        -
"""
ROWS = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = [
    (State(row[0]), event, outcome)
    for row in ROWS
    for event, outcome in zip(Event, row[1:], strict=True)
]


def test_the_matrix_speaks_of_every_event_in_every_state() -> None:
    assert [(state, event) for state, event, _ in CELLS] == list(product(State, Event))


@pytest.mark.parametrize(("state", "event", "outcome"), CELLS)
def test_an_event_moves_an_order_as_the_matrix_says_or_is_refused(
    state: State, event: Event, outcome: str
) -> None:
    if outcome == "-":
        with pytest.raises(ForbiddenTransition) as refusal:
            after(state, event)

        assert refusal.value.code == "forbidden_transition"
        assert f"«{state}»" in refusal.value.sentence
    else:
        assert after(state, event) is State(outcome)


def test_nothing_leads_out_of_paid_but_a_decision_not_made_yet() -> None:
    led_to = {to for (state, _), to in TRANSITIONS.items() if state is State.PAID}

    assert led_to == {State.PAID}


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
        ({"amount_kopecks": 1_489_99}, "148999 коп."),
        ({"amount_kopecks": 1_490_01}, "149001 коп."),
        ({"currency": "USD"}, "USD"),
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
    assert told in sentence
    assert sentence.endswith(".")
