"""A payment as YooKassa last described it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Payment:
    """YooKassa's payment object, the parts we act on (facts: YooKassa API v3, Payment object).

    `status` and the cancellation reason are open sets. Amounts are kopecks, times are UTC.
    `raw` is the exact JSON of the answer. `receipt_registration` is how its receipt stands.
    """

    id: str
    status: str
    paid: bool
    amount_kopecks: int
    currency: str
    metadata: Mapping[str, str]
    created_at: datetime
    captured_at: datetime | None
    confirmation_url: str | None
    cancellation_party: str | None
    cancellation_reason: str | None
    test: bool
    shop_id: str | None
    method: str | None
    raw: str
    receipt_registration: str | None = None
