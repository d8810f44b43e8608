import json
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from offer.terms import Place, Terms, WorkingHours, read_terms
from tests.offer.offers import CLAUSES, codes_of, offer, problems_of, terms_of

FIRST = Path(__file__).parents[1] / "data"


def published() -> Terms:
    terms = read_terms((FIRST / "offer.md").read_text(encoding="utf-8"), "docs/offer.md").terms
    assert terms is not None
    return terms


def test_the_contractors_offer_says_what_it_said_on_his_old_site() -> None:
    terms = published()

    assert [(p.hours, p.price_kopecks, p.extra_hour_kopecks) for p in terms.packages] == [
        (2, 7_000_00, 3_500_00),
        (5, 15_000_00, 3_000_00),
        (10, 20_000_00, 2_000_00),
    ]
    assert (terms.prepayment_percent, terms.term_months, terms.unit_minutes) == (100, 1, 5)
    assert (terms.moves_to_working_day, terms.pauses_at_limit) == (True, True)
    assert terms.working_hours == WorkingHours((1, 2, 3, 4, 5), time(9), time(18))
    assert terms.acceptance_working_days == 1
    assert terms.requisites.inn == "230909098157"
    assert terms.requisites.phone == "+7 938 478 10 91"
    assert (terms.requisites.ogrnip, terms.requisites.address) == (None, None)


def test_every_value_remembers_its_clause_and_line() -> None:
    lines = (FIRST / "offer.md").read_text(encoding="utf-8").split("\n")
    terms = published()

    for package in terms.packages:
        assert package.place.clause == "3.1"
        assert lines[package.place.line - 1].startswith(f"- {package.hours} ")
    assert terms.places["term_months"].clause == "3.3"
    for name, number in [("unit_minutes", "5.2"), ("working_hours", "4.1"), ("requisites", "11")]:
        place = terms.places[name]
        assert place.clause == number
        assert number == "11" or lines[place.line - 1].startswith(f"{number}. ")


def test_terms_survive_json() -> None:
    terms = published()

    assert Terms.from_json(json.loads(json.dumps(terms.to_json()))) == terms


def test_a_package_is_found_by_its_hours() -> None:
    terms = published()

    assert terms.package(5) == terms.packages[1]
    assert terms.package(3) is None


def test_a_second_line_in_a_paragraph_has_its_own_line_number() -> None:
    text = offer({"3.1": "Пакеты:\n2 часа — 7 000 ₽, дополнительный час — 3 500 ₽."})

    terms = read_terms(text, "offer.md").terms

    assert terms is not None
    assert text.split("\n")[terms.packages[0].place.line - 1].startswith("2 часа")


def test_several_problems_are_told_at_once_and_the_rest_is_kept() -> None:
    reading = read_terms(
        offer({"3.1": "- 2 часа — бесплатно;", "3.3": None, "5.2": "Единица — 0 минут."}), "a.md"
    )

    assert {problem.clause for problem in reading.problems} == {"3.1", "3.3", "5.2"}
    assert reading.terms is None
    assert reading.partial["prepayment_percent"] == 100
    assert "packages" not in reading.partial
    assert "term_months" not in reading.partial


@pytest.mark.parametrize("number", sorted(CLAUSES))
def test_a_missing_clause_is_a_problem_of_its_own(number: str) -> None:
    assert codes_of({number: None}) == ["missing_clause"]


@pytest.mark.parametrize("number", sorted(CLAUSES))
def test_an_empty_clause_is_never_read_as_a_default(number: str) -> None:
    assert problems_of({number: "Условие определяют стороны."})


def test_a_problem_names_file_line_what_was_found_and_what_is_expected() -> None:
    (problem,) = problems_of({"3.3": "Пакет действует 30 дней с момента оплаты."})

    assert problem.sentence.startswith("offer.md, строка ")
    assert "«Пакет действует 30 дней с момента оплаты.»" in problem.sentence
    assert "Нужно, например: «Пакет действует 4 календарных месяца" in problem.sentence
    assert problem.clause == "3.3"


