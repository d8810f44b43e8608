"""Where clients are signed in: an id and the hash of a secret."""

from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from checkout.domain.account import Session
from checkout.store import tables
from checkout.store.engine import Tx

sessions = tables.sessions
COLUMNS = select(*(sessions.c[name] for name in Session.__dataclass_fields__))
# How often it is written down that somebody is still there.
SEEN_AGAIN = timedelta(minutes=10)


def add(tx: Tx, session: Session) -> None:
    """Begin a session."""
    tx.connection.execute(insert(sessions), vars(session))


def by_id(tx: Tx, session_id: str) -> Session | None:
    """A session that has not ended."""
    found = COLUMNS.where(sessions.c.id == session_id, sessions.c.expires_at > tx.now)
    row = tx.connection.execute(found).one_or_none()
    return Session(**row._mapping) if row else None


def of_account(tx: Tx, account_id: int) -> list[Session]:
    """Where an account's client is signed in, the last seen first."""
    found = COLUMNS.where(sessions.c.account_id == account_id, sessions.c.expires_at > tx.now)
    rows = tx.connection.execute(found.order_by(sessions.c.seen_at.desc(), sessions.c.id))
    return [Session(**row._mapping) for row in rows]


def seen(tx: Tx, session: Session) -> None:
    """Its client is there."""
    this = update(sessions).where(sessions.c.id == session.id)
    tx.connection.execute(this.values(seen_at=tx.now))


def end(tx: Tx, account_id: int, session_id: str) -> bool:
    """End one of an account's sessions; False if it has none such."""
    this = (sessions.c.id == session_id, sessions.c.account_id == account_id)
    return tx.connection.execute(delete(sessions).where(*this)).rowcount > 0


def end_all(tx: Tx, account_id: int) -> int:
    """End all of an account's sessions; how many."""
    return tx.connection.execute(
        delete(sessions).where(sessions.c.account_id == account_id)
    ).rowcount


def forget(tx: Tx) -> None:
    """Nothing is kept of those whose time is over."""
    tx.connection.execute(delete(sessions).where(sessions.c.expires_at <= tx.now))
