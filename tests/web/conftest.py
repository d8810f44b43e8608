"""The towns of this folder: one for tests that leave no trace, one for each that does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from tests.town import Town, a_town, database_in, dearer, environment_of, moscow, text_of
from tests.web.cases.running import Command, at_a_terminal


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    """The log as the service writes it: the default one takes seconds to paint a trace."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )


@pytest.fixture(scope="module")
def standing_town(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    with a_town(folder, database_in(folder, sqlite_template)) as town:
        yield town


@pytest.fixture
def town(standing_town: Town) -> Town:
    """The module's town, without faults, long after whatever the test before posted."""
    standing_town.yookassa.fault(None)
    standing_town.clock.now += timedelta(minutes=2)
    return standing_town


@pytest.fixture
def any_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """A town of the test's own, on SQLite and on PostgreSQL."""
    with a_town(tmp_path, database_url) as town:
        yield town


@pytest.fixture
def own_town(tmp_path: Path, one_url: str) -> Iterator[Town]:
    """A town of the test's own: it may publish, break the release or move the clock far."""
    with a_town(tmp_path, one_url) as town:
        yield town


@pytest.fixture(scope="module")
def chronicle(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Town]:
    """A town with four editions of the offer: two of one day, the last a return to the second.

    Published on 20.11.2026 at noon, on 22.11 at noon and at 17:00, on 1.12; now it is 3.12.
    """
    folder = tmp_path_factory.mktemp("chronicle")
    with a_town(folder, database_in(folder, sqlite_template)) as town:
        town.publisher.editions.clear()
        for at, text in (
            (moscow(2026, 11, 20), text_of("offer")),
            (moscow(2026, 11, 22), dearer()),
            (moscow(2026, 11, 22, 17), dearer("17 000 ₽")),
            (moscow(2026, 12, 1), dearer()),
        ):
            town.clock.now = at + timedelta(days=1)  # the publisher dates by yesterday
            town.publisher.publish(offer=text)
        town.publisher.publish(consent=text_of("consent"))
        town.clock.now = moscow(2026, 12, 3, 14, 3)
        yield town


@pytest.fixture
def as_its_process(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of the town's service, for a command, which sets up its own log."""
    log = structlog.get_config()
    for name, said in environment_of(own_town.shop).items():
        monkeypatch.setenv(name, said)
    yield
    structlog.configure(**log)


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """`checkout …` of a town's shop, as the contractor types it."""
    before = structlog.get_config()  # a command sets up its log
    yield at_a_terminal(monkeypatch, capsys)
    structlog.configure(**before)
