"""Notifications of one payment, kept and taken at one moment by two processes: nobody is undone.

On PostgreSQL, where each holds the rows that it has changed; SQLite has one writer. What would be
a matter of chance is made certain: each stops in the middle of its transaction for the other.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text

from checkout.ask import save_payment
from checkout.domain.transitions import State
from checkout.settle import Settled, record_all
from checkout.shop import Shop
from checkout.store import correspondence, orders, retention, tables
from checkout.store.correspondence import Heard, Hint
from checkout.store.engine import Store, Tx, open_engine
from tests.contract.simulated import StandingClock
from tests.store import market
from tests.story.driving import until
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


def test_one_who_keeps_ours_and_a_strangers_does_not_wait_for_one_who_took_ours_for_a_strangers(
    shop: Shop, other: Store
) -> None:
    """A payment is a stranger's until it is saved that it is ours."""
    known = market.placed(shop, "form")
    ours = Heard(SUCCEEDED, known.payment_id, "{}")
    strangers = Heard(SUCCEEDED, "2ec65a1e-000f-5000-8000-000000000001", "{}")
    looked, both = threading.Event(), threading.Barrier(2)

    def wait_to_keep() -> None:
        looked.set()
        both.wait(PATIENCE)

    stop_before(other, "INSERT INTO inbox", wait_to_keep)
    stop_before(shop.store, "SELECT pg_advisory_xact_lock", lambda: both.wait(PATIENCE))

    def keep_as_ours() -> list[bool]:
        looked.wait(PATIENCE)
        shop.store.transact(lambda tx: save_payment(tx, known.attempt.id, known.paid("pending")))
        return shop.store.transact(lambda tx: correspondence.receive(tx, [ours, strangers]))

    def keep_as_strangers() -> list[bool]:
        return other.transact(lambda tx: correspondence.receive(tx, [ours]))

    assert at_once(keep_as_ours, keep_as_strangers) == [[True, True], [True]]


def test_whoever_erases_a_client_waits_for_his_notifications_in_the_order_they_are_kept_in(
    shop: Shop, other: Store, paid: str
) -> None:
    """He holds what the money waits for: neither he nor who keeps may be undone by the other."""
    (order,) = shop.store.read(lambda tx: [orders.by_payment(tx, paid)])
    assert order is not None
    kept_one = threading.Event()

    def keep_both(tx: Tx) -> None:
        keep(tx, paid, CANCELED)
        kept_one.set()
        until(lambda: waits(shop), "one who waits for it")
        keep(tx, paid, SUCCEEDED)

    def erase() -> None:
        kept_one.wait(PATIENCE)
        shop.store.transact(lambda tx: retention._redact(tx, order))

    assert at_once(erase, lambda: other.transact(keep_both)) == [None, None]


def waits(shop: Shop) -> bool:
    """Whether somebody waits for what another holds."""
    ungranted = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return shop.store.read(lambda tx: tx.connection.execute(ungranted).scalar_one()) > 0


def test_two_who_learn_of_the_same_orders_take_them_in_one_order_though_one_comes_twice(
    shop: Shop, other: Store
) -> None:
    """Nobody's money has come yet, so nobody is alone at the ledger."""
    first, second = (market.waiting(shop, it).paid("pending") for it in ("first", "second"))
    locked = threading.Event()

    def hold() -> None:
        locked.set()
        until(lambda: waits(shop), "one who waits for it")

    stop_before(shop.store, "UPDATE attempts", hold)

    def learn_in_order() -> list[Settled]:
        locked.wait(PATIENCE)
        return other.transact(lambda tx: record_all(tx, shop, [first, second]))

    done = at_once(
        lambda: shop.store.transact(lambda tx: record_all(tx, shop, [second, second, first])),
        learn_in_order,
    )

    assert done == [[Settled(State.WAITING)] * 3, [Settled(State.WAITING)] * 2]
