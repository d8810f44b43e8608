"""The terms of one edition in the words of its pages: cards, answers, the example, requisites.

Every value comes from the terms and names the clause it was read from. Nothing here knows the day
it is asked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from offer import wording
from offer.clauses import Clause
from offer.periods import Calendar, decree_calendar, package_period
from offer.reading.passages import plain
from offer.typography import no_break
from offer.values import Package, Requisites, Terms
from offer.wording import NBSP

_UNUSED = re.compile(r"(?i)час\w*[^.;]*(?:не\W+использов|неиспользов|неизрасходов)|остаток часов")
_FIRST_SENTENCE = re.compile(r".+?(?:[.!?](?=\s|$)|$)", re.DOTALL)


@dataclass(frozen=True)
class Card:
    """One package as a buyer compares it; `hour_inside` is None when it is no whole kopeck sum."""

    hours: str
    price: str
    hour_inside: str | None
    extra_hour: str
    clause: str
    order_url: str


@dataclass(frozen=True)
class Answer:
    """One question of a buyer: the answer in a few lines, what to add to it, their clauses."""

    question: str
    lines: tuple[str, ...]
    notes: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One requisite; `href` when a person may call or write by it."""

    label: str
    value: str
    href: str | None = None


def cards(terms: Terms) -> tuple[Card, ...]:
    """The packages in the order of the text."""
    return tuple(_card(package) for package in terms.packages)


def _card(package: Package) -> Card:
    each, rest = divmod(package.price_kopecks, package.hours)
    return Card(
        hours=wording.hours(package.hours),
        price=wording.money(package.price_kopecks),
        hour_inside=None if rest else wording.money(each),
        extra_hour=wording.money(package.extra_hour_kopecks),
        clause=package.place.clause,
        order_url=f"/checkout/{package.hours}",
    )


def length_in_words(terms: Terms) -> str:
    """«1 календарный месяц»."""
    return wording.counted(
        terms.term_months, "календарный месяц", "календарных месяца", "календарных месяцев"
    )


def term_in_words(terms: Terms) -> str:
    """«1 календарный месяц с момента оплаты»."""
    return f"{length_in_words(terms)} с{NBSP}момента оплаты"


def example(
    terms: Terms, paid_at: datetime, zone: ZoneInfo, *, calendar: Calendar | None = None
) -> str | None:
    """«оплата 22.11.2026 — до 22.12.2026 включительно»: the term shown on one payment.

    None where the calendar of working days does not reach: no example is better than a guess.
    """
    period = package_period(
        paid_at,
        terms.term_months,
        moves=terms.moves_to_working_day,
        zone=zone,
        calendar=calendar or decree_calendar(),
        settling=True,
    )
    if period.provisional:
        return None
    paid_on = wording.day(paid_at.astimezone(zone).date())
    return f"оплата {paid_on} — до{NBSP}{wording.day(period.last_day)} включительно"


def answers(terms: Terms, clauses: Sequence[Clause]) -> tuple[Answer, ...]:
    """Price, term, unused hours, accounting, pause, acceptance, in this order.

    What becomes of unused hours is no term that the shop counts with, so the clause that says it
    is quoted; a text that does not say it has no such answer.
    """
    unused = on_unused_hours(clauses)
    return (
        _price(terms),
        _answer(terms, "Срок", "term_months", term_in_words(terms), *_moving(terms)),
        *((_quoted("Остаток часов", unused),) if unused else ()),
        _answer(terms, "Учёт времени", "unit_minutes", _accounting(terms)),
        _answer(terms, "Пауза", "pauses_at_limit", _pause(terms)),
        _answer(terms, "Приёмка", "acceptance_working_days", _acceptance(terms)),
    )


def on_unused_hours(clauses: Sequence[Clause]) -> Clause | None:
    """The first clause that says what becomes of hours nobody used."""
    return next((clause for clause in clauses if _UNUSED.search(clause.text)), None)


def _price(terms: Terms) -> Answer:
    clauses = (package.place.clause for package in terms.packages)
    prepayment = clauses_of(terms, "prepayment_percent")
    notes = (f"Предоплата {terms.prepayment_percent}{NBSP}%",)
    return Answer("Цена", _packages(terms), notes, _once((*clauses, *prepayment)))


def packages_in_words(terms: Terms) -> str:
    """«2 часа — 7 000 ₽, 5 часов — 15 000 ₽; 1 календарный месяц с момента оплаты»."""
    return f"{', '.join(_packages(terms))}; {term_in_words(terms)}"


def _packages(terms: Terms) -> tuple[str, ...]:
    return tuple(
        f"{wording.hours(package.hours)}{NBSP}— {wording.money(package.price_kopecks)}"
        for package in terms.packages
    )


def _moving(terms: Terms) -> tuple[str, ...]:
    if not terms.moves_to_working_day:
        return ("Нерабочий последний день срока не переносит",)
    return (f"Нерабочий последний день переносится на{NBSP}рабочий (ст.{NBSP}193 ГК{NBSP}РФ)",)


def _quoted(question: str, clause: Clause) -> Answer:
    sentence = _FIRST_SENTENCE.match(plain(clause.text))
    words = no_break(" ".join(sentence[0].split())) if sentence else ""
    return Answer(question, (f"«{words.rstrip('.')}»",), (), (clause.number,))


def _accounting(terms: Terms) -> str:
    unit = wording.counted(terms.unit_minutes, "минута", "минуты", "минут")
    return f"Наименьшая единица — {unit}"


def _pause(terms: Terms) -> str:
    if terms.pauses_at_limit:
        return "Часы кончились — работы ждут, пока вы не согласуете продолжение"
    return "Когда часы кончились, работы не останавливаются"


def _acceptance(terms: Terms) -> str:
    days = wording.counted(
        terms.acceptance_working_days, "рабочий день", "рабочих дня", "рабочих дней"
    )
    return f"{days} на{NBSP}замечания после уведомления, потом результат принят"


def _answer(terms: Terms, question: str, key: str, line: str, *notes: str) -> Answer:
    return Answer(question, (line,), notes, clauses_of(terms, key))


def clauses_of(terms: Terms, *keys: str) -> tuple[str, ...]:
    """The clauses these values were read from, each once; a value without a place has none."""
    return _once(terms.places[key].clause for key in keys if key in terms.places)


def _once(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(numbers))


def call(phone: str) -> str:
    """The link by which a telephone number is called: «+7 938 …» gives `tel:+7938…`."""
    return "tel:" + "".join(sign for sign in phone if sign.isdigit() or sign == "+")


def requisites_rows(seller: Requisites) -> tuple[Row, ...]:
    """What the text names, in the order a bank form asks for it; nothing it does not name."""
    rows = (
        Row("Наименование", seller.name),
        Row("ИНН", seller.inn),
        Row("ОГРНИП", seller.ogrnip or ""),
        Row("Адрес", seller.address or ""),
        Row("Расчётный счёт", seller.account),
        Row("Банк", seller.bank),
        Row("БИК", seller.bic),
        Row("Корреспондентский счёт", seller.correspondent_account),
        Row("Телефон", seller.phone, call(seller.phone)),
        Row("Электронная почта", seller.email, f"mailto:{seller.email}"),
    )
    return tuple(row for row in rows if row.value)
