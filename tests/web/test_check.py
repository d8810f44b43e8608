"""`checkout check` on the day before: all but the books is tried, though nothing is kept yet."""

from pathlib import Path

import pytest

from checkout.__main__ import main


@pytest.mark.usefixtures("as_its_process")
def test_before_the_first_start_all_but_the_books_is_tried_and_no_database_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mistyped = tmp_path / "none.db"
    monkeypatch.setenv("CHECKOUT_DATABASE_URL", f"sqlite:///{mistyped}")
    before = set(tmp_path.iterdir())
    status = main(["check"])
    lines = capsys.readouterr().out.replace("\u00a0", " ").splitlines()

    assert status == 0
    assert lines[0].startswith(f"! Нет базы данных {mistyped}: проверьте CHECKOUT_DATABASE_URL.")
    assert [it.partition(":")[0] for it in lines[1:]] == ["✓ Витрина", "✓ ЮKassa", "✓ Почта"]
    assert set(tmp_path.iterdir()) == before
