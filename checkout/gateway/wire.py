"""YooKassa's JSON to our values and back: no float, no network, no clock.

Written from YooKassa's API v3 specification: amounts are strings with a dot and two decimals,
times are ISO 8601 in UTC with milliseconds, metadata is a flat object of strings.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from hashlib import sha256

from checkout.domain.errors import GatewayError
from checkout.domain.payment import Payment
from checkout.domain.receipt import Fiscal, Receipt
from checkout.domain.refund import Page, Refund, amount_text

CMS_NAME = "oferta"  # otherwise YooKassa's statistics would count us as its SDK
MAX_DESCRIPTION = 128
MAX_REFUND_DESCRIPTION = 250
MAX_RETURN_URL = 2048
MAX_METADATA_KEYS = 16
MAX_METADATA_KEY = 32
MAX_METADATA_VALUE = 512

_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,11})\.([0-9]{2})")
_PAYMENT_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_RECEIPT_ID = re.compile(rf"rt-{_PAYMENT_ID.pattern}")
_KEY = re.compile(r"[0-9A-Za-z+_.-]{1,64}")

Json = Mapping[str, object]


class UnreadableAnswerError(GatewayError):
    """An answer of YooKassa that is not the object its documentation describes."""

    code = "gateway_unreadable"

    def __init__(self, detail: str) -> None:
        super().__init__("ЮKassa ответила непонятно.", detail=detail)


def kopecks_from(value: object) -> int:
    """ "1490.00" → 149000, exactly. Anything but digits, a dot and two digits: ValueError."""
    match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"not an amount: {value!r}")
    return int(match[1]) * 100 + int(match[2])


def is_payment_id(text: str) -> bool:
    """Has it the shape of a payment's id? Ask before an id from outside is kept or used."""
    return _PAYMENT_ID.fullmatch(text) is not None


def is_receipt_id(text: str) -> bool:
    """Has it the shape of a receipt's id?"""
    return _RECEIPT_ID.fullmatch(text) is not None


def is_idempotence_key(text: str) -> bool:
    """YooKassa takes 1 to 64 plain characters as an idempotence key."""
    return _KEY.fullmatch(text) is not None


