"""A short offer whose clauses a test can replace, and a way to read it."""

from typing import Any

from offer.terms import Problem, Terms, read_terms

PACKAGES = """\
Услуги оказываются пакетами рабочего времени:

- 2 часа — 7 000 ₽, дополнительные часы — 3 500 ₽ / час;
- 5 часов — 15 000 ₽, дополнительный час — 3 000 ₽."""

REQUISITES = """\
- Наименование: Индивидуальный предприниматель Дудкин Антон Александрович
- ИНН: 230909098157
- Расчётный счёт: 40802810720000480414
- Банк: ООО «Банк Точка»
- БИК: 044525104
- Корреспондентский счёт: 30101810745374525104
- Контакты: +7 938 478 10 91, dudkinanton@bk.ru"""

CLAUSES = {
    "3.1": PACKAGES,
    "3.2": "Работы начинаются после 100% предоплаты выбранного пакета.",
    "3.3": "Срок действия пакета — 1 календарный месяц с момента оплаты.",
    "3.6": "При достижении лимита часов работы приостанавливаются до согласования с Заказчиком.",
    "4.1": "Рабочее время Исполнителя: понедельник–пятница с 9:00 до 18:00.",
    "5.2": "Минимальная единица учёта — 5 минут.",
    "6.1": "Результат работ считается принятым, если в течение 1 рабочего дня с момента"
    " уведомления Заказчик не направил замечания.",
    "11": REQUISITES,
}


def offer(changed: dict[str, str | None] | None = None, *, preamble: str = "") -> str:
    """The short offer with some clauses replaced; None leaves a clause out."""
    clauses = CLAUSES | (changed or {})
    lines, section = ["# Публичная оферта", preamble], ""
    for number, text in sorted(clauses.items(), key=lambda item: _order(item[0])):
        if text is None:
            continue
        if number.split(".")[0] != section:
            section = number.split(".")[0]
            lines.append(f"## {section}. Раздел")
        lines.append(f"{number}. {text}" if "." in number else text)
    return "\n\n".join(lines) + "\n"


def _order(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("."))


def terms_of(changed: dict[str, str | None] | None = None) -> Terms:
    reading = read_terms(offer(changed), "offer.md")
    assert reading.problems == ()
    assert reading.terms is not None
    return reading.terms


def problems_of(changed: dict[str, str | None]) -> tuple[Problem, ...]:
    reading = read_terms(offer(changed), "offer.md")
    assert (reading.terms is None) == bool(reading.problems)
    return reading.problems


def packages_of(text: str) -> list[tuple[int, int, int]]:
    """Hours, price and extra-hour rate in kopecks of each package that clause 3.1 names."""
    return [
        (package.hours, package.price_kopecks, package.extra_hour_kopecks)
        for package in terms_of({"3.1": text}).packages
    ]


def codes_of(changed: dict[str, str | None]) -> list[str]:
    return [problem.code for problem in problems_of(changed)]


def without_places(value: Any) -> Any:
    """JSON of terms without the keys that name a place."""
    if isinstance(value, dict):
        return {k: without_places(v) for k, v in value.items() if k not in ("clause", "line")}
    if isinstance(value, list):
        return [without_places(item) for item in value]
    return value
