"""Hours bought beyond a package (3.1, 3.6): their price, their end, and what would be cheaper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from offer.periods import Period
from offer.values import Package
from offer.wording import day

MOST_HOURS = 99


def hours_asked(text: str) -> int | None:
    """A whole number of hours from 1 to 99, as it was typed; None for anything else."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_HOURS))):
        return None
    return int(text) or None


def as_package(package: Package, hours: int) -> Package:
    """So many hours beyond a package, priced by its own rate."""
    rate = package.extra_hour_kopecks
    return Package(hours, hours * rate, rate, package.place)


def period_within(package: Period, number: str, paid_at: datetime) -> Period | None:
    """From being paid to the end of the package, order `number`; None when it has ended by then."""
    if paid_at >= package.expires_at:
        return None
    reason = (
        f"Дополнительные часы заканчиваются вместе с\u00a0пакетом, заказ {number}: "
        f"{day(package.last_day)} включительно."
    )
    return Period(paid_at, package.expires_at, package.last_day, reason, package.provisional)


@dataclass(frozen=True)
class Cheaper:
    """A package on sale that has as many hours for less; `instead` of the extra hours alone.

    Otherwise it is compared with the client's package and all its extra hours together, `hours`
    for `kopecks`: that package is paid, so this is advice for the next time.
    """

    package: Package
    hours: int
    kopecks: int
    instead: bool


def cheaper(
    on_sale: Sequence[Package], owned_hours: int, owned_kopecks: int, wanted: Package
) -> Cheaper | None:
    """What would be cheaper than the `wanted` extra hours (facts on law §9, price oddity).

    `owned` are the hours of the package and of the extra ones it has, and what was paid for them.
    """
    found = _cheapest(on_sale, wanted.hours, wanted.price_kopecks)
    if found:
        return Cheaper(found, wanted.hours, wanted.price_kopecks, instead=True)
    hours, kopecks = owned_hours + wanted.hours, owned_kopecks + wanted.price_kopecks
    found = _cheapest(on_sale, hours, kopecks)
    return Cheaper(found, hours, kopecks, instead=False) if found else None


def _cheapest(on_sale: Sequence[Package], hours: int, kopecks: int) -> Package | None:
    enough = [it for it in on_sale if it.hours >= hours and it.price_kopecks < kopecks]
    return min(enough, key=lambda it: (it.price_kopecks, -it.hours), default=None)


def own_share(spent_minutes: int, before: int, hours: int) -> int:
    """Of the minutes spent on a package, those that fall on these `hours` of it.

    The package's own hours go first and the extra ones after them in the order of their purchase
    (3.6: work stops at the limit, so nobody needs extra hours sooner); `before` are the minutes of
    those that go first. What goes beyond everything bought falls on nobody.
    """
    return min(max(spent_minutes - before, 0), hours * 60)
