"""Find personal details that are due, and erase them; that they were there stays in the ledger.

Nothing here decides what may go: that is `checkout.domain.retention`.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from checkout.domain.details import Details, Part, party_details
from checkout.domain.order import Order
from checkout.domain.receipts import nameless
from checkout.domain.retention import Act, Standing
from checkout.domain.transitions import State
from checkout.store import accounts, tables
from checkout.store.engine import Tx
from offer.evidence.chain import Fact
from offer.evidence.redaction import redacted
from offer.evidence.settlement import Party

about, details, ledger = tables.ledger_orders, tables.details, tables.ledger
attempts, cases, packages = tables.attempts, tables.cases, tables.packages
inbox, letters, messages = tables.inbox, tables.letters, tables.messages
orders, papers = tables.orders, tables.papers
# What happens to an order, as against what is said about it.
EVENTS = ("order", "consent", "acceptance", "payment", "refusal", "refund", "case")
# The first version kept address and browser with who ordered. A quote inside a value is escaped,
# so nobody's name can look like this key.
HAS_ORIGIN = details.c.text.contains('"user_agent":', autoescape=True)


@dataclass(frozen=True)
class Place:
    """One side row: of which row of the ledger, and which part of the details."""

    row: int
    part: Part

    def fact(self) -> Fact:
        return {"row": self.row, "part": str(self.part)}


def standing(tx: Tx, order: Order, zone: ZoneInfo) -> Standing:
    """What decides how long an order's details are kept, as it stands now."""
    last_day = select(packages.c.last_day).where(packages.c.order_id == order.id)
    pending = select(attempts.c.id).where(attempts.c.order_id == order.id, tables.PAYABLE)
    case = select(cases.c.kind).where(cases.c.order_id == order.id, cases.c.closed.is_(None))
    withdrawn = select(orders.c.consent_withdrawn_at).where(orders.c.id == order.id)
    withdrawn_at = tx.connection.execute(withdrawn).scalar_one()
    return Standing(
        state=order.state,
        last_event=_last_event(tx, order).astimezone(zone).date(),
        last_day=tx.connection.execute(last_day).scalar_one_or_none(),
        pending=tx.connection.execute(pending).first() is not None,
        case=tx.connection.execute(case).first() is not None,
        consent_withdrawn=withdrawn_at.astimezone(zone).date() if withdrawn_at else None,
    )


def _last_event(tx: Tx, order: Order) -> datetime:
    told = (
        select(func.max(ledger.c.at))
        .join(about, about.c.ledger == ledger.c.number)
        .where(about.c.order_number == order.number, ledger.c.kind.in_(EVENTS))
    )
    tried = select(func.max(attempts.c.created_at)).where(attempts.c.order_id == order.id)
    moments: list[datetime | None] = [
        tx.connection.execute(it).scalar_one() for it in (told, tried)
    ]
    return max(it for it in (order.created_at, *moments) if it)


def perhaps_due(tx: Tx, *, unpaid_before: datetime, ended_before: date) -> list[int]:
    """The orders that still have details and may be due: never paid, or ended long ago.

    With them those whose money did not fit and waits for nobody, of whatever age: they are few.
    """
    named = exists().where(
        about.c.order_number == orders.c.number,
        details.c.ledger == about.c.ledger,
        details.c.part != Part.ORIGIN,
    )
    unpaid = and_(
        orders.c.state.in_((State.CREATED, State.CANCELLED)), orders.c.created_at < unpaid_before
    )
    ended = exists().where(packages.c.order_id == orders.c.id, packages.c.last_day < ended_before)
    waits = exists().where(cases.c.order_id == orders.c.id, cases.c.closed.is_(None))
    closed = and_(orders.c.state == State.CASE, ~waits)
    due = select(orders.c.id).where(or_(unpaid, ended, closed), named).order_by(orders.c.id)
    return list(tx.connection.execute(due).scalars())


def origins(tx: Tx, *, collected_before: datetime, limit: int) -> list[Place]:
    """Side rows with an address collected before a moment, oldest first."""
    found = (
        select(details.c.ledger, details.c.part)
        .join(ledger, ledger.c.number == details.c.ledger)
        .where(ledger.c.at < collected_before, _with_address())
        .order_by(details.c.ledger, details.c.part)
        .limit(limit)
    )
    return [_place(row.ledger, row.part) for row in tx.connection.execute(found)]


def origins_of(tx: Tx, order: Order) -> list[Place]:
    """The side rows of an order with an address in them."""
    return _side_rows(tx, order, _with_address())


def rows_of(tx: Tx, order: Order) -> list[Place]:
    """Every side row of an order."""
    return _side_rows(tx, order)


def letters_of(tx: Tx, order: Order) -> list[str]:
    """The Message-IDs of the kept letters about an order."""
    found = select(letters.c.message_id).where(letters.c.message.in_(_messages(order)))
    return list(tx.connection.execute(found.order_by(letters.c.message_id)).scalars())


def has_paper(tx: Tx, order: Order) -> bool:
    """Whether the order's certificate is kept."""
    found = select(papers.c.order_id).where(papers.c.order_id == order.id)
    return tx.connection.execute(found).first() is not None


