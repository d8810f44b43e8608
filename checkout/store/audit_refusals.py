"""Read the refusals as they are stored, sound or not, for whoever verifies them."""

from typing import Any

from sqlalchemy import Row, select

from checkout.domain.refusal_agreement import StoredRefusal
from checkout.domain.stored import text_of
from checkout.store import tables
from checkout.store.audit import as_stored
from checkout.store.engine import Tx

orders, refusals = tables.orders, tables.refusals


def refused(tx: Tx) -> list[StoredRefusal]:
    """Every refusal there is, oldest first."""
    dialect = tx.connection.dialect
    names = [it for it in StoredRefusal.__dataclass_fields__ if it in refusals.c]
    columns = as_stored(dialect, *(refusals.c[name] for name in names))
    of_order = as_stored(
        dialect,
        *(orders.c[name] for name in ("number", "payment_id", "price_kopecks")),
        prefix="order_",
    )
    found = tx.connection.execute(
        select(*columns, *of_order)
        .outerjoin_from(refusals, orders, orders.c.id == refusals.c.order_id)
        .order_by(refusals.c.asked)
    )
    return [_refusal(it, names) for it in found]


def _refusal(it: Row[Any], names: list[str]) -> StoredRefusal:
    own = {name: getattr(it, name) for name in names}
    own["answer"] = it.answer if it.answer is None else text_of(it.answer)
    return StoredRefusal(
        order=text_of(it.order_number),
        payment_id=it.order_payment_id,
        price_kopecks=it.order_price_kopecks,
        **own,
    )
