"""Notifications of one payment, kept and taken at one moment by two processes: nobody is undone.

On PostgreSQL, where each holds the rows that it has changed; SQLite has one writer. What would be
a matter of chance is made certain: each stops in the middle of its transaction for the other.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select

from checkout.shop import Shop
from checkout.store import correspondence, tables
from checkout.store.correspondence import Heard, Hint
from checkout.store.engine import Store, Tx, open_engine
from tests.contract.simulated import StandingClock
from tests.store import market
from tests.town import at_once

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
PATIENCE = 30
CANCELED, SUCCEEDED = "payment.canceled", "payment.succeeded"
TAKEN = timedelta(minutes=1)


@pytest.fixture
def other(shop: Shop, database_url: str) -> Iterator[Store]:
    """The same database, as another process has it open."""
    other = Store(open_engine(database_url), shop.store.clock)
    yield other
    other.close()


@pytest.fixture
def later(shop: Shop) -> StandingClock:
    """The clock of both."""
    assert isinstance(shop.store.clock, StandingClock)
    return shop.store.clock


@pytest.fixture
def paid(shop: Shop, later: StandingClock) -> str:
    """A payment of ours, of which YooKassa has told twice."""
    payment_id = market.waiting(shop, "form").payment_id
    for said in (SUCCEEDED, CANCELED):
        shop.store.transact(lambda tx, said=said: keep(tx, payment_id, said))
        later.forward(seconds=1)
    return payment_id


def keep(tx: Tx, payment_id: str, *said: str) -> None:
    correspondence.receive(tx, [Heard(it, payment_id, "{}") for it in said])


def claim(tx: Tx) -> list[Hint]:
    return correspondence.claim_hints(tx, tx.now + TAKEN)


def heed(tx: Tx) -> None:
    correspondence.heed(tx, [*claim(tx)], None)


def stop_before(store: Store, begins: str, meet: Callable[[], object]) -> None:
    """Have whoever is about to run a statement that begins so wait for the others, once."""
    left = [meet]

    def stop(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if statement.startswith(begins) and left:
            left.pop()()

    event.listen(store.engine, "before_cursor_execute", stop)


def due(store: Store) -> dict[str, bool]:
    """By event, whether it is to be followed now."""
    rows = select(tables.inbox.c.event, tables.inbox.c.due_at)
    found = store.read(lambda tx: tx.connection.execute(rows).all())
    return {row.event: row.due_at is not None and row.due_at <= store.clock() for row in found}


def test_one_who_keeps_and_one_who_takes_do_not_wait_for_each_other(
    shop: Shop, other: Store, paid: str
) -> None:
    both = threading.Barrier(2)

    def keep_both(tx: Tx) -> None:
        # in the order of the key, as one call keeps them
        keep(tx, paid, CANCELED)
        both.wait(PATIENCE)
        keep(tx, paid, SUCCEEDED)

    stop_before(shop.store, "UPDATE inbox", lambda: both.wait(PATIENCE))
    done = at_once(lambda: shop.store.transact(claim), lambda: other.transact(keep_both))

    assert done == [[Hint(paid, SUCCEEDED, shop.store.clock() + TAKEN)], None]
    # it was told again after it was taken
    assert due(shop.store) == {CANCELED: True, SUCCEEDED: True}


@pytest.mark.parametrize("follow", [claim, heed])
def test_two_who_take_two_events_of_one_payment_do_not_wait_for_each_other(
    shop: Shop, other: Store, paid: str, follow: Callable[[Tx], object]
) -> None:
    both = threading.Barrier(2)
    for store in (shop.store, other):
        stop_before(store, "UPDATE inbox", lambda: both.wait(PATIENCE))

    done = at_once(lambda: shop.store.transact(follow), lambda: other.transact(follow))

    assert not [it for it in done if isinstance(it, Exception)]
    assert due(shop.store) == {CANCELED: False, SUCCEEDED: False}


@pytest.mark.parametrize(
    "change",
    [
        lambda tx, its: correspondence.forget(tx, Hint(its, SUCCEEDED, tx.now)),
        lambda tx, _: correspondence.replay(tx, None),
        lambda tx, _: correspondence.forget_strangers(tx, tx.now + TAKEN),
    ],
    ids=["forget", "replay", "forget strangers"],
)
def test_whoever_changes_the_inbox_leaves_what_another_keeps(
    shop: Shop, other: Store, paid: str, change: Callable[[Tx, str], object]
) -> None:
    """He would wait here for ever: who keeps it waits for him."""
    shop.store.transact(lambda tx: tx.connection.execute(delete(tables.attempts)))

    def keep_one(tx: Tx) -> None:
        keep(tx, paid, CANCELED)
        other.transact(lambda its: change(its, paid))

    shop.store.transact(keep_one)

    assert due(shop.store)[CANCELED] is True
