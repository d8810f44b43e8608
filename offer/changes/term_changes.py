"""What changed in the terms that the shop reads: «5 часов: 15 000 ₽ → 16 000 ₽».

Every field of `Terms` has its sentence; a new field without one fails a test.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from offer.values import Package, Requisites, Terms
from offer.wording import NBSP, counted, hours, money, working_hours

_NEXT_DAY = f"окончание, которое выпало на{NBSP}выходной, переносится на{NBSP}рабочий день"
_PAUSE = "когда часы исчерпаны, работы приостанавливаются"

_FIELDS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "prepayment_percent": ("Предоплата", lambda it: f"{it}{NBSP}%"),
    "term_months": (
        "Срок пакета",
        lambda it: counted(
            it,
            f"календарный{NBSP}месяц",
            f"календарных{NBSP}месяца",
            f"календарных{NBSP}месяцев",
        ),
    ),
    "working_hours": ("Рабочее время", working_hours),
    "unit_minutes": ("Единица учёта времени", lambda it: counted(it, "минута", "минуты", "минут")),
    "acceptance_working_days": (
        "Срок приёмки",
        lambda it: counted(it, f"рабочий{NBSP}день", f"рабочих{NBSP}дня", f"рабочих{NBSP}дней"),
    ),
}
_RULES = {"moves_to_working_day": _NEXT_DAY, "pauses_at_limit": _PAUSE}
_REQUISITES = {
    "name": "Наименование",
    "inn": "ИНН",
    "ogrnip": "ОГРНИП",
    "address": "Адрес",
    "account": "Расчётный счёт",
    "bank": "Банк",
    "bic": "БИК",
    "correspondent_account": "Корреспондентский счёт",
    "phone": "Телефон",
    "email": "Электронная почта",
}


class TermChange(NamedTuple):
    """A sentence about one term and the clauses where it stood and stands now.

    `covers` are further words of those clauses that the sentence stands for.
    """

    field: str
    sentence: str
    was_in: str
    now_in: str
    covers: str = ""


def term_changes(before: Terms, after: Terms) -> tuple[TermChange, ...]:
    """Every term that differs, prices first, then in the order of the offer."""
    return (*_packages(before, after), *_fields(before, after), *_requisites(before, after))


def _packages(before: Terms, after: Terms) -> Iterator[TermChange]:
    for package in after.packages:
        old = before.package(package.hours)
        place = (old or before.packages[0]).place.clause
        for sentence in _package(old, package):
            yield TermChange("packages", sentence, place, package.place.clause, _row(package))
    for package in before.packages:
        if after.package(package.hours) is None:
            sentence = f"Больше нет пакета «{hours(package.hours)}»"
            place = after.packages[0].place.clause
            yield TermChange("packages", sentence, package.place.clause, place, _row(package))


def _row(package: Package) -> str:
    """What an offer says of a package in so many words."""
    prices = f"{money(package.price_kopecks)} {money(package.extra_hour_kopecks)}"
    return f"пакет {hours(package.hours)} {prices} каждый дополнительный час"


def _package(old: Package | None, new: Package) -> Iterator[str]:
    name, price, extra = hours(new.hours), money(new.price_kopecks), money(new.extra_hour_kopecks)
    if old is None:
        yield f"Новый пакет: {name}{NBSP}— {price}, дополнительный час{NBSP}— {extra}"
        return
    if old.price_kopecks != new.price_kopecks:
        yield f"{name}: {money(old.price_kopecks)} → {price}"
    if old.extra_hour_kopecks != new.extra_hour_kopecks:
        yield f"{name}: дополнительный час {money(old.extra_hour_kopecks)} → {extra}"


def _fields(before: Terms, after: Terms) -> Iterator[TermChange]:
    for field, (name, shown) in _FIELDS.items():
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield _placed(field, f"{name}: {shown(old)} → {shown(new)}", before, after)
    for field, rule in _RULES.items():
        if getattr(before, field) != getattr(after, field):
            told = "Теперь" if getattr(after, field) else "Больше не действует правило:"
            yield _placed(field, f"{told} {rule}", before, after)


def _placed(field: str, sentence: str, before: Terms, after: Terms) -> TermChange:
    return TermChange(field, sentence, _clause(before, field), _clause(after, field))


def _clause(terms: Terms, field: str) -> str:
    place = terms.places.get(field)
    return place.clause if place else ""


def _requisites(before: Terms, after: Terms) -> Iterator[TermChange]:
    for field, name in _REQUISITES.items():
        sentence = _requisite(name, field, before.requisites, after.requisites)
        if sentence:
            yield _placed("requisites", sentence, before, after)


def _requisite(name: str, field: str, before: Requisites, after: Requisites) -> str:
    old, new = getattr(before, field), getattr(after, field)
    if old == new:
        return ""
    if old is None:
        return f"{name}: указано {new}"
    return f"{name}: больше не{NBSP}указано" if new is None else f"{name}: {old} → {new}"
