"""A refund as YooKassa last described it, and the command that orders one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Refund:
    """YooKassa's refund object, the parts we act on (facts: YooKassa API v3, Refund object).

    `status` and the cancellation reason are open sets. Amounts are kopecks, times are UTC.
    `raw` is the exact JSON of the refund, `receipt_registration` how its receipt stands.
    """

    id: str
    payment_id: str
    status: str
    amount_kopecks: int
    currency: str
    metadata: Mapping[str, str]
    created_at: datetime
    cancellation_party: str | None
    cancellation_reason: str | None
    raw: str
    receipt_registration: str | None = None


# cancellation_details.reason of a refund (facts: YooKassa); the set is open
WHY: Mapping[str, str] = {
    "insufficient_funds": "денег магазина в\u00a0ЮKassa сегодня не\u00a0хватает на\u00a0возврат",
    "general_decline": "отклонён без объяснения",
    "rejected_by_payee": "получатель отказался от\u00a0денег",
    "rejected_by_timeout": "вышло время на\u00a0возврат",
    "payment_expired": "срок возврата этого платежа прошёл",
    "yoo_money_account_closed": "кошелёк клиента закрыт",
}


def why_cancelled(reason: str) -> str:
    """Why YooKassa cancelled a refund, in words where they are known."""
    return WHY.get(reason, reason)


def amount_text(kopecks: int) -> str:
    """149000 → "1490.00". A sum that is not a positive whole number of kopecks: ValueError."""
    if type(kopecks) is not int or kopecks <= 0:
        raise ValueError(f"an amount is a positive int of kopecks, not {kopecks!r}")
    return f"{kopecks // 100}.{kopecks % 100:02}"


@dataclass(frozen=True)
class Back:
    """Money that is to go back: all that is left, or so many kopecks, of an order's own payment.

    `payment_id` names another than its own; `reason` is left to the contractor where none is known.
    """

    amount_kopecks: int | None = None
    payment_id: str | None = None
    ends_package: bool = False
    reason: str = "…"

    def command(self, order: str) -> str:
        """What orders it."""
        said = [
            f"checkout refund {order}",
            *([f"--payment {self.payment_id}"] if self.payment_id else []),
            *([f"--amount {amount_text(self.amount_kopecks)}"] if self.amount_kopecks else []),
            *(["--ends-package"] if self.ends_package else []),
            f'--reason "{self.reason}"',
        ]
        return " ".join(said)


@dataclass(frozen=True)
class Page:
    """One page of a list: texts of objects, newest first; `cursor` leads to the next page."""

    items: tuple[str, ...]
    cursor: str | None
