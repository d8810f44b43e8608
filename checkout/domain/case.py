"""A case: what only the contractor can decide, from the day it is laid before him until its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from offer.evidence.chain import Fact


class By(StrEnum):
    """What ended a case."""

    REFUND = "refund"
    ANSWER = "answer"
    PAYMENT = "payment"
    RECEIPT = "receipt"
    AGAIN = "again"
    CLOCK = "clock"
    WORD = "word"


ENDED_BY: Mapping[str, str] = {
    By.REFUND: "деньги возвращены",
    By.ANSWER: "клиенту дан ответ",
    By.PAYMENT: "исход платежа стал известен",
    By.RECEIPT: "исход чека стал известен",
    By.AGAIN: "чек поручен ещё раз",
    By.CLOCK: "часы подтверждены",
    By.WORD: "закрыто исполнителем",
}
REFUSALS = ("refusal", "refusal_overdue")
CLOSE = "checkout close {number} --reason …"
# the command that ends a case of each kind; any other kind is closed by a word
COMMANDS: Mapping[str, str] = {
    "odd_money": "checkout refund {order} --payment {subject} --reason …",
    "refund_cancelled": "checkout refund {order} --amount … --reason …",
    "receipt_failed": "checkout receipt {order} --again",
    "extra_left": "checkout refund {order} --dry-run",
    "erased_client": "checkout refund {order} --reason …",
    "clock_jump": "checkout confirm-clock ГГГГ-ММ-ДД",
    **dict.fromkeys(
        REFUSALS,
        "checkout refund {order} --ends-package --amount … --reason … "
        "или checkout answer {order} --text …",
    ),
}


@dataclass(frozen=True)
class Closing:
    """How a case ended: the row of the ledger that says so, when (UTC), by what, with what words.

    `by` is one of By, or what a later version calls it.
    """

    row: int
    at: datetime
    by: str
    reason: str

    @property
    def sentence(self) -> str:
        """By what, for the contractor."""
        ended = ENDED_BY.get(self.by, self.by)
        return f"{ended}: {self.reason}" if self.reason else ended


@dataclass(frozen=True)
class Case:
    """One case. `subject` is what it is about, by its kind; `order` the number of its order."""

    number: int
    kind: str
    subject: str
    order: str | None
    sentence: str
    opened_at: datetime
    closing: Closing | None = None

    @property
    def command(self) -> str:
        """What ends it."""
        return COMMANDS.get(self.kind, CLOSE).format(
            number=self.number, order=self.order, subject=self.subject
        )

    @property
    def opened_fact(self) -> Fact:
        """That it was laid before the contractor."""
        return {**self._named, "sentence": self.sentence}

    def closed_fact(self, by: By, *, row: int | None, reason: str) -> Fact:
        """That it has ended, and by what: `row` of the ledger, or the contractor's words."""
        return {**self._named, "action": "closed", "by": by, "row": row, "reason": reason}

    @property
    def _named(self) -> Fact:
        order = {"order": self.order} if self.order else {}
        return {"case": self.number, "kind": self.kind, "subject": self.subject, **order}
