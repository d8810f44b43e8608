"""The redline shows what changed and nothing else."""

import re

import pytest

from offer.clauses import read_clauses
from offer.redline import clause_title, compare, redline
from tests.offer.edits import (
    INTEGRATIONS,
    LIST,
    MODULES,
    TABLE,
    clause,
    edited,
    kinds,
    lit,
    lit_blocks,
    with_a_clause_inserted,
    with_a_clause_moved,
    with_sections_swapped,
    with_table,
    without_section_7,
)
from tests.offer.repository import OFFER, PROJECT

PRIVACY = (PROJECT / "docs" / "privacy.md").read_text(encoding="utf-8")
CONSENT = (PROJECT / "docs" / "consent.md").read_text(encoding="utf-8")


# --- words


def test_a_price_lights_up_whole_and_alone() -> None:
    changes = redline(OFFER, edited(("15 000 ₽", "16 000 ₽")))

    assert kinds(changes) == [("3.1", "changed", "3.1")]
    assert lit(changes) == [("removed", "15 000 ₽"), ("added", "16 000 ₽")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("15 000 ₽", "15\u00a0000\u00a0₽"),
        ("15 000 ₽", "15\u202f000 ₽"),
        ("15 000 ₽", "15000 ₽"),
        ("15 000 ₽", "15&nbsp;000&nbsp;₽"),
        ("по переписке", "по\u00a0переписке"),
        ("**Исполнитель**", "Исполнитель"),
        ("- 5 часов", "* 5 часов"),
        ("## 3. Порядок", "## **3.** Порядок"),
        ("единица учёта времени", "единица\nучёта времени"),
        ("Исполнителя", "Ис\u00adполнителя"),
        ("+7 938 478 10 91", "+7 (938) 478-10-91"),
        ("40802810720000480414", "4080 2810 7200 0048 0414"),
        ("\n", "\r\n"),
        ("й", "и\u0306"),
        ("# Публичная", "\ufeff# Публичная"),
    ],
)
def test_spaces_and_marks_never_light_up(old: str, new: str) -> None:
    assert old in OFFER or old == "по переписке"

    assert redline(OFFER, OFFER.replace(old, new)) == ()


def test_paragraphs_wrapped_anew_are_the_same_text() -> None:
    wrapped = "\n".join(
        re.sub(r"(?<=[^\W\d]) (\w{9,}) ", r"\n\1 ", line) if not line.startswith("#") else line
        for line in OFFER.split("\n")
    )

    assert wrapped.count("\n") > OFFER.count("\n") + 30
    assert redline(OFFER, wrapped) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1 календарный месяц", "2 календарных месяца", None),
        ("5 минут", "15 минут", ("5", "15")),
        ("9:00", "10:30", None),
        ("+7 938 478 10 91", "+7 938 478 10 92", None),
        ("dudkinanton@bk.ru", "anton@bk.ru", None),
        ("40802810720000480414", "40802810720000480415", None),
        ("оперативно", "опреативно", None),
        ("100 % предоплаты", "50 % предоплаты", ("100 %", "50 %")),
    ],
)
def test_only_what_changed_lights_up_and_whole(
    old: str, new: str, expected: tuple[str, str] | None
) -> None:
    removed, added = expected or (old, new)

    assert lit(redline(OFFER, edited((old, new)))) == [("removed", removed), ("added", added)]


def test_a_date_in_words_lights_up_whole() -> None:
    old = edited(("с момента оплаты", "до 22 декабря 2026 года"))

    assert lit(redline(old, edited(("22 декабря", "23 декабря"), text=old))) == [
        ("removed", "22 декабря 2026"),
        ("added", "23 декабря 2026"),
    ]


@pytest.mark.parametrize(
    ("sentence", "before"),
    [
        ("Исполнитель предупреждает письмом.", "Актуальная версия"),
        ("Условия меняет Исполнитель.", "Условия определяет"),
        ("Актуальная редакция приходит письмом.", "Актуальная версия"),
    ],
)
def test_a_new_sentence_is_marked_from_its_first_word_to_its_full_stop(
    sentence: str, before: str
) -> None:
    new = edited((before, f"{sentence} {before}"))

    assert lit(redline(OFFER, new)) == [("added", sentence)]
    assert lit(redline(new, OFFER)) == [("removed", sentence)]


def test_a_text_rewritten_from_beginning_to_end_is_two_runs_and_no_confetti() -> None:
    changes = redline(OFFER, edited((clause("9.4"), "9.4. Спор, если он есть, решает суд.\n\n")))

    assert kinds(changes) == [("9.4", "changed", "9.4")]
    assert [kind for kind, _ in lit(changes)] == ["removed", "added"]