def test_a_figure_in_the_heading_of_a_clause_is_refused() -> None:
    text = offer().replace("3.3. Срок", "### 3.3. Срок — два месяца\n\nСрок")

    (problem,) = read_terms(text, "offer.md").problems

    assert problem.code == "title"


def test_a_number_used_twice_is_refused_wherever_it_stands() -> None:
    assert codes_of({"3.1": CLAUSES["3.1"] + "\n\n3.1. Ещё раз."}) == ["duplicate_clause"]


def test_a_clause_in_another_section_is_refused() -> None:
    assert codes_of({"3.6": CLAUSES["3.6"] + "\n\n4.9. Не на месте."}) == ["misplaced_clause"]


def test_a_clause_inside_a_code_block_is_no_clause() -> None:
    hidden = f"Смотрите:\n\n```\n3.3. {CLAUSES['3.3']}\n```"

    assert "missing_clause" in codes_of({"3.2": None, "3.3": None, "9.1": hidden})


@pytest.mark.parametrize(
    "text",
    [
        "Срок.<!-- 3.3. Другой срок -->",
        'Срок.<span hidden="">',
        "Срок. { #id }",
        "Срок.\n{: .hidden }",
    ],
)
def test_markup_that_could_hide_words_from_a_reader_is_refused(text: str) -> None:
    assert "markup" in codes_of({"9.1": text})


@pytest.mark.parametrize("character", ["\u200b", "\u202e", "\u00ad", "\u2066", "\x08"])
def test_a_character_nobody_sees_is_refused_with_its_line(character: str) -> None:
    (problem,) = problems_of({"9.1": f"Условие{character}."})

    assert problem.code == "hidden_character"
    assert f"U+{ord(character):04X}" in problem.sentence


def test_an_address_in_angle_brackets_is_no_markup() -> None:
    contacts = CLAUSES["11"].replace("dudkinanton@bk.ru", "<dudkinanton@bk.ru>")

    assert terms_of({"11": contacts}).requisites.email == "dudkinanton@bk.ru"


@pytest.mark.parametrize(
    "text",
    [
        "Для новых клиентов пакет на 5 часов стоит 12 000 ₽.",
        "Постоянным клиентам даётся скидка на пакеты.",
        "Срок действия пакета — 2 месяца.",
        "Единица учёта в выходные — 30 минут.",
    ],
)
def test_a_term_said_again_in_another_clause_is_refused(text: str) -> None:
    (problem,) = problems_of({"9.1": text})

    assert problem.code.endswith("_elsewhere")


@pytest.mark.parametrize(
    "text",
    [
        "Ответственность сторон ограничена суммой 15 000 ₽.",
        "Скидки на пакеты не предоставляются.",
        "Срок действия пакета указан в пункте о сроках.",
        "Стороны хранят переписку 3 года.",
    ],
)
def test_figures_that_are_no_terms_may_stand_in_other_clauses(text: str) -> None:
    assert terms_of({"9.1": text}).term_months == 1


@pytest.mark.parametrize(
    "text",
    [
        "Исполнитель — Индивидуальный предприниматель Дудкин Андрей Александрович.",
        "Исполнитель: ИНН 500100732259.",
    ],
)
def test_two_different_sellers_are_refused(text: str) -> None:
    assert codes_of({"1.1": text}) == ["seller_differs"]


def test_places_are_all_that_a_moved_text_changes() -> None:
    before = terms_of()
    reading = read_terms(offer(preamble="Слова.\n\nЕщё слова."), "offer.md")

    assert reading.terms is not None
    assert reading.terms != before
    moved = replace(reading.terms, packages=before.packages, places=before.places)
    assert moved == before
    assert reading.terms.places["term_months"] == Place(
        "3.3", before.places["term_months"].line + 2
    )
