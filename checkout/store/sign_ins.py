"""Letters with a link that were asked for, until they are used or their time is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from checkout.domain.account import Purpose
from checkout.store import tables
from checkout.store.due import is_due, moments
from checkout.store.engine import Tx

sign_ins = tables.sign_ins
LEASE = timedelta(minutes=1)
FIRST_PAUSE = timedelta(seconds=10)


@dataclass(frozen=True)
class SignIn:
    """A letter asked for. Of its secrets only hashes are kept: of the link and of the code from
    when the letter is written, of the browser's cookie at once. `told` is JSON.
    """

    id: str
    purpose: Purpose
    email: str
    order_id: int | None
    told: str | None
    browser_sha256: str
    asked_at: datetime
    expires_at: datetime
    tries: int
    link_sha256: str | None
    code_sha256: str | None
    guesses: int
    used_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be used."""
        return self.used_at is None and now < self.expires_at


COLUMNS = select(*(sign_ins.c[name] for name in SignIn.__dataclass_fields__))


def add(tx: Tx, values: Mapping[str, object]) -> None:
    """Somebody asks for a letter; who he is nobody looks up now."""
    row = {"asked_at": tx.now, "due_at": tx.now, "tries": 0, "guesses": 0, **values}
    tx.connection.execute(insert(sign_ins), row)


def claim(tx: Tx) -> SignIn | None:
    """The letter that is to be written now; another worker gets it when the lease ends."""
    due = (
        COLUMNS.where(
            is_due(sign_ins.c.due_at),
            sign_ins.c.used_at.is_(None),
            sign_ins.c.expires_at > tx.now,
        )
        .order_by(sign_ins.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = tx.connection.execute(due, moments(tx.now)).one_or_none()
    if found is None:
        return None
    change(tx, found.id, due_at=tx.now + LEASE, tries=found.tries + 1)
    return _sign_in(found)


def by_id(tx: Tx, sign_in_id: str) -> SignIn | None:
    """One by its id, locked."""
    return _one(tx, sign_ins.c.id == sign_in_id)


def by_link(tx: Tx, link_sha256: str) -> SignIn | None:
    """The one whose letter has this link, locked."""
    return _one(tx, sign_ins.c.link_sha256 == link_sha256)


def change(tx: Tx, sign_in_id: str, **values: object) -> None:
    """Write what is new of one."""
    tx.connection.execute(update(sign_ins).where(sign_ins.c.id == sign_in_id).values(**values))


def forget(tx: Tx, before: datetime) -> None:
    """Nothing is kept of those whose time was over before a moment."""
    tx.connection.execute(delete(sign_ins).where(sign_ins.c.expires_at < before))


def forget_mailbox(tx: Tx, email: str) -> None:
    """Nothing is kept of what was asked for an address."""
    tx.connection.execute(delete(sign_ins).where(sign_ins.c.email == email))


def _one(tx: Tx, which: ColumnElement[bool]) -> SignIn | None:
    found = tx.connection.execute(COLUMNS.where(which).with_for_update()).one_or_none()
    return _sign_in(found) if found else None


def _sign_in(row: Row[tuple[object, ...]]) -> SignIn:
    return SignIn(**{**row._mapping, "purpose": Purpose(row.purpose)})
