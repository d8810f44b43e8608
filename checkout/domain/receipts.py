"""The receipts an order needs, line by line: pure, whole kopecks, no float.

Sources: 54-ФЗ ст. 1.2, 4.7; facts on law 5.2, 5.4 to 5.8; YooKassa API v3, Receipt. The first
receipt goes with the payment and names the buyer; what comes after repeats its line, so that a
refund and a settlement are of the very thing that was paid for.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from checkout.domain.receipt import Fiscal
from checkout.domain.transitions import ReceiptState
from offer.evidence.settlement import Party
from offer.wording import hours as hours_in_words

Json = Mapping[str, Any]
PREPAYMENT, PAYMENT = "full_prepayment", "full_payment"
# of a prepayment the rate is a calculated one: 22 % of the price without tax is 22/122 of the price
CALCULATED: Mapping[int, int] = {1: 1, 2: 2, 3: 5, 7: 9, 8: 10, 11: 12}
TAX_SYSTEMS = (1, 2, 3, 4, 5, 6)
LONGEST_NAME, LONGEST_DESCRIPTION = 256, 128
# what is sold, as a receipt's line begins
WHAT: Mapping[str, str] = {"package": "Пакет поддержки", "extra": "Дополнительные часы поддержки"}
FROM_A_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}):([0-9]{1,2})")


class Scheme(StrEnum):
    """How the shop gives receipts: not by this program; one with the payment that is the whole
    settlement; two, of the prepayment and of its settlement; or itself, in «Мой налог» (НПД)."""

    OFF = "off"
    ONE = "one"
    TWO = "two"
    NPD = "npd"


class Kind(StrEnum):
    """What a receipt is of."""

    PAYMENT = "payment"
    SETTLEMENT = "settlement"
    REFUND = "refund"


@dataclass(frozen=True)
class Dated:
    """A number that the law changes on a day: the first from ever, the rest from their days."""

    values: tuple[tuple[date, int], ...]

    def __str__(self) -> str:
        """As it is written in the settings."""
        first = "" if not self.values or self.values[0][0] > date.min else str(self.values[0][1])
        later = [f"{since}:{value}" for since, value in self.values if since > date.min]
        return ",".join([first, *later])

    def on(self, day: date) -> int | None:
        """The number in force on a local day; None where there is none."""
        return next((value for since, value in reversed(self.values) if since <= day), None)


def dated(text: str, allowed: Iterable[int]) -> Dated:
    """«1» or «1,2027-01-01:7,2028-01-01:11», an empty one for none; raises ValueError."""
    first, *rest = [part.strip() for part in text.split(",")] if text.strip() else [""]
    values = [(date.min, int(first))] if re.fullmatch(r"[0-9]{1,2}", first) else []
    if first and not values:
        raise ValueError(f"«{first}» — не код. Нужен код или коды с днями: 1,2027-01-01:7")
    for part in rest:
        found = FROM_A_DAY.fullmatch(part)
        if found is None:
            raise ValueError(f"«{part}» — не день с кодом, например 2027-01-01:7")
        values.append((_day(found[1]), int(found[2])))
    if [since for since, _ in values] != sorted({since for since, _ in values}):
        raise ValueError("дни должны идти по порядку, каждый один раз")
    known = sorted(allowed)
    for _, value in values:
        if value not in known:
            raise ValueError(f"кода {value} здесь не бывает: возможны {', '.join(map(str, known))}")
    return Dated(tuple(values))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"дня {text} нет в календаре") from None


@dataclass(frozen=True)
class Regime:
    """What the shop's receipts say on a day; `vat_code` is the plain rate's."""

    scheme: Scheme
    vat_code: int
    tax_system: int | None = None

    @property
    def fiscal(self) -> bool:
        """Whether YooKassa gives receipts for us."""
        return self.scheme in (Scheme.ONE, Scheme.TWO)


def payment_receipt(
    regime: Regime,
    party: Party,
    *,
    number: str,
    hours: int,
    amount_kopecks: int,
    what: str = "Пакет поддержки",
) -> Json:
    """The receipt in the request for a payment."""
    is_prepayment = regime.scheme is Scheme.TWO
    line = {
        # plain spaces: what a cash register does with others nobody says
        "description": f"{what}: {_plain(hours_in_words(hours))}, заказ {number}",
        "quantity": 1,
        "measure": "piece",
        "amount": _amount(amount_kopecks),
        "vat_code": CALCULATED[regime.vat_code] if is_prepayment else regime.vat_code,
        "payment_subject": "service",
        "payment_mode": PREPAYMENT if is_prepayment else PAYMENT,
    }
    taxed = {} if regime.tax_system is None else {"tax_system_code": regime.tax_system}
    return {"customer": _customer(party), "items": [line], **taxed}


def _customer(party: Party) -> Json:
    """Whom the receipt goes to; a business is named (4.7 п. 6.1: tags 1227 and 1228)."""
    named: dict[str, str] = {"email": party.email}
    if party.kind != "person" and party.inn:
        named |= {"full_name": _plain(party.customer)[:LONGEST_NAME], "inn": party.inn}
    return named


def addressed(receipt: Json, email: str) -> Json:
    """A receipt sent where its buyer is reached now; one that names nobody stays so."""
    if "customer" not in receipt:
        return receipt
    return {**receipt, "customer": {**receipt["customer"], "email": email}}


def refund_receipt(of_payment: Json, amount_kopecks: int, *, mode: str, vat_code: int) -> Json:
    """The receipt in the request for a refund of a part: the payment's line with another sum."""
    line = _line(of_payment, amount_kopecks, mode=mode, vat_code=vat_code)
    return {**of_payment, "items": [line]}