def test_the_address_behind_a_link_is_shown_only_when_it_changed() -> None:
    other = PRIVACY.replace("](/consent/)", "](/consent/2/)")

    assert "(/consent/)" not in str(compare(PRIVACY, PRIVACY))
    assert lit(redline(PRIVACY, other)) == [("removed", "(/consent/)"), ("added", "(/consent/2/)")]


# --- clauses


def test_an_inserted_clause_renumbers_the_others_and_lights_up_alone() -> None:
    changes = redline(OFFER, with_a_clause_inserted())

    assert kinds(changes) == [
        ("3.4", "added", None),
        ("3.5", "same", "3.4"),
        ("3.6", "same", "3.5"),
        ("3.7", "same", "3.6"),
        ("3.8", "same", "3.7"),
    ]
    assert lit(changes) == [("added", "Отчёт — раз в день.")]
    assert clause_title(changes[1]).replace("\u00a0", " ") == "Пункт 3.5 (был 3.4)"


def test_a_clause_edited_and_renumbered_is_the_same_clause() -> None:
    new = edited(("Когда лимит часов достигнут", "Как только лимит часов достигнут"),
                 text=with_a_clause_inserted())  # fmt: skip
    changes = redline(OFFER, new)

    assert ("3.7", "changed", "3.6") in kinds(changes)
    assert lit(changes)[1:] == [("removed", "Когда"), ("added", "Как только")]


def test_a_removed_clause_stands_where_it_stood() -> None:
    new = edited((clause("2.3"), ""), ("\n2.4. ", "\n2.3. "), ("\n2.5. ", "\n2.4. "))
    changes = [it for it in compare(OFFER, new) if it.number.startswith("2")]

    assert kinds(changes) == [
        ("2", "same", "2"),
        ("2.1", "same", "2.1"),
        ("2.2", "same", "2.2"),
        ("2.3", "removed", "2.3"),
        ("2.3", "same", "2.4"),
        ("2.4", "same", "2.5"),
    ]
    assert len({it.anchor for it in changes}) == len(changes)


@pytest.mark.parametrize("word", ["исключительно", "только"])
def test_a_clause_that_moved_is_shown_as_moved_and_what_was_edited_too(word: str) -> None:
    changes = redline(OFFER, with_a_clause_moved(word))

    assert kinds(changes) == [
        ("3.5", "same", "3.6"),
        ("3.6", "same", "3.7"),
        ("4.4", "moved", "3.5"),
    ]
    edited_too = [("removed", "исключительно"), ("added", word)]
    assert lit(changes) == ([] if word == "исключительно" else edited_too)
    title = clause_title(changes[2]).replace("\u00a0", " ")
    assert title.startswith("Пункт 4.4 (перенесён из 3.5")
    assert title.endswith(", изменён)") == changes[2].edited == (word == "только")


def test_clauses_that_changed_places_are_one_move() -> None:
    new = edited((clause("9.1"), "<9.1>"), (clause("9.2"), clause("9.1").replace("9.1.", "9.2.")),
                 ("<9.1>", clause("9.2").replace("9.2.", "9.1.")))  # fmt: skip

    assert kinds(redline(OFFER, new)) == [("9.1", "moved", "9.2"), ("9.2", "same", "9.1")]


def test_a_section_that_moved_takes_its_clauses_with_it() -> None:
    changes = redline(OFFER, with_sections_swapped())

    assert kinds(changes)[:2] == [("8", "moved", "9"), ("8.1", "same", "9.1")]
    assert kinds(changes)[-1] == ("9", "same", "8")
    assert lit(changes) == []


def test_a_removed_section_is_gone_whole_and_the_later_ones_are_renumbered() -> None:
    changes = redline(OFFER, without_section_7())

    assert [it.number for it in changes if it.kind == "removed"] == ["7", "7.1", "7.2"]
    assert {it.kind for it in changes if it.number not in ("7", "7.1", "7.2")} == {"same"}
    assert all(it.renumbered for it in changes if it.kind == "same")


def test_a_heading_is_a_clause_too() -> None:
    changes = redline(OFFER, edited(("## 9. Прочие условия", "## 9. Иные условия")))

    assert lit(changes) == [("removed", "Прочие"), ("added", "Иные")]
    assert changes[0].title == "Иные условия"


