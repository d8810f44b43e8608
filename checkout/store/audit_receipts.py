"""Read the receipts as they are stored, sound or not, for whoever verifies them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from checkout.domain.receipt_agreement import FAILED, NOBODY, ODD, Cases, Laid, StoredReceipt
from checkout.domain.stored import text_of
from checkout.store import tables
from checkout.store.audit import as_stored
from checkout.store.engine import Tx

cases, orders, receipts = tables.cases, tables.orders, tables.receipts
TEXTS = ("id", "kind", "subject", "payment_id", "mode", "body", "state")


def kept_receipts(tx: Tx) -> list[StoredReceipt]:
    """Every receipt with its order's number, in the order they came to be."""
    names = [name for name in StoredReceipt.__dataclass_fields__ if name in receipts.c]
    columns = as_stored(tx.connection.dialect, *(receipts.c[name] for name in names))
    dialect = tx.connection.dialect
    of_order = as_stored(
        dialect, orders.c.number, orders.c.payment_id, orders.c.paid_at, prefix="o_"
    )
    found = (
        select(*columns, *of_order)
        .outerjoin_from(receipts, orders, orders.c.id == receipts.c.order_id)
        .order_by(receipts.c.created_at, receipts.c.id)
    )
    return [_receipt(it) for it in tx.connection.execute(found).mappings()]


def cases_of_receipts(tx: Tx) -> Cases:
    """The cases that say what becomes of a prepayment which no receipt of ours sets off."""
    kinds = cases.c.kind.in_((FAILED, NOBODY, ODD))
    found = select(cases.c.kind, cases.c.subject, cases.c.number, cases.c.closed).where(kinds)
    return {
        (kind, subject): Laid(number, closed is not None)
        for kind, subject, number, closed in tx.connection.execute(found)
    }


def _receipt(it: Mapping[Any, Any]) -> StoredReceipt:
    known = {str(name): value for name, value in it.items() if not name.startswith("o_")}
    pays = it["o_payment_id"] if it["o_paid_at"] else None
    texts = {name: text_of(it[name]) for name in TEXTS}
    return StoredReceipt(**{**known, **texts, "order": text_of(it["o_number"]), "pays": pays})
