"""What YooKassa refuses of a receipt: pure checks, as `rules`."""

import re
from decimal import ROUND_HALF_UP, Decimal

from checkout.gateway.simulator.objects import Object, kopecks
from checkout.gateway.simulator.rules import ObjectionError, check_amount

MOST_LINES, MOST_RECEIPTS = 80, 50
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_INN = re.compile(r"[0-9]{10}|[0-9]{12}")
_QUANTITY = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")
MEASURES = ("piece", "hour", "day", "another")
SUBJECTS = ("service", "commodity", "job", "payment", "composite", "another")
MODES = ("full_prepayment", "partial_prepayment", "advance", "full_payment", "partial_payment",
         "credit", "credit_payment")  # fmt: skip
SETTLED_BY = ("cashless", "prepayment", "postpayment", "consideration")


def check_receipt(receipt: object, total: int) -> None:
    """The receipt of a payment or refund of `total` kopecks, which its lines add up to."""
    if not isinstance(receipt, dict):
        raise ObjectionError(400, "Receipt is missing or illegal", "receipt")
    _check_customer(receipt.get("customer"), "receipt.customer")
    if _sum(receipt.get("items"), "receipt") != total:
        raise ObjectionError(400, "Receipt total differs from the amount", "receipt.items")


def check_separate(request: Object, payment: Object) -> None:
    """POST /receipts: settlements and lines add up to the same, which is not over the payment.

    Of a refund `payment` is that.
    """
    if request.get("type") not in ("payment", "refund") or request.get("send") is not True:
        raise ObjectionError(400, "Receipt type or send is illegal", "type")
    _check_customer(request.get("customer"), "customer")
    lines, settled = _sum(request.get("items"), ""), _settled(request.get("settlements"))
    if lines != settled:
        raise ObjectionError(400, "Settlements differ from the items", "settlements")
    if payment["status"] != "succeeded" or settled > kopecks(payment["amount"]):
        raise ObjectionError(400, "Receipt is not possible for the payment", "payment_id")


def _check_customer(customer: object, where: str) -> None:
    if not isinstance(customer, dict) or not _EMAIL.fullmatch(str(customer.get("email"))):
        raise ObjectionError(400, "Receipt is missing or illegal", f"{where}.email")
    if len(str(customer.get("full_name", ""))) > 256:
        raise ObjectionError(400, "Full name is too long", f"{where}.full_name")
    if "inn" in customer and not _INN.fullmatch(str(customer["inn"])):
        raise ObjectionError(400, "INN is illegal", f"{where}.inn")


def _sum(items: object, where: str) -> int:
    """Kopecks of all lines."""
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_LINES:
        raise ObjectionError(400, "Receipt is missing or illegal", where or "items")
    return sum(_line(item, f"{where}.items".lstrip(".")) for item in items)


def _line(item: object, where: str) -> int:
    """Kopecks of one receipt line: unit price × quantity (the SDK sends it as text)."""
    if not isinstance(item, dict):
        raise ObjectionError(400, "Receipt is missing or illegal", where)
    if not 1 <= len(str(item.get("description") or "")) <= 128:
        raise ObjectionError(400, "Description is 1 to 128 characters", f"{where}.description")
    if item.get("vat_code") not in range(1, 13):
        raise ObjectionError(400, "VAT code is illegal", f"{where}.vat_code")
    for name, known in (
        ("measure", MEASURES),
        ("payment_subject", SUBJECTS),
        ("payment_mode", MODES),
    ):
        if item.get(name) not in known:
            raise ObjectionError(400, f"{name} is illegal", f"{where}.{name}")
    if not _QUANTITY.fullmatch(str(item.get("quantity"))):
        raise ObjectionError(400, "Quantity is illegal", f"{where}.quantity")
    check_amount(item.get("amount"))
    exact = kopecks(item["amount"]) * Decimal(str(item["quantity"]))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _settled(settlements: object) -> int:
    if not isinstance(settlements, list) or not settlements:
        raise ObjectionError(400, "Settlements are missing", "settlements")
    for it in settlements:
        if not isinstance(it, dict) or it.get("type") not in SETTLED_BY:
            raise ObjectionError(400, "Settlement type is illegal", "settlements.type")
        check_amount(it.get("amount"))
    return sum(kopecks(it["amount"]) for it in settlements)
