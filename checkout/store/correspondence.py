"""Messages to be sent, notifications received, and certificates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from checkout.store import tables
from checkout.store.due import LONGEST_PAUSE, is_due, moments
from checkout.store.engine import Tx

messages, inbox, papers = tables.messages, tables.inbox, tables.papers
attempts, letters, refunds = tables.attempts, tables.letters, tables.refunds
LEASE = timedelta(minutes=2)
# the events of what is ours that are followed at once; the set of events is open
FOLLOWED = ("payment.waiting_for_capture", "payment.succeeded", "payment.canceled",
            "refund.succeeded")  # fmt: skip
STRANGERS_PAUSE = timedelta(seconds=5)
LONGEST_QUEUE = timedelta(hours=1)
QUEUE_LOCK = 0x0FE27A  # any number, as long as nobody else's


@dataclass(frozen=True)
class Message:
    """A message to send: `kind` says which letter, `text` a sentence where the letter has one.

    `key` stands in the links of a client's letter: whoever opens one has read his mail.
    """

    id: str
    kind: str
    subject: str
    order_id: int | None
    text: str
    staged_at: datetime
    tries: int
    key: str | None


MESSAGES = select(*(messages.c[name] for name in Message.__dataclass_fields__))
# What every sale, letter and notification asks is made once: that costs more than running it.
STAGE, CHANGE_MESSAGE = insert(messages), update(messages).where(messages.c.id == bindparam("it"))
DUE_MESSAGE = (
    MESSAGES.where(messages.c.sent_at.is_(None), is_due(messages.c.due_at))
    .order_by(messages.c.due_at, messages.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
NAMED: BindParameter[str] = bindparam("named", expanding=True)
OURS = union_all(
    select(attempts.c.payment_id).where(attempts.c.payment_id.in_(NAMED)),
    select(refunds.c.refund_id).where(refunds.c.refund_id.in_(NAMED)),
)
DUE_HINTS = (
    select(inbox.c.event, inbox.c.object_id)
    .where(is_due(inbox.c.due_at), inbox.c.event.startswith(bindparam("about")))
    .order_by(inbox.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def _free(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """The notifications of which that is true, and which nobody else is changing at the moment.

    Whoever keeps some waits for their rows, in the order of the key. All others leave to another
    what he has: so no two wait for each other.
    """
    key = (inbox.c.event, inbox.c.object_id)
    return tuple_(*key).in_(select(*key).where(*where).with_for_update(skip_locked=True))


# by the events, which the primary key begins with: the inbox grows for years
TOLD_BY = _free(
    inbox.c.event.in_(bindparam("said", expanding=True)),
    inbox.c.object_id.in_(bindparam("its", expanding=True)),
)
HEED, FORGET = update(inbox).where(TOLD_BY), delete(inbox).where(TOLD_BY)
HEED_AS_CLAIMED = HEED.where(inbox.c.due_at.in_(bindparam("claimed", expanding=True)))


def _keep(insert_of: Callable[[Table], Any], ours: bool) -> Executable:
    new = insert_of(inbox)
    due_at = new.excluded.due_at
    again = {
        "deliveries": inbox.c.deliveries + 1,
        # a stranger who repeats himself does not move on in the queue, nor does he leave it
        "due_at": due_at if ours else func.coalesce(inbox.c.due_at, due_at),
    }
    about = ["event", "object_id"]
    kept: Executable = new.on_conflict_do_update(index_elements=about, set_=again)
    return kept


KEEP = {
    (dialect, ours): _keep(insert_of, ours)
    for dialect, insert_of in (("sqlite", insert_sqlite), ("postgresql", insert_postgresql))
    for ours in (True, False)
}


@dataclass(frozen=True)
class Paper:
    """A certificate's kept bytes."""

    sha256: str
    data: bytes


@dataclass(frozen=True)
class Staged:
    """A message to be staged, as `Message` has it."""

    id: str
    kind: str
    subject: str
    order_id: int | None
    text: str = ""
    key: str | None = None


def stage(
    tx: Tx,
    message_id: str,
    *,
    kind: str,
    subject: str,
    order_id: int | None,
    text: str = "",
    key: str | None = None,
) -> None:
    """Stage a message in the transaction of the fact that causes it."""
    stage_all(tx, [Staged(message_id, kind, subject, order_id, text, key)])