def test_every_clause_comes_in_the_order_of_the_new_text() -> None:
    new = edited(("15 000 ₽", "16 000 ₽"), text=with_a_clause_moved())

    assert [it.number for it in compare(OFFER, new)] == [it.number for it in read_clauses(new)]


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (PRIVACY, "пяти лет", "шести лет"),
        (CONSENT, CONSENT.splitlines()[0], "# Согласие на рассылку"),
    ],
)
def test_the_other_documents_are_compared_the_same_way(text: str, old: str, new: str) -> None:
    changes = redline(text, text.replace(old, new))

    assert [it.kind for it in changes] == ["changed"]
    assert {kind for kind, _ in lit(changes)} == {"removed", "added"}


# --- bullets and tables


def test_a_new_bullet_leaves_its_neighbours_dark() -> None:
    changes = redline(OFFER, edited((MODULES, f"- чат-ботов;\n{MODULES}")))

    assert lit(changes) == [("added", "чат-ботов;")]


def test_bullets_that_changed_places_are_moved_and_no_word_lights_up() -> None:
    changes = redline(OFFER, edited((MODULES + INTEGRATIONS, INTEGRATIONS + MODULES)))

    assert kinds(changes) == [("2.2", "changed", "2.2")]
    assert lit(changes) == []
    assert lit_blocks(changes) == ["moved"]


def test_numbered_steps_are_compared_without_their_numbers() -> None:
    old = "1.1. Порядок:\n\n1. заказ;\n2. оплата."
    changes = redline(old, "1.1. Порядок:\n\n1. заказ;\n2. договор;\n3. оплата.")

    assert lit(changes) == [("added", "договор;")]
    assert [block.ordinal for block in changes[0].blocks] == [0, 1, 2, 3]


def test_of_a_list_that_became_a_table_only_the_other_words_light_up() -> None:
    there, back = redline(OFFER, with_table()), redline(with_table(), OFFER)

    assert [block.kind for block in there[0].blocks] == ["same", "added", *["changed"] * 3]
    for figure in ("15 000", "20 000", "3 500", "10 час"):
        assert figure not in str(lit(there) + lit(back))
    assert [it for it in lit(there) if it[0] == "added"] == [
        ("added", "Пакет"), ("added", "Цена"), ("added", "Дополнительный час"),
    ]  # fmt: skip


def test_a_cell_of_a_table_lights_up_alone() -> None:
    new = edited(("| 15 000 ₽ |", "| 16 000 ₽ |"), text=with_table())
    changes = redline(with_table(), new)

    assert lit(changes) == [("removed", "15 000 ₽"), ("added", "16 000 ₽")]
    (row,) = (block for block in changes[0].blocks if block.kind != "same")
    assert [{piece.kind for piece in cell} for cell in row.cells] == [
        {"same"}, {"removed", "added"}, {"same"},
    ]  # fmt: skip


def test_a_row_is_known_by_its_first_cell_though_all_its_prices_changed() -> None:
    named = with_table().replace("| 5 часов |", "| Средний |")
    new = edited(("| 15 000 ₽ | 3 000 ₽ |", "| 16 000 ₽ | 3 200 ₽ |"), text=named)

    assert lit_blocks(redline(named, new)) == ["changed"]


def test_rows_and_columns_are_added_and_removed_as_such() -> None:
    rows = TABLE.replace("| 2 часа | 7 000 ₽ | 3 500 ₽ |\n", "").replace(
        "| 10 часов", "| 8 часов | 18 000 ₽ | 2 500 ₽ |\n| 10 часов"
    )
    column = "\n".join(
        re.sub(r"^(\|[^|]+\|[^|]+\|)", rf"\1 {cell} |", line)
        for line, cell in zip(TABLE.splitlines(), ["Срок", "---", *["месяц"] * 3], strict=True)
    )
    added = redline(with_table(), edited((LIST, f"{column}\n")))
    removed = redline(edited((LIST, f"{column}\n")), with_table())

    assert lit_blocks(redline(with_table(), edited((LIST, rows)))) == ["removed", "added"]
    assert lit(added) == [("added", "Срок"), *[("added", "месяц")] * 3]
    assert lit(removed) == [("removed", "Срок"), *[("removed", "месяц")] * 3]
    assert {len(b.cells) for c in (*added, *removed) for b in c.blocks if b.table} == {4}


def test_a_table_aligned_or_spaced_otherwise_is_the_same() -> None:
    new = edited(("|---|---:|---:|", "| :--- | --- | --- |"), ("| 5 часов |", "|  5 часов|"),
                 text=with_table())  # fmt: skip

    assert redline(with_table(), new) == ()
