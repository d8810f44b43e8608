"""A migrated database, and a shop that sells from it; each on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine

from checkout.shop import Shop
from checkout.store.engine import Store, open_engine
from checkout.store.schema import migrate
from tests.contract.simulated import StandingClock
from tests.postgres import Postgres
from tests.store import market
from tests.store.history import Sold, prepare


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def store(database_url: str, clock: StandingClock) -> Iterator[Store]:
    """An empty store."""
    engine = open_engine(database_url)
    migrate(engine)
    store = Store(engine, clock)
    yield store
    store.close()


@pytest.fixture
def engine(store: Store) -> Engine:
    return store.engine


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[Shop]:
    """A shop that sells the offer of docs/."""
    market.publish(tmp_path)
    with market.opened(tmp_path, database_url) as shop:
        yield shop


@pytest.fixture
def own_logging() -> Iterator[None]:
    """A command that is run here sets up its log; the next test has the one it had."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def sqlite_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a shop with a history, to be copied."""
    folder = tmp_path_factory.mktemp("history")
    prepare(folder, f"sqlite:///{folder / 'history.sqlite'}")
    return folder / "history.sqlite"


@pytest.fixture(scope="session")
def postgres_history(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same as a database of PostgreSQL, to be a template."""
    postgres.execute("CREATE DATABASE history")
    prepare(tmp_path_factory.mktemp("history"), postgres.url("history"))
    return "history"


@pytest.fixture
def postgres_template(request: pytest.FixtureRequest, postgres_template: str) -> str:
    """What this test's database is a copy of: a test of what was sold begins with a history."""
    if "sold" in request.fixturenames:
        return str(request.getfixturevalue("postgres_history"))
    return postgres_template


@pytest.fixture
def sqlite_template(request: pytest.FixtureRequest, sqlite_template: Path) -> Path:
    """The same on SQLite."""
    if "sold" in request.fixturenames:
        return Path(request.getfixturevalue("sqlite_history"))
    return sqlite_template


@pytest.fixture
def sold(database_url: str) -> Iterator[Sold]:
    """A shop with a history, whose database nothing protects any more."""
    store = Store(open_engine(database_url), StandingClock())
    yield Sold(store)
    store.close()
