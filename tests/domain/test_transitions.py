"""The life of an order, an attempt to pay, a refund and a receipt: every event in every state."""

from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from checkout.domain.transitions import (
    ATTEMPT,
    ORDER,
    RECEIPT,
    REFUND,
    ForbiddenTransition,
    Life,
    State,
    drawn,
)

DECISION = Path(__file__).parents[2] / "decisions/0013-one-table-of-what-may-happen.md"

# Written a second time, row by row, so that a change of the rule is a change of two texts.
#             opened     succeeded  cancelled    odd         renewed    partly   returned
ORDERS = """
created       waiting    paid       cancelled    case        -          -        -
waiting       -          paid       cancelled    case        -          -        -
paid          -          -          -            paid        -          paid     refunded
cancelled     -          -          -            case        created    -        -
refunded      -          -          -            refunded    -          -        -
case          -          -          -            case        -          -        -
"""
#             opened     refused    forgotten    replaced    ended
ATTEMPTS = """
unsent        open       refused    refused      refused     final
open          -          -          -            -           final
refused       -          -          -            -           final
final         -          -          -            -           -
"""
#             accepted   succeeded  cancelled    refused     unknown
REFUNDS = """
unsent        open       succeeded  cancelled    cancelled   cancelled
open          -          succeeded  cancelled    -           -
succeeded     -          -          -            -           -
cancelled     -          succeeded  -            -           -
"""
#             accepted   registered cancelled    refused     unknown
RECEIPTS = """
unsent        pending    registered failed       failed      failed
pending       -          registered failed       -           -
registered    -          -          -            -           -
failed        -          -          -            -           -
"""
LIVES: tuple[tuple[Life[Any, Any], str], ...] = (
    (ORDER, ORDERS),
    (ATTEMPT, ATTEMPTS),
    (REFUND, REFUNDS),
    (RECEIPT, RECEIPTS),
)


def cells(life: Life[Any, Any], matrix: str) -> list[tuple[Life[Any, Any], StrEnum, StrEnum, str]]:
    rows = [line.split() for line in matrix.strip().splitlines()]
    return [
        (life, life.states(row[0]), event, outcome)
        for row in rows
        for event, outcome in zip(life.events, row[1:], strict=True)
    ]


CELLS = [cell for life, matrix in LIVES for cell in cells(life, matrix)]


@pytest.mark.parametrize(("life", "matrix"), LIVES)
def test_a_matrix_speaks_of_every_event_in_every_state(life: Life[Any, Any], matrix: str) -> None:
    assert [it[1:3] for it in cells(life, matrix)] == list(product(life.states, life.events))


@pytest.mark.parametrize(("life", "state", "event", "outcome"), CELLS)
def test_an_event_moves_things_as_the_matrix_says_or_is_refused(
    life: Life[Any, Any], state: StrEnum, event: StrEnum, outcome: str
) -> None:
    if outcome == "-":
        with pytest.raises(ForbiddenTransition) as refusal:
            life.after(state, event)

        assert refusal.value.code == "forbidden_transition"
        assert f"«{state}»" in refusal.value.sentence
    else:
        assert life.after(state, event) is life.states(outcome)


def test_nothing_leads_out_of_paid_but_giving_all_the_money_back() -> None:
    led_to = {to for (state, _), to in ORDER.rows.items() if state is State.PAID}

    assert led_to == {State.PAID, State.REFUNDED}


@pytest.mark.parametrize("life", [ORDER, ATTEMPT, REFUND, RECEIPT], ids=lambda it: it.what)
def test_the_decision_shows_the_table_that_the_code_asks(life: Life[Any, Any]) -> None:
    assert "\n".join(drawn(life)) in DECISION.read_text(encoding="utf-8")
