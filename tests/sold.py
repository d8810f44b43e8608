"""A town after its first sale: made once, and opened anew by every test that goes on from it.

A sale costs half a second of work, most of it for the certificate; opening what it left costs what
a town costs. The files are those a service, its mailbox and the simulator find at a second start.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.town import Town, a_town

DATABASE = "town.sqlite"


@dataclass(frozen=True)
class Sold:
    """What a town keeps after a sale, and how it is opened."""

    kept: Path
    token: str
    now: datetime
    said: Mapping[str, str]
    simulator: Mapping[str, Any]

    @contextmanager
    def town(self, folder: Path) -> Iterator[Town]:
        """A town of one test that begins with the sale."""
        kept = folder / "kept"
        shutil.copytree(self.kept, kept)
        with _opened(folder, kept, self.said, self.simulator) as town:
            town.clock.now = self.now
            yield town


@pytest.fixture
def own_town(
    request: pytest.FixtureRequest, tmp_path: Path, one_url: str, sale: Sold
) -> Iterator[Town]:
    """A town of the test's own, for a folder that has a `sale`: with it if `token` is asked for.

    On PostgreSQL, where no files can be copied, without it: there the test sells by itself.
    """
    if "token" in request.fixturenames and one_url.startswith("sqlite"):
        opened = sale.town(tmp_path)
    else:
        opened = a_town(tmp_path, one_url, sale.said, **sale.simulator)
    with opened as town:
        yield town


def sold_once(
    folder: Path,
    template: Path,
    sell: Callable[[Town], str],
    said: Mapping[str, str] = MappingProxyType({}),
    **simulator: Any,
) -> Sold:
    """Sell in a town of this empty folder; `template`: a migrated SQLite file, the rest as a_town.

    `sell` returns the order's token, and sends the letters that a test is to find.
    """
    kept = folder / "kept"
    kept.mkdir()
    shutil.copy(template, kept / DATABASE)
    with _opened(folder, kept, said, simulator) as town:
        token = sell(town)
        now = town.clock.now
    return Sold(kept, token, now, said, simulator)


@contextmanager
def _opened(
    folder: Path, kept: Path, said: Mapping[str, str], simulator: Mapping[str, Any]
) -> Iterator[Town]:
    address = f"sqlite:///{kept / DATABASE}"
    with a_town(folder, address, said, kept=kept, **simulator) as town:
        yield town
