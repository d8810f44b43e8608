"""Towns where a package is paid and may be refused."""

import pytest

from tests.town import Town, moscow
from tests.web.refusing import bought


@pytest.fixture
def token(own_town: Town) -> str:
    """An order paid on 23.11.2026; now it is 3.12: twenty of thirty days are left."""
    token = bought(own_town)
    own_town.clock.now = moscow(2026, 12, 3, 15)
    return token
