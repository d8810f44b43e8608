import re
from pathlib import Path

import pytest

from offer.clauses import read_clauses
from offer.imports import import_page, run_import
from offer.terms import Terms, read_terms
from tests.offer.offers import without_places

ORIGINAL = (Path(__file__).parent / "data" / "offer-original.txt").read_text(encoding="utf-8")
OFFER = (Path(__file__).parents[1] / "data" / "offer.md").read_text(encoding="utf-8")


def terms_of(markdown: str) -> Terms:
    reading = read_terms(markdown, "offer.md")
    assert reading.problems == ()
    assert reading.terms is not None
    return reading.terms


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_the_contractors_own_page_says_the_same_terms_as_the_redrafted_offer() -> None:
    imported = terms_of(import_page(ORIGINAL).markdown)

    assert without_places(imported.to_json()) == without_places(terms_of(OFFER).to_json())


def test_both_texts_have_the_same_clauses() -> None:
    imported = read_clauses(import_page(ORIGINAL).markdown)

    assert [clause.number for clause in imported] == [it.number for it in read_clauses(OFFER)]


def test_only_the_furniture_of_the_page_is_dropped_and_it_is_listed() -> None:
    imported = import_page(ORIGINAL)

    assert imported.dropped == ("Made on", "Tilda")
    page = ORIGINAL.replace("Made on\nTilda", "")
    assert words(imported.markdown) == words(page)


def test_the_page_becomes_natural_markdown() -> None:
    markdown = import_page(ORIGINAL).markdown

    assert markdown.startswith("# Публичная оферта на оказание услуг технической поддержки\n\n")
    assert "\n\n## 3. Порядок оказания услуг\n\n3.1. Услуги" in markdown
    assert "времени:\n\n- 2 часа — 7 000 ₽, дополнительные часы — 3 500 ₽ / час;\n- 5" in markdown
    assert "\n- ИНН: 230909098157\n" in markdown


def test_markdown_is_imported_as_it_is() -> None:
    assert import_page(OFFER).markdown == OFFER
    assert import_page(import_page(ORIGINAL).markdown).markdown == import_page(ORIGINAL).markdown


@pytest.mark.parametrize(
    "page",
    [
        "\ufeff" + ORIGINAL.replace("\n", "\r\n"),
        ORIGINAL.replace("  • ", "\t•\t"),
        ORIGINAL.replace("  • ", "- "),
        ORIGINAL.replace("  • ", "* "),
        ORIGINAL.replace("  • ", "– "),
        ORIGINAL.replace("  • ", ""),
        ORIGINAL.replace(" ₽", "\u00a0₽").replace("000", "\u200b000"),
        ORIGINAL.replace("\n", "\n\n"),
        re.sub(r"^(\d+\.\d+\.) ", r"\1\n", ORIGINAL, flags=re.MULTILINE),
        "Главная\tУслуги\tКонтакты\nМы используем файлы cookie.\nПринять\n" + ORIGINAL,
        ORIGINAL + "\nПолитика конфиденциальности\n© 2026 Все права защищены\nНаверх",
    ],
)
def test_pages_come_in_many_shapes_and_say_the_same(page: str) -> None:
    imported = import_page(page)

    assert without_places(terms_of(imported.markdown).to_json()) == without_places(
        terms_of(OFFER).to_json()
    )
    said = words(import_page(ORIGINAL).markdown)
    assert words(imported.markdown) == said


def test_a_line_broken_in_the_middle_is_joined_again() -> None:
    page = "Оферта\n1. Общее\n1.1. Исполнитель оказывает услуги Заказчику так, как\nсказано здесь."

    assert "Заказчику так, как сказано здесь." in import_page(page).markdown


def test_a_paragraph_after_a_blank_line_stays_a_paragraph() -> None:
    page = "Оферта\n1. Общее\n1.1. Исполнитель работает\n\namoCRM принадлежит правообладателю."

    assert "работает\n\namoCRM принадлежит" in import_page(page).markdown


def test_a_numbered_list_opens_no_section() -> None:
    page = "Оферта\n1. Общее\n1.1. Шаги:\n1. Выбрать.\n2. Оплатить — картой.\n2. Предмет\n2.1. Да."

    numbers = [clause.number for clause in read_clauses(import_page(page).markdown)]

    assert numbers == ["", "1", "1.1", "2", "2.1"]


def test_a_clause_about_cookies_is_kept() -> None:
    page = (
        "Оферта\n1. Общее\n1.1. Сайт использует файлы cookie.\nФайлы cookie нужны форме.\n2. Далее"
    )

    imported = import_page(page)

    assert imported.dropped == ()
    assert "Файлы cookie нужны форме." in imported.markdown


def test_what_was_dropped_goes_to_the_second_output() -> None:
    markdown, note = run_import(ORIGINAL.encode(), "page.txt")

    assert markdown == import_page(ORIGINAL).markdown
    assert note == "Отброшено как не относящееся к оферте:\n  Made on\n  Tilda\n"
    assert run_import(OFFER.encode(), "offer.md")[1] == "Ничего не отброшено.\n"
