"""Read the refunds as they are stored, sound or not, for whoever verifies them."""

from typing import Any

from sqlalchemy import Row, exists, or_, select

from checkout.domain.refund_agreement import StoredRefund, StoredReturn
from checkout.domain.stored import text_of
from checkout.store import tables
from checkout.store.audit import as_stored
from checkout.store.engine import Tx

orders, packages, refunds = tables.orders, tables.packages, tables.refunds
TEXTS = ("id", "payment_id", "reason", "body", "state")


def returns(tx: Tx) -> list[StoredReturn]:
    """The orders that have refunds, or say that money went back, or whose package was ended."""
    dialect = tx.connection.dialect
    columns = as_stored(
        dialect,
        *(orders.c[name] for name in ("id", "number", "payment_id", "state", "price_kopecks")),
    )
    (ended_at,) = as_stored(dialect, packages.c.ended_at)
    about = or_(
        orders.c.state == "refunded",
        packages.c.ended_at.is_not(None),
        exists().where(refunds.c.order_id == orders.c.id),
    )
    found = tx.connection.execute(
        select(*columns, ended_at)
        .outerjoin_from(orders, packages, packages.c.order_id == orders.c.id)
        .where(about)
        .order_by(orders.c.id)
    ).all()
    return [
        StoredReturn(
            text_of(it.number),
            it.payment_id,
            text_of(it.state),
            it.price_kopecks,
            it.ended_at,
            _of(tx, it.id),
        )
        for it in found
    ]


def _of(tx: Tx, order_id: int) -> list[StoredRefund]:
    names = StoredRefund.__dataclass_fields__
    columns = as_stored(tx.connection.dialect, *(refunds.c[name] for name in names))
    own = select(*columns).where(refunds.c.order_id == order_id).order_by(refunds.c.ordered)
    return [_refund(it) for it in tx.connection.execute(own)]


def _refund(it: Row[Any]) -> StoredRefund:
    return StoredRefund(
        **{**it._mapping, **{name: text_of(getattr(it, name)) for name in TEXTS}},
    )
