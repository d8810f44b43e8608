"""Fiscalised shops, and an order that is paid in one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sold import Sold, sold_once
from tests.sold import own_town as own_town
from tests.town import Town, a_town
from tests.web.receipts.books import (
    Open,
    sell,
)


@pytest.fixture
def opened(tmp_path: Path, one_url: str) -> Open:
    """A fiscalised shop by these settings."""
    return lambda **said: a_town(tmp_path, one_url, said, receipts=True)


@pytest.fixture(scope="session")
def sale(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Sold:
    folder = tmp_path_factory.mktemp("sale")
    return sold_once(folder, sqlite_template, sell, {"receipts": "two"}, receipts=True)


@pytest.fixture
def any_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """The same on SQLite and on PostgreSQL, with a paid order whose receipt is registered."""
    with a_town(tmp_path, database_url, {"receipts": "two"}, receipts=True) as town:
        sell(town)
        yield town


@pytest.fixture
def token(own_town: Town, sale: Sold) -> str:
    """A paid order of 15 000 ₽, its letters sent and its receipt registered."""
    return sale.token if own_town.post else sell(own_town)


@pytest.fixture
def empty_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """A shop that gives two receipts, on SQLite and on PostgreSQL; nothing is sold yet."""
    with a_town(tmp_path, database_url, {"receipts": "two"}, receipts=True) as town:
        yield town


@pytest.fixture
def one_empty_town(tmp_path: Path, one_url: str) -> Iterator[Town]:
    """The same on one database: `make soak` asks for the other."""
    with a_town(tmp_path, one_url, {"receipts": "two"}, receipts=True) as town:
        yield town
