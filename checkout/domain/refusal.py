"""The client leaves his package before its time: when he may, and by when he is to be answered.

A refusal by itself neither pays anything out nor ends the package: the contractor decides (facts on
law 4.2 to 4.7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from checkout.domain.proposal import Proposal
from checkout.domain.reasons import folded
from checkout.domain.transitions import State
from offer.wording import printable

# No law fixes the term for ЗоЗПП ст. 32; ten days are those of ст. 31 (facts on law 4.7).
DAYS_TO_DECIDE = 10
WARNINGS = (1, 3)
OVERDUE = 0
LONGEST_REASON = 500


class Obstacle(StrEnum):
    """Why there is nothing to refuse, or not now."""

    UNPAID = "unpaid"
    CASE = "case"
    RETURNED = "returned"
    ENDED = "ended"
    OVER = "over"
    RETURNING = "returning"


BY_STATE: Mapping[State, Obstacle] = {
    State.CREATED: Obstacle.UNPAID,
    State.WAITING: Obstacle.UNPAID,
    State.CANCELLED: Obstacle.UNPAID,
    State.CASE: Obstacle.CASE,
    State.REFUNDED: Obstacle.RETURNED,
}


@dataclass(frozen=True)
class Refusal:
    """One refusal of a package. Sums are kopecks, moments UTC, `decide_by` a local day.

    `asked` and `ended` are rows of the ledger: the client's word; and the contractor's answer,
    whose words are then `answer`, or the refund that ended the package.
    """

    asked: int
    order_id: int
    asked_at: datetime
    decide_by: date
    by_hours_kopecks: int
    by_days_kopecks: int
    proposed_kopecks: int
    answer: str | None
    ended: int | None
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether the contractor has still to decide."""
        return self.ended is None


def obstacle(state: State, *, is_ended: bool, is_over: bool, is_returning: bool) -> Obstacle | None:
    """What stands in the way of a refusal; None while the package may be refused."""
    if state is not State.PAID:
        return BY_STATE[state]
    told = {Obstacle.ENDED: is_ended, Obstacle.OVER: is_over, Obstacle.RETURNING: is_returning}
    return next((it for it, holds in told.items() if holds), None)


def decide_by(asked: date) -> date:
    """The last day to decide, counted from the day after the refusal (ГК РФ ст. 191)."""
    return asked + timedelta(days=DAYS_TO_DECIDE)


def warning(last: date, today: date) -> int | None:
    """Which reminder is due: before how many days, OVERDUE once it is late, None while early."""
    left = (last - today).days
    if left < 0:
        return OVERDUE
    return next((it for it in WARNINGS if left <= it), None)


def name(order_number: str, asked: int) -> str:
    """What a refusal is called among cases and messages: an order may be refused again."""
    return f"{order_number}/{asked}"


def row_named(subject: str) -> int:
    """The ledger's row in such a name, whatever stands behind it."""
    return int(subject.split("/")[1])


def one_line(reason: str) -> str:
    """A reason as it is kept: printable, and without line breaks that could pass for a letter's."""
    return printable(folded(reason))


def proposal_told(fact: Mapping[str, Any]) -> Proposal:
    """What leaving came to on the day it was asked, as its fact tells it."""
    return Proposal(
        price=fact["price_kopecks"],
        hours=fact["hours"],
        spent_minutes=fact["spent_minutes"],
        charged_minutes=fact["charged_minutes"],
        by_hours=fact["by_hours_kopecks"],
        days=fact["days"],
        days_left=fact["days_left"],
        by_days=fact["by_days_kopecks"],
        left=fact["price_kopecks"] - fact["returned_kopecks"],
        proposed=fact["proposed_kopecks"],
        is_over=False,
    )
