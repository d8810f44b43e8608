"""Everything that can happen, in any order, and a crash between any two steps: the money comes out.

A story follows from its seed (story.py) and is held against what YooKassa knows (reckoning.py). One
that breaks a promise is printed with the command that tells it again; `make soak` tells many more.
"""

from pathlib import Path

import pytest

from tests.fault.simulation import Databases, Figures, files, of_server, tell_all
from tests.postgres import Postgres

STEPS = 100


@pytest.fixture
def databases(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    """Fresh databases of the kind the test asks for."""
    if kind == "sqlite":
        return files(request.getfixturevalue("sqlite_template"), tmp_path)
    server: Postgres = request.getfixturevalue("postgres")
    return of_server(server, request.getfixturevalue("postgres_template"))


def came_out(figures: Figures) -> bool:
    """Whether every story did; what did not is printed whole."""
    for told in figures.failed.values():
        print(told)  # noqa: T201 - pytest shows it
    return not figures.failed


@pytest.mark.parametrize(("kind", "seeds"), [("sqlite", (29, 78)), ("postgresql", (43,))])
def test_whatever_happens_the_money_comes_out(
    seeds: tuple[int, ...], databases: Databases, tmp_path: Path
) -> None:
    figures = tell_all(seeds, STEPS, databases, tmp_path)

    assert came_out(figures), f"seeds {[*figures.failed]}"
    assert figures.crashes
    assert figures.payments
    assert figures.refunds


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(10))
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_thousand_stories_come_out(hundred: int, databases: Databases, tmp_path: Path) -> None:
    figures = tell_all(range(hundred * 100, hundred * 100 + 100), STEPS, databases, tmp_path)

    assert came_out(figures), f"seeds {[*figures.failed]}"


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(2))
@pytest.mark.parametrize("kind", ["postgresql"])
def test_two_hundred_stories_come_out_on_postgresql(
    hundred: int, databases: Databases, tmp_path: Path
) -> None:
    figures = tell_all(range(hundred * 100, hundred * 100 + 100), STEPS, databases, tmp_path)

    assert came_out(figures), f"seeds {[*figures.failed]}"