def take_address_out(tx: Tx, place: Place) -> Details | None:
    """Erase the address: its side row, or, of the first version, what the party's text says of it.

    Returns the details that stand instead, under a new salt; None where the row is gone.
    """
    this = (details.c.ledger == place.row, details.c.part == place.part)
    if place.part is Part.ORIGIN:
        tx.connection.execute(delete(details).where(*this))
        return None
    known = json.loads(tx.connection.execute(select(details.c.text).where(*this)).scalar_one())
    party = Party(**{name: known[name] for name in Party.__dataclass_fields__})
    left = party_details(party, salt=secrets.token_hex(16))
    tx.connection.execute(update(details).where(*this).values(salt=left.salt, text=left.text))
    return left


def wipe(tx: Tx, order: Order, rows: Sequence[Place]) -> None:
    """Erase these side rows and everything else that names whoever made the order."""
    numbers = [it.row for it in rows]
    tx.connection.execute(
        delete(details).where(
            tuple_(details.c.ledger, details.c.part).in_([(it.row, it.part) for it in rows])
        )
    )
    shown = tables.shown_pages
    tx.connection.execute(delete(shown).where(shown.c.ledger.in_(numbers)))
    tx.connection.execute(delete(letters).where(letters.c.message.in_(_messages(order))))
    tx.connection.execute(delete(papers).where(papers.c.order_id == order.id))
    # a mail server's answer names the address it refused; what is unsent has nobody to go to; and
    # whoever opens a letter's link from now on must leave no new trace
    tx.connection.execute(
        update(messages)
        .where(messages.c.order_id == order.id)
        .values(answer=None, key=None, sent_at=func.coalesce(messages.c.sent_at, tx.now))
    )
    _redact(tx, order)
    _take_buyer_out(tx, order)
    accounts.lose(tx, order.id)
    # the form's fingerprint has no salt: a name could be guessed by it
    tx.connection.execute(
        update(orders).where(orders.c.id == order.id).values(fingerprint=secrets.token_hex(32))
    )


def _redact(tx: Tx, order: Order) -> None:
    """Take the payer's card out of what the first version kept whole."""
    own = attempts.c.order_id == order.id
    found = select(attempts.c.id, attempts.c.payment_id, attempts.c.answer).where(own)
    told = tx.connection.execute(found).all()
    for attempt in told:
        clean = _without_card(attempt.answer)
        this = update(attempts).where(attempts.c.id == attempt.id)
        tx.connection.execute(this.values(answer=clean))
    heard = select(inbox).where(inbox.c.object_id.in_([it.payment_id for it in told]))
    # as those who keep notifications take them, so that neither waits for the other for ever
    in_order = heard.order_by(inbox.c.event, inbox.c.object_id).with_for_update()
    for it in tx.connection.execute(in_order).all():
        this = update(inbox).where(inbox.c.event == it.event, inbox.c.object_id == it.object_id)
        tx.connection.execute(this.values(body=_without_card(it.body) or ""))


def _take_buyer_out(tx: Tx, order: Order) -> None:
    """A request with a fiscal receipt names whom the receipt is for; nobody will send it again."""
    for table in (attempts, tables.refunds, tables.receipts):
        own = select(table.c.id, table.c.body).where(table.c.order_id == order.id)
        for request in tx.connection.execute(own).all():
            this = update(table).where(table.c.id == request.id)
            tx.connection.execute(this.values(body=nameless(request.body)))


def _without_card(answer: str | None) -> str | None:
    """A refusal's words are no payment object: they stay."""
    try:
        return redacted(answer) if answer else answer
    except ValueError:
        return answer


def act_for(tx: Tx, order: Order) -> Act | None:
    """The act by which who made the order was erased; None while it is kept."""
    acts = (
        select(ledger.c.number, ledger.c.at, ledger.c.fact)
        .join(about, about.c.ledger == ledger.c.number)
        .where(about.c.order_number == order.number, ledger.c.kind == "erasure")
        .order_by(ledger.c.number)
    )
    gone = Place(order.ledger, Part.PARTY).fact()
    for row in tx.connection.execute(acts):
        if gone in json.loads(row.fact)["rows"]:
            return Act(row.number, row.at)
    return None


def _side_rows(tx: Tx, order: Order, *more: ColumnElement[bool]) -> list[Place]:
    found = (
        select(details.c.ledger, details.c.part)
        .join(about, about.c.ledger == details.c.ledger)
        .where(about.c.order_number == order.number, *more)
        .order_by(details.c.ledger, details.c.part)
    )
    return [_place(row.ledger, row.part) for row in tx.connection.execute(found)]


def _with_address() -> ColumnElement[bool]:
    return or_(details.c.part == Part.ORIGIN, and_(details.c.part == Part.PARTY, HAS_ORIGIN))


def _messages(order: Order) -> Select[tuple[str]]:
    return select(messages.c.id).where(messages.c.order_id == order.id)


def _place(row: int, part: str) -> Place:
    return Place(row, Part(part))
