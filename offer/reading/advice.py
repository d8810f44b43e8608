"""What a lawyer would advise about an offer that can be sold all the same, each with the law."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from offer.clauses import Clause
from offer.reading.legal_gaps import GAPS, Gap, fires
from offer.reading.numerals import folded
from offer.reading.passages import plain
from offer.wording import hours, money

CARD_LIMIT_KOPECKS = 350_000_00
SHORT_ACCEPTANCE_DAYS = 3  # fewer are contested in practice


@dataclass(frozen=True)
class Advice:
    """`law` names the articles; `clause` is where to mend ("" when nowhere yet), `line` too."""

    code: str
    sentence: str
    law: str
    clause: str
    line: int


def advise(clauses: Sequence[Clause], terms: Mapping[str, Any]) -> tuple[Advice, ...]:
    """Advice on the text. `terms` is the JSON of its terms, as far as they were read."""
    found = [
        *_seller(clauses, terms),
        *_gaps(clauses),
        *_short_acceptance(terms),
        *_dearer_hours(terms),
        *_beyond_cards(terms),
        *_unnumbered(clauses),
    ]
    return tuple(sorted(found, key=lambda advice: _order(advice.clause)))


def _order(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split(".")) if number else (0,)


def _gaps(clauses: Sequence[Clause]) -> Iterator[Advice]:
    whole = "\n".join(_words(clause) for clause in clauses)
    for gap in GAPS:
        home = _home(clauses, gap)
        if gap.clause and home is None:
            continue
        match = fires(gap, _words(home) if home else whole, whole)
        if match is False:
            continue
        if home is None and gap.present:
            home = next((c for c in clauses if fires(gap, _words(c), whole)), None)
        number, line = (home.number, home.line) if home else ("", 0)
        yield Advice(gap.code, gap.sentence, gap.law, number, line)


def _home(clauses: Sequence[Clause], gap: Gap) -> Clause | None:
    return next((c for c in clauses if gap.clause and c.number == gap.clause), None)


def _words(clause: Clause) -> str:
    return folded(plain(f"{clause.title}\n{clause.text}"))


def _seller(clauses: Sequence[Clause], terms: Mapping[str, Any]) -> Iterator[Advice]:
    requisites = terms.get("requisites") or {}
    line = next((clause.line for clause in clauses if clause.number == "11"), 0)
    if not requisites.get("ogrnip"):
        sentence = "Не указан ОГРНИП. Добавьте строку «- ОГРНИП: …»."
        yield Advice("no_ogrnip", sentence, "ЗоЗПП 9 п. 1", "11", line)
    if not requisites.get("address"):
        sentence = "Не указан почтовый адрес. Добавьте строку «- Адрес: …»."
        yield Advice("no_address", sentence, "ЗоЗПП 9; 149-ФЗ 10 ч. 2", "11", line)
    preamble = next((c for c in clauses if not c.number), None)
    surname = str(requisites.get("name", "")).removeprefix("Индивидуальный предприниматель ")[:5]
    if surname and (preamble is None or folded(surname) not in _words(preamble)):
        sentence = "Первые слова оферты не называют Исполнителя: добавьте фамилию, имя и отчество."
        yield Advice("seller_unnamed", sentence, "ГК 435, 437 п. 2", "", 1)


def _short_acceptance(terms: Mapping[str, Any]) -> Iterator[Advice]:
    days = terms.get("acceptance_working_days", SHORT_ACCEPTANCE_DAYS)
    if days < SHORT_ACCEPTANCE_DAYS:
        sentence = (
            "Срок на замечания короткий, а молчание не лишает потребителя права на претензию."
            " Обычно дают от трёх до пяти рабочих дней."
        )
        line = terms["line"]["acceptance_working_days"]
        yield Advice("short_acceptance", sentence, "ГК 438 п. 2; ЗоЗПП 29", "6.1", line)


def _dearer_hours(terms: Mapping[str, Any]) -> Iterator[Advice]:
    """A package with extra hours should not cost more than a larger package."""
    packages = sorted(terms.get("packages", ()), key=lambda package: int(package["hours"]))
    for small, large in pairwise(packages):
        for extra in range(1, large["hours"] - small["hours"] + 1):
            total = small["price_kopecks"] + extra * small["extra_hour_kopecks"]
            if total > large["price_kopecks"]:
                sentence = (
                    f"{hours(small['hours'])} и ещё {hours(extra)} сверх пакета — {money(total)},"
                    f" дороже пакета на {hours(large['hours'])} ({money(large['price_kopecks'])})."
                    " Клиент спросит почему."
                )
                yield Advice(
                    "dearer_hours", sentence, "ГК 428; ЗоЗПП 10", small["clause"], small["line"]
                )
                break


def _beyond_cards(terms: Mapping[str, Any]) -> Iterator[Advice]:
    """YooKassa takes no more than this by card, and twice as much by СБП."""
    for package in terms.get("packages", ()):
        if package["price_kopecks"] > CARD_LIMIT_KOPECKS:
            sentence = (
                f"{hours(package['hours'])} за {money(package['price_kopecks'])}: картой ЮKassa"
                f" принимает не больше {money(CARD_LIMIT_KOPECKS)} за платёж, а СБП —"
                f" {money(2 * CARD_LIMIT_KOPECKS)}."
            )
            yield Advice(
                "beyond_cards", sentence, "правила ЮKassa", package["clause"], package["line"]
            )


def _unnumbered(clauses: Sequence[Clause]) -> Iterator[Advice]:
    """Conditions without a number cannot be referred to."""
    for clause in clauses:
        last = clause.text.split("\n\n")[-1]
        whole_section = clause.number == "8" and clause.text
        after_last = clause.number == "5.3" and "\n\n" in clause.text and not last.startswith("-")
        if whole_section or after_last:
            yield Advice(
                "unnumbered",
                "Условие без номера: на него нельзя сослаться. Дайте ему номер.",
                "ГК 431",
                clause.number,
                clause.line,
            )
