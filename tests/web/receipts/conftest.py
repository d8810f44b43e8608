"""Fiscalised shops, and an order that is paid in one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.town import Town, a_town
from tests.web.receipts.books import (
    Open,
    sell,
)


@pytest.fixture
def opened(tmp_path: Path, one_url: str) -> Open:
    """A fiscalised shop by these settings."""
    return lambda **said: a_town(tmp_path, one_url, said, receipts=True)


@pytest.fixture
def own_town(opened: Open) -> Iterator[Town]:
    """A shop that gives two receipts."""
    with opened(receipts="two") as town:
        yield town


@pytest.fixture
def any_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """The same on SQLite and on PostgreSQL, with a paid order whose receipt is registered."""
    with a_town(tmp_path, database_url, {"receipts": "two"}, receipts=True) as town:
        sell(town)
        yield town


@pytest.fixture
def token(own_town: Town) -> str:
    """A paid order of 15 000 ₽, its letters sent and its receipt registered."""
    return sell(own_town)
