"""A case: what only the contractor can decide, from the day it is laid before him until its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checkout.domain.refund import Back
from offer.evidence.chain import Fact
from offer.wording import ROUBLES


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
LEAVING = "отказ от пакета"
# what ends a case of these kinds besides money given back, an answer or a word
COMMANDS: Mapping[str, str] = {
    "receipt_failed": "checkout receipt {order} --again",
    "clock_jump": "checkout confirm-clock ГГГГ-ММ-ДД",
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
    """One case. `subject` is what it is about, by its kind; `order` the number of its order.

    `failed` is the refund that came to nothing; of a refusal whose client waits `proposed` are the
    kopecks it comes to now, None of any other. Of odd money `currency` is its own.
    """

    number: int
    kind: str
    subject: str
    order: str | None
    sentence: str
    opened_at: datetime
    closing: Closing | None = None
    failed: Back | None = None
    proposed: int | None = None
    currency: str = ROUBLES

    @property
    def commands(self) -> tuple[str, ...]:
        """What ends it, each by itself; «…» is the contractor's to write."""
        back, own = self._back, COMMANDS.get(self.kind)
        return (
            *([back.command(self.order)] if back and self.order else []),
            *([own.format(order=self.order)] if own else []),
            *([self._word] if self.kind != "clock_jump" else []),
        )

    @property
    def _back(self) -> Back | None:
        """The money whose return ends it."""
        match self.kind:
            case "odd_money" if self.currency == ROUBLES:
                return Back(payment_id=self.subject)
            case "refund_cancelled":
                return self.failed
            case "extra_left" | "erased_client":
                return Back()
            case _ if self.proposed:
                return Back(self.proposed, ends_package=True, reason=LEAVING)
        return None

    @property
    def _word(self) -> str:
        if self.proposed is not None:
            return f'checkout answer {self.order} --text "…"'
        return f'checkout close {self.number} --reason "…"'

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
