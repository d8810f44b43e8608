"""How often one client, one e-mail address and one order may: kept in memory, in each process.

A few numbers for each of the last `MOST_KEYS`; whoever comes after them pushes out the longest
unseen, so no crowd of addresses fills the memory. By pyrate-limiter's generic cell rate algorithm,
with the time from our own clock.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from pyrate_limiter import GCRA, Rate

MOST_KEYS = 10_000
STEP = GCRA()
SECOND = timedelta(seconds=1)


def at_most(number: int, window: timedelta) -> Rate:
    """So many at once, and then as many in each window."""
    return Rate(number, window // timedelta(milliseconds=1))


class Pace:
    """What is allowed to each key; safe to share between threads."""

    def __init__(self, *rates: Rate, most_keys: int = MOST_KEYS) -> None:
        self._rates = list(rates)
        self._most_keys = most_keys
        self._spent: OrderedDict[str, tuple[float, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._spent)

    def wait(self, key: str, now: datetime) -> int:
        """Count one in and return 0, or the whole seconds after which it may be tried again."""
        moment = int(now.timestamp() * 1000)
        with self._lock:
            spent = self._spent.pop(key, STEP.initial(self._rates))
            if self._is_from_the_future(spent, moment):
                spent = STEP.initial(self._rates)
            spent, verdict = STEP.step(self._rates, spent, moment, 1)
            self._spent[key] = spent
            while len(self._spent) > self._most_keys:
                self._spent.popitem(last=False)
        return -(-(verdict.retry_after_ms or 0) // 1000)

    def _is_from_the_future(self, spent: tuple[float, ...], moment: int) -> bool:
        """The clock was set back: nobody waits longer than his window for that."""
        return any(
            until > (moment + rate.interval) * 1000
            for rate, until in zip(self._rates, spent, strict=True)
        )


def _by_address() -> Pace:
    return Pace(at_most(120, timedelta(minutes=1)))


def _orders() -> Pace:
    return Pace(at_most(30, timedelta(hours=1)), at_most(60, timedelta(days=1)))


def _by_order() -> Pace:
    return Pace(at_most(30, timedelta(minutes=1)))


def _letters_from() -> Pace:
    return Pace(at_most(20, timedelta(minutes=10)), at_most(100, timedelta(days=1)))


def _letters_to() -> Pace:
    return Pace(at_most(5, timedelta(minutes=15)), at_most(20, timedelta(days=1)))


def _letters_at_all() -> Pace:
    return Pace(at_most(30, timedelta(minutes=15)), at_most(120, timedelta(days=1)))


@dataclass(frozen=True)
class Paces:
    """The paces of the service: forms from an address, orders for an e-mail or a package, asking
    for an order; letters to sign in with, asked for from a network, by it for one mailbox, and for
    that at all.

    The last is loose: one network alone does not shut a mailbox's owner out. Whoever orders for
    somebody else's e-mail can have letters sent there, hence the second.
    """

    address: Pace = field(default_factory=_by_address)
    orders: Pace = field(default_factory=_orders)
    order: Pace = field(default_factory=_by_order)
    letters_from: Pace = field(default_factory=_letters_from)
    letters_to: Pace = field(default_factory=_letters_to)
    letters_at_all: Pace = field(default_factory=_letters_at_all)


def network_of(address: str) -> str:
    """Whom an address stands for: of IPv6 everybody has at least 2⁶⁴, so their network."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(ip_network((int(known), 64), strict=False))
    return address


def mailbox_of(email: str) -> str:
    """Whose letters they would be, without keeping the address: a tag after + names nobody else."""
    local, at, host = email.strip().casefold().rpartition("@")
    return sha256(f"{local.partition('+')[0]}{at}{host}".encode()).hexdigest()
