"""Commands at an address where no shop was ever opened: they say so, and make none there."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from checkout.__main__ import main

TODAY = "2026-11-23"
# every command but those that open a shop: serve, work, demo; and check, for the day before
COMMANDS = (
    ("refund", "2026-0001", "--reason", "письмо"),
    ("receipt", "2026-0001"),
    ("answer", "2026-0001", "--text", "ответ"),
    ("readdress", "2026-0001", "--email", "a@example.ru", "--reason", "письмо"),
    ("cases",),
    ("close", "1", "--reason", "вернули"),
    ("erase", "2026-0001", "--reason", "письмо"),
    ("backup", "copy.sqlite"),
    ("reconcile", "--since", TODAY),
    ("replay", "--since", TODAY),
    ("confirm-clock", TODAY),
    ("verify",),
)
Complaints = Callable[[str], set[str]]


@pytest.fixture
def complaints(
    own_logging: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Complaints:
    """What the commands complain of at an address; none of them may end well or say a thing."""

    def run(url: str) -> set[str]:
        monkeypatch.setenv("CHECKOUT_DATABASE_URL", url)
        monkeypatch.chdir(tmp_path)
        complaints = set()
        for typed in COMMANDS:
            status = main([*typed])
            said = capsys.readouterr()
            assert (status, said.out) == (1, ""), typed
            complaints.add(said.err)
        return complaints

    return run


def test_where_nothing_is_nothing_is_made(tmp_path: Path, complaints: Complaints) -> None:
    (complaint,) = complaints(f"sqlite:///{tmp_path / 'mistyped.db'}")

    assert complaint.startswith(f"Нет базы данных {tmp_path / 'mistyped.db'}: проверьте")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_no_shop_without_cases(
    empty_database_url: str, complaints: Complaints
) -> None:
    engine = create_engine(empty_database_url)
    engine.connect().close()
    (complaint,) = complaints(empty_database_url)

    assert "нет магазина: проверьте CHECKOUT_DATABASE_URL" in complaint
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_somebody_elses_database_stays_as_it_is(tmp_path: Path, complaints: Complaints) -> None:
    file = tmp_path / "theirs.db"
    theirs = sqlite3.connect(file)
    theirs.execute("CREATE TABLE notes (text)")
    theirs.close()
    before = file.read_bytes()
    (complaint,) = complaints(f"sqlite:///{file}")

    assert "нет магазина" in complaint
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (before, [file])


def test_a_file_that_is_no_database_is_said_to_be_unreadable(
    tmp_path: Path, complaints: Complaints
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("молоко, хлеб, " * 100)
    (complaint,) = complaints(f"sqlite:///{file}")

    assert complaint.startswith("База данных не читается")
