"""Accounts, the orders that belong to them, and the details their clients gave anew."""

from datetime import datetime

from sqlalchemy import Row, Select, delete, exists, insert, or_, select, update

from checkout.domain.account import Account, mailbox
from checkout.store import ledger, tables
from checkout.store.engine import Tx

accounts, links, corrections = tables.accounts, tables.account_orders, tables.corrections
orders, packages = tables.orders, tables.packages
COLUMNS = select(*(accounts.c[name] for name in Account.__dataclass_fields__))


def by_id(tx: Tx, account_id: int) -> Account:
    """One account; it exists."""
    found = _one(tx.connection.execute(COLUMNS.where(accounts.c.id == account_id)).one_or_none())
    if found is None:
        raise LookupError("no such account")
    return found


def by_email(tx: Tx, email: str) -> Account | None:
    """The account of an address."""
    found = COLUMNS.where(accounts.c.email == mailbox(email))
    return _one(tx.connection.execute(found).one_or_none())


def of_email(tx: Tx, email: str) -> Account:
    """The account of an address, made now if there is none."""
    ledger.alone(tx)  # two who find none would make it twice
    known = by_email(tx, email)
    if known:
        return known
    tx.connection.execute(
        insert(accounts).values(email=mailbox(email), created_at=tx.now, seen_at=tx.now)
    )
    made = by_email(tx, email)
    if made is None:
        raise LookupError("the account was made just now")
    return made


def prove(tx: Tx, account: Account) -> None:
    """Somebody has shown that he reads its mail."""
    change = {"proved_at": account.proved_at or tx.now, "seen_at": tx.now}
    tx.connection.execute(update(accounts).where(accounts.c.id == account.id).values(**change))


def give(tx: Tx, order_id: int, account_id: int, browser_sha256: str | None) -> None:
    """A new order belongs to an account."""
    row = {"order_id": order_id, "account_id": account_id, "browser_sha256": browser_sha256}
    tx.connection.execute(insert(links), row)


def move(tx: Tx, order_id: int, account_id: int) -> None:
    """An order belongs to another account from now on."""
    this = update(links).where(links.c.order_id == order_id)
    tx.connection.execute(this.values(account_id=account_id))


def owner(tx: Tx, order_id: int) -> Account | None:
    """Whose an order is; nobody's once its client is erased."""
    found = select(links.c.account_id).where(links.c.order_id == order_id)
    account_id = tx.connection.execute(found).scalar_one_or_none()
    return by_id(tx, account_id) if account_id else None


def browser_of(tx: Tx, order_id: int) -> str | None:
    """The hash of the browser an order was made in, where it kept our cookie."""
    found = select(links.c.browser_sha256).where(links.c.order_id == order_id)
    return tx.connection.execute(found).scalar_one_or_none()


def like_order(tx: Tx, browser_sha256: str, hours: int, since: datetime) -> tuple[str, str] | None:
    """Number and token of the newest package order of so many hours that a browser made.

    Since a moment, and while it waits for its payment or is paid; None if there is none.
    """
    found = (
        select(orders.c.number, orders.c.token)
        .join(links, links.c.order_id == orders.c.id)
        .where(
            links.c.browser_sha256 == browser_sha256,
            orders.c.hours == hours,
            orders.c.for_package.is_(None),
            orders.c.state.in_(("waiting", "paid")),
            orders.c.created_at > since,
        )
        .order_by(orders.c.id.desc())
        .limit(1)
    )
    row = tx.connection.execute(found).one_or_none()
    return (row.number, row.token) if row else None


def forget_browser(tx: Tx, account_id: int, browser_sha256: str | None = None) -> None:
    """An account's orders are no longer opened by the browser they were made in; or by any."""
    these = update(links).where(links.c.account_id == account_id)
    if browser_sha256 is not None:
        these = these.where(links.c.browser_sha256 == browser_sha256)
    tx.connection.execute(these.values(browser_sha256=None))


def forget_browser_of(tx: Tx, order_id: int) -> None:
    """An order is no longer opened by the browser it was made in."""
    this = update(links).where(links.c.order_id == order_id)
    tx.connection.execute(this.values(browser_sha256=None))


def tokens(
    tx: Tx, account_id: int, browser_sha256: str | None = None, *, newest: int | None = None
) -> list[str]:
    """The secret addresses of an account's orders, newest first; of one browser's, if named.

    `newest`: of so many, and of older ones only where hours run still.
    """
    found = _own(account_id, browser_sha256)
    asked = found.with_only_columns(orders.c.token)
    if newest is not None:
        running = exists().where(
            packages.c.order_id == orders.c.id,
            packages.c.ended_at.is_(None),
            packages.c.expires_at > tx.now,
        )
        these = found.limit(newest).subquery()
        asked = asked.where(or_(orders.c.id.in_(select(these.c.id)), running))
    return list(tx.connection.execute(asked).scalars())


