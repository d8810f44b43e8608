"""Towns where a package is paid and may be refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.town import Town, a_town, moscow
from tests.web.refusing import bought


@pytest.fixture
def any_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """A town of the test's own, on SQLite and on PostgreSQL."""
    with a_town(tmp_path, database_url) as town:
        yield town


@pytest.fixture
def token(own_town: Town) -> str:
    """An order paid on 23.11.2026; now it is 3.12: twenty of thirty days are left."""
    token = bought(own_town)
    own_town.clock.now = moscow(2026, 12, 3, 15)
    return token