def stage_all(tx: Tx, staged: Sequence[Staged]) -> None:
    """Stage several, in this order."""
    new = {"staged_at": tx.now, "due_at": tx.now, "tries": 0}
    tx.connection.execute(STAGE, [{**vars(it), **new} for it in staged])


def claim_message(tx: Tx) -> Message | None:
    """Take one due message. Unless it is marked, it is due again when the lease ends."""
    row = tx.connection.execute(DUE_MESSAGE, moments(tx.now)).one_or_none()
    if row is None:
        return None
    _change_message(tx, row.id, due_at=tx.now + LEASE, tries=row.tries + 1)
    return Message(**row._mapping)


def by_key(tx: Tx, key: str) -> Message | None:
    """The message whose letters have this key in their links."""
    row = tx.connection.execute(MESSAGES.where(messages.c.key == key)).one_or_none()
    return Message(**row._mapping) if row else None


def is_staged(tx: Tx, kind: str, subject: str) -> bool:
    """Whether this was said already, or is to be."""
    known = select(messages.c.id).where(messages.c.kind == kind, messages.c.subject == subject)
    return tx.connection.execute(known).first() is not None


def mark_sent(tx: Tx, message_id: str) -> None:
    """All its letters are taken; what the servers said of each is in the ledger.

    No sooner than the last of them was, though the clock may have been put back since.
    """
    taken = select(func.max(letters.c.sent_at)).where(letters.c.message == message_id)
    last: datetime | None = tx.connection.execute(taken).scalar_one()
    _change_message(tx, message_id, sent_at=max(tx.now, last or tx.now), answer=None)


def postpone(tx: Tx, message_id: str, until: datetime, answer: str) -> None:
    """The mail server has not taken it; try again."""
    _change_message(tx, message_id, due_at=until, answer=answer)


def unsent(tx: Tx) -> int:
    """How many messages are waiting to be sent."""
    return len(
        tx.connection.execute(select(messages.c.id).where(messages.c.sent_at.is_(None))).all()
    )


def _change_message(tx: Tx, message_id: str, **values: object) -> None:
    tx.connection.execute(CHANGE_MESSAGE, {"it": message_id, **values})


@dataclass(frozen=True)
class Heard:
    """A notification: what happened to which payment or refund, and its whole text."""

    event: str
    object_id: str
    body: str


def receive(tx: Tx, heard: Sequence[Heard]) -> list[bool]:
    """Keep notifications; one that came before is only counted and worked again.

    What is said of our own payments and refunds is due at once. Of anything else nobody knows
    whether it exists: it queues, one to be asked about in `STRANGERS_PAUSE`, so that no flood of
    inventions fills the inbox or asks more of YooKassa than that. False where the queue is too
    long.
    """
    ours = _ours(tx, [it.object_id for it in heard if it.event in FOLLOWED])
    known = [it.event in FOLLOWED and it.object_id in ours for it in heard]
    if not all(known):
        _be_alone_at_queue(tx)
    # in one order whoever keeps them, so that no two wait for each other
    now = sorted(
        (it for it, is_known in zip(heard, known, strict=True) if is_known),
        key=lambda it: (it.event, it.object_id),
    )
    if now:
        _keep_all(tx, now, tx.now, ours=True)
    return [is_known or _queue(tx, it) for it, is_known in zip(heard, known, strict=True)]


def _ours(tx: Tx, named: Sequence[str]) -> frozenset[str]:
    """Which of the ids YooKassa has given to payments and refunds of ours."""
    if not named:
        return frozenset()
    return frozenset(tx.connection.execute(OURS, {"named": list(named)}).scalars())


def _be_alone_at_queue(tx: Tx) -> None:
    """Before any notification is kept, or two could wait for each other."""
    if tx.connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        tx.connection.execute(select(func.pg_advisory_xact_lock(QUEUE_LOCK)))


def _queue(tx: Tx, heard: Heard) -> bool:
    due_at = _end_of_queue(tx)
    if due_at - tx.now > LONGEST_QUEUE and _queued(tx) >= LONGEST_QUEUE // STRANGERS_PAUSE:
        return False
    _keep_all(tx, [heard], due_at, ours=False)
    return True


def _keep_all(tx: Tx, heard: Sequence[Heard], due_at: datetime, *, ours: bool) -> None:
    new = {"received_at": tx.now, "deliveries": 1, "due_at": due_at}
    keep = KEEP[tx.connection.dialect.name, ours]
    tx.connection.execute(keep, [{**vars(it), **new} for it in heard])