def orders_of(tx: Tx, account_id: int, browser_sha256: str | None = None) -> list[int]:
    """The ids of the same, newest first."""
    return list(tx.connection.execute(_own(account_id, browser_sha256)).scalars())


def token_of(tx: Tx, account_id: int, browser_sha256: str | None, order_number: str) -> str | None:
    """The secret address of one of them; None where there is none such."""
    asked = _own(account_id, browser_sha256).where(orders.c.number == order_number)
    return tx.connection.execute(asked.with_only_columns(orders.c.token)).scalar_one_or_none()


def paid_packages(tx: Tx, account_id: int, browser_sha256: str | None = None) -> list[str]:
    """Of those the paid packages, without extra hours for them."""
    found = (
        _own(account_id, browser_sha256)
        .with_only_columns(orders.c.token)
        .where(orders.c.paid_at.is_not(None), orders.c.for_package.is_(None))
    )
    return list(tx.connection.execute(found).scalars())


def _own(account_id: int, browser_sha256: str | None) -> Select[int]:
    found = select(orders.c.id).join(links, links.c.order_id == orders.c.id)
    found = found.where(links.c.account_id == account_id)
    if browser_sha256 is not None:
        found = found.where(links.c.browser_sha256 == browser_sha256)
    return found.order_by(orders.c.id.desc())


def _one(row: Row[tuple[object, ...]] | None) -> Account | None:
    return Account(**row._mapping) if row else None


def keep_correction(tx: Tx, row: int, account_id: int, order_id: int | None = None) -> None:
    """Row `row` of the ledger has an account's new details, or those of one of its orders."""
    values = {"ledger": row, "account_id": account_id, "order_id": order_id}
    tx.connection.execute(insert(corrections), values)


def corrections_of(tx: Tx, account_id: int) -> list[int]:
    """The rows of an account's own corrections, oldest first."""
    found = select(corrections.c.ledger).where(
        corrections.c.account_id == account_id, corrections.c.order_id.is_(None)
    )
    return list(tx.connection.execute(found.order_by(corrections.c.ledger)).scalars())


def own_rows(tx: Tx, account_id: int) -> list[int]:
    """The rows of an account's own corrections whose side rows are there, oldest first."""
    kept = select(tables.details.c.ledger).where(
        tables.details.c.ledger.in_(corrections_of(tx, account_id))
    )
    return sorted(set(tx.connection.execute(kept).scalars()))


def wipe_rows(tx: Tx, rows: list[int]) -> None:
    """Erase the side rows of corrections."""
    tx.connection.execute(delete(tables.details).where(tables.details.c.ledger.in_(rows)))


def remove(tx: Tx, account_id: int) -> None:
    """Remove an account to which no order and no session belongs."""
    tx.connection.execute(delete(corrections).where(corrections.c.account_id == account_id))
    tx.connection.execute(delete(accounts).where(accounts.c.id == account_id))


def unused(tx: Tx, before: datetime) -> list[Account]:
    """Accounts without an order: never opened by anybody, or not since a moment."""
    found = COLUMNS.where(
        ~exists().where(links.c.account_id == accounts.c.id),
        or_(accounts.c.proved_at.is_(None), accounts.c.seen_at < before),
    )
    return [Account(**row._mapping) for row in tx.connection.execute(found)]


def correction_of_order(tx: Tx, order_id: int) -> int | None:
    """The newest row by which an order was given another address."""
    found = select(corrections.c.ledger).where(corrections.c.order_id == order_id)
    newest = found.order_by(corrections.c.ledger.desc()).limit(1)
    return tx.connection.execute(newest).scalar_one_or_none()


def lose(tx: Tx, order_id: int) -> None:
    """Nobody's account has an erased order; one that has nothing else is gone with it."""
    account = owner(tx, order_id)
    for owned in (links, corrections, tables.sign_ins):
        tx.connection.execute(delete(owned).where(owned.c.order_id == order_id))
    if account and not tokens(tx, account.id) and not own_rows(tx, account.id):
        tx.connection.execute(
            delete(tables.sessions).where(tables.sessions.c.account_id == account.id)
        )
        tx.connection.execute(
            delete(tables.sign_ins).where(tables.sign_ins.c.email == account.email)
        )
        remove(tx, account.id)


def rows_of_last_order(tx: Tx, order_id: int) -> list[int]:
    """What a client told besides his orders, if this is the only one he has left."""
    account = owner(tx, order_id)
    if account is None or len(tokens(tx, account.id)) > 1:
        return []
    return own_rows(tx, account.id)
