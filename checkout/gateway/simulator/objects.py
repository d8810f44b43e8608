"""YooKassa's objects as JSON, and how they change: pure, the moment and randomness come in.

Shapes are those of the API v3 specification; each answer also carries a field nobody documents,
because the real ones grow such fields without notice.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

Object = dict[str, object]

EPOCH = datetime.fromtimestamp(946_728_000, UTC)  # the second their ids are counted from
PAYMENT, REFUND = "000f", "0015"
CONFIRM_WITHIN = timedelta(hours=1)
HOLD = timedelta(days=7)
REFUNDABLE_FOR = timedelta(days=3 * 365)
METHODS = ("bank_card", "sbp")
PARTIES = {
    "expired_on_confirmation": "yoo_money",
    "expired_on_capture": "yoo_money",
    "country_forbidden": "yoo_money",
    "internal_timeout": "yoo_money",
    "canceled_by_merchant": "merchant",
}

REFUND_PARTIES = {
    "insufficient_funds": "yoo_money",
    "yoo_money_account_closed": "yoo_money",
    "rejected_by_timeout": "yoo_money",
}


@dataclass
class Entry:
    """A payment as YooKassa shows it (`shown`) and what only its own page knows."""

    shown: Object
    captures: bool
    return_url: str
    created_at: datetime
    holds_until: datetime | None = None
    declines: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        return str(self.shown["status"])

    @property
    def id(self) -> str:
        return str(self.shown["id"])


def kept(entry: Entry) -> Object:
    """The whole entry as JSON, for `found`."""
    return {
        "shown": entry.shown,
        "captures": entry.captures,
        "return_url": entry.return_url,
        "created_at": entry.created_at.isoformat(),
        "holds_until": entry.holds_until and entry.holds_until.isoformat(),
        "declines": entry.declines,
    }


def found(kept: Mapping[str, Any], page: str) -> Entry:
    """The entry that was `kept`; one that waits for its payer does so at `page` now."""
    entry = Entry(
        shown=kept["shown"],
        captures=kept["captures"],
        return_url=kept["return_url"],
        created_at=datetime.fromisoformat(kept["created_at"]),
        holds_until=kept["holds_until"] and datetime.fromisoformat(kept["holds_until"]),
        declines=kept["declines"],
    )
    if "confirmation" in kept["shown"]:
        kept["shown"]["confirmation"]["confirmation_url"] = page + entry.id
    return entry


def moment(at: datetime) -> str:
    """2026-11-22T07:00:00.412Z"""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id(kind: str, at: datetime, random: str) -> str:
    """An id as YooKassa makes them: seconds since its epoch, then the kind of object."""
    seconds = int((at - EPOCH).total_seconds()) & 0xFFFFFFFF
    return f"{seconds:08x}-{kind}-5000-8000-{random[:12]}"


def money(kopecks: int) -> Object:
    return {"value": f"{kopecks // 100}.{kopecks % 100:02}", "currency": "RUB"}


def _money_like(amount: object, kopecks: int) -> Object:
    """The same in the currency of another amount."""
    return money(kopecks) | ({"currency": amount["currency"]} if isinstance(amount, dict) else {})


def kopecks(amount: object) -> int:
    """The kopecks in an amount that has passed `rules.check_amount`."""
    value = amount["value"] if isinstance(amount, dict) else "0"
    return int(Decimal(str(value)) * 100)


def new_payment(request: Object, *, shop_id: str, page: str, at: datetime, random: str) -> Entry:
    """A pending payment for a checked request; `page` is the hosted page's address without id."""
    payment_id = new_id(PAYMENT, at, random)
    confirmation = request["confirmation"]
    return_url = str(confirmation["return_url"]) if isinstance(confirmation, dict) else ""
    shown: Object = {
        "id": payment_id,
        "status": "pending",
        "amount": money(kopecks(request["amount"])),
        "recipient": {"account_id": shop_id, "gateway_id": f"1{shop_id}"},
        "created_at": moment(at),
        "confirmation": {
            "type": "redirect",
            "return_url": return_url,
            "confirmation_url": page + payment_id,
        },
        "test": True,
        "paid": False,
        "refundable": False,
        "metadata": deepcopy(request.get("metadata") or {}),
        "not_yet_documented": {"since": 2031, "share": 0.5, "notes": [None, "ё"]},
    }
    if request.get("description"):
        shown["description"] = request["description"]
    if request.get("receipt"):
        shown["receipt_registration"] = "pending"
    return Entry(shown, request.get("capture") is True, return_url, at)


