"""`kill -9` at random under load, and PostgreSQL stopped at once: nothing lost, nothing doubled.

Services, workers and the command `checkout refund` are processes of their own on one database.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests import machine
from tests.conftest import migrated
from tests.fault.house import Nursery, a_house, nursery
from tests.fault.reckoning import Books, reckon
from tests.fault.staff import a_staff
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def births() -> Iterator[Nursery]:
    with nursery() as one:
        yield one


class Mortal(Postgres):
    """A server of the test's own, which may be stopped under everybody."""

    def crash(self) -> None:
        """Stop at once, nothing put in order, and start again."""
        self._run("pg_ctl", "restart", "--wait", "--mode=immediate", "--log", f"{self.folder}/log")


def say(books: Books, deaths: int) -> None:
    """The figures, for the note of a soak."""
    paid, back = len(books.payments("succeeded")), len(books.refunds("succeeded"))
    print(f"{deaths} deaths, {paid} paid, {back} given back, none lost or doubled")  # noqa: T201


def kill_at_random(births: Nursery, folder: Path, url: str, *, of_each: int, kills: int) -> None:
    """Kill so many of so many services and workers while they sell, then reckon."""
    chance = Random(kills)  # noqa: S311 - any order will do
    with (
        a_house(births, folder) as house,
        a_staff(house, url, services=of_each, workers=of_each) as staff,
    ):
        with staff.crowd(chance):
            staff.kill_at_random(chance, kills)
        staff.come_to_rest()

        books = staff.books()
        reckon(books)
        say(books, kills)


# every step of a purchase on SQLite is died at in test_kill.py: at random in the long proofs
@pytest.mark.soak
@pytest.mark.parametrize("kills", [100])
def test_whoever_is_killed_on_sqlite_nothing_is_lost_or_doubled(
    births: Nursery, tmp_path: Path, sqlite_url: str, kills: int
) -> None:
    kill_at_random(births, tmp_path / "house", sqlite_url, of_each=1, kills=kills)


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.soak)])
def test_whoever_is_killed_of_two_services_and_two_workers_on_postgresql_nothing_is_lost(
    births: Nursery, tmp_path: Path, postgres_url: str, kills: int
) -> None:
    kill_at_random(births, tmp_path / "house", postgres_url, of_each=2, kills=kills)


@pytest.mark.parametrize("crashes", [1, pytest.param(25, marks=pytest.mark.soak)])
def test_postgresql_stopped_under_load_comes_back_and_nobody_is_started_anew(
    births: Nursery, tmp_path: Path, crashes: int
) -> None:
    programs = machine.postgres_folder()
    assert programs is not None
    server, chance = Mortal(programs), Random(crashes)  # noqa: S311 - any order will do
    server.start()
    try:
        server.execute("CREATE DATABASE shop")
        migrated(server.url("shop"))
        with (
            a_house(births, tmp_path / "house") as house,
            a_staff(house, server.url("shop"), services=2, workers=1) as staff,
        ):
            with staff.crowd(chance):
                for _ in range(crashes):
                    staff.wait_for_news(12)
                    server.crash()
                    # who had just handed a letter over could not write that down: it goes again
                    staff.deaths += 1
                staff.wait_for_news(12)
            staff.come_to_rest()

            assert [it.name for it in staff.members if it.is_dead()] == []
            books = staff.books()
            reckon(books)
            say(books, crashes)
    finally:
        server.stop()
