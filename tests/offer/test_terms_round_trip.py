"""Whatever wording is accepted says its figures, and no mutation is read as other figures."""

import re
import unicodedata
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from offer.terms import Package, Terms, WorkingHours, read_terms
from tests.offer.offers import PACKAGES, offer, packages_of, without_places
from tests.offer.wordings import DAYS, Said, Sold, said

OFFER = (Path(__file__).parents[1] / "data" / "offer.md").read_text(encoding="utf-8")
FIGURES = ("3.2", "3.3", "5.2", "6.1")
INSERTED = [
    *"0123456789 .,-–—−;:/()*|\n\t\u00a0½²①",
    *(
        "около ",
        "не ",
        "от ",
        "до ",
        "или ",
        "два ",
        "пять ",
        "тыс. ",
        "$",
        "€",
        "%",
        "руб.",
        "часов ",
    ),
    *(
        "часов ",
        " 14 000 ₽",
        " скидка",
        "\n\n",
        "- ",
        "| ",
        "**",
        "`",
        "<b>",
        "за час ",
        "кроме ",
        "минут",
    ),
]
HEDGES = re.compile(
    r"(?<!\w)(?:около|(?:от|до) [0-9]|или|два|пять|тыс|кроме|скидка)(?!\w)|[$€]|−|[-–][0-9]"
)


@settings(max_examples=80, deadline=None)
@given(said())
def test_every_accepted_wording_reads_back_the_same_terms(spoken: Said) -> None:
    reading = read_terms(offer(spoken.clauses), "offer.md")

    assert reading.problems == ()
    terms = reading.terms
    assert terms is not None
    read = tuple(Sold(p.hours, p.price_kopecks, p.extra_hour_kopecks) for p in terms.packages)
    assert read == spoken.packages
    assert (terms.term_months, terms.unit_minutes) == (spoken.months, spoken.unit)
    assert terms.acceptance_working_days == spoken.days
    first, last = spoken.week
    days = tuple(range(first, last + 1))
    assert terms.working_hours == WorkingHours(days, spoken.start, spoken.end)


@settings(max_examples=40, deadline=None)
@given(said())
def test_terms_written_as_clauses_again_are_the_same_terms(spoken: Said) -> None:
    terms = read_terms(offer(spoken.clauses), "offer.md").terms
    assert terms is not None

    again = read_terms(offer(clauses_of(terms)), "offer.md").terms

    assert again is not None
    assert without_places(again.to_json()) == without_places(terms.to_json())


def clauses_of(terms: Terms) -> dict[str, str | None]:
    """The terms in the plainest wording."""
    hours = terms.working_hours
    days = ", ".join(DAYS[day - 1] for day in hours.days)
    return {
        "3.1": "\n".join(f"- {package_in_words(package)};" for package in terms.packages),
        "3.3": f"Пакет действует {terms.term_months} месяцев с момента оплаты.",
        "4.1": f"Рабочее время: {days} с {hours.start:%H:%M} до {hours.end:%H:%M}.",
        "5.2": f"Единица учёта — {terms.unit_minutes} минут.",
        "6.1": f"Результат считается принятым, если в течение {terms.acceptance_working_days}"
        " рабочих дней с момента уведомления Заказчик не направил замечания.",
    }


def package_in_words(package: Package) -> str:
    price, rate = (
        f"{kopecks // 100},{kopecks % 100:02d} ₽"
        for kopecks in (package.price_kopecks, package.extra_hour_kopecks)
    )
    return f"{package.hours} часов — {price}, дополнительный час — {rate}"


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """`text` with one to three things inserted, deleted or doubled."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        match draw(st.sampled_from(("insert", "delete", "double", "swap"))):
            case "insert":
                text = text[:at] + draw(st.sampled_from(INSERTED)) + text[at:]
            case "delete":
                text = text[:at] + text[at + draw(st.integers(1, 3)) :]
            case "double":
                text = text[:at] + text[max(0, at - 12) : at] + text[at:]
            case _:
                text = text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
    return text


def said_numbers(text: str) -> list[int]:
    """Every number a reader of `text` sees, in kopecks where it has two decimals, else as it is.

    An independent and simpler way of reading than the reader's own: it knows digits only.
    """
    text = re.sub(r"\s+", " ", text.replace("&nbsp;", " "))
    text = re.sub(r"[*`]", "", text)
    found = re.findall(r"[0-9]{1,3}(?: [0-9]{3})+(?![0-9])|[0-9]+", text)
    return [int(number.replace(" ", "")) for number in found]


@settings(max_examples=400, deadline=None)
@given(mutations(PACKAGES))
@example(PACKAGES.replace("15 000", "1 5 000"))
@example(PACKAGES.replace("5 часов", "2 5 часов"))
@example(PACKAGES.replace("часы", "час0ы"))
def test_mutated_packages_are_read_right_or_refused(text: str) -> None:
    reading = read_terms(offer({"3.1": text}), "offer.md")
    if reading.terms is None:
        assert reading.problems
        return

    numbers = [number for package in reading.terms.packages for number in _figures(package, text)]
    assert not any(character.isnumeric() and character not in "0123456789" for character in text)
    assert said_numbers(text) == numbers


def _figures(package: Package, text: str) -> list[int]:
    """A package's numbers as its line writes them: kopecks, when written, stand apart."""
    numbers = [package.hours]
    for kopecks in (package.price_kopecks, package.extra_hour_kopecks):
        numbers += [kopecks // 100]
        if kopecks % 100 or re.search(rf"{kopecks // 100 % 1000:03d}[.,]00", text):
            numbers.append(kopecks % 100)
    return numbers


@settings(max_examples=400, deadline=None)
@example(("3.3", "Пакет действует 12 календарн0ых месяцев с момента оплаты."))
@given(st.sampled_from(FIGURES).flatmap(lambda n: st.tuples(st.just(n), mutations(_clause(n)))))
def test_mutated_figures_are_read_right_or_refused(mutated: tuple[str, str]) -> None:
    number, text = mutated
    reading = read_terms(offer({number: text}), "offer.md")
    if reading.terms is None:
        return

    values = {
        "3.2": reading.terms.prepayment_percent,
        "3.3": reading.terms.term_months,
        "5.2": reading.terms.unit_minutes,
        "6.1": reading.terms.acceptance_working_days,
    }
    assert {unicodedata.category(character) for character in text} <= {
        *("Lu", "Ll", "Nd", "Po", "Pd", "Ps", "Pe", "Zs", "Cc", "Sc", "Sm", "Sk"),
    }
    assert set(said_numbers(text)) <= {values[number]}
    assert not HEDGES.search(text)


def _clause(number: str) -> str:
    return {
        "3.2": "Работы начинаются после 100 % предоплаты выбранного пакета.",
        "3.3": "Пакет действует 12 календарных месяцев с момента оплаты.",
        "5.2": "Минимальная единица учёта — 15 минут.",
        "6.1": "Результат работ считается принятым, если в течение 10 рабочих дней с момента"
        " уведомления Заказчик не направил замечания.",
    }[number]


@settings(max_examples=80, deadline=None)
@given(mutations(OFFER))
def test_no_mutation_of_the_real_offer_makes_the_reader_fail(text: str) -> None:
    reading = read_terms(text, "offer.md")

    assert (reading.terms is None) == bool(reading.problems)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_text_at_all_makes_the_reader_fail(text: str) -> None:
    assert read_terms(text, "offer.md").terms is None


def test_the_plain_clause_of_the_tests_is_read_itself() -> None:
    assert len(packages_of(PACKAGES)) == 2
