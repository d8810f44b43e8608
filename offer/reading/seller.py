"""Clause 11 → the seller's requisites, each checked."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import phonenumbers

from offer.reading.numerals import folded
from offer.reading.passages import Passage, Unread
from offer.requisites import is_account, is_bic, is_correspondent_account, is_inn, is_ogrnip
from offer.values import Place, Requisites

_LABELS = {
    "name": r"наименование|исполнитель|фио|полное наименование|получатель|продавец",
    "inn": r"инн",
    "account": r"расч[её]тный сч[её]т|р/с|р\. ?с\.|р/сч(?:[её]т)?|сч[её]т получателя",
    "bank": r"банк(?: получателя)?|наименование банка",
    "bic": r"бик(?: банка)?",
    "correspondent_account": r"корр?(?:еспондентский|\.)? ?-?сч[её]т|к/с|к\. ?с\.|к/сч[её]т",
    "phone": r"телефон|тел\.?|контактный телефон",
    "email": r"электронная почта|эл\. ?почта|e-?mail|почта|адрес электронной почты|имейл",
    "ogrnip": r"огрнип",
    "address": r"(?:почтовый |юридический )?адрес(?: для писем| для корреспонденции| регистрации)?",
    "contacts": r"контакты|контактные данные|связь",
}
_LABEL = {name: re.compile(rf"(?:{label})", re.IGNORECASE) for name, label in _LABELS.items()}
_NUMBERS = ("inn", "account", "bic", "correspondent_account", "ogrnip")
_REQUIRED = (
    "name", "inn", "account", "bank", "bic", "correspondent_account", "phone", "email",
)  # fmt: skip
_SPOKEN = {
    "name": "Наименование",
    "inn": "ИНН",
    "account": "Расчётный счёт",
    "bank": "Банк",
    "bic": "БИК",
    "correspondent_account": "Корреспондентский счёт",
    "phone": "Телефон",
    "email": "Электронная почта",
    "ogrnip": "ОГРНИП",
    "address": "Адрес",
}
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_PAYMENT_DETAIL = re.compile(r"(?:[0-9] ?){9,}")
_AUTOLINK = re.compile(r"<(?:mailto:|tel:)?([^<>\s]+)>")


@dataclass(frozen=True)
class _Found:
    value: str
    place: Place


def read_requisites(
    found: Sequence[Passage],
) -> tuple[Requisites | None, dict[str, object], list[Unread]]:
    """The requisites, their values as far as read, and everything that is wrong with them."""
    values, unread = _collect(found)
    place = found[0].place if found else Place("11", 1)
    unread += [
        Unread("requisite_missing", f"не указано: {_SPOKEN[name]}", place)
        for name in _REQUIRED
        if name not in values
    ]
    wrong = _wrong(values)
    unread += [
        Unread("requisite_wrong", f"{reason}: «{values[name].value}»", values[name].place)
        for name, reason in wrong.items()
    ]
    read: dict[str, object] = {n: f.value for n, f in values.items() if n not in wrong}
    if unread:
        return None, read, unread
    return Requisites(**{name: item.value for name, item in values.items()}), read, []


def _collect(found: Sequence[Passage]) -> tuple[dict[str, _Found], list[Unread]]:
    values: dict[str, _Found] = {}
    unread: list[Unread] = []
    for line in _lines(found):
        for name, value in _named(line, unread):
            if name in values and values[name].value != value:
                reason = f"{_SPOKEN[name]} указано дважды, и по-разному: «{value}»"
                unread.append(Unread("requisite_twice", reason, line.place))
            values.setdefault(name, _Found(value, line.place))
    return values, unread


def _lines(found: Sequence[Passage]) -> list[Passage]:
    return [
        Passage(text.strip(), Place(passage.place.clause, passage.place.line + at), passage.kind)
        for passage in found
        for at, text in enumerate(passage.text.split("\n"))
        if text.strip() and not re.fullmatch(r"\|(?: ?:?-+:? ?\|)+", text.strip())
    ]


def _named(line: Passage, unread: list[Unread]) -> list[tuple[str, str]]:
    """What a line «Label: value» says; «Контакты» may hold a phone number and an address."""
    text = _AUTOLINK.sub(r"\1", line.text)
    if line.kind == "row":
        text = ": ".join(cell.strip() for cell in text.strip("| ").split("|", 1))
    label, _, value = _cut(text)
    name = next((name for name, label_of in _LABEL.items() if label_of.fullmatch(label)), None)
    value = value.strip().rstrip(".;,").rstrip()
    if name is None:
        if line.kind == "code" or _PAYMENT_DETAIL.search(text):
            reason = f"непонятная строка реквизитов с числом: «{text}»"
            unread.append(Unread("requisite_unknown", reason, line.place))
        return []
    if name == "contacts":
        return _contacts(value, line, unread)
    if name in _NUMBERS:
        value = re.sub(r"(?<=[0-9]) (?=[0-9])", "", value)
    return [(name, value)] if value else []


def _cut(text: str) -> tuple[str, str, str]:
    """«ИНН: 1», «ИНН — 1» and «ИНН 1» → label, mark, value."""
    match = re.match(r"(?P<label>[^:—–0-9]+?) ?(?P<mark>:| —| –|(?= [0-9+]))(?P<value>.*)", text)
    return (match["label"].strip(), match["mark"], match["value"]) if match else ("", "", "")


def _contacts(value: str, line: Passage, unread: list[Unread]) -> list[tuple[str, str]]:
    named: list[tuple[str, str]] = []
    for part in (part.strip() for part in re.split(r"[,;]", value)):
        if _EMAIL.fullmatch(part):
            named.append(("email", part))
        elif re.fullmatch(r"\+?[0-9][0-9 ()-]+", part):
            named.append(("phone", part))
        elif part:
            reason = f"в контактах непонятно: «{part}»"
            unread.append(Unread("requisite_unknown", reason, line.place))
    return named


def _wrong(values: dict[str, _Found]) -> dict[str, str]:
    """The names of values that cannot be right, each with the reason."""
    given = {name: found.value for name, found in values.items()}
    bic = given.get("bic", "")
    checks: dict[str, tuple[Callable[[str], bool], str]] = {
        "name": (_is_name, "нужно «Индивидуальный предприниматель» и полное имя"),
        "inn": (lambda inn: len(inn) == 12 and is_inn(inn), "контрольные цифры ИНН не сходятся"),
        "bank": (lambda bank: len(bank) > 2, "не похоже на название банка"),
        "bic": (is_bic, "не похоже на БИК: в нём девять цифр, и начинается он с 04"),
        "phone": (_is_phone, "не похоже на номер телефона"),
        "email": (lambda email: bool(_EMAIL.fullmatch(email)), "не похоже на адрес почты"),
        "ogrnip": (is_ogrnip, "контрольная цифра ОГРНИП не сходится"),
        "address": (lambda address: len(address) > 9, "не похоже на почтовый адрес"),
    }
    if is_bic(bic):
        checks |= {
            "account": (lambda account: is_account(account, bic), "счёт не подходит к БИК"),
            "correspondent_account": (
                lambda account: is_correspondent_account(account, bic),
                "корреспондентский счёт не подходит к БИК",
            ),
        }
    return {
        name: reason for name, (right, reason) in checks.items()
        if name in given and not right(given[name])
    }  # fmt: skip


def _is_name(name: str) -> bool:
    return bool(re.fullmatch(r"(?:индивидуальный предприниматель|ип) \S+ \S.*", folded(name)))


def _is_phone(phone: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(phone, "RU"))
    except phonenumbers.NumberParseException:
        return False
