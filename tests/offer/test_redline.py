"""The redline shows what changed and nothing else."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offer.clauses import read_clauses
from offer.redline import ClauseChange, Piece, redline, redline_html
from offer.words import words
from tests.offer.repository import OFFER


def replaced(*changes: tuple[str, str]) -> tuple[ClauseChange, ...]:
    """The redline of the real offer with some words replaced."""
    text = OFFER
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return redline(OFFER, text)


def lit(changes: Sequence[ClauseChange]) -> list[tuple[str, str]]:
    """The pieces that light up: kind and words, with ordinary spaces."""
    return [
        (piece.kind, piece.text.replace("\u00a0", " ").strip())
        for change in changes
        for piece in change.pieces
        if piece.kind != "same"
    ]


def letters(pieces: Sequence[Piece], kind: str) -> str:
    """What one of the two texts said, by the pieces that it has, without spaces."""
    return "".join("".join(p.text for p in pieces if p.kind in ("same", kind)).split())


def said(text: str) -> set[str]:
    """What the clauses of a text say, title and text, without spaces and marks."""
    return {
        "".join(
            word.shown for part in (clause.title, clause.text) for word in words(part)
        ).translate({ord(space): None for space in " \u00a0\n"})
        for clause in read_clauses(text)
    }


def test_a_price_lights_up_whole_and_alone() -> None:
    changes = replaced(("15 000 ₽", "16 000 ₽"))

    assert [(change.number, change.kind) for change in changes] == [("3.1", "changed")]
    assert lit(changes) == [("removed", "15 000 ₽"), ("added", "16 000 ₽")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("15 000 ₽", "15\u00a0000\u00a0₽"),
        ("15 000 ₽", "15\u202f000 ₽"),
        ("15 000 ₽", "15000 ₽"),
        ("**Исполнитель**", "Исполнитель"),
        ("- 5 часов", "* 5 часов"),
        ("## 3. Порядок", "## **3.** Порядок"),
        ("единица учёта времени", "единица\nучёта времени"),
        ("\n", "\r\n"),
    ],
)
def test_spaces_and_marks_never_light_up(old: str, new: str) -> None:
    assert old in OFFER

    assert redline(OFFER, OFFER.replace(old, new).replace("\r\n", "\n")) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1 календарный месяц", "2 календарных месяца"),
        ("5 минут", "15 минут"),
        ("+7 938 478 10 91", "+7 938 478 10 92"),
        ("dudkinanton@bk.ru", "anton@bk.ru"),
        ("40802810720000480414", "40802810720000480415"),
    ],
)
def test_only_the_words_that_changed_light_up(old: str, new: str) -> None:
    ((_, removed), (_, added)) = lit(replaced((old, new)))[:2]

    assert removed in old
    assert added in new
    assert not removed.startswith(" ")


def test_an_added_and_a_removed_clause_are_whole() -> None:
    changes = replaced(
        ("## 4.", "3.8. Отчёт отправляется раз в день.\n\n## 4."),
        ("2.5. Настоящая", "Настоящая"),
    )

    assert [(c.number, c.kind) for c in changes] == [
        ("2.4", "changed"),
        ("2.5", "removed"),
        ("3.8", "added"),
    ]
    assert changes[2].pieces == (Piece("added", "Отчёт отправляется раз в день."),)
    assert {piece.kind for piece in changes[1].pieces} == {"removed"}


def test_a_clause_that_only_got_another_number_shows_only_that() -> None:
    changes = replaced(
        ("5.2. Наименьшая", "5.2. Отчёт — раз в день.\n\n5.3. Наименьшая"),
        ("5.3. Время", "5.4. Время"),
    )

    assert [(c.number, c.kind) for c in changes] == [
        ("5.2", "added"),
        ("5.3", "changed"),
        ("5.4", "changed"),
    ]
    assert lit(changes)[1:] == [
        ("removed", "5.2."), ("added", "5.3."), ("removed", "5.3."), ("added", "5.4."),
    ]  # fmt: skip


def test_a_clause_that_moved_and_changed_a_little_is_the_same_clause() -> None:
    changes = replaced(
        ("5.2. Наименьшая", "5.2. Отчёт — раз в день.\n\n5.3. Наименьшая"),
        ("5.3. Время", "5.4. Время"),
        ("5 минут", "15 минут"),
    )

    assert [(c.number, c.kind) for c in changes][:2] == [("5.2", "added"), ("5.3", "changed")]
    assert lit(changes)[3:5] == [("removed", "5"), ("added", "15")]


def test_a_rewritten_clause_keeps_its_number() -> None:
    (change,) = replaced(("Пакет действует 1 календарный месяц с момента оплаты.", "Год."))

    assert (change.number, change.kind) == ("3.3", "changed")


def test_a_heading_is_a_clause_too() -> None:
    assert lit(replaced(("## 9. Прочие условия", "## 9. Иные условия"))) == [
        ("removed", "Прочие"),
        ("added", "Иные"),
    ]


def test_html_marks_words_and_escapes_everything() -> None:
    old = OFFER.replace("каждый дополнительный час", "<i>каждый</i> час")
    html = redline_html(redline(old, old.replace("15 000 ₽", "<b>16 000 ₽</b> & больше")))

    assert "<del>15\u00a0000\u00a0₽</del> <ins>&lt;b&gt;16\u00a0000\u00a0₽" in html
    assert "&amp; больше</ins>" in html
    assert "&lt;i&gt;каждый" in html
    assert "<b>" not in html
    assert "<h3>Пункт\u00a03.1</h3>" in html
    assert "**" not in html
    assert "style=" not in html


def test_every_paragraph_is_well_formed_html_of_its_own() -> None:
    html = redline_html(replaced(("- действия, которые", "- новое дело;\n- действия, которые")))

    assert "<p><ins>новое дело;</ins></p>" in html


def test_a_sum_a_phone_and_an_address_are_one_word_each() -> None:
    shown = [word.shown.strip() for word in words("**15 000 ₽**, +7 938 478 10 91, a.b@bk.ru 3.1")]

    assert shown == [
        "15\u00a0000\u00a0₽", ",", "+7\u00a0938\u00a0478\u00a010\u00a091", ",", "a.b@bk.ru", "3.1",
    ]  # fmt: skip


LETTERS = st.text("абв 15.,*-\n₽\u00a0()", max_size=30)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(OFFER)), st.integers(0, 60), LETTERS)
def test_the_pieces_tell_both_texts_whatever_was_typed(at: int, cut: int, typed: str) -> None:
    new = OFFER[:at] + typed + OFFER[at + cut :]
    changes = [change for change in redline(OFFER, new) if change.kind == "changed"]

    for change in changes:
        pieces = change.pieces
        if pieces[0].text.endswith(". ") and pieces[0].kind == "removed":
            pieces = pieces[2:]  # the old and the new number
        assert all(piece.text for piece in pieces)
        assert letters(pieces, "removed") in said(OFFER)
        assert letters(pieces, "added") in said(new)
    assert redline(new, new) == ()
