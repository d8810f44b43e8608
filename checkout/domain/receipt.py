"""A fiscal receipt as YooKassa last described it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Fiscal:
    """What the tax office knows a receipt by: document, storage (ФН) and attribute (ФПД)."""

    document: str
    storage: str
    attribute: str
    registered_at: datetime | None


@dataclass(frozen=True)
class Receipt:
    """YooKassa's receipt object, the parts we act on (facts: YooKassa API v3, Receipt object).

    `type` is "payment" or "refund"; one of `payment_id` and `refund_id` may be missing. `status`
    is an open set. `settlements` are kopecks by how they were paid ("cashless", "prepayment", …).
    It has no metadata: what it is for is known by these. `raw` is the exact JSON.
    """

    id: str
    type: str
    status: str
    payment_id: str | None
    refund_id: str | None
    amount_kopecks: int
    settlements: Mapping[str, int] = field(default_factory=dict)
    fiscal: Fiscal | None = None
    raw: str = ""

    @property
    def settles(self) -> bool:
        """Whether it sets off a prepayment, as against telling of money that came."""
        return self.type == "payment" and "prepayment" in self.settlements
