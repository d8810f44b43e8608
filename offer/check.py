"""`offer check`: what a text means, why it cannot be sold by, what a lawyer would advise."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import time
from typing import Any

from offer.clauses import decode, read_clauses
from offer.errors import OfferError
from offer.limits import refuse_large
from offer.reading.advice import Advice, advise
from offer.terms import Problem, Reading, Terms, WorkingHours, read_terms
from offer.wording import NBSP, counted, hours, money, working_hours


@dataclass(frozen=True)
class Check:
    """`errors` keep the text from being sold by; `advice` does not."""

    source: str
    reading: Reading
    advice: tuple[Advice, ...]

    @property
    def terms(self) -> Terms | None:
        return self.reading.terms

    @property
    def errors(self) -> tuple[Problem, ...]:
        return self.reading.problems


def check(data: bytes, source: str) -> Check:
    """What the bytes of an offer mean; `source` is the file's name as sentences should call it.

    Bytes that are not UTF-8, or too many, are an error among the others.
    """
    try:
        refuse_large(data, source)
        text = decode(data, source)
    except OfferError as error:
        return Check(source, Reading(None, {}, (Problem(error.code, error.sentence, "", 1),)), ())
    reading = read_terms(text, source)
    return Check(source, reading, advise(read_clauses(text), reading.partial))


def run_check(data: bytes, source: str, *, as_json: bool) -> tuple[int, str]:
    """The command's exit code (1 when the text cannot be sold by) and what it prints."""
    checked = check(data, source)
    return (1 if checked.errors else 0), (check_json(checked) if as_json else report(checked))


def check_json(checked: Check) -> str:
    """`terms` as far as read, `errors` and `advice`, for machines."""
    value = {
        "terms": checked.reading.partial,
        "errors": [asdict(error) for error in checked.errors],
        "advice": [asdict(advice) for advice in checked.advice],
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def report(checked: Check) -> str:
    """The same for a person, in Russian."""
    lines = [f"{checked.source} — условия, как их понимает программа:"]
    lines += [f"  {line}" for line in _terms(checked.reading.partial)] or ["  ничего не прочитано"]
    if checked.errors:
        lines += ["", f"Ошибки ({len(checked.errors)}) — по этому тексту продавать нельзя:"]
        lines += [f"  • {error.sentence}" for error in checked.errors]
    else:
        lines += ["", "Ошибок нет — по этому тексту можно продавать."]
    if checked.advice:
        lines += ["", f"Советы ({len(checked.advice)}) — продавать они не мешают:"]
        lines += [f"  • {_advice(advice)}" for advice in checked.advice]
        verdict = "продавать нельзя" if checked.errors else "можно продавать"
        lines += ["", f"Итог: ошибок — {len(checked.errors)}, по этому тексту {verdict}."]
    return "\n".join(lines) + "\n"


def _advice(advice: Advice) -> str:
    where = f"п.{NBSP}{advice.clause}: " if advice.clause else ""
    return f"{where}{advice.sentence} ({advice.law})"


def _terms(values: Mapping[str, Any]) -> Iterator[str]:
    """One line for each value that was read, with its clause and line of the file."""
    for package in values.get("packages", ()):
        price, extra = money(package["price_kopecks"]), money(package["extra_hour_kopecks"])
        where = _where(package["clause"], package["line"])
        yield f"{hours(package['hours'])} — {price}, дополнительный час — {extra} {where}"
    for name, place in values.get("clause", {}).items():
        yield f"{_SAID[name](values[name])} {_where(place, values['line'][name])}"


def _where(clause: str, line: int) -> str:
    return f"(п.{NBSP}{clause}, строка{NBSP}{line})"


def _term(months: int) -> str:
    counts = ("календарный месяц", "календарных месяца", "календарных месяцев")
    return f"Срок пакета — {counted(months, *counts)} с{NBSP}момента оплаты"


def _schedule(value: Mapping[str, Any]) -> str:
    start, end = time.fromisoformat(value["from"]), time.fromisoformat(value["to"])
    return f"Рабочее время — {working_hours(WorkingHours(tuple(value['days']), start, end))}"


def _requisites(value: Mapping[str, str | None]) -> str:
    return "Реквизиты: " + ", ".join(
        f"{_LABELS[key]} {text}" for key, text in value.items() if text
    )


_SAID: dict[str, Callable[[Any], str]] = {
    "prepayment_percent": lambda percent: f"Предоплата — {percent}{NBSP}%",
    "term_months": _term,
    "moves_to_working_day": lambda moves: (
        "Если последний день нерабочий, конец срока "
        + ("переносится на ближайший рабочий" if moves else "не переносится")
    ),
    "pauses_at_limit": lambda pauses: (
        "Когда часы кончились, работы " + ("приостанавливаются" if pauses else "продолжаются")
    ),
    "working_hours": _schedule,
    "unit_minutes": lambda n: f"Единица учёта — {counted(n, 'минута', 'минуты', 'минут')}",
    "acceptance_working_days": lambda days: (
        f"На замечания — {counted(days, 'рабочий день', 'рабочих дня', 'рабочих дней')}"
    ),
    "requisites": _requisites,
}
_LABELS = {
    "name": "исполнитель",
    "inn": "ИНН",
    "account": "счёт",
    "bank": "банк",
    "bic": "БИК",
    "correspondent_account": "корр. счёт",
    "phone": "телефон",
    "email": "почта",
    "ogrnip": "ОГРНИП",
    "address": "адрес",
}
