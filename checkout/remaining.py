"""What is left of a package: its life as the facts and the clock of a transaction have it."""

from zoneinfo import ZoneInfo

from checkout.domain.order import Order
from checkout.domain.package_life import PackageLife, package_life
from checkout.store import package_hours
from checkout.store.engine import Tx
from checkout.store.orders import Package


def life_of(tx: Tx, order: Order, package: Package, zone: ZoneInfo) -> PackageLife:
    """Where the package of an order is in its life, its paid extra hours counted in."""
    hours, _ = package_hours.hours_of(tx, order)
    return package_life(
        hours=hours,
        used_minutes=package_hours.used_minutes(tx, order.id),
        period=package.period,
        ended_at=package.ended_at,
        now=tx.now,
        zone=zone,
    )
