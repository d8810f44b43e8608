"""Letters as they are sent: composed once, kept, and marked when a mail server has taken them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from sqlalchemy import insert, select, update

from checkout.store import tables
from checkout.store.engine import Tx

letters, messages = tables.letters, tables.messages
FOR_CONTRACTOR = ("order", "case", "head")


@dataclass(frozen=True)
class KeptLetter:
    """One reader's letter of a message. `raw` are its bytes on the wire.

    `ledger` is the fact that a server took it, `refusal` the fact that one refused it for good.
    """

    message: str
    number: int
    message_id: str
    recipient: str
    raw: bytes
    composed_at: datetime
    sent_at: datetime | None = None
    ledger: int | None = None
    refusal: int | None = None


COLUMNS = [letters.c[name] for name in KeptLetter.__dataclass_fields__]


def of_message(tx: Tx, message: str) -> list[KeptLetter]:
    """The letters of a message, in their order; none while it has not been composed."""
    rows = select(*COLUMNS).where(letters.c.message == message).order_by(letters.c.number)
    return [KeptLetter(**row._mapping) for row in tx.connection.execute(rows)]


def keep(tx: Tx, message: str, composed: Sequence[KeptLetter]) -> list[KeptLetter]:
    """Keep a message's letters; if another worker was first, his stand. Returns those kept.

    None are kept of a message that an erasure has closed meanwhile.
    """
    lock = select(messages.c.sent_at).where(messages.c.id == message).with_for_update()
    closed = tx.connection.execute(lock).scalar_one() is not None
    known = of_message(tx, message)
    if known or closed:
        return known
    for letter in composed:
        tx.connection.execute(insert(letters), vars(letter))
    return list(composed)


def mark_taken(tx: Tx, letter: KeptLetter, ledger: int) -> None:
    """A mail server has taken it; row `ledger` says so."""
    _change(tx, letter, sent_at=tx.now, ledger=ledger)


def mark_refused(tx: Tx, letter: KeptLetter, ledger: int) -> None:
    """A mail server has refused it for good; row `ledger` says so."""
    _change(tx, letter, refusal=ledger)


def of_order(tx: Tx, order_id: int, kinds: Collection[str]) -> list[KeptLetter]:
    """The letters about an order of these kinds of message that were taken, oldest first."""
    rows = (
        select(*COLUMNS)
        .join(messages, messages.c.id == letters.c.message)
        .where(
            messages.c.order_id == order_id,
            messages.c.kind.in_(kinds),
            letters.c.ledger.is_not(None),
        )
        .order_by(letters.c.ledger)
    )
    return [KeptLetter(**row._mapping) for row in tx.connection.execute(rows)]


def to_client(tx: Tx, order_id: int, address: str) -> tuple[bytes, ...]:
    """The letters about an order that `address` got as a client, as they were sent."""
    return tuple(it.raw for it in of_client(tx, order_id, address))


def of_client(tx: Tx, order_id: int, address: str) -> list[KeptLetter]:
    """The letters about an order that `address` got as a client, oldest first.

    What the contractor was told is his, even where he reads the same address.
    """
    rows = tx.connection.execute(
        select(*COLUMNS)
        .join(messages, messages.c.id == letters.c.message)
        .where(
            messages.c.order_id == order_id,
            messages.c.kind.not_in(FOR_CONTRACTOR),
            letters.c.ledger.is_not(None),
        )
        .order_by(letters.c.ledger)
    )
    wanted = address.casefold()
    return [
        KeptLetter(**row._mapping)
        for row in rows
        if parseaddr(row.recipient)[1].casefold() == wanted
    ]


def _change(tx: Tx, letter: KeptLetter, **values: object) -> None:
    this = (letters.c.message == letter.message, letters.c.number == letter.number)
    tx.connection.execute(update(letters).where(*this).values(**values))
