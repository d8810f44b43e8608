"""`checkout verify`: whatever is quietly edited in the ledger is found and named."""

import re

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as searching
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from checkout.store import ledger
from checkout.store.engine import Store
from checkout.verify import NotAHead, Remark, given_head, verify
from offer.evidence.chain import digest, link_hash
from offer.wording import NBSP
from tests.store.history import ZONE, Sold


def test_a_ledger_with_every_kind_of_sale_is_whole(sold: Sold) -> None:
    remarks = sold.remarks()

    assert [it.sentence for it in remarks if it.mark != "✓"] == []
    (number, head), *_ = sold.ask("SELECT number, hash FROM ledger ORDER BY number DESC LIMIT 1")
    assert remarks[0].sentence == f"Журнал цел: строк {number}, последняя: {number}:{head}"
    assert not any("\ufffd" in it.sentence for it in remarks)
    assert "Заказы: 4, с пакетом 1: сходятся с журналом." in [it.sentence for it in remarks]


def test_the_kinds_of_this_history_are_all_the_ledger_has_by_itself(sold: Sold) -> None:
    kinds = {kind for (kind,) in sold.ask("SELECT kind FROM ledger")}

    assert kinds == {"edition", "order", "consent", "acceptance", "payment", "head", "case"}


def test_an_empty_ledger_says_that_it_is_empty(store: Store) -> None:
    remarks = verify(store, ZONE)

    assert remarks[0] == Remark("!", "Журнал пуст: в нём нет ни одной строки.")
    assert [it for it in remarks if it.mark == "✗"] == []


# --- one byte of one column of one row

COLUMNS = {
    "at": "время (at)",
    "kind": "вид (kind)",
    "fact": "факт (fact)",
    "fact_sha256": "хеш факта (fact_sha256)",
    "previous": "хеш предыдущей строки (previous)",
    "hash": "хеш строки (hash)",
}


def stored_bytes(sold: Sold, number: int, column: str) -> bytes:
    if sold.is_sqlite:
        query = f"SELECT CAST({column} AS BLOB) FROM ledger WHERE number = :n"  # noqa: S608
    else:
        query = f"SELECT convert_to({column}::text, 'UTF8') FROM ledger WHERE number = :n"  # noqa: S608
    return bytes(sold.ask(query, n=number)[0][0])


def write_bytes(sold: Sold, number: int, column: str, data: bytes) -> None:
    value: object = data
    kind = "TEXT"
    if not sold.is_sqlite:
        value, kind = data.decode(), "timestamptz" if column == "at" else "text"
    statement = f"UPDATE ledger SET {column} = CAST(:data AS {kind}) WHERE number = :n"  # noqa: S608
    sold.spoil(statement, data=value, n=number)


def write_if_possible(sold: Sold, number: int, column: str, data: bytes) -> None:
    """PostgreSQL takes no text that is no UTF-8 and no time that is none."""
    try:
        write_bytes(sold, number, column, data)
    except (UnicodeDecodeError, DBAPIError):
        assume(False)


@pytest.mark.parametrize("times", [50, pytest.param(500, marks=pytest.mark.soak)])
def test_a_byte_flipped_in_any_column_of_any_row_is_found_and_named(sold: Sold, times: int) -> None:
    count = sold.ask("SELECT count(*) FROM ledger")[0][0]

    @searching(max_examples=times, deadline=None, suppress_health_check=[*HealthCheck])
    @given(
        column=st.sampled_from(sorted(COLUMNS)),
        number=st.integers(1, count),
        where=st.integers(0, 2000),
        bits=st.integers(1, 255),
    )
    def one(column: str, number: int, where: int, bits: int) -> None:
        before = stored_bytes(sold, number, column)
        after = bytearray(before)
        after[where % len(before)] ^= bits
        write_if_possible(sold, number, column, bytes(after))
        try:
            assume(stored_bytes(sold, number, column) != before)  # the same moment in other words
            first = sold.wrong()[0]
        finally:
            write_bytes(sold, number, column, before)

        assert first.startswith(f"Журнал нарушен. Строка {number}: "), first
        assert COLUMNS[column] in first

    one()
    assert sold.wrong() == []  # each was put back


