"""Read as it is stored what was said to whom, and what lies before the contractor.

For `Store.look_through` only, as all of the audit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from checkout.domain.stored import digest, is_sayable, object_of, part_of, text_of
from checkout.store import tables
from checkout.store.audit import as_stored, one_by_one
from checkout.store.engine import Tx

cases, details, letters = tables.cases, tables.details, tables.letters
messages, orders = tables.messages, tables.orders
# rows that stand on another one, which a foreign key cannot hold while it is switched off
STANDING_ON = (
    *((it.c.order_id, orders.c.id) for it in (tables.packages, tables.papers, tables.attempts)),
    (tables.receipts.c.order_id, orders.c.id),
    *((it.c.order_id, orders.c.id) for it in (messages, cases)),
    (cases.c.closed, tables.ledger.c.number),
    (letters.c.message, messages.c.id),
    *((it.c.ledger, tables.ledger.c.number) for it in (details, tables.shown_pages)),
    (tables.ledger_orders.c.ledger, tables.ledger.c.number),
    (tables.time_stamps.c.day, tables.heads.c.day),
    (tables.refusals.c.order_id, orders.c.id),
    (tables.refusals.c.asked, tables.ledger.c.number),
    *((it.c.account_id, tables.accounts.c.id) for it in (tables.account_orders, tables.sessions)),
    (tables.account_orders.c.order_id, orders.c.id),
    (tables.corrections.c.ledger, tables.ledger.c.number),
)


@dataclass(frozen=True)
class StoredLetter:
    """A letter as it was sent, with its message: the hash of its bytes, the facts about it.

    `to` is the reader whom the side row of fact `row` names, None where there is none.
    """

    sha256: str
    ledger: int | None
    refusal: int | None
    recipient: str
    to: str | None
    sent_at: str | None
    kind: str
    subject: str
    staged_at: str
    closed_at: str | None
    key: str | None
    order: str | None


@dataclass(frozen=True)
class StoredCase:
    """What only the contractor can decide."""

    kind: str
    subject: str
    order: str | None
    sentence: str
    opened_at: str
    number: int
    closed: int | None


@dataclass(frozen=True)
class Unaccounted:
    """A message marked as sent of which no letter is kept."""

    kind: str
    subject: str
    order: str | None
    staged_at: str


def letter(tx: Tx, message_id: str, row: int) -> StoredLetter | None:
    """A letter by its Message-ID, if it is kept; `row` is the fact that tells of it."""
    if not is_sayable(message_id):
        return None
    names = ("raw", "ledger", "refusal", "recipient", "sent_at")
    of_message = ("kind", "subject", "staged_at", "sent_at", "key")
    dialect = tx.connection.dialect
    found = (
        select(
            *as_stored(dialect, *(letters.c[name] for name in names)),
            *as_stored(dialect, *(messages.c[name] for name in of_message), prefix="m_"),
            *as_stored(dialect, orders.c.number, details.c.text),
        )
        .outerjoin_from(letters, messages, messages.c.id == letters.c.message)
        .outerjoin(orders, orders.c.id == messages.c.order_id)
        .outerjoin(details, and_(details.c.ledger == row, details.c.part == "letter"))
        .where(letters.c.message_id == message_id)
    )
    it = tx.connection.execute(found).one_or_none()
    if it is None:
        return None
    told = None if it.text is None else part_of(object_of(text_of(it.text)), "to")
    return StoredLetter(
        sha256=digest(it.raw),
        ledger=it.ledger,
        refusal=it.refusal,
        recipient=text_of(it.recipient),
        to=told if isinstance(told, str) else None,
        sent_at=it.sent_at,
        kind=text_of(it.m_kind),
        subject=text_of(it.m_subject),
        staged_at=text_of(it.m_staged_at),
        closed_at=it.m_sent_at,
        key=it.m_key if it.m_key is None else text_of(it.m_key),
        order=it.number if it.number is None else text_of(it.number),
    )


def letters_taken(tx: Tx) -> int:
    """How many letters are marked with the fact that the server took them."""
    marked = select(func.count()).select_from(letters).where(letters.c.ledger.is_not(None))
    return int(tx.connection.execute(marked).scalar_one())


def untaken(tx: Tx) -> Iterator[str]:
    """The Message-IDs of letters that no server took, though all of their message is closed."""
    found = (
        select(*as_stored(tx.connection.dialect, letters.c.message_id))
        .join_from(letters, messages, messages.c.id == letters.c.message)
        .where(messages.c.sent_at.is_not(None), letters.c.ledger.is_(None))
        .order_by(letters.c.message_id)
    )
    yield from (text_of(it.message_id) for it in one_by_one(tx, found))


def unaccounted(tx: Tx) -> Iterator[Unaccounted]:
    """Messages that are marked as sent and have no letter."""
    columns = (messages.c.kind, messages.c.subject, orders.c.number, messages.c.staged_at)
    found = (
        select(*as_stored(tx.connection.dialect, *columns))
        .outerjoin_from(messages, letters, letters.c.message == messages.c.id)
        .outerjoin(orders, orders.c.id == messages.c.order_id)
        .where(messages.c.sent_at.is_not(None), letters.c.message.is_(None))
        .order_by(messages.c.kind, messages.c.subject)
    )
    for it in one_by_one(tx, found):
        number = it.number if it.number is None else text_of(it.number)
        yield Unaccounted(text_of(it.kind), text_of(it.subject), number, text_of(it.staged_at))


def opened_cases(tx: Tx) -> Iterator[StoredCase]:
    """Every case, one after the other."""
    names = ("kind", "subject", "sentence", "opened_at", "number", "closed")
    dialect = tx.connection.dialect
    (order,) = as_stored(dialect, orders.c.number, prefix="o_")
    found = (
        select(*as_stored(dialect, *(cases.c[name] for name in names)), order)
        .outerjoin_from(cases, orders, orders.c.id == cases.c.order_id)
        .order_by(cases.c.kind, cases.c.subject)
    )
    for it in one_by_one(tx, found):
        yield StoredCase(
            text_of(it.kind),
            text_of(it.subject),
            it.o_number if it.o_number is None else text_of(it.o_number),
            text_of(it.sentence),
            text_of(it.opened_at),
            it.number,
            it.closed,
        )


def orphans(tx: Tx) -> dict[str, int]:
    """How many rows of each table stand on a row that is not there."""
    found = {}
    for column, on in STANDING_ON:
        lost = (
            select(func.count())
            .select_from(column.table.outerjoin(on.table, on == column))
            .where(column.is_not(None), on.is_(None))
        )
        if count := int(tx.connection.execute(lost).scalar_one()):
            found[column.table.name] = count
    return found
