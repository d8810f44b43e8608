"""The hours of a package: its own, the extra ones bought for it, and those worked already."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam

from checkout.domain.order import Order
from checkout.domain.transitions import State
from checkout.store import ledger, orders, tables
from checkout.store.engine import Tx
from checkout.store.orders import Package
from offer.evidence.settlement import ForPackage

rows, packages = tables.orders, tables.packages
PAID_EXTRAS = (
    orders.ORDERS.join_from(rows, packages, packages.c.order_id == rows.c.id)
    .where(rows.c.for_package == bindparam("package"))
    .order_by(rows.c.id)
)
ENDING = (
    orders.ORDERS.join_from(rows, packages, packages.c.order_id == rows.c.id)
    .where(
        rows.c.for_package.is_(None),
        rows.c.state == State.PAID,
        packages.c.ended_at.is_(None),
        packages.c.last_day.between(bindparam("first"), bindparam("last")),
    )
    .order_by(rows.c.id)
)


@dataclass(frozen=True)
class Extra:
    """A paid order of extra hours and what it started.

    `stopped_before`: its own money was given back before anything ended the package.
    """

    order: Order
    package: Package
    stopped_before: bool


def extras_of(tx: Tx, package_id: int) -> list[Extra]:
    """The paid orders of extra hours for the package of an order, oldest first."""
    found = [
        orders.as_order(it) for it in tx.connection.execute(PAID_EXTRAS, {"package": package_id})
    ]
    own = orders.package(tx, package_id)
    ended = own.ended_at if own else None
    started = [(it, orders.package(tx, it.id)) for it in found]
    return [Extra(it, package, _stopped(package, ended)) for it, package in started if package]


def _stopped(extra: Package, package_ended: datetime | None) -> bool:
    return extra.ended_at is not None and (package_ended is None or extra.ended_at < package_ended)


def hours_of(tx: Tx, order: Order) -> tuple[int, int]:
    """The hours of an order's package with its extra ones, and the kopecks paid for all of them."""
    counted = [it.order for it in extras_of(tx, order.id) if not it.stopped_before]
    everything = (order, *counted)
    return sum(it.hours for it in everything), sum(it.price_kopecks for it in everything)


def minutes_before(tx: Tx, order: Order) -> int:
    """The minutes that are used before those of an order: none before a package's own."""
    if order.for_package is None:
        return 0
    own = orders.by_id(tx, order.for_package)
    earlier = [
        it.order
        for it in extras_of(tx, own.id)
        if _bought(it.order) < _bought(order) and not it.stopped_before
    ]
    return sum(it.hours for it in (own, *earlier)) * 60


def _bought(order: Order) -> tuple[datetime, int]:
    """Hours are used as they were bought: who ordered first may have paid last."""
    return order.paid_at or order.created_at, order.id


def used_minutes(tx: Tx, package_id: int) -> int:
    """Minutes worked by the package of an order, its extra hours included: none is kept yet.

    The one place they will come from.
    """
    return 0


def named(tx: Tx, order: Order, package: Package) -> ForPackage:
    """A package as the papers of its extra hours name it."""
    return ForPackage(
        order_number=order.number,
        hours=order.hours,
        paid_at=order.paid_at or package.period.starts_at,
        acceptance=ledger.row(tx, package.acceptance).ref,
    )


def for_package(tx: Tx, order: Order) -> ForPackage | None:
    """The package that an order of extra hours is for; None if it is of a package itself."""
    if order.for_package is None:
        return None
    own = orders.by_id(tx, order.for_package)
    package = orders.package(tx, own.id)
    if package is None:
        raise LookupError(f"order {order.number} is for a package that was never started")
    return named(tx, own, package)


def ending(tx: Tx, first: date, last: date) -> list[Order]:
    """The paid orders whose packages have their last day in a span and were not ended before."""
    return [
        orders.as_order(it) for it in tx.connection.execute(ENDING, {"first": first, "last": last})
    ]