@pytest.mark.parametrize("flip", [1 << bit for bit in (0, 1, 2, 3, 7, 15, 30)])
def test_a_bit_flipped_in_the_number_of_a_row_is_found_and_the_gap_named(
    sold: Sold, flip: int
) -> None:
    count = sold.ask("SELECT count(*) FROM ledger")[0][0]
    if 1 <= 3 ^ flip <= count:
        sold.spoil("DELETE FROM ledger WHERE number = :n", n=3 ^ flip)
    sold.spoil("UPDATE ledger SET number = :to WHERE number = 3", to=3 ^ flip)

    first = {1: "Строка 2: ", 2: "Строка 1: "}.get(flip, "Нет строки 3: после строки 2 идёт")
    assert sold.wrong()[0].startswith(f"Журнал нарушен. {first}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("value", ["NULL", "X'ff00'", "7", "1.5", "''", "CAST(X'ff' AS TEXT)"])
def test_a_value_of_another_sort_is_found_and_never_stops_the_search(
    sold: Sold, column: str, value: str
) -> None:
    sold.spoil("PRAGMA writable_schema = ON",
               "UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'ledger'",
               "PRAGMA writable_schema = RESET")  # fmt: skip
    sold.spoil(f"UPDATE ledger SET {column} = {value} WHERE number = 2")  # noqa: S608

    (first, *_) = sold.wrong()
    assert first.startswith("Журнал нарушен. Строка 2: ")
    assert COLUMNS[column] in first


@pytest.mark.parametrize("finer", [1, 999])
def test_a_time_changed_by_less_than_a_millisecond_is_found(sold: Sold, finer: int) -> None:
    (data,) = {stored_bytes(sold, 2, "at")}
    stamp = data.decode().partition("+")[0].partition(".")[0]
    write_bytes(sold, 2, "at", f"{stamp}.000{finer:03}".encode() + b"" * len(data)
                if sold.is_sqlite else f"{stamp}.000{finer:03}+00".encode())  # fmt: skip

    assert re.search(r"Строка 2: время \(at\) изменено: .* точнее миллисекунды", sold.wrong()[0])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("value", ["infinity", "-infinity", "2026-11-23 09:00:00+00 BC",
                                   "20260-11-23 09:00:00+00"])  # fmt: skip
def test_a_time_that_no_clock_shows_is_found(sold: Sold, value: str) -> None:
    sold.spoil("UPDATE ledger SET at = CAST(:value AS timestamptz) WHERE number = 2", value=value)

    assert sold.wrong()[0].startswith("Журнал нарушен. Строка 2: время (at) не читается")


def test_a_row_cut_out_of_the_middle_is_named(sold: Sold) -> None:
    sold.spoil("DELETE FROM ledger WHERE number = 3")

    assert sold.wrong()[0] == "Журнал нарушен. Нет строки 3: после строки 2 идёт строка 4."


def test_the_first_row_cut_off_is_named(sold: Sold) -> None:
    sold.spoil("DELETE FROM ledger WHERE number = 1")

    assert sold.wrong()[0] == "Журнал нарушен. Нет строки 1: журнал начинается строкой 2."


def test_two_rows_exchanged_are_found(sold: Sold) -> None:
    sold.spoil("UPDATE ledger SET number = 99 WHERE number = 2",
               "UPDATE ledger SET number = 2 WHERE number = 3",
               "UPDATE ledger SET number = 3 WHERE number = 99")  # fmt: skip

    assert sold.wrong()[0].startswith("Журнал нарушен. Строка 2: хеш предыдущей строки (previous)")


def test_a_row_rewritten_with_all_its_hashes_is_found_at_the_next(sold: Sold) -> None:
    (row,) = sold.ask("SELECT * FROM ledger WHERE number = 2")
    at = sold.store.read(lambda tx: ledger.row(tx, 2)).at
    forged = digest("{}")
    sold.spoil("UPDATE ledger SET fact = '{}', fact_sha256 = :f, hash = :h WHERE number = 2",
               f=forged, h=link_hash(2, at, row.kind, forged, row.previous))  # fmt: skip

    assert re.match(r"Журнал нарушен. Строка 3: хеш предыдущей .* строка переписана вместе",
                    sold.wrong()[0])  # fmt: skip


# --- heads from outside


def newest(sold: Sold) -> tuple[int, str]:
    (row,) = sold.ask("SELECT number, hash FROM ledger ORDER BY number DESC LIMIT 1")
    return row.number, row.hash


def test_heads_from_outside_that_the_ledger_goes_through_hold(sold: Sold) -> None:
    number, head = newest(sold)
    (first,) = sold.ask("SELECT hash FROM ledger WHERE number = 1")

    remarks = sold.remarks(f"1:{first[0]}", f" {number}:{head.upper()}\n")
    assert [it.sentence for it in remarks if "снаружи" in it.sentence] == [
        "Голова № 1 та же, что снаружи.",
        f"Голова № {number} та же, что снаружи.",
    ]
    assert {it.mark for it in remarks} == {"✓"}


def test_a_database_shorter_than_a_head_is_told_from_one_that_differs(sold: Sold) -> None:
    number, head = newest(sold)
    sold.spoil("DELETE FROM ledger WHERE number = :n", n=number)

    assert re.match(rf"База короче, чем была: голова № {number} .* последняя строка — {number - 1}",
                    sold.wrong(f"{number}:{head}")[0])  # fmt: skip
    assert sold.wrong(f"{number - 1}:{'0' * 64}")[0].startswith(
        f"Строка {number - 1} не та, что снаружи"
    )


def test_an_empty_database_is_shorter_than_any_head(store: Store) -> None:
    remarks = verify(store, ZONE, [given_head(f"1:{'a' * 64}")])

    assert remarks[1].mark == "✗"
    assert remarks[1].sentence.startswith("База короче")


A = "a" * 64
NO_HEADS = (
    *("", "41", "41:", f":{A}", f"0:{A}", f"-1:{A}", f"041:{A}", f"٤١:{A}", f"99999999999:{A}"),
    *(f"41:{A[1:]}", f"41:{A}a", f"41:{'g' * 64}", f"41 {A}", f"41:{A}:{A}"),
)


@pytest.mark.parametrize("said", NO_HEADS)
def test_what_is_no_head_is_told_in_a_sentence(said: str) -> None:
    with pytest.raises(NotAHead, match="не голова журнала: нужны номер строки и её хеш"):
        given_head(said)


# --- a database that cannot be read


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_text_of_another_table_that_is_no_text_is_no_traceback(sold: Sold) -> None:
    sold.spoil("UPDATE orders SET party_kind = CAST(X'ff41' AS TEXT) WHERE number = '2026-0004'",
               "UPDATE orders SET paid_at = 'вчера' WHERE number = '2026-0001'",
               "UPDATE orders SET number = CAST(X'ff0a1b' AS TEXT) WHERE id = 3",
               "UPDATE orders SET number = X'ff', hours = 'много' WHERE id = 2",
               "UPDATE packages SET starts_at = 5, last_day = X'ff'",
               "UPDATE details SET text = CAST(X'fffe' AS TEXT) WHERE ledger = 1",
               "UPDATE heads SET day = 'давно'")  # fmt: skip

    wrong = sold.wrong()
    assert len(wrong) > 6
    assert all(it.replace(NBSP, "").isprintable() and it.encode() for it in wrong)


def test_reading_leaves_the_connection_as_strict_as_it_was(sold: Sold) -> None:
    assert sold.wrong() == []
    if sold.is_sqlite:
        with (
            pytest.raises(DBAPIError),
            sold.store.engine.connect() as connection,
            connection.begin(),
        ):
            connection.execute(text("SELECT CAST(X'ff' AS TEXT)")).all()