def payment_request(
    *,
    amount_kopecks: int,
    description: str,
    return_url: str,
    metadata: Mapping[str, str],
    receipt: Json | None = None,
) -> str:
    """The exact JSON of POST /payments: one stage, redirect, the payer chooses how to pay.

    The same values give the same text. Keep it beside its idempotence key before sending and
    replay that text, never a newly built one. Whatever breaks YooKassa's limits (description
    128, return_url 2048, 16 metadata keys of 32 and values of 512 characters), any float and
    any value that is not text in `metadata` is a mistake of the caller: ValueError.
    """
    request: dict[str, object] = {
        "amount": {"value": amount_text(amount_kopecks), "currency": "RUB"},
        "capture": True,
        "confirmation": {
            "type": "redirect",
            "return_url": _text("return_url", return_url, MAX_RETURN_URL),
        },
        "description": _text("description", description, MAX_DESCRIPTION),
        "metadata": _metadata({"cms_name": CMS_NAME, **metadata}),
    }
    if receipt is not None:
        _refuse_floats(receipt)
        request["receipt"] = receipt
    return json.dumps(request, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def refund_request(
    *,
    payment_id: str,
    amount_kopecks: int,
    description: str,
    metadata: Mapping[str, str],
    receipt: Json | None = None,
) -> str:
    """The exact JSON of POST /refunds, kept and replayed as `payment_request`'s is."""
    request: dict[str, object] = {
        "payment_id": payment_id,
        "amount": {"value": amount_text(amount_kopecks), "currency": "RUB"},
        "description": _text("description", description, MAX_REFUND_DESCRIPTION),
        "metadata": _metadata({"cms_name": CMS_NAME, **metadata}),
    }
    if receipt is not None:
        _refuse_floats(receipt)
        request["receipt"] = receipt
    return json.dumps(request, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def receipt_request(receipt: Json) -> str:
    """The exact JSON of POST /receipts, kept and replayed as `payment_request`'s is."""
    _refuse_floats(receipt)
    return json.dumps(receipt, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _text(name: str, value: str, longest: int) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise ValueError(f"{name} is text of 1 to {longest} characters")
    return value


def _metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    if len(metadata) > MAX_METADATA_KEYS:
        raise ValueError(f"metadata holds {MAX_METADATA_KEYS} keys at most, cms_name included")
    for key, value in metadata.items():
        _text("a metadata key", key, MAX_METADATA_KEY)
        _text(f"metadata {key}", value, MAX_METADATA_VALUE)
    return dict(metadata)


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise ValueError("no float goes to YooKassa")
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            _refuse_floats(part)


def read_object(raw: str) -> Json:
    """The JSON object in `raw`; numbers with a fraction stay text. UnreadableAnswerError."""
    try:
        value = json.loads(raw, parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswerError(f"not JSON: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise UnreadableAnswerError(f"not an object but {type(value).__name__}")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(name)


def read_payment(raw: str) -> Payment:
    """The payment in an answer. Statuses, reasons and methods are kept as given.

    UnreadableAnswerError when a field we act on is missing or has another shape.
    """
    try:
        return _payment(read_object(raw), raw)
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableAnswerError(f"not a payment: {type(error).__name__}: {error}") from None


def _payment(payment: Json, raw: str) -> Payment:
    amount = _part(payment, "amount")
    cancellation = _part(payment, "cancellation_details")
    return Payment(
        id=_id(payment["id"]),
        status=_string(payment["status"]),
        paid=_flag(payment["paid"]),
        amount_kopecks=kopecks_from(amount["value"]),
        currency=_string(amount["currency"]),
        metadata={k: v for k, v in _part(payment, "metadata").items() if isinstance(v, str)},
        created_at=_moment(payment["created_at"]),
        captured_at=_moment_or_none(payment.get("captured_at")),
        confirmation_url=_string_or_none(_part(payment, "confirmation").get("confirmation_url")),
        cancellation_party=_string_or_none(cancellation.get("party")),
        cancellation_reason=_string_or_none(cancellation.get("reason")),
        test=_flag(payment["test"]),
        shop_id=_string_or_none(_part(payment, "recipient").get("account_id")),
        method=_string_or_none(_part(payment, "payment_method").get("type")),
        raw=raw,
        receipt_registration=_string_or_none(payment.get("receipt_registration")),
    )


def read_refund(raw: str) -> Refund:
    """The refund in an answer, as `read_payment` reads a payment."""
    try:
        return _refund(read_object(raw), raw)
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableAnswerError(f"not a refund: {type(error).__name__}: {error}") from None


def _refund(refund: Json, raw: str) -> Refund:
    amount = _part(refund, "amount")
    cancellation = _part(refund, "cancellation_details")
    return Refund(
        id=_id(refund["id"]),
        payment_id=_id(refund["payment_id"]),
        status=_string(refund["status"]),
        amount_kopecks=kopecks_from(amount["value"]),
        currency=_string(amount["currency"]),
        metadata={k: v for k, v in _part(refund, "metadata").items() if isinstance(v, str)},
        created_at=_moment(refund["created_at"]),
        cancellation_party=_string_or_none(cancellation.get("party")),
        cancellation_reason=_string_or_none(cancellation.get("reason")),
        raw=raw,
        receipt_registration=_string_or_none(refund.get("receipt_registration")),
    )


def read_receipt(raw: str) -> Receipt:
    """The receipt in an answer, as `read_payment` reads a payment."""
    try:
        return _receipt(read_object(raw), raw)
    except (ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise UnreadableAnswerError(f"not a receipt: {type(error).__name__}: {error}") from None


def _receipt(receipt: Json, raw: str) -> Receipt:
    receipt_id = _string(receipt["id"])
    if not is_receipt_id(receipt_id):
        raise ValueError(f"not a receipt id: {receipt_id[:80]!r}")
    settlements: dict[str, int] = {}
    for it in _objects(receipt, "settlements"):
        kind = _string(it["type"])
        settlements[kind] = settlements.get(kind, 0) + kopecks_from(_part(it, "amount")["value"])
    return Receipt(
        id=receipt_id,
        type=_string(receipt["type"]),
        status=_string(receipt["status"]),
        payment_id=_id_or_none(receipt.get("payment_id")),
        refund_id=_id_or_none(receipt.get("refund_id")),
        amount_kopecks=sum(_line(it) for it in _objects(receipt, "items")),
        settlements=settlements,
        fiscal=_fiscal(receipt),
        raw=raw,
    )


def _line(item: Json) -> int:
    """Kopecks of one line: the unit's price by the quantity, which may have three decimals."""
    quantity = Decimal(str(item["quantity"]))
    exact = kopecks_from(_part(item, "amount")["value"]) * quantity
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _fiscal(receipt: Json) -> Fiscal | None:
    told = Fiscal(
        document=_string_or_none(receipt.get("fiscal_document_number")) or "",
        storage=_string_or_none(receipt.get("fiscal_storage_number")) or "",
        attribute=_string_or_none(receipt.get("fiscal_attribute")) or "",
        registered_at=_moment_or_none(receipt.get("registered_at")),
    )
    return told if told.document or told.storage or told.attribute else None


def _objects(value: Json, name: str) -> list[Json]:
    parts = value.get(name) or []
    if not isinstance(parts, list) or not all(isinstance(it, dict) for it in parts):
        raise TypeError(f"{name} is not a list of objects")
    return parts


def unread(raw: str) -> str:
    """What to call an object that cannot be read: by its id, or by what its text hashes to."""
    try:
        name = _string(read_object(raw).get("id"))
    except (UnreadableAnswerError, TypeError):
        name = ""
    if is_payment_id(name) or is_receipt_id(name):
        return name
    return sha256(raw.encode(errors="surrogatepass")).hexdigest()


def read_page(raw: str) -> Page:
    """One page of a list, its objects as texts again. UnreadableAnswerError."""
    try:
        page = read_object(raw)
        items = page["items"]
        if not isinstance(items, list):
            raise TypeError("items is not a list")
        texts = tuple(json.dumps(it, ensure_ascii=False) for it in items)
        return Page(texts, _string_or_none(page.get("next_cursor")))
    except (KeyError, TypeError) as error:
        raise UnreadableAnswerError(f"not a list: {type(error).__name__}: {error}") from None


def _part(payment: Json, name: str) -> Json:
    part = payment.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise TypeError(f"{name} is not an object")
    return part


def _id(value: object) -> str:
    text = _string(value)
    if not is_payment_id(text):
        raise ValueError(f"not a payment id: {text[:80]!r}")
    return text


def _id_or_none(value: object) -> str | None:
    return None if value is None else _id(value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, not {type(value).__name__}")
    return value


def _string_or_none(value: object) -> str | None:
    return None if value is None else _string(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"true or false expected, not {type(value).__name__}")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_string(value))
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time before the first year or after the last") from None


def _moment_or_none(value: object) -> datetime | None:
    return None if value is None else _moment(value)
