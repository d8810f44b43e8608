"""The order form as sent: fields → a party, or a sentence at each field that is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import phonenumbers

from checkout.sign_in import email_of
from checkout.web.views import FieldError
from offer.errors import OfferError
from offer.evidence.settlement import Party
from offer.paper import MARK
from offer.requisites import clean_inn, clean_kpp

KINDS = ("person", "sole_trader", "company")
LONGEST = {"name": 200, "organisation": 250, "email": 254, "phone": 40, "inn": 20, "kpp": 20}
# in the order of the form, which is the order of the errors above it
FIELDS = ("kind", "organisation", "inn", "kpp", "name", "email", "phone")
ASKED_OF = {
    "organisation": ("company",),
    "inn": ("sole_trader", "company"),
    "kpp": ("company",),
}
EXPECTED = {
    "kind": "Выберите, кто заказывает: физическое лицо, ИП или компания.",
    "organisation": "Укажите название компании с правовой формой, например ООО «Ромашка».",
    "name": "Укажите фамилию и имя: они будут в письме и свидетельстве.",
    "email": "Укажите адрес почты полностью, например anna@example.ru.",
    "phone": "Проверьте номер: нужен полный, например +7 912 345-67-89.",
}


@dataclass(frozen=True)
class Filled:
    """What was typed, and the party it makes; `party` is None while there are errors."""

    values: Mapping[str, str]
    party: Party | None
    errors: tuple[FieldError, ...]


def read_party(data: Mapping[str, str]) -> Filled:
    """Check the fields of the order form. The values come back as typed, but for outer spaces."""
    values = {name: " ".join(data.get(name, "").split()) for name in FIELDS}
    asked = [name for name in FIELDS if _concerns(name, values["kind"])]
    checked = {name: _unfit(name, values) or _check(name, values) for name in asked}
    wrong = tuple(found for found in checked.values() if isinstance(found, FieldError))
    return Filled(values, None if wrong else _party(checked), wrong)


def _concerns(name: str, kind: str) -> bool:
    """What is asked of whom; a field that does not concern the client is not read."""
    return name not in ASKED_OF or kind in ASKED_OF[name]


def _check(name: str, values: Mapping[str, str]) -> str | FieldError | None:
    try:
        return CHECKS[name](values)
    except (OfferError, phonenumbers.NumberParseException) as wrong:
        sentence = wrong.sentence if isinstance(wrong, OfferError) else EXPECTED[name]
        return FieldError(name, sentence)


def _unfit(name: str, values: Mapping[str, str]) -> FieldError | None:
    longest = LONGEST.get(name, len(values[name]))
    if len(values[name]) > longest:
        return FieldError(name, f"Сократите до {longest} знаков: сейчас {len(values[name])}.")
    if MARK.search(values[name].encode()):
        return FieldError(name, "Уберите хеш: в свидетельстве он выглядел бы как его собственный.")
    return None


def _kind(values: Mapping[str, str]) -> str:
    if values["kind"] not in KINDS:
        raise OfferError("kind", EXPECTED["kind"])
    return values["kind"]


def _organisation(values: Mapping[str, str]) -> str:
    return _with_a_letter("organisation", values)


def _name(values: Mapping[str, str]) -> str:
    return _with_a_letter("name", values)


def _with_a_letter(field: str, values: Mapping[str, str]) -> str:
    if not any(sign.isalpha() for sign in values[field]):
        raise OfferError(field, EXPECTED[field])
    return values[field]


def _email(values: Mapping[str, str]) -> str:
    email = email_of(values["email"])
    if email is None:
        raise OfferError("email", EXPECTED["email"])
    return email


def _phone(values: Mapping[str, str]) -> str | None:
    if not values["phone"]:
        return None
    number = phonenumbers.parse(values["phone"], "RU")
    if not phonenumbers.is_possible_number(number):
        raise OfferError("phone", EXPECTED["phone"])
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


CHECKS: Mapping[str, Callable[[Mapping[str, str]], str | None]] = {
    "kind": _kind,
    "name": _name,
    "organisation": _organisation,
    "inn": lambda values: clean_inn(values["kind"], values["inn"]),
    "kpp": lambda values: clean_kpp(values["kpp"]),
    "email": _email,
    "phone": _phone,
}


def _party(checked: Mapping[str, str | FieldError | None]) -> Party:
    clean = {name: value for name, value in checked.items() if not isinstance(value, FieldError)}
    return Party(
        kind=clean["kind"] or "",
        name=clean["name"] or "",
        organisation=clean.get("organisation"),
        inn=clean.get("inn"),
        kpp=clean.get("kpp"),
        email=clean["email"] or "",
        phone=clean["phone"],
    )