def settlement_receipt(
    of_payment: Json, payment_id: str, amount_kopecks: int, *, vat_code: int
) -> Json:
    """The request that sets a prepayment off: what is done is no longer owed (tag 1215)."""
    return separate_receipt(
        of_payment, Kind.SETTLEMENT, payment_id, amount_kopecks, mode=PAYMENT, vat_code=vat_code
    )


def separate_receipt(
    of_payment: Json, kind: Kind, subject: str, amount_kopecks: int, *, mode: str, vat_code: int
) -> Json:
    """A request for a receipt by itself; `subject` is its payment, or its refund."""
    is_refund = kind is Kind.REFUND
    settled = "prepayment" if kind is Kind.SETTLEMENT else "cashless"
    return {
        **of_payment,
        "type": "refund" if is_refund else "payment",
        "refund_id" if is_refund else "payment_id": subject,
        "send": True,
        "items": [_line(of_payment, amount_kopecks, mode=mode, vat_code=vat_code)],
        "settlements": [{"type": settled, "amount": _amount(amount_kopecks)}],
    }


def receipt_in(body: str) -> Json | None:
    """The receipt in a saved request, whole with its customer; None if it has none."""
    receipt = json.loads(body).get("receipt") if body else None
    return receipt if isinstance(receipt, dict) else None


def line_of(receipt: Json) -> Json:
    """The one line of a receipt of ours."""
    (line,) = receipt["items"]
    return dict(line)


def nameless(body: str) -> str:
    """A saved request without the buyer: what may be hashed into the ledger and kept for ever.

    One that names nobody stays byte for byte, as does what is no request at all.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    whole = value if isinstance(value, dict) else {}
    named = [it for it in (whole, whole.get("receipt")) if isinstance(it, dict)]
    if not [it.pop("customer") for it in named if "customer" in it]:
        return body
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Standing:
    """A receipt as its buyer is told of it; `fiscal` once the tax office has it."""

    kind: Kind
    mode: str
    amount_kopecks: int
    state: ReceiptState
    fiscal: Fiscal | None

    @property
    def sent_with_payment(self) -> bool:
        """Whether it is the payment's own and nothing is wrong with it."""
        return self.kind is Kind.PAYMENT and self.state is not ReceiptState.FAILED

    @property
    def name(self) -> str:
        """What the buyer knows it as."""
        if self.kind is Kind.PAYMENT and self.mode == PREPAYMENT:
            return "Чек предоплаты"
        return NAMES[self.kind]


NAMES: Mapping[Kind, str] = {
    Kind.PAYMENT: "Чек оплаты",
    Kind.SETTLEMENT: "Чек полного расчёта (зачёт предоплаты)",
    Kind.REFUND: "Чек возврата",
}


@dataclass(frozen=True)
class Written:
    """A receipt as the sums of its payment see it."""

    kind: str
    mode: str
    amount_kopecks: int


def open_prepayment(written: Iterable[Written]) -> int:
    """Kopecks that receipts say were paid in advance and no receipt has closed; 0 in the end."""
    return sum(_advance(it) for it in written)


def mode_of_refund(written: Iterable[Written]) -> str:
    """How money given back is named: as what it still is by the receipts that are there."""
    kinds = {(it.kind, it.mode) for it in written}
    settled = any(kind == Kind.SETTLEMENT for kind, _ in kinds)
    return PREPAYMENT if (Kind.PAYMENT, PREPAYMENT) in kinds and not settled else PAYMENT


def earned(written: Iterable[Written]) -> int:
    """Kopecks that receipts say were paid for work done and not given back."""
    return sum(
        -it.amount_kopecks if it.kind == Kind.REFUND else it.amount_kopecks
        for it in written
        if it.mode == PAYMENT
    )


def _advance(it: Written) -> int:
    if it.kind == Kind.SETTLEMENT:
        return -it.amount_kopecks
    if it.mode != PREPAYMENT:
        return 0
    return it.amount_kopecks if it.kind == Kind.PAYMENT else -it.amount_kopecks


def _line(of_payment: Json, amount_kopecks: int, *, mode: str, vat_code: int) -> Json:
    changed = {"amount": _amount(amount_kopecks), "payment_mode": mode, "vat_code": vat_code}
    return {**line_of(of_payment), **changed}


def _amount(kopecks: int) -> Json:
    return {"value": f"{kopecks // 100}.{kopecks % 100:02}", "currency": "RUB"}


def _plain(text: str) -> str:
    return " ".join(text.split())
