"""Check digits of Russian tax numbers and bank details.

ИНН by the order of the tax service, ОГРН and ОГРНИП by the order on the state registers, account
keys by the order of the Bank of Russia. A right check digit does not prove that a number exists.
"""

import re
from collections.abc import Sequence

from offer.errors import OfferError

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12 = ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
_ACCOUNT = (7, 1, 3)
_KPP = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_BIC = re.compile(r"(?:04|01|02)[0-9]{7}")
_CENTRAL_BANK_TAILS = ("000", "001", "002")
_TYPED = re.compile("[ \t\u00a0\u2009\u202f-]")


def is_inn(text: str) -> bool:
    """Ten digits of a company or twelve of a person."""
    if not _digits(text, 10, 12):
        return False
    if len(text) == 10:
        return _inn_digit(text, _INN_10) == text[9]
    return all(_inn_digit(text, weights) == text[len(weights)] for weights in _INN_12)


def is_ogrn(text: str) -> bool:
    """Thirteen digits of a company, the last one a check digit."""
    return _digits(text, 13) and text[0] in "125" and str(int(text[:12]) % 11)[-1] == text[12]


def is_ogrnip(text: str) -> bool:
    """Fifteen digits of a sole trader; a remainder of 10 to 12 gives its last digit."""
    return _digits(text, 15) and text[0] == "3" and str(int(text[:14]) % 13)[-1] == text[14]


def is_kpp(text: str) -> bool:
    """The shape of a company's КПП; it has no check digit."""
    return bool(_KPP.fullmatch(text)) and text.strip("0") != ""


def is_bic(text: str) -> bool:
    """The shape of a БИК; it has no check digit. 01 and 02 are the treasury's."""
    return bool(_BIC.fullmatch(text)) and text[2:].strip("0") != ""


def is_account(account: str, bic: str) -> bool:
    """A client's account of twenty digits whose key fits the bank."""
    central = bic.endswith(_CENTRAL_BANK_TAILS)
    return is_bic(bic) and _key_fits("0" + bic[4:6] if central else bic[-3:], account)


def is_correspondent_account(account: str, bic: str) -> bool:
    """A bank's account (301…) that fits the bank: by its key and by the tail of its БИК."""
    shaped = account.startswith("301") and account.endswith(bic[-3:])
    return is_bic(bic) and shaped and _key_fits("0" + bic[4:6], account)


def clean_inn(kind: str, text: str) -> str | None:
    """The ИНН that a client typed, without spaces; None when a person left it empty.

    `kind` is person, sole_trader or company. Raises OfferError("inn") with a sentence for him.
    """
    inn = _TYPED.sub("", text)
    if not inn and kind == "person":
        return None
    length = 10 if kind == "company" else 12
    whose = {"company": "организации", "sole_trader": "предпринимателя"}.get(kind, "физлица")
    if not inn:
        raise OfferError("inn", f"Укажите ИНН {whose}: {length} цифр.")
    if not re.fullmatch(r"[0-9]+", inn):
        raise OfferError("inn", "В ИНН могут быть только цифры.")
    if len(inn) != length:
        raise OfferError("inn", f"В ИНН {whose} {length} цифр, а здесь их {len(inn)}.")
    if not is_inn(inn):
        raise OfferError("inn", "Проверьте ИНН: контрольная цифра не сходится.")
    return inn


def clean_kpp(text: str) -> str | None:
    """The КПП that a company typed, or None when left empty. Raises OfferError("kpp")."""
    kpp = _TYPED.sub("", text).upper()
    if not kpp:
        return None
    if not is_kpp(kpp):
        raise OfferError("kpp", "В КПП девять знаков, например 773601001.")
    return kpp


def _digits(text: str, *lengths: int) -> bool:
    """All-zero numbers pass the sums, so they are refused here."""
    return (
        len(text) in lengths and re.fullmatch(r"[0-9]+", text) is not None and text.strip("0") != ""
    )


def _inn_digit(text: str, weights: Sequence[int]) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(weights, text, strict=False))
    return str(total % 11 % 10)


def _key_fits(prefix: str, account: str) -> bool:
    if not _digits(account, 20):
        return False
    total = sum(_ACCOUNT[at % 3] * int(digit) % 10 for at, digit in enumerate(prefix + account))
    return total % 10 == 0
