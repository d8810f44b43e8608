"""The fiscal receipts of orders: which are due, which were sent, how they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, exists, insert, select, update

from checkout.domain.receipt import Fiscal
from checkout.domain.receipts import Kind, Standing, Written
from checkout.domain.transitions import RECEIPT, ReceiptEvent, ReceiptState
from checkout.store import tables
from checkout.store.due import is_due, moments
from checkout.store.engine import Tx

receipts = tables.receipts


@dataclass(frozen=True)
class Issued:
    """One receipt. A settlement's `id` is its idempotence key and `body` its exact request.

    `subject` is YooKassa's id of what it is of: of the payment, or of the refund. `receipt_id` is
    YooKassa's own, the four after it what the tax office knows it by. `settle_at` is when a
    prepayment is to be set off. `ordered` and `ended` are rows of the ledger.
    It was given again for the failed one whose key is `instead_of`.
    """

    id: str
    order_id: int
    kind: Kind
    subject: str
    payment_id: str
    amount_kopecks: int
    mode: str
    vat_code: int
    body: str
    state: ReceiptState
    created_at: datetime
    receipt_id: str | None
    document: str | None
    storage: str | None
    attribute: str | None
    registered_at: datetime | None
    tries: int
    settle_at: datetime | None
    ordered: int | None
    ended: int | None
    instead_of: str | None

    @property
    def written(self) -> Written:
        """What the sums need of it."""
        return Written(self.kind, self.mode, self.amount_kopecks)

    @property
    def standing(self) -> Standing:
        """What its buyer is told of it."""
        fiscal = Fiscal(
            self.document or "", self.storage or "", self.attribute or "", self.registered_at
        )
        told = fiscal if self.document or self.storage or self.attribute else None
        return Standing(self.kind, self.mode, self.amount_kopecks, self.state, told)


RECEIPTS = select(*(receipts.c[name] for name in Issued.__dataclass_fields__))
LATER = receipts.alias("later")
# but for those another one was given instead of
STANDING = RECEIPTS.where(~exists().where(LATER.c.instead_of == receipts.c.id))
BY_AGE = (receipts.c.created_at, receipts.c.id)
DUE = (
    RECEIPTS.where(
        receipts.c.state.in_((ReceiptState.UNSENT, ReceiptState.PENDING)),
        is_due(receipts.c.next_look_at),
    )
    .order_by(receipts.c.next_look_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)


def add(tx: Tx, values: Mapping[str, object]) -> None:
    """Save a receipt; a second one of the same payment or refund is refused by the schema."""
    known = {"body": "", "tries": 0, "created_at": tx.now}
    tx.connection.execute(insert(receipts), {**known, **values})


def move(tx: Tx, receipt: Issued, event: ReceiptEvent, **values: object) -> ReceiptState:
    """Move a receipt and write what came with the event; it is asked about no more."""
    state = RECEIPT.after(receipt.state, event)
    change(tx, receipt.id, **{"next_look_at": None, "state": state, **values})
    return state


def change(tx: Tx, key: str, **values: object) -> None:
    """Write what does not move a receipt: its state changes by `move` alone."""
    tx.connection.execute(update(receipts).where(receipts.c.id == key).values(**values))


def by_key(tx: Tx, key: str) -> Issued | None:
    """One receipt by its key."""
    return _one(tx.connection.execute(RECEIPTS.where(receipts.c.id == key)).first())


def of(tx: Tx, kind: Kind, subject: str) -> Issued | None:
    """The receipt of a payment, of its settlement, or of a refund."""
    about = (receipts.c.kind == kind, receipts.c.subject == subject)
    return _one(tx.connection.execute(STANDING.where(*about)).first())


def ever_of(tx: Tx, kind: Kind, subject: str) -> list[Issued]:
    """The same with those before it that failed, oldest first: it is the last."""
    about = RECEIPTS.where(receipts.c.kind == kind, receipts.c.subject == subject)
    return _all(tx.connection.execute(about.order_by(receipts.c.ordered.nulls_first())))


def known_as(tx: Tx, receipt_id: str) -> Issued | None:
    """The receipt that YooKassa knows as `receipt_id`."""
    return _one(tx.connection.execute(RECEIPTS.where(receipts.c.receipt_id == receipt_id)).first())


def of_payment(tx: Tx, payment_id: str) -> list[Issued]:
    """Every receipt that stands and belongs to a payment, oldest first."""
    own = STANDING.where(receipts.c.payment_id == payment_id)
    return _all(tx.connection.execute(own.order_by(*BY_AGE)))


def of_order(tx: Tx, order_id: int) -> list[Issued]:
    """Every receipt of an order that stands, oldest first."""
    own = STANDING.where(receipts.c.order_id == order_id)
    return _all(tx.connection.execute(own.order_by(*BY_AGE)))


def due(tx: Tx) -> Issued | None:
    """The receipt that waits longest to be sent or asked about, if any is to be now.

    No other worker gets it before this transaction ends: put its next look off in it.
    """
    return _one(tx.connection.execute(DUE, moments(tx.now)).first())


def to_settle(tx: Tx, limit: int) -> list[Issued]:
    """The receipts of prepayments whose package is over, the longest waiting first."""
    over = RECEIPTS.where(receipts.c.settle_at <= tx.now)
    return _all(tx.connection.execute(over.order_by(receipts.c.settle_at).limit(limit)))


def ended(tx: Tx, since: datetime, before: datetime | None) -> list[str]:
    """YooKassa's ids of the receipts that ended, of those given in a span."""
    known = select(receipts.c.receipt_id).where(
        receipts.c.receipt_id.is_not(None),
        receipts.c.ended.is_not(None),
        receipts.c.created_at >= since,
    )
    if before is not None:
        known = known.where(receipts.c.created_at < before)
    return list(tx.connection.execute(known).scalars())


def _all(rows: Iterable[Row[tuple[object, ...]]]) -> list[Issued]:
    return [it for row in rows if (it := _one(row))]


def _one(row: Row[tuple[object, ...]] | None) -> Issued | None:
    if row is None:
        return None
    told = {"state": ReceiptState(row.state), "kind": Kind(row.kind)}
    return Issued(**{**row._mapping, **told})
