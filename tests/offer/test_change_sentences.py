"""Each changed clause in a sentence that a person can read before the texts."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import time

import pytest

from offer.changes.term_changes import term_changes
from offer.redline import compare
from offer.summary import ChangeSentence, change_sentences
from offer.terms import Place, Requisites, Terms, WorkingHours, read_terms
from tests.offer.edits import (
    INTEGRATIONS,
    LIST,
    MODULES,
    TABLE,
    edited,
    with_a_clause_inserted,
    with_a_clause_moved,
    with_sections_swapped,
    without_section_7,
)
from tests.offer.repository import OFFER

UNUSED = "аннулируются; на следующий период они не переходят"


def terms(text: str) -> Terms:
    read = read_terms(text, "docs/offer.md").terms
    assert read is not None
    return read


def plain(sentences: Sequence[ChangeSentence]) -> list[tuple[str, str]]:
    return [(it.number, it.sentence.replace("\u00a0", " ")) for it in sentences]


def told(new: str, old: str = OFFER) -> list[tuple[str, str]]:
    """Numbers and sentences, with ordinary spaces, of what the terms say too."""
    return plain(change_sentences(old, new, terms(old), terms(new)))


@pytest.mark.parametrize(
    ("change", "number", "sentence"),
    [
        (("15 000 ₽", "16 000 ₽"), "3.1", "5 часов: 15 000 ₽ → 16 000 ₽"),
        (("3 000 ₽", "3 200 ₽"), "3.1", "5 часов: дополнительный час 3 000 ₽ → 3 200 ₽"),
        (
            ("1 календарный месяц", "2 календарных месяца"),
            "3.3",
            "Срок пакета: 1 календарный месяц → 2 календарных месяца",
        ),
        (("5 минут", "15 минут"), "5.2", "Единица учёта времени: 5 минут → 15 минут"),
        (
            ("отводится 1 рабочий день", "отводится 2 рабочих дня"),
            "6.1",
            "Срок приёмки: 1 рабочий день → 2 рабочих дня",
        ),
        (
            ("с 9:00 до 18:00", "с 10:00 до 18:00"),
            "4.1",
            "Рабочее время: понедельник–пятница, с 9:00 до 18:00 → "
            "понедельник–пятница, с 10:00 до 18:00",
        ),
        (
            ("+7 938 478 10 91", "+7 938 478 10 92"),
            "11",
            "Телефон: +7 938 478 10 91 → +7 938 478 10 92",
        ),
    ],
)
def test_what_the_terms_say_is_said_by_them(
    change: tuple[str, str], number: str, sentence: str
) -> None:
    assert told(edited(change)) == [(number, sentence)]


def test_a_package_less_or_more_is_one_sentence() -> None:
    row = "- 8 часов — 18 000 ₽, каждый дополнительный час — 2 500 ₽;\n- 10 часов"
    without = LIST.splitlines(keepends=True)[0]

    assert told(edited(("- 10 часов", row))) == [
        ("3.1", "Новый пакет: 8 часов — 18 000 ₽, дополнительный час — 2 500 ₽")
    ]
    assert told(edited((without, ""))) == [("3.1", "Больше нет пакета «2 часа»")]


def test_words_beside_a_term_are_not_passed_over() -> None:
    new = edited(("с момента оплаты.", "со дня оплаты."), ("1 календарный", "2 календарных"),
                 ("календарных месяц ", "календарных месяца "))  # fmt: skip

    assert told(new) == [
        ("3.3", "Срок пакета: 1 календарный месяц → 2 календарных месяца"),
        ("3.3", "Изменены и другие слова: п. 3.3"),
    ]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (edited((UNUSED, "сгорают")), [("3.4", f"П. 3.4: вместо «{UNUSED}» — «сгорают»")]),
        (
            edited(("официально предлагает", "предлагает")),
            [("", "Преамбула: удалено «официально»")],
        ),
        (
            edited(("Актуальная", "Исполнитель предупреждает письмом. Актуальная")),
            [("9.2", "П. 9.2: добавлено «Исполнитель предупреждает письмом»")],
        ),
        (edited((MODULES, f"- чат-ботов;\n{MODULES}")), [("2.2", "П. 2.2: добавлено «чат-ботов»")]),
        (
            edited((MODULES + INTEGRATIONS, INTEGRATIONS + MODULES)),
            [("2.2", "П. 2.2: порядок в перечне другой")],
        ),
        (
            edited(("услуги оплачивать.", "услуги оплачивать;")),
            [("2.1", "П. 2.1: знаки препинания")],
        ),
        (
            edited((LIST, TABLE)),
            [("3.1", "П. 3.1 изменён: «Заказчик приобретает услуги пакетами рабочего времени»")],
        ),
        (
            with_a_clause_inserted(),
            [
                ("3.4", "Добавлен п. 3.4: «Отчёт — раз в день»"),
                ("3.5", "Изменились только номера: пп. 3.5–3.8 (прежде пп. 3.4–3.7)"),
            ],
        ),
        (
            with_a_clause_moved("только"),
            [
                ("4.4", "П. 4.4 перенесён из 3.5 и изменён: вместо «исключительно» — «только»"),
                ("3.5", "Изменились только номера: пп. 3.5, 3.6 (прежде пп. 3.6, 3.7)"),
            ],
        ),
        (
            without_section_7(),
            [
                ("7", "Исключён раздел 7: «Ограничения ответственности» (пп. 7.1, 7.2)"),
                (
                    "7",
                    "Изменились только номера: разделы 7–10 (прежде разделы 8–11)",
                ),
            ],
        ),
    ],
)
def test_what_no_term_says_is_said_by_its_words(new: str, expected: list[tuple[str, str]]) -> None:
    assert plain(change_sentences(OFFER, new, None, None)) == expected


@pytest.mark.parametrize(
    "new", [with_a_clause_moved(), without_section_7(), with_sections_swapped()]
)
def test_every_sentence_leads_to_its_place_on_the_page(new: str) -> None:
    places = {it.anchor for it in compare(OFFER, new)}
    sentences = change_sentences(OFFER, new, None, None)

    assert sentences
    assert {it.anchor for it in sentences} <= places


def test_of_marks_alone_nothing_is_said() -> None:
    assert told(edited(("**Заказчик**", "Заказчик"))) == []


CHANGED = {
    "packages": (),
    "prepayment_percent": 50,
    "term_months": 2,
    "moves_to_working_day": False,
    "pauses_at_limit": False,
    "working_hours": WorkingHours((1, 2), time(9), time(18)),
    "unit_minutes": 30,
    "acceptance_working_days": 3,
}


@pytest.mark.parametrize("name", [it.name for it in fields(Terms) if it.name != "places"])
def test_no_term_changes_without_a_sentence(name: str) -> None:
    before = terms(OFFER)
    others = replace(before.requisites, bank="Другой банк")
    value = CHANGED.get(name, others)
    if name == "packages":
        value = before.packages[1:]
    after = replace(before, **{name: value})

    (change,) = term_changes(before, after)
    assert change.field == name
    assert change.sentence[0].isupper()
    assert change.now_in in ("3.1", before.places.get(name, Place("3.1", 0)).clause)


@pytest.mark.parametrize("name", [it.name for it in fields(Requisites)])
def test_no_requisite_changes_without_a_sentence(name: str) -> None:
    before = terms(OFFER)
    after = replace(before, requisites=replace(before.requisites, **{name: "другое"}))

    (change,) = term_changes(before, after)
    (back,) = term_changes(after, before)
    assert "другое" in change.sentence
    assert change.now_in == back.now_in == "11"


def test_scraps_of_a_rewritten_phrase_are_no_sentence() -> None:
    new = edited(("на следующий период они не переходят", "и в следующий период они переходят"))
    ((number, sentence),) = plain(change_sentences(OFFER, new, None, None))

    assert number == "3.4"
    assert sentence.startswith("П. 3.4 изменён: «Часы, которые Заказчик не использовал")
