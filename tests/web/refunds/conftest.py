"""Towns with a paid order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sold import Sold, sold_once
from tests.sold import own_town as own_town
from tests.town import Town, a_town
from tests.web.refusing import bought


@pytest.fixture
def any_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """A town with a paid order of 15 000 ₽, on SQLite and on PostgreSQL."""
    with a_town(tmp_path, database_url) as town:
        town.pay(town.order())
        town.work()
        yield town


@pytest.fixture(scope="session")
def sale(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Sold:
    return sold_once(tmp_path_factory.mktemp("sale"), sqlite_template, bought)


@pytest.fixture
def token(own_town: Town, sale: Sold) -> str:
    """A paid order of 15 000 ₽, its letters sent."""
    return sale.token if own_town.post else bought(own_town)
