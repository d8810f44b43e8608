"""Cases: laid before the contractor once, told to him, closed once; both are facts."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, func, insert, select, update

from checkout.domain.case import REFUSALS, By, Case, Closing
from checkout.domain.proposal import payable
from checkout.domain.refund import Back
from checkout.store import correspondence, ledger, refunds, tables
from checkout.store.engine import Tx
from offer.wording import ROUBLES

cases, orders, refusals = tables.cases, tables.orders, tables.refusals
VAIN = tables.refunds.alias("vain")
WAITING = and_(
    cases.c.kind.in_(REFUSALS), refusals.c.order_id == cases.c.order_id, tables.UNDECIDED
)
CLOSINGS = tables.ledger.alias("closings")
CASES = (
    select(
        cases,
        orders.c.number.label("order"),
        orders.c.price_kopecks,
        orders.c.payment_id,
        orders.c.paid_at,
        CLOSINGS.c.at.label("closed_at"),
        CLOSINGS.c.fact.label("closing"),
        VAIN.c.payment_id.label("vain_payment"),
        VAIN.c.amount_kopecks.label("vain_kopecks"),
        VAIN.c.ends_package.label("vain_ends"),
        refusals.c.proposed_kopecks,
        refusals.c.asked_at,
    )
    .outerjoin_from(cases, orders, orders.c.id == cases.c.order_id)
    .outerjoin(CLOSINGS, CLOSINGS.c.number == cases.c.closed)
    .outerjoin(VAIN, VAIN.c.id == cases.c.subject)
    .outerjoin(refusals, WAITING)
)


def open_case(
    tx: Tx, message_id: str, *, kind: str, subject: str, order_id: int | None, sentence: str
) -> bool:
    """Lay something before the contractor, as a fact and with a letter.

    False if it was laid before him already, closed since or not.
    """
    if not lay_case(tx, kind=kind, subject=subject, order_id=order_id, sentence=sentence):
        return False
    told = f"{kind}:{subject}"
    correspondence.stage(
        tx, message_id, kind="case", subject=told, order_id=order_id, text=sentence
    )
    return True


def lay_case(tx: Tx, *, kind: str, subject: str, order_id: int | None, sentence: str) -> bool:
    """The same for what has a letter of its own; False if it was laid before him already."""
    ledger.alone(tx)  # before the row is looked for: two who find none would lay it there twice
    if kind in about(tx, subject):
        return False
    order = None if order_id is None else _order_number(tx, order_id)
    case = Case(_next_number(tx), kind, subject, order, sentence, tx.now)
    tx.connection.execute(
        insert(cases).values(
            number=case.number,
            kind=kind,
            subject=subject,
            order_id=order_id,
            sentence=sentence,
            opened_at=tx.now,
        )
    )
    ledger.append(tx, "case", case.opened_fact)
    return True


def about(tx: Tx, subject: str) -> frozenset[str]:
    """The kinds of the cases that were ever opened about something."""
    kinds = select(cases.c.kind).where(cases.c.subject == subject)
    return frozenset(tx.connection.execute(kinds).scalars())


def by_number(tx: Tx, number: int) -> Case | None:
    """One case."""
    return _one(_found(tx, cases.c.number == number))


def named(tx: Tx, kind: str, subject: str) -> Case | None:
    """The case of a kind about something."""
    return _one(_found(tx, cases.c.kind == kind, cases.c.subject == subject))


def ever_about(tx: Tx, kind: str, name: str) -> list[Case]:
    """Those of a kind that were ever opened about something, or about it again."""
    again = cases.c.subject.startswith(f"{name}/", autoescape=True)
    return _found(tx, cases.c.kind == kind, (cases.c.subject == name) | again)


def opened(tx: Tx) -> list[Case]:
    """Those that wait for the contractor, oldest first."""
    return _found(tx, cases.c.closed.is_(None))


def opened_of_kind(tx: Tx, kind: str) -> list[Case]:
    """Those of a kind among them."""
    return _found(tx, cases.c.closed.is_(None), cases.c.kind == kind)


def ever(tx: Tx) -> list[Case]:
    """All there were, oldest first."""
    return _found(tx)


def waiting(tx: Tx) -> tuple[int, datetime | None]:
    """How many wait for the contractor, and since when the oldest does."""
    of_open = select(func.count(), func.min(cases.c.opened_at)).where(cases.c.closed.is_(None))
    count, oldest = tx.connection.execute(of_open).one()
    return count, oldest


def waits(tx: Tx, kind: str, order_id: int) -> bool:
    """Whether a case of a kind about an order is open."""
    own = (cases.c.order_id == order_id, cases.c.kind == kind, cases.c.closed.is_(None))
    return tx.connection.execute(select(cases.c.number).where(*own)).first() is not None


def close(
    tx: Tx, kinds: str | Sequence[str], subject: str, by: By, *, row: int | None = None
) -> None:
    """The open cases of these kinds about something have ended; none is no trouble.

    `row` of the ledger has ended them.
    """
    of_kinds = (kinds,) if isinstance(kinds, str) else kinds
    for case in _open_ones(tx, cases.c.kind.in_(of_kinds), cases.c.subject == subject):
        end(tx, case, by, row=row)


def close_of_order(tx: Tx, order_id: int, kinds: Sequence[str], by: By, *, row: int) -> None:
    """The same for an order's, whatever of it they are about."""
    for case in _open_ones(tx, cases.c.kind.in_(kinds), cases.c.order_id == order_id):
        end(tx, case, by, row=row)


