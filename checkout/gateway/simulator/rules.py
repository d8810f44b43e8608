"""What YooKassa refuses: pure checks of requests, each refusal in its own words and shape."""

import re
from datetime import datetime

from checkout.gateway.simulator.objects import METHODS, REFUNDABLE_FOR, Entry, Object, kopecks

_AMOUNT = re.compile(r"[0-9]{1,12}\.[0-9]{2}")
_KEY = re.compile(r"[0-9A-Za-z+_.-]+")
_CODES = {
    400: "invalid_request",
    401: "invalid_credentials",
    403: "forbidden",
    404: "not_found",
    410: "gone",
    429: "too_many_requests",
    500: "internal_server_error",
}


class ObjectionError(Exception):
    """YooKassa's no: HTTP status, description, and the parameter it complains of."""

    def __init__(self, status: int, description: str, parameter: str = "") -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameter = parameter

    def body(self, error_id: str) -> Object:
        return error_body(self.status, error_id, self.description, self.parameter)


def error_body(status: int, error_id: str, description: str, parameter: str = "") -> Object:
    """The JSON of an error answer; `parameter` only when there is one."""
    body: Object = {
        "type": "error",
        "id": error_id,
        "code": _CODES.get(status, "unknown_error"),
        "description": description,
    }
    return body | {"parameter": parameter} if parameter else body


def check_key(key: str | None) -> str:
    """The idempotence key every POST needs."""
    if not key:
        raise ObjectionError(400, "Idempotence key is empty", "Idempotence-Key")
    if len(key) > 64:
        raise ObjectionError(400, "Idempotence key is too long, 64 at most", "Idempotence-Key")
    if not _KEY.fullmatch(key):
        raise ObjectionError(400, "Idempotence key has illegal characters", "Idempotence-Key")
    return key


def check_payment(request: Object) -> None:
    """POST /payments. The SDK's empty lists and any unknown key pass, as at YooKassa."""
    check_amount(request.get("amount"))
    if not isinstance(request.get("capture", False), bool):
        raise ObjectionError(400, "Capture is a boolean", "capture")
    _check_confirmation(request.get("confirmation"))
    _check_text(request.get("description"), "description", 128)
    _check_metadata(request.get("metadata"))
    _check_method(request.get("payment_method_data"), request.get("capture") is True)


def check_amount(amount: object, currency: object = "RUB") -> None:
    if not isinstance(amount, dict):
        raise ObjectionError(400, "Amount is missing", "amount")
    if amount.get("currency") != currency:
        raise ObjectionError(400, "Currency is not enabled for the shop", "amount.currency")
    value = amount.get("value")
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ObjectionError(400, "Amount is text with two decimals", "amount.value")
    if kopecks(amount) < 100:
        raise ObjectionError(400, "Amount is less than 1.00 RUB", "amount.value")


def check_capture(entry: Entry, amount: object) -> int:
    """How many kopecks to capture: all of it when no amount is named."""
    if entry.status != "waiting_for_capture":
        raise ObjectionError(400, "Payment can not be captured in current status")
    held = kopecks(entry.shown["amount"])
    if amount is None:
        return held
    check_amount(amount)
    if kopecks(amount) > held:
        raise ObjectionError(400, "Illegal amount for capture", "amount")
    return kopecks(amount)


def check_cancel(entry: Entry) -> None:
    if entry.captures:
        raise ObjectionError(400, "You can not cancel payment with autocapture")
    if entry.status != "waiting_for_capture":
        raise ObjectionError(400, "Payment can not be canceled in current status")


def check_refund(request: Object, entry: Entry, *, on_their_way: int, now: datetime) -> None:
    """The remainder of a payment is nothing or more than one rouble.

    `on_their_way`: kopecks of refunds that have not ended yet.
    """
    paid = entry.shown["amount"]
    check_amount(request.get("amount"), paid["currency"] if isinstance(paid, dict) else "RUB")
    _check_text(request.get("description"), "description", 250)
    _check_metadata(request.get("metadata"))
    if entry.status != "succeeded":
        raise ObjectionError(400, "Payment can not be refunded in current status", "payment_id")
    if now > entry.created_at + REFUNDABLE_FOR:
        raise ObjectionError(400, "Payment is too old to be refunded", "payment_id")
    left = kopecks(entry.shown["amount"]) - kopecks(entry.shown["refunded_amount"])
    left -= on_their_way
    if left == 0:
        raise ObjectionError(400, "Payment is already completely refunded", "payment_id")
    rest = left - kopecks(request["amount"])
    if rest < 0:
        raise ObjectionError(400, "Refund sum exceeded", "amount")
    if 0 < rest <= 100:
        raise ObjectionError(
            400, "Remaining payment amount after refund must be greater than 1.00 RUB", "amount"
        )


def check_limit(text: str | None) -> int:
    """How many objects a list may have: 1 to 100, 10 unless told."""
    if text is None:
        return 10
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise ObjectionError(400, "Limit is from 1 to 100", "limit")
    return int(text)


def _check_confirmation(confirmation: object) -> None:
    if not isinstance(confirmation, dict) or confirmation.get("type") != "redirect":
        raise ObjectionError(400, "Only redirect is simulated", "confirmation.type")
    url = confirmation.get("return_url")
    if not isinstance(url, str) or not url:
        raise ObjectionError(400, "Return url is missing", "confirmation.return_url")
    if len(url) > 2048 or not url.startswith(("https://", "http://")):
        raise ObjectionError(400, "Return url is illegal", "confirmation.return_url")


def _check_text(value: object, name: str, longest: int) -> None:
    if value is not None and (not isinstance(value, str) or len(value) > longest):
        raise ObjectionError(400, f"{name.capitalize()} is too long, {longest} at most", name)


def _check_metadata(metadata: object) -> None:
    if metadata is None or metadata == []:
        return
    if not isinstance(metadata, dict):
        raise ObjectionError(400, "Metadata is an object", "metadata")
    if len(metadata) > 16:
        raise ObjectionError(400, "Metadata object is limited to 16 keys", "metadata")
    for key, value in metadata.items():
        if len(key) > 32 or not isinstance(value, str) or len(value) > 512:
            raise ObjectionError(400, "Metadata has an illegal key or value", f"metadata.{key}")


def _check_method(method: object, captures: bool) -> None:
    if method is None:
        return
    kind = method.get("type") if isinstance(method, dict) else None
    if kind not in METHODS:
        raise ObjectionError(400, "Payment method is not enabled", "payment_method_data.type")
    if kind == "sbp" and not captures:
        raise ObjectionError(400, "SBP can not be two-stage", "capture")
