"""Towns with a paid order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.town import Town, a_town


@pytest.fixture
def any_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """A town with a paid order of 15 000 ₽, on SQLite and on PostgreSQL."""
    with a_town(tmp_path, database_url) as town:
        town.pay(town.order())
        town.work()
        yield town


@pytest.fixture
def token(own_town: Town) -> str:
    """A paid order of 15 000 ₽, its letters sent."""
    token = own_town.order()
    own_town.pay(token)
    own_town.work()
    return token
