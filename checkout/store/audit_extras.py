"""Read the orders of extra hours as they are stored, sound or not, for whoever verifies them."""

from sqlalchemy import select

from checkout.domain.extra_agreement import StoredExtra
from checkout.domain.stored import StoredFact, text_of
from checkout.store import audit, tables
from checkout.store.audit import CHUNK, as_stored
from checkout.store.engine import Tx

orders, packages, ledger = tables.orders, tables.packages, tables.ledger
package_orders, theirs = orders.alias("package_orders"), packages.alias("theirs")


def extras(tx: Tx) -> list[StoredExtra]:
    """Every order that is said to be for another's package, by id."""
    dialect = tx.connection.dialect
    own = as_stored(dialect, orders.c.number, orders.c.paid_at, orders.c.edition_sha256)
    started = as_stored(dialect, packages.c.expires_at, packages.c.last_day)
    of_package = as_stored(
        dialect,
        *(package_orders.c[it] for it in ("number", "hours", "paid_at", "edition_sha256")),
        package_orders.c.for_package,
        *(theirs.c[it] for it in ("expires_at", "last_day", "acceptance")),
        ledger.c.hash,
        prefix="package_",
    )
    found = tx.connection.execute(
        select(*own, *started, *of_package)
        .join_from(orders, package_orders, package_orders.c.id == orders.c.for_package)
        .outerjoin(packages, packages.c.order_id == orders.c.id)
        .outerjoin(theirs, theirs.c.order_id == package_orders.c.id)
        .outerjoin(ledger, ledger.c.number == theirs.c.acceptance)
        .order_by(orders.c.id)
    )
    return [
        StoredExtra(
            number=text_of(it.number),
            paid_at=it.paid_at,
            ends=(it.expires_at, it.last_day),
            edition_sha256=text_of(it.edition_sha256),
            package_number=text_of(it.package_number),
            package_hours=it.package_hours,
            package_paid_at=it.package_paid_at,
            package_ends=(it.package_expires_at, it.package_last_day),
            package_edition_sha256=text_of(it.package_edition_sha256),
            package_is_extra=it.package_for_package is not None,
            acceptance=it.package_acceptance,
            acceptance_hash=it.package_hash,
        )
        for it in found
    ]


def decisions(tx: Tx, kept: list[StoredExtra]) -> list[StoredFact]:
    """The facts of the decisions to buy them."""
    numbers = [it.number for it in kept]
    return [
        fact
        for start in range(0, len(numbers), CHUNK)
        for about in audit.facts_about(tx, numbers[start : start + CHUNK]).values()
        for fact in about
        if fact.kind == "order"
    ]
