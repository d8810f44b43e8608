"""What the evidence archive takes besides the ledger: letters as sent, and the next head."""

from email.utils import parseaddr

from sqlalchemy import select

from checkout.store import tables
from checkout.store.engine import Tx
from checkout.store.heads import HEADS, Head

letters, messages, heads = tables.letters, tables.messages, tables.heads
# These are the contractor's, whoever else reads the address they go to.
FOR_CONTRACTOR = ("order", "case", "head")


def letters_to(tx: Tx, order_id: int, address: str) -> tuple[bytes, ...]:
    """The letters about an order that were sent to `address`, oldest first, as they were sent."""
    rows = tx.connection.execute(
        select(letters.c.recipient, letters.c.raw)
        .join(messages, messages.c.id == letters.c.message)
        .where(
            messages.c.order_id == order_id,
            messages.c.kind.not_in(FOR_CONTRACTOR),
            letters.c.sent_at.is_not(None),
        )
        .order_by(letters.c.sent_at, letters.c.message, letters.c.number)
    )
    wanted = address.casefold()
    return tuple(row.raw for row in rows if parseaddr(row.recipient)[1].casefold() == wanted)


def head_covering(tx: Tx, number: int) -> Head | None:
    """The first published head that stands at row `number` or after it."""
    found = tx.connection.execute(
        HEADS.where(heads.c.number >= number).order_by(heads.c.number, heads.c.day).limit(1)
    ).one_or_none()
    return Head(**found._mapping) if found else None
