"""The facts of an order as the ledger writes them: made here, read by papers and checkers.

Money is kopecks, times are instants as `chain.instant` writes them.
"""

from datetime import date, datetime
from typing import Protocol

from offer.evidence.chain import Entry, Fact, digest, instant
from offer.evidence.settlement import ForPackage
from offer.periods import Period


class Edition(Protocol):
    """What facts need to know of an edition."""

    @property
    def document(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def tag_id(self) -> str: ...
    @property
    def published_at(self) -> datetime: ...


class Leaving(Protocol):
    """What leaving a package comes to: sums in kopecks, `left` is what was not given back yet."""

    @property
    def price(self) -> int: ...
    @property
    def hours(self) -> int: ...
    @property
    def spent_minutes(self) -> int: ...
    @property
    def charged_minutes(self) -> int: ...
    @property
    def by_hours(self) -> int: ...
    @property
    def days(self) -> int: ...
    @property
    def days_left(self) -> int: ...
    @property
    def by_days(self) -> int: ...
    @property
    def left(self) -> int: ...
    @property
    def proposed(self) -> int: ...


def named(edition: Edition) -> Fact:
    """An edition as facts name it."""
    return {
        "document": edition.document,
        "number": edition.number,
        "sha256": edition.sha256,
        "tag_id": edition.tag_id,
        "published_at": instant(edition.published_at),
    }


def edition_fact(
    *,
    document: str,
    number: int,
    sha256: str,
    tag_id: str,
    commit_id: str,
    published_at: datetime,
    change: str | None,
    summary: str,
) -> Fact:
    """An edition that came to be sold by, or shown: everything about it but what its bytes say."""
    return {
        "document": document,
        "number": number,
        "sha256": sha256,
        "tag_id": tag_id,
        "commit": commit_id,
        "published_at": instant(published_at),
        "change": change,
        "summary": summary,
    }


def head_fact(day: date, number: int, hash_: str) -> Fact:
    """A row of the ledger published as the head of a local day; the fact's own time is when."""
    return {"day": day.isoformat(), "number": number, "hash": hash_}


def order_fact(
    order: str,
    *,
    hours: int,
    price_kopecks: int,
    edition: Edition,
    party_kind: str,
    details_sha256: str,
    origin_sha256: str,
    shown: Fact,
    site: str,
    zone: str,
    sample: bool = False,
    token_sha256: str | None = None,
    for_package: ForPackage | None = None,
) -> Fact:
    """A decision to buy: the edition that was seen, for what money, and what the page said.

    `site` is where the texts stand, without a slash at the end; `zone` is that of the papers.
    `token_sha256` fixes the order's secret address: of 192 random bits the hash gives nothing
    away. A sample has none.
    """
    return {
        **({"sample": True} if sample else {}),
        "order": order,
        "what": "extra" if for_package else "package",
        **({"for_package": package_fact(for_package)} if for_package else {}),
        "hours": hours,
        "price_kopecks": price_kopecks,
        "edition": named(edition),
        "party_kind": party_kind,
        "details_sha256": details_sha256,
        "origin_sha256": origin_sha256,
        "shown": shown,
        "site": site,
        "zone": zone,
        **({"token_sha256": token_sha256} if token_sha256 else {}),
    }


def package_fact(package: ForPackage) -> Fact:
    """The package that extra hours are bought for, as their order's fact names it."""
    return {
        "order": package.order_number,
        "hours": package.hours,
        "paid_at": instant(package.paid_at),
        "acceptance": vars(package.acceptance),
    }


def consent_fact(
    order: str,
    *,
    order_row: int,
    document: Edition,
    label: str,
    page: str,
    details_sha256: str,
    origin_sha256: str,
    action: str = "given",
) -> Fact:
    """Consent to the processing of personal data, given (or withdrawn) by itself."""
    return {
        "order": order,
        "order_row": order_row,
        "action": action,
        "document": named(document),
        "label": label,
        "page": page,
        "details_sha256": details_sha256,
        "origin_sha256": origin_sha256,
    }


def acceptance_fact(
    order: str,
    decision: Entry,
    decided: Fact,
    *,
    edition: Edition,
    consent_sha256: str | None,
    amount_kopecks: int,
    payment_id: str,
    captured_at: datetime,
    period: Period,
) -> Fact:
    """The offer accepted by paying; `decision` is the row of the order's fact `decided`."""
    return {
        "order": order,
        "order_row": decision.number,
        "order_row_hash": decision.hash,
        "edition": {"number": edition.number, "sha256": edition.sha256, "tag_id": edition.tag_id},
        "consent_sha256": consent_sha256,
        "party_kind": decided["party_kind"],
        "details_sha256": decided["details_sha256"],
        "shown": decided["shown"],
        "amount_kopecks": amount_kopecks,
        "payment_id": payment_id,
        "captured_at": instant(captured_at),
        "period": {
            "starts_at": instant(period.starts_at),
            "expires_at": instant(period.expires_at),
            "last_day": period.last_day.isoformat(),
            "rule": period.reason,
            "provisional": period.provisional,
        },
    }


def told_of_payment(
    payment_id: str,
    *,
    status: str,
    amount_kopecks: int,
    currency: str,
    method: str | None,
    test: bool,
    answer: str,
) -> Fact:
    """What YooKassa says of a payment, however it ended; `answer` is its object, redacted."""
    return {
        "payment_id": payment_id,
        "status": status,
        "amount_kopecks": amount_kopecks,
        "currency": currency,
        "method": method,
        "test": test,
        "answer_sha256": digest(answer),
    }


def payment_fact(order: str, told: Fact, captured_at: datetime) -> Fact:
    """Money taken for an order."""
    return {"order": order, **told, "captured_at": instant(captured_at)}


def certificate_fact(order: str, sha256: str, size: int, head: Entry) -> Fact:
    """The certificate that was made of all this: its hash and its size in bytes."""
    return {
        "order": order,
        "sha256": sha256,
        "bytes": size,
        "head": {"number": head.number, "hash": head.hash},
    }


def refund_ordered_fact(
    order: str,
    refund: str,
    *,
    payment_id: str,
    amount_kopecks: int,
    reason: str,
    ends_package: bool,
    request: str,
) -> Fact:
    """The contractor's word to give money back; `refund` is the key YooKassa is asked under."""
    return {
        "order": order,
        "refund": refund,
        "action": "ordered",
        "payment_id": payment_id,
        "amount_kopecks": amount_kopecks,
        "reason": reason,
        "ends_package": ends_package,
        "request_sha256": digest(request),
    }


def refund_succeeded_fact(
    order: str,
    refund: str,
    *,
    refund_id: str,
    payment_id: str,
    amount_kopecks: int,
    currency: str,
    ends_package: bool,
    answer: str,
) -> Fact:
    """Money given back; `answer` is YooKassa's object, redacted."""
    return {
        "order": order,
        "refund": refund,
        "action": "succeeded",
        "refund_id": refund_id,
        "payment_id": payment_id,
        "amount_kopecks": amount_kopecks,
        "currency": currency,
        "ends_package": ends_package,
        "answer_sha256": digest(answer),
    }


def refund_cancelled_fact(order: str, refund: str, *, refund_id: str | None, reason: str) -> Fact:
    """A refund that came to nothing, and why."""
    return {
        "order": order,
        "refund": refund,
        "action": "cancelled",
        "refund_id": refund_id,
        "reason": reason,
    }


def receipt_ordered_fact(
    order: str, receipt: str, *, payment_id: str, amount_kopecks: int, request: str
) -> Fact:
    """A prepayment is to be set off; `receipt` is the key YooKassa is asked under.

    `request` is what is asked, without the buyer's name: its hash stays for ever.
    """
    return {
        "order": order,
        "receipt": receipt,
        "action": "ordered",
        "of": "settlement",
        "payment_id": payment_id,
        "amount_kopecks": amount_kopecks,
        "request_sha256": digest(request),
    }


def receipt_registered_fact(
    order: str,
    receipt: str,
    *,
    of: str,
    subject: str,
    receipt_id: str | None,
    amount_kopecks: int,
    registered_kopecks: int | None,
    fiscal: Fact | None,
    answer: str,
) -> Fact:
    """The tax office has a receipt `of` a payment, its settlement, or a refund (`subject`).

    It was to be of `amount_kopecks` and is of `registered_kopecks`. `fiscal` are the numbers it is
    found by there. Both are None where YooKassa does not tell them.
    """
    return {
        "order": order,
        "receipt": receipt,
        "action": "registered",
        "of": of,
        "subject": subject,
        "receipt_id": receipt_id,
        "amount_kopecks": amount_kopecks,
        "registered_kopecks": registered_kopecks,
        "fiscal": fiscal,
        "answer_sha256": digest(answer),
    }


def receipt_failed_fact(
    order: str, receipt: str, *, of: str, subject: str, receipt_id: str | None, reason: str
) -> Fact:
    """A receipt that will not be registered, and why."""
    return {
        "order": order,
        "receipt": receipt,
        "action": "failed",
        "of": of,
        "subject": subject,
        "receipt_id": receipt_id,
        "reason": reason,
    }


def refusal_asked_fact(
    order: str,
    leaving: Leaving,
    *,
    party_kind: str,
    asked_on: date,
    decide_by: date,
    reason_sha256: str | None,
    origin_sha256: str,
) -> Fact:
    """The client's word that he leaves his package, and what that came to on that local day."""
    return {
        "order": order,
        "action": "asked",
        "party_kind": party_kind,
        "asked_on": asked_on.isoformat(),
        "decide_by": decide_by.isoformat(),
        "hours": leaving.hours,
        "price_kopecks": leaving.price,
        "returned_kopecks": leaving.price - leaving.left,
        "spent_minutes": leaving.spent_minutes,
        "charged_minutes": leaving.charged_minutes,
        "by_hours_kopecks": leaving.by_hours,
        "days": leaving.days,
        "days_left": leaving.days_left,
        "by_days_kopecks": leaving.by_days,
        "proposed_kopecks": leaving.proposed,
        "reason_sha256": reason_sha256,
        "origin_sha256": origin_sha256,
    }


def refusal_answered_fact(order: str, *, asked: int, text: str) -> Fact:
    """The contractor's answer that pays nothing out; `asked` is the row of the client's word."""
    return {"order": order, "action": "answered", "asked": asked, "text": text}