def _end_of_queue(tx: Tx) -> datetime:
    """When the next stranger's turn is: what is ours is due now or very soon."""
    # what a clock that was ahead put off for longer is due, and holds up nobody
    queued = inbox.c.due_at <= tx.now + LONGEST_PAUSE
    last = tx.connection.execute(select(func.max(inbox.c.due_at)).where(queued)).scalar_one()
    return max(tx.now, last + STRANGERS_PAUSE) if last else tx.now


def _queued(tx: Tx) -> int:
    """How many wait: a clock put back puts the last of them further off, and makes no queue."""
    waiting = select(func.count()).select_from(inbox).where(inbox.c.due_at > tx.now)
    return int(tx.connection.execute(waiting).scalar_one())


@dataclass(frozen=True)
class Hint:
    """A payment (or refund) that a notification told us of, and one event that was said of it.

    Since it was claimed it is due `until` then, unless more was said of it.
    """

    object_id: str
    event: str
    until: datetime


def forget(tx: Tx, hint: Hint) -> None:
    """YooKassa does not know such a payment (or refund): an invention, unless it is ours.

    A payment may be named like an invented refund: what is said of it stays.
    """
    if _ours(tx, [hint.object_id]):
        heed(tx, [hint], None)
    else:
        tx.connection.execute(FORGET, _told_by([hint]))


def forget_strangers(tx: Tx, before: datetime) -> int:
    """Drop what was said, before a moment, of nothing of ours; how much."""
    known = (
        exists().where(attempts.c.payment_id == inbox.c.object_id),
        exists().where(refunds.c.refund_id == inbox.c.object_id),
    )
    old = delete(inbox).where(_free(inbox.c.received_at < before, ~known[0], ~known[1]))
    return tx.connection.execute(old).rowcount


def claim_hints(tx: Tx, until: datetime, *, about: str = "payment", most: int = 1) -> list[Hint]:
    """Take the payments (or refunds) that notifications told us of longest ago.

    Unless they are heeded, they are to be followed again at `until`.
    """
    asked = {"about": f"{about}.", "most": most, **moments(tx.now)}
    rows = tx.connection.execute(DUE_HINTS, asked)
    hints = [*{it.object_id: Hint(it.object_id, it.event, until) for it in rows}.values()]
    heed(tx, hints, until)
    return hints


def replay(tx: Tx, since: datetime | None) -> int:
    """Have the notifications kept since a moment (None: all) followed again; how many."""
    kept = inbox.c.received_at >= since if since else true()
    again = update(inbox).where(_free(kept)).values(due_at=tx.now)
    return tx.connection.execute(again).rowcount


def heed(tx: Tx, hints: Sequence[Hint], until: datetime | None) -> None:
    """The hints were followed (`until` None), or are to be followed again later.

    What another keeps or takes at this moment is followed once more: that changes nothing.
    """
    if hints:
        tx.connection.execute(HEED, {**_told_by(hints), "due_at": until})


def heed_unless_said_again(tx: Tx, hints: Sequence[Hint]) -> None:
    """The hints were followed, and what they are about has not ended.

    What was said since they were claimed may be that it has: that is to be followed still.
    """
    if hints:
        claimed = sorted({it.until for it in hints})
        asked = {**_told_by(hints), "claimed": claimed, "due_at": None}
        tx.connection.execute(HEED_AS_CLAIMED, asked)


def _told_by(hints: Sequence[Hint]) -> dict[str, list[str]]:
    """The notifications that tell of them: what was said, and what is followed of their kind."""
    said = {it.event for it in hints}
    kinds = {_kind(it) for it in said}
    said |= {it for it in FOLLOWED if _kind(it) in kinds}
    return {"said": sorted(said), "its": [it.object_id for it in hints]}


def _kind(event: str) -> str:
    return event.partition(".")[0]


def keep_paper(tx: Tx, order_id: int, sha256: str, data: bytes, ledger: int) -> Paper:
    """Keep a certificate's bytes with the row that has their hash; the caller saw none kept."""
    row = {"order_id": order_id, "sha256": sha256, "data": data, "made_at": tx.now}
    tx.connection.execute(insert(papers), {**row, "ledger": ledger})
    return Paper(sha256, data)


def paper(tx: Tx, order_id: int) -> Paper | None:
    """An order's certificate, if it is made."""
    row = tx.connection.execute(
        select(papers.c.sha256, papers.c.data).where(papers.c.order_id == order_id)
    ).one_or_none()
    return Paper(row.sha256, row.data) if row else None
