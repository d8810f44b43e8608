"""Towns where a package is paid and may be refused."""

from pathlib import Path

import pytest

from tests.sold import Sold, sold_once
from tests.sold import own_town as own_town
from tests.town import Town, moscow
from tests.web.refusing import bought


@pytest.fixture(scope="session")
def sale(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Sold:
    return sold_once(tmp_path_factory.mktemp("sale"), sqlite_template, bought)


@pytest.fixture
def token(own_town: Town, sale: Sold) -> str:
    """An order paid on 23.11.2026; now it is 3.12: twenty of thirty days are left."""
    token = sale.token if own_town.post else bought(own_town)
    own_town.clock.now = moscow(2026, 12, 3, 15)
    return token