def pay(entry: Entry, method: str, at: datetime, random: str) -> str:
    """The payer paid: succeeded, or held until captured. Returns the event."""
    entry.shown.pop("confirmation", None)
    entry.shown |= {
        "paid": True,
        "payment_method": _method(entry.id, method, random),
        "authorization_details": {
            "rrn": str(int(random[:10], 16))[:12].rjust(12, "0"),
            "auth_code": str(int(random[:5], 16))[:6].rjust(6, "0"),
            "three_d_secure": {"applied": method == "bank_card"},
        },
    }
    if entry.captures:
        return capture(entry, kopecks(entry.shown["amount"]), at)
    entry.holds_until = at + HOLD
    entry.shown |= {"status": "waiting_for_capture", "expires_at": moment(entry.holds_until)}
    return "payment.waiting_for_capture"


def capture(entry: Entry, amount: int, at: datetime) -> str:
    """Take `amount` kopecks of what was confirmed. Returns the event."""
    entry.shown.pop("expires_at", None)
    entry.shown |= {
        "status": "succeeded",
        "amount": money(amount),
        "income_amount": money(amount - amount * 35 // 1000),
        "refunded_amount": money(0),
        "captured_at": moment(at),
        "refundable": True,
    }
    return "payment.succeeded"


def cancel(entry: Entry, reason: str) -> str:
    """End it without money. Returns the event."""
    for name in ("confirmation", "expires_at"):
        entry.shown.pop(name, None)
    entry.shown |= {
        "status": "canceled",
        "paid": False,
        "cancellation_details": {
            "party": PARTIES.get(reason, "payment_network"),
            "reason": reason,
        },
    }
    return "payment.canceled"


def overdue(entry: Entry, now: datetime) -> str | None:
    """Why the payment has expired by `now`, or None."""
    if entry.status == "pending" and now >= entry.created_at + CONFIRM_WITHIN:
        return "expired_on_confirmation"
    if entry.holds_until and entry.status == "waiting_for_capture" and now >= entry.holds_until:
        return "expired_on_capture"
    return None


def new_refund(request: Object, entry: Entry, at: datetime, random: str) -> Object:
    """A refund that is on its way; `succeed` or `cancel_refund` end it."""
    refund: Object = {
        "id": new_id(REFUND, at, random),
        "payment_id": entry.id,
        "status": "pending",
        "created_at": moment(at),
        "amount": _money_like(request["amount"], kopecks(request["amount"])),
        "not_yet_documented": {"since": 2031, "share": 0.5, "notes": [None, "ё"]},
    }
    for name in ("description", "metadata"):
        if request.get(name):
            refund[name] = deepcopy(request[name])
    return refund


def succeed(refund: Object, entry: Entry) -> str:
    """The money went back, off what is left of the payment. Returns the event."""
    returned = kopecks(entry.shown["refunded_amount"]) + kopecks(refund["amount"])
    whole = returned == kopecks(entry.shown["amount"])
    entry.shown |= {
        "refunded_amount": _money_like(refund["amount"], returned),
        "refundable": not whole,
    }
    refund["status"] = "succeeded"
    return "refund.succeeded"


def cancel_refund(refund: Object, reason: str) -> None:
    """It came to nothing; YooKassa has no event for that."""
    party = REFUND_PARTIES.get(reason, "refund_network")
    refund |= {"status": "canceled", "cancellation_details": {"party": party, "reason": reason}}


def _method(payment_id: str, method: str, random: str) -> Object:
    common: Object = {"type": method, "id": payment_id, "saved": False, "status": "inactive"}
    if method == "sbp":
        bank = {"bank_id": "100000000111", "bic": "044525225"}
        return common | {"sbp_operation_id": random.upper(), "payer_bank_details": bank}
    card = {
        "first6": "555555",
        "last4": "4477",
        "expiry_month": "03",
        "expiry_year": "2029",
        "card_type": "MasterCard",
        "issuer_country": "RU",
    }
    return common | {"title": "Bank card *4477", "card": card}
