"""A refund as YooKassa last described it."""

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


@dataclass(frozen=True)
class Page:
    """One page of a list: texts of objects, newest first; `cursor` leads to the next page."""

    items: tuple[str, ...]
    cursor: str | None
