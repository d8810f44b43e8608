"""The redline as HTML: whole, escaped, and to be told without seeing colours."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from offer.changes.change_sentences import sentences_of
from offer.changes.redline_html import change_list, redline_html, redline_legend
from offer.redline import compare, redline
from tests.offer.edits import (
    INTEGRATIONS,
    MODULES,
    edited,
    with_a_clause_inserted,
    with_a_clause_moved,
    with_table,
    without_section_7,
)
from tests.offer.repository import OFFER

HOSTILE = """<script>alert(1)</script> & "quoted" 'too' <b onclick=x>"""


def html_of(new: str, old: str = OFFER, level: int = 3) -> str:
    return redline_html(compare(old, new), level=level).replace("\u00a0", " ")


def tree(html: str) -> etree._Element:
    """The same as XML, which refuses what is not well-formed."""
    return etree.fromstring(f"<body>{html}</body>")


def text(element: etree._Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def folds(html: str) -> list[str]:
    return [text(it) for it in tree(html).iter("summary")]


def test_a_change_is_marked_by_elements_signs_and_spoken_words() -> None:
    html = html_of(edited(("15 000 ₽", "16 000 ₽")))
    (section,) = tree(html).xpath("//section[@id='r-3-1']")

    assert section.get("class") == "redline-clause redline-changed"
    assert [text(it) for it in section.iter("del")] == ["удалено: 15 000 ₽ ;"]
    assert [text(it) for it in section.iter("ins")] == ["добавлено: 16 000 ₽ ; далее:"]
    assert re.search(r"</del> <ins>", html)
    assert len(list(section.iter("li"))) == 3


def test_unchanged_clauses_are_folded_under_a_title_that_names_them() -> None:
    assert folds(html_of(edited(("15 000 ₽", "16 000 ₽")))) == [
        "Без изменений: преамбула, разделы 1, 2",
        "Без изменений: пп. 3.2–3.7, разделы 4–11",
    ]
    assert folds(html_of(with_a_clause_inserted())) == [
        "Без изменений: преамбула, разделы 1, 2, пп. 3.1–3.3",
        "Изменились только номера: пп. 3.5–3.8 (прежде пп. 3.4–3.7)",
        "Без изменений: разделы 4–11",
    ]
    assert folds(html_of(OFFER)) == ["Без изменений: преамбула, разделы 1–11"]


def test_the_section_of_a_change_is_named_once_above_it() -> None:
    body = tree(html_of(edited(("15 000 ₽", "16 000 ₽"), ("1 календарный", "один календарный"))))

    assert [text(it) for it in body.xpath("//p[@class='redline-section']")] == [
        "3. Порядок оказания услуг"
    ]


def test_a_moved_clause_says_from_where_and_a_moved_bullet_that_it_did() -> None:
    html = html_of(with_a_clause_moved("только"))
    (heading,) = tree(html).xpath("//section[@id='r-4-4']/h3")
    bullets = html_of(edited((MODULES + INTEGRATIONS, INTEGRATIONS + MODULES)))

    assert text(heading) == "Пункт 4.4 перенесён из 3.5, изменён"
    assert "перенесено</span> сложных кастомных интеграций" in bullets
    assert "<ins>" not in bullets
    assert "<del>" not in bullets


def test_a_clause_gone_as_a_whole_says_so_once_at_its_head() -> None:
    (section,) = tree(html_of(without_section_7())).xpath("//section[@id='r-old-7-2']")

    assert text(section).startswith("Пункт 7.2 исключён Исполнитель не гарантирует")
    assert "удалено" not in text(section)


def test_a_table_is_a_table_and_its_rows_have_as_many_cells_each() -> None:
    new = edited(("| 15 000 ₽ |", "| 16 000 ₽ | ещё |"), text=with_table())
    (table,) = tree(html_of(new, with_table())).xpath("//section[@id='r-3-1']//table")

    assert [len(row) for row in table.iter("tr")] == [4] * 4
    assert len(list(table.iter("th"))) == 4
    assert len(table.xpath("./tbody/tr")) == 3


def test_headings_have_the_level_asked_for() -> None:
    body = tree(html_of(edited(("15 000 ₽", "16 000 ₽")), level=4))

    assert {it.tag for it in body.iter() if re.fullmatch("h[1-6]", it.tag)} == {"h4"}


def test_only_changed_clauses_are_shown_when_only_they_are_given() -> None:
    html = redline_html(redline(OFFER, edited(("15 000 ₽", "16 000 ₽"))))

    assert [it.get("id") for it in tree(html).iter("section")] == ["r-3-1"]
    assert "<details" not in html


def test_the_legend_explains_the_marks_that_there_are() -> None:
    price = redline_legend(compare(OFFER, edited(("15 000 ₽", "16 000 ₽"))))
    moved = redline_legend(compare(OFFER, with_a_clause_moved()))

    assert ("<ins>" in price, "<del>" in price, "перенесено" in price) == (True, True, False)
    assert ("<ins>" in moved, "<del>" in moved, "перенесено" in moved) == (False, False, True)
    assert redline_legend(compare(OFFER, OFFER)) == ""


@pytest.mark.parametrize("place", ["3.2. ", "- 5 часов", "## 9. ", "# ", "- ИНН: "])
def test_whatever_a_text_says_is_only_text(place: str) -> None:
    new = edited((f"\n{place}", f"\n{place}{HOSTILE} "), text=f"\n{OFFER}")
    changes = compare(OFFER, new)
    sentences = sentences_of(changes, None, None)
    for html in (redline_html(changes), html_of(OFFER, new), change_list(sentences)):
        assert "<script" not in html
        assert "<b " not in html
        assert "style=" not in html
        tree(html)


def test_the_list_of_changes_leads_to_the_sections() -> None:
    changes = compare(OFFER, without_section_7())
    places = {it.get("id") for it in tree(redline_html(changes)).iter("section")}
    links = tree(change_list(sentences_of(changes, None, None))).xpath("//a/@href")

    assert links
    assert {link.removeprefix("#") for link in links} <= places
    assert change_list(()) == ""


TYPED = st.text("аб<>&\"'|*_-#1. \n[]()", max_size=40)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, len(OFFER)), st.integers(0, 200), TYPED)
def test_it_is_well_formed_and_its_ids_are_unique_whatever_was_typed(
    at: int, cut: int, typed: str
) -> None:
    html = html_of(OFFER[:at] + typed + OFFER[at + cut :])
    ids = [it.get("id") for it in tree(html).iter("section")]

    assert len(ids) == len(set(ids))
