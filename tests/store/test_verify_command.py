"""The command `checkout verify`: one line for each thing, its mark before it, and the status."""

from collections.abc import Callable
from pathlib import Path

import pytest

from checkout.__main__ import main
from checkout.store import ledger
from checkout.store.engine import open_engine
from checkout.store.schema import migrate
from tests.store.history import Sold

Command = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def command(
    database_url: str,
    own_logging: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """`checkout verify …` at the test's database: status, lines, complaint."""
    monkeypatch.setenv("CHECKOUT_DATABASE_URL", database_url)

    def run(*arguments: str) -> tuple[int, list[str], str]:
        capsys.readouterr()
        status = main(["verify", *arguments])
        said = capsys.readouterr()
        return status, said.out.splitlines(), said.err

    return run


def head(sold: Sold) -> str:
    (row,) = sold.ask("SELECT number, hash FROM ledger ORDER BY number DESC LIMIT 1")
    return f"{row.number}:{row.hash}"


def test_a_sound_database_is_told_in_a_few_lines_and_status_0(sold: Sold, command: Command) -> None:
    status, lines, complaint = command("--head", head(sold))

    assert (status, complaint) == (0, "")
    assert [line[0] for line in lines] == ["✓"] * len(lines)
    assert lines[0].startswith("✓ Журнал цел: строк 17, последняя: 17:")
    assert lines[1] == "✓ Голова № 17 та же, что снаружи."


def test_a_spoilt_one_is_told_with_status_1(sold: Sold, command: Command) -> None:
    sold.spoil("UPDATE ledger SET kind = 'gift' WHERE number = 2")
    status, lines, _ = command()

    assert status == 1
    assert lines[0] == (
        "✗ Журнал нарушен. Строка 2: изменён вид (kind): был «edition», записан «gift»."
    )


def test_each_of_several_heads_is_held_against_it(sold: Sold, command: Command) -> None:
    status, lines, _ = command("--head", head(sold), "--head", f"99:{'a' * 64}")

    assert status == 1
    assert [line[0] for line in lines[1:3]] == ["✓", "✗"]


def test_what_is_no_head_is_a_sentence_and_status_1(sold: Sold, command: Command) -> None:
    status, lines, complaint = command("--head", "41")

    assert (status, lines) == (1, [])
    assert complaint.startswith("«41» — не голова журнала")
    assert complaint.count("\n") == 1


def test_an_empty_database_says_that_it_is_empty(command: Command, database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine)
    engine.dispose()

    status, lines, _ = command()
    assert status == 0
    assert lines[0] == "! Журнал пуст: в нём нет ни одной строки."


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_is_not_there_is_not_made(command: Command, tmp_path: Path) -> None:
    (tmp_path / "test.sqlite").unlink()
    status, lines, complaint = command()

    assert (status, lines) == (1, [])
    assert complaint.startswith("Нет базы данных")
    assert list(tmp_path.glob("*.sqlite*")) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_with_damaged_pages_is_a_sentence_and_never_a_traceback(
    sold: Sold, command: Command, tmp_path: Path
) -> None:
    sold.store.close()
    file = tmp_path / "test.sqlite"
    sound = file.read_bytes()
    assert command()[0] == 0
    found = 0
    for where in (0, 16, 100, *range(5000, len(sound), 12_288)):
        spoilt = bytearray(sound)
        spoilt[where : where + 3000] = b"\xff" * 3000
        file.write_bytes(spoilt)
        status, lines, complaint = command()
        # a page may hold nothing that evidence rests on
        found += status
        said = complaint.startswith("База данных не читается: ")
        assert said or lines[0].startswith(("✓ Журнал", "✗ Журнал"))
        assert status == 1 or (not said and where > 100)

    assert found > 5


def test_the_day_of_an_erasure_is_told_by_the_shops_own_zone(
    sold: Sold, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = {"reason": "срок", "rows": [], "law": "152-ФЗ"}
    sold.store.transact(lambda tx: ledger.append(tx, "erasure", act))
    _, here, _ = command()
    monkeypatch.setenv("CHECKOUT_TIME_ZONE", "Pacific/Midway")  # UTC−11
    _, there, _ = command()

    assert "✓ Стёрто 23.11.2026, акт № 18: ничего." in here
    assert "✓ Стёрто 22.11.2026, акт № 18: ничего." in there
    monkeypatch.setenv("CHECKOUT_TIME_ZONE", "Москва")
    assert command()[0] == 1
