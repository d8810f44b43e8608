"""A change in one sentence, and its class."""

import pytest

from offer.errors import OfferError
from offer.summary import change_class, summary
from offer.terms import Terms, read_terms
from tests.offer.edits import with_a_clause_inserted, with_a_clause_moved, without_section_7
from tests.offer.repository import OFFER


def changed(*changes: tuple[str, str]) -> str:
    text = OFFER
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def terms(text: str) -> Terms:
    read = read_terms(text, "docs/offer.md").terms
    assert read is not None
    return read


def sentence(*changes: tuple[str, str]) -> str:
    """The summary with ordinary spaces."""
    text = changed(*changes)
    return summary(OFFER, text, terms(OFFER), terms(text)).replace("\u00a0", " ")


UNUSED = "аннулируются; на следующий период они не переходят"
EIGHT = "- 8 часов — 18 000 ₽, каждый дополнительный час — 2 500 ₽;\n- 10 часов"
NEW_PACKAGE = "Новый пакет: 8 часов — 18 000 ₽, дополнительный час — 2 500 ₽"
TWO_HOURS = "- 2 часа — 7 000 ₽, каждый дополнительный час — 3 500 ₽;\n"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("15 000 ₽", "16 000 ₽")], "5 часов: 15 000 ₽ → 16 000 ₽; изменён п. 3.1"),
        (
            [("15 000 ₽", "16 000 ₽"), (UNUSED, "сгорают")],
            "5 часов: 15 000 ₽ → 16 000 ₽; изменены пп. 3.1, 3.4",
        ),
        (
            [("3 000 ₽", "3 200 ₽")],
            "5 часов: дополнительный час 3 000 ₽ → 3 200 ₽; изменён п. 3.1",
        ),
        ([("- 10 часов", EIGHT)], f"{NEW_PACKAGE}; изменён п. 3.1"),
        ([(TWO_HOURS, "")], "Больше нет пакета «2 часа»; изменён п. 3.1"),
        ([("## 4.", "3.8. Отчёт раз в день.\n\n## 4.")], "Добавлен п. 3.8"),
        (
            [("1 календарный месяц", "2 календарных месяца")],
            "Срок пакета: 1 календарный месяц → 2 календарных месяца; изменён п. 3.3",
        ),
        (
            [("+7 938 478 10 91", "+7 938 478 10 92"), ("15 000 ₽", "16 000 ₽")],
            "5 часов: 15 000 ₽ → 16 000 ₽; "
            "телефон: +7 938 478 10 91 → +7 938 478 10 92; изменены п. 3.1, раздел 11",
        ),
        ([("официально предлагает", "предлагает")], "Изменена преамбула"),
        ([("**Заказчик**", "Заказчик")], "Изменено только оформление текста"),
    ],
)
def test_the_summary_is_read_from_the_two_texts(
    changes: list[tuple[str, str]], expected: str
) -> None:
    assert sentence(*changes) == expected


def test_many_clauses_are_counted() -> None:
    text = summary(OFFER, changed(("Заказчик", "Клиент")), None, None)

    assert text.startswith("Изменены раздел\u00a01, пп.\u00a02.1, 3.1, ")
    assert text.count(",") == 7
    assert text[:-2].endswith("и\u00a0ещё") or text[:-3].endswith("и\u00a0ещё")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (with_a_clause_inserted(), "Добавлен п. 3.4; изменились только номера: пп. 3.5–3.8"),
        (
            with_a_clause_moved("только"),
            "Изменён п. 4.4; перенесён п. 4.4; изменились только номера: пп. 3.5, 3.6",
        ),
        (
            without_section_7(),
            "Исключён раздел 7; изменились только номера: разделы 7–10",
        ),
    ],
)
def test_a_clause_that_only_got_another_number_is_not_called_changed(
    new: str, expected: str
) -> None:
    assert summary(OFFER, new, None, None).replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("15 000 ₽", "16 000 ₽"), "price"),
        (("3 000 ₽", "3 200 ₽"), "price"),
        ((TWO_HOURS, ""), "price"),
        (("1 календарный месяц", "2 календарных месяца"), "terms"),
        (("Любой спор", "Всякий спор"), "terms"),
    ],
)
def test_the_class_tells_prices_from_other_terms(change: tuple[str, str], expected: str) -> None:
    new = terms(changed(change))

    assert change_class(terms(OFFER), new, editorial=False) == expected


def test_editorial_is_what_the_author_calls_so_when_no_term_differs() -> None:
    moved = terms(changed(("## 2.", "\n\n## 2.")))  # other lines, the same values

    assert change_class(terms(OFFER), moved, editorial=True) == "editorial"
    assert change_class(None, None, editorial=True) == "editorial"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("15 000 ₽", "16 000 ₽"),
        ("5 минут", "10 минут"),
        ("1 рабочий день", "2 рабочих дня"),
        ("+7 938 478 10 91", "+7 938 478 10 92"),
    ],
)
def test_a_wrong_editorial_label_is_refused(old: str, new: str) -> None:
    with pytest.raises(OfferError) as caught:
        change_class(terms(OFFER), terms(changed((old, new))), editorial=True)

    assert caught.value.code == "not_editorial"
