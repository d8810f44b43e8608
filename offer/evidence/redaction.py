"""What of a payment service's answer goes into evidence: no card, no account, no way in.

The ledger holds the hash of what is left, so the same rule is asked when the fact is written and
when its file is made.
"""

import json
from functools import lru_cache

from offer.evidence.chain import SAFE, canonical

# Of the means of payment only what finds the payment again: YooKassa names new parts at will.
KEPT_OF_METHOD = ("id", "type", "saved", "status")
# Wherever they stand: digits of a card or an account, a phone, and links that open the order.
DROPPED = frozenset(
    (
        *("card", "first6", "last4", "expiry_month", "expiry_year", "card_number", "cardholder"),
        *("account_number", "payer_bank_details", "bank_details", "phone", "confirmation"),
    )
)


@lru_cache(maxsize=64)  # one answer goes into several rows
def redacted(answer: str) -> str:
    """A payment object as canonical JSON without what identifies the payer's card or account.

    Raises ValueError when it is not a JSON object.
    """
    value = json.loads(answer, parse_float=str, parse_int=_whole, parse_constant=_refused)
    if not isinstance(value, dict):
        raise ValueError(f"a payment is an object, not {type(value).__name__}")
    return canonical(_kept(value))


def _kept(value: object) -> object:
    if isinstance(value, list):
        return [_kept(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _method(part) if name == "payment_method" else _kept(part)
        for name, part in value.items()
        if name not in DROPPED
    }


def _method(value: object) -> object:
    if not isinstance(value, dict):
        return None
    return {name: _kept(value[name]) for name in KEPT_OF_METHOD if name in value}


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < 17 and abs(int(digits)) <= SAFE else digits


def _refused(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
