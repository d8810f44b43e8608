"""What every verb works with, put together once at start-up."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4

from checkout.gateway.client import YooKassa
from checkout.mail.smtp import Mailer
from checkout.releases import Shelf
from checkout.settings import Settings
from checkout.store.engine import Store
from offer.periods import Calendar

DOORS = 64


class Tally:
    """A count that many threads add to."""

    def __init__(self) -> None:
        self.number = 0
        self._lock = threading.Lock()

    def add(self) -> None:
        with self._lock:
            self.number += 1


def _happened() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass(frozen=True)
class Shop:
    """The parts of a running shop. `glance` is YooKassa with a page's patience, not a worker's.

    `key` signs what comes back to us; without a setting it is this process's own. `chores` are the
    worker's daily jobs and the local day on which this process last did each; one that failed is
    tried again, but `not_before`. `quiet` is cleared while notifications wait to be kept: the
    worker lets them go first. `ending` is set when it is to begin nothing more. `clock_is_moved` on
    purpose, by whoever plays with the demo: a jump is no cause for doubt then.
    """

    settings: Settings
    store: Store
    shelf: Shelf
    yookassa: YooKassa
    glance: YooKassa
    mailer: Mailer
    calendar: Calendar
    key: str = field(repr=False)
    clock_is_moved: bool = False
    strangers: Tally = field(default_factory=Tally)
    chores: dict[str, date] = field(default_factory=dict)
    not_before: dict[str, datetime] = field(default_factory=dict)
    wake: threading.Event = field(default_factory=threading.Event)
    quiet: threading.Event = field(default_factory=_happened)
    ending: threading.Event = field(default_factory=threading.Event)
    doors: tuple[threading.Lock, ...] = field(
        default_factory=lambda: tuple(threading.Lock() for _ in range(DOORS))
    )

    @contextmanager
    def one_at_a_time(self, subject: str) -> Iterator[None]:
        """Let one thread of this process through for a subject; the rest wait their turn."""
        with self.doors[hash(subject) % DOORS]:
            yield


def new_id() -> str:
    """A fresh identifier of a message or an attempt (a UUID, as YooKassa wants its keys)."""
    return str(uuid4())


def new_key() -> str:
    """A secret that stands in a link: 128 bits nobody can guess."""
    return secrets.token_urlsafe(16)


SOON = timedelta(minutes=1)
