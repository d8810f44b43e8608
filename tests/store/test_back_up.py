"""`checkout backup`: a whole copy while the shop sells, which opens again as the same shop."""

import os
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from checkout.__main__ import main
from checkout.back_up import back_up
from checkout.shop import Shop
from checkout.store.copying import NotCopied
from checkout.store.engine import Store, open_engine
from checkout.verify import BAD, given_head, verify
from tests import machine
from tests.contract.simulated import StandingClock
from tests.postgres import Postgres
from tests.store import market


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and its fellows where the server's programs are."""
    folder = machine.postgres_folder()
    if folder is None:
        raise machine.MissingError("PostgreSQL")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@contextmanager
def selling(shop: Shop) -> Iterator[None]:
    """Orders are made all the time."""
    stop, sold = threading.Event(), threading.Semaphore(0)

    def sell() -> None:
        number = 0
        while not stop.is_set():
            market.waiting(shop, f"form {number}")
            number += 1
            sold.release()

    thread = threading.Thread(target=sell)
    thread.start()
    try:
        for _ in range(3):
            assert sold.acquire(timeout=30)
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def restored(file: Path, url: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """The copy as a database of its own."""
    if make_url(url).get_backend_name() == "sqlite":
        with closing(Store(open_engine(f"sqlite:///{file}"), StandingClock())) as store:
            yield store
        return
    server: Postgres = request.getfixturevalue("postgres")
    server.execute("CREATE DATABASE restored TEMPLATE template0")
    target = server.url("restored").replace("+psycopg", "")
    subprocess.run(["pg_restore", "--exit-on-error", f"--dbname={target}", file], check=True)
    with closing(Store(open_engine(server.url("restored")), StandingClock())) as store:
        yield store
    server.execute("DROP DATABASE restored WITH (FORCE)")


def test_a_copy_made_while_selling_is_whole_and_has_the_head_it_says(
    shop: Shop, database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with selling(shop):
        copied = back_up(shop.store, database_url, tmp_path / "copy")
    assert copied.head is not None

    with restored(copied.file, database_url, request) as store:
        remarks = verify(store, shop.settings.zone, [given_head(copied.head)])
    assert [it.sentence for it in remarks if it.mark == BAD] == []
    assert any("та же, что снаружи" in it.sentence for it in remarks)
    assert stat.S_IMODE(copied.file.stat().st_mode) == 0o600
    assert [it.name for it in tmp_path.glob(".copy*")] == []


def test_an_older_copy_is_found_by_a_newer_head(
    shop: Shop, database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    market.waiting(shop, "before")
    copied = back_up(shop.store, database_url, tmp_path / "copy")
    market.waiting(shop, "after")
    newer = back_up(shop.store, database_url, tmp_path / "newer").head

    with restored(copied.file, database_url, request) as store:
        remarks = verify(store, shop.settings.zone, [given_head(newer or "")])
    assert any("База короче, чем была" in it.sentence for it in remarks if it.mark == BAD)


def test_an_existing_file_is_never_written_over(
    shop: Shop, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "copy").write_text("precious")
    with pytest.raises(NotCopied, match="уже есть"):
        back_up(shop.store, database_url, tmp_path / "copy")
    with pytest.raises(NotCopied, match="Папки"):
        back_up(shop.store, database_url, tmp_path / "nowhere" / "copy")
    assert (tmp_path / "copy").read_text() == "precious"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_database_makes_no_copy(shop: Shop, database_url: str, tmp_path: Path) -> None:
    market.waiting(shop, "one")
    with shop.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER ledger_no_update")
        connection.exec_driver_sql("UPDATE ledger SET kind = 'refund'")

    with pytest.raises(NotCopied, match="Журнал нарушен"):
        back_up(shop.store, database_url, tmp_path / "copy")
    assert [it.name for it in tmp_path.iterdir() if "copy" in it.name] == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_without_pg_dump_it_says_what_to_install(
    shop: Shop, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotCopied, match="postgresql-client"):
        back_up(shop.store, database_url, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.usefixtures("own_logging")
def test_the_command_tells_the_head_and_how_to_use_it(
    shop: Shop,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    market.waiting(shop, "one")
    monkeypatch.setenv("CHECKOUT_DATABASE_URL", database_url)

    assert main(["backup", str(tmp_path / "copy")]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"✓ Копия: {tmp_path / 'copy'}, ")
    assert "checkout verify --head 4:" in said  # three editions, one order
    assert main(["backup", str(tmp_path / "copy")]) == 1
    assert "уже есть" in capsys.readouterr().err
