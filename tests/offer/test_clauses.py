import re
from pathlib import Path

import markdown
import pytest

from offer.clauses import decode, read_clauses, with_anchors
from offer.errors import OfferError

FIRST = Path(__file__).parents[1] / "data"


def numbers(text: str) -> list[str]:
    return [clause.number for clause in read_clauses(text)]


def html(text: str) -> str:
    return markdown.markdown(with_anchors(text), extensions=["attr_list", "toc", "tables"])


def test_the_offer_has_the_eleven_sections_and_their_clauses() -> None:
    found = numbers(decode((FIRST / "offer.md").read_bytes(), "offer.md"))

    assert [number for number in found if number.isdecimal()] == [str(n) for n in range(1, 12)]
    counts = {"2": 5, "3": 7, "4": 3, "5": 3, "6": 3, "7": 2, "9": 4}
    for section, count in counts.items():
        assert [f"{section}.{n}" for n in range(1, count + 1)] == [
            number for number in found if number.startswith(f"{section}.")
        ]


def test_bullets_and_unnumbered_paragraphs_belong_to_the_clause_before_them() -> None:
    text = "## 5. Учёт\n\n5.1. Входят:\n\n- анализ;\n- звонки.\n\nБез обещаний.\n\n5.2. Далее."

    first = read_clauses(text)[1]

    assert first.text == "Входят:\n\n- анализ;\n- звонки.\n\nБез обещаний."


def test_a_clause_knows_its_line_and_its_address() -> None:
    preamble, section, clause = read_clauses("# Оферта\n\nСлова.\n\n## 3. Порядок\n\n3.1. Пакеты.")

    assert (preamble.number, preamble.title, preamble.anchor) == ("", "Оферта", "p-0")
    assert (section.line, section.title, section.anchor) == (5, "Порядок", "p-3")
    assert (clause.line, clause.text_line, clause.anchor) == (7, 7, "p-3-1")


def test_numbers_in_a_code_block_open_no_clause() -> None:
    assert numbers("## 3. Порядок\n\n3.1. Да.\n\n```\n3.1. Нет.\n## 4. Нет\n```\n") == ["3", "3.1"]


def test_a_wrapped_line_that_begins_with_a_time_opens_no_clause() -> None:
    assert numbers("## 4. Время\n\n4.1. Работаем с\n9.30 до 18.00.") == ["4", "4.1"]


@pytest.mark.parametrize("line", ["3.1. Текст", "3.1 Текст", "**3.1.** Текст", "### 3.1. Текст"])
def test_a_clause_is_known_however_its_number_is_written(line: str) -> None:
    assert numbers(f"## 3. Порядок\n\n{line}") == ["3", "3.1"]


def test_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert decode(b"\xef\xbb\xbf3.1. \xd0\x94\xd0\xb0\r\n", "offer.md") == "3.1. Да\n"


def test_a_text_that_is_not_utf_8_is_refused_with_the_line() -> None:
    with pytest.raises(OfferError) as refusal:
        decode("# Оферта\nТекст".encode() + "Ж\n".encode("cp1251"), "offer.md")

    assert refusal.value.code == "not_utf8"
    assert "offer.md, строка 2" in refusal.value.sentence


def test_every_clause_of_a_page_has_its_id_and_a_link_to_itself() -> None:
    page = html((FIRST / "offer.md").read_text(encoding="utf-8"))

    for clause in read_clauses((FIRST / "offer.md").read_text(encoding="utf-8")):
        assert page.count(f'id="{clause.anchor}"') == 1
        if clause.number:
            assert f'href="#{clause.anchor}">{clause.number}.</a>' in page


def test_a_list_right_after_a_clause_is_a_list_on_the_page() -> None:
    page = html("## 5. Учёт\n\n5.1. Входят:\n- анализ;\n- звонки.")

    assert page.count("<li>") == 2
    assert '<p class="clause" id="p-5-1">' in page


def test_the_page_says_the_words_of_the_text_and_no_others() -> None:
    text = (FIRST / "offer.md").read_text(encoding="utf-8")

    shown = re.sub(r"<[^>]+>", " ", html(text)).replace("&nbsp;", " ")

    assert re.findall(r"\w+", shown) == re.findall(r"\w+", re.sub(r"\*", "", text))


def test_a_page_never_breaks_a_sum_or_leaves_a_short_word_at_the_end_of_a_line() -> None:
    page = with_anchors("## 3. Цены\n\n3.1. Пакет за 15 000 ₽ и на 5 часов — в долг.")

    assert "за\u00a015\u00a0000\u00a0₽ и\u00a0на\u00a05\u00a0часов\u00a0— в\u00a0долг" in page