def close_kind(tx: Tx, kind: str, by: By) -> None:
    """The same for all of a kind."""
    for case in _open_ones(tx, cases.c.kind == kind):
        end(tx, case, by)


def end(tx: Tx, case: Case, by: By, *, row: int | None = None, reason: str = "") -> None:
    """Close an open case; the caller is alone with the ledger (`ledger.alone`)."""
    told = ledger.append(tx, "case", case.closed_fact(by, row=row, reason=reason))
    own = update(cases).where(cases.c.number == case.number, cases.c.closed.is_(None))
    if tx.connection.execute(own.values(closed=told.number)).rowcount != 1:
        raise LookupError(f"case {case.number} is closed already")


def _open_ones(tx: Tx, *conditions: ColumnElement[bool]) -> list[Case]:
    """Looked for without the ledger's lock first: most of what is done ends no case."""
    asked = (*conditions, cases.c.closed.is_(None))
    if tx.connection.execute(select(cases.c.number).where(*asked)).first() is None:
        return []
    ledger.alone(tx)
    return _found(tx, *asked)


def _found(tx: Tx, *conditions: ColumnElement[bool]) -> list[Case]:
    asked = CASES.where(*conditions).order_by(cases.c.opened_at, cases.c.number)
    rows = tx.connection.execute(asked).all()
    refused = {it.payment_id for it in rows if it.proposed_kopecks is not None and it.payment_id}
    given = refunds.given_back(tx, refused)
    odd = {it.order for it in rows if it.kind == "odd_money" and it.closed is None}
    came = ledger.facts_of_orders(tx, "payment", odd) if odd else []
    currencies = {str(it.get("payment_id")): str(it.get("currency", ROUBLES)) for it in came}
    return [
        _case(row, given.get(row.payment_id, ()), currencies.get(row.subject, ROUBLES))
        for row in rows
    ]


def _one(found: list[Case]) -> Case | None:
    return found[0] if found else None


def _case(
    row: Row[tuple[object, ...]], given: Sequence[tuple[datetime, int]], currency: str
) -> Case:
    return Case(
        row.number,
        row.kind,
        row.subject,
        row.order,
        row.sentence,
        row.opened_at,
        closing=_closing(row),
        failed=_failed(row),
        proposed=_proposed(row, given),
        currency=currency,
    )


def _closing(row: Row[tuple[object, ...]]) -> Closing | None:
    if row.closed is None:
        return None
    told = json.loads(row.closing)
    return Closing(row.closed, row.closed_at, told["by"], told["reason"])


def _failed(row: Row[tuple[object, ...]]) -> Back | None:
    if row.vain_payment is None:
        return None
    is_own = row.paid_at is not None and row.payment_id == row.vain_payment
    return Back(row.vain_kopecks, None if is_own else row.vain_payment, row.vain_ends)


def _proposed(row: Row[tuple[object, ...]], given: Sequence[tuple[datetime, int]]) -> int | None:
    """What was proposed on the day of the refusal, less what has gone back since."""
    if row.proposed_kopecks is None:
        return None
    since = sum(kopecks for at, kopecks in given if at >= row.asked_at)
    left = row.price_kopecks - sum(kopecks for _, kopecks in given)
    return payable(max(min(row.proposed_kopecks - since, left), 0), left)


def _next_number(tx: Tx) -> int:
    """The previous one and 1; the caller holds the ledger's lock."""
    last = tx.connection.execute(select(func.max(cases.c.number))).scalar_one()
    return int(last or 0) + 1


def _order_number(tx: Tx, order_id: int) -> str:
    number = select(orders.c.number).where(orders.c.id == order_id)
    return str(tx.connection.execute(number).scalar_one())
