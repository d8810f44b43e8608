"""A migrated database, and a shop that sells from it; each on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from checkout.shop import Shop
from checkout.store.engine import Store, open_engine
from checkout.store.schema import migrate
from tests.contract.simulated import StandingClock
from tests.store import market
from tests.store.history import Sold, history, unprotect


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
def sold(shop: Shop) -> Sold:
    """A shop with a history, whose database nothing protects any more."""
    history(shop)
    sold = Sold(shop)
    unprotect(sold)
    return sold
