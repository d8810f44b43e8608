"""The offer's text → Terms. Nothing is ever assumed: what is not read for certain is a Problem."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from offer.clauses import Clause, read_clauses
from offer.reading import packages
from offer.reading.conditions import (
    read_acceptance,
    read_pause,
    read_prepayment,
    read_unit,
)
from offer.reading.duration import read_term
from offer.reading.elsewhere import HOMES
from offer.reading.numerals import numeric_word
from offer.reading.passages import Passage, Unread, passages
from offer.reading.schedule import read_working_hours
from offer.reading.seller import read_requisites
from offer.reading.soundness import unsound
from offer.values import (
    PLAIN_FIELDS,
    Package,
    Place,
    Problem,
    Reading,
    Requisites,
    Terms,
    WorkingHours,
    packages_json,
    places_json,
    working_hours_json,
)

__all__ = [
    "Package",
    "Place",
    "Problem",
    "Reading",
    "Requisites",
    "Terms",
    "WorkingHours",
    "read_terms",
]

# Shown when a clause cannot be read; the figures are deliberately nobody's.
_EXAMPLES = {
    "3.1": packages.EXAMPLE,
    "3.2": "Работы начинаются после 100 % предоплаты выбранного пакета.",
    "3.3": "Пакет действует 4 календарных месяца с момента оплаты.",
    "3.6": "При достижении лимита часов работы приостанавливаются.",
    "4.1": "Рабочее время Исполнителя: вторник–четверг с 10:00 до 16:00.",
    "5.2": "Минимальная единица учёта — 12 минут.",
    "6.1": "Результат работ считается принятым, если в течение 4 рабочих дней с момента"
    " уведомления Заказчик не направил замечания.",
    "11": "- ИНН: двенадцать цифр, - Расчётный счёт: двадцать цифр, - БИК: девять цифр",
}


class _Reader:
    """Collects values, their places and everything unread from one text."""

    def __init__(self, text: str) -> None:
        self.clauses = read_clauses(text)
        self.values: dict[str, Any] = {}
        self.places: dict[str, Place] = {}
        self.unread = unsound(text, self.clauses)

    def passages(self, number: str) -> list[Passage] | None:
        """The passages of a clause and of those under it; None when it is not there once."""
        found = [clause for clause in self.clauses if clause.number == number]
        self.unread += _figures_in_titles([c for c in self.clauses if _under(c, number)])
        if not found:
            place = Place(number, self._line_near(number))
            self.unread.append(Unread("missing_clause", f"нет пункта {number}", place))
        if len(found) != 1:
            return None
        return passages([clause for clause in self.clauses if _under(clause, number)])

    def read(
        self, number: str, read: Callable[[Sequence[Passage]], tuple[Any, ...]], *names: str
    ) -> None:
        """Keeps the values that `read` returns, its last one being their place."""
        found = self.passages(number)
        if found is None:
            return
        try:
            *values, place = read(found)
        except Unread as error:
            self.unread.append(self._placed(error, number))
            return
        for name, value in zip(names, values, strict=True):
            self.values[name], self.places[name] = value, place

    def read_packages(self) -> None:
        found = self.passages("3.1")
        if found is None:
            return
        read, unread = packages.read_packages(found)
        self.unread += [self._placed(error, "3.1") for error in unread]
        if read:
            self.values["packages"] = read

    def read_requisites(self) -> None:
        found = self.passages("11")
        if found is None:
            return
        requisites, partial, unread = read_requisites(found)
        self.unread += [self._placed(error, "11") for error in unread]
        self.values["requisites"] = requisites or partial
        if found:
            self.places["requisites"] = found[0].place

    def _placed(self, error: Unread, number: str) -> Unread:
        if error.place.line:
            return error
        clause = next(clause for clause in self.clauses if clause.number == number)
        return Unread(error.code, error.reason, Place(number, clause.line))

    def _line_near(self, number: str) -> int:
        """The line of the section the clause belongs to, to look at."""
        section = number.split(".")[0]
        return next((clause.line for clause in self.clauses if clause.number == section), 1)


# a release, an archive and a check read the same few editions again and again
@lru_cache(maxsize=64)
def read_terms(text: str, source: str) -> Reading:
    """The terms of an offer, or every reason why it cannot be sold by.

    `source` is the file's name as the reasons should call it. Nobody changes what he gets: the
    same text may be given the same answer.
    """
    reader = _Reader(text)
    reader.read_packages()
    reader.read("3.2", read_prepayment, "prepayment_percent")
    reader.read("3.3", read_term, "term_months", "moves_to_working_day")
    reader.read("3.6", read_pause, "pauses_at_limit")
    reader.read("4.1", read_working_hours, "working_hours")
    reader.read("5.2", read_unit, "unit_minutes")
    reader.read("6.1", read_acceptance, "acceptance_working_days")
    reader.read_requisites()
    _check_full_prepayment(reader)
    problems = tuple(_problem(error, source) for error in _in_order(reader.unread))
    if problems:
        return Reading(None, _partial(reader), problems)
    terms = Terms(**reader.values, places=reader.places)
    return Reading(terms, terms.to_json(), ())


def _figures_in_titles(clauses: Sequence[Clause]) -> Iterator[Unread]:
    """Values are read from the text under a heading, so a heading may not name another."""
    for clause in clauses:
        if numeric_word(clause.title):
            reason = f"число в заголовке пункта: «{clause.title}»"
            yield Unread("title", reason, Place(clause.number, clause.line))


def _check_full_prepayment(reader: _Reader) -> None:
    """The site takes the whole price at once, so it may sell only by an offer that says so."""
    percent = reader.values.get("prepayment_percent", 100)
    if percent != 100:
        reason = f"предоплата {percent} %, а сайт берёт цену пакета целиком"
        reader.unread.append(
            Unread("prepayment_not_full", reason, reader.places["prepayment_percent"])
        )


def _under(clause: Clause, number: str) -> bool:
    return f"{clause.number}.".startswith(f"{number}.")


def _in_order(unread: Sequence[Unread]) -> list[Unread]:
    return sorted(unread, key=lambda error: error.place.line)


def _problem(error: Unread, source: str) -> Problem:
    clause, line = error.place.clause, error.place.line
    where = f"{source}, строка {line}" + (f", п. {clause}" if clause else "")
    home = HOMES.get(error.code, clause)
    example = next((e for n, e in _EXAMPLES.items() if f"{home}.".startswith(f"{n}.")), None)
    sentence = f"{where}: {error.reason}." + (f" Нужно, например: «{example}»." if example else "")
    return Problem(error.code, sentence, clause, line)


def _partial(reader: _Reader) -> dict[str, object]:
    """As `Terms.to_json`, without what was not read."""
    values = reader.values
    partial: dict[str, object] = {name: values[name] for name in PLAIN_FIELDS if name in values}
    if "packages" in values:
        partial["packages"] = packages_json(values["packages"])
    if "working_hours" in values:
        partial["working_hours"] = working_hours_json(values["working_hours"])
    if "requisites" in values:
        requisites = values["requisites"]
        partial["requisites"] = requisites if isinstance(requisites, dict) else vars(requisites)
    return partial | places_json(reader.places)
