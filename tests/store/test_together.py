"""What is done together: by one call for all who wait, and nobody fails for another's sake."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from checkout.domain.payment import Payment
from checkout.domain.transitions import State
from checkout.hear import NotANotification, hear_all
from checkout.settle import Settled, record, record_all, settle_all
from checkout.shop import Shop
from checkout.store import ledger, tables, writer
from checkout.store.engine import Store, Tx
from offer.evidence.chain import broken
from tests.store import market
from tests.town import at_once

MARK = "2ec65a1e-000f-5000-8000-000000000"
Calls = list[list[int]]


@pytest.fixture
def numbers(store: Store) -> Store:
    """A store with a table of numbers."""
    made = text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    store.transact(lambda tx: tx.connection.execute(made))
    return store


def add_all(tx: Tx, calls: Calls, numbers: Sequence[int]) -> list[int]:
    calls.append([*numbers])
    for n in numbers:
        tx.connection.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": n})
    return [10 * n for n in numbers]


def kept(store: Store) -> list[int]:
    rows = store.read(lambda tx: tx.connection.execute(text("SELECT n FROM numbers ORDER BY n")))
    return list(rows.scalars())


def test_several_things_of_one_caller_are_done_by_one_call(numbers: Store) -> None:
    calls: Calls = []

    answers = numbers.together(add_all, calls, [3, 1, 2])

    assert [it() for it in answers] == [30, 10, 20]
    assert (calls, kept(numbers)) == ([[3, 1, 2]], [1, 2, 3])
    assert numbers.together(add_all, calls, []) == []
    assert numbers.together(add_all, calls, [4])[0]() == 40


def test_one_that_cannot_be_done_is_undone_and_told_alone(numbers: Store) -> None:
    calls: Calls = []

    answers = numbers.together(add_all, calls, [1, 2, 2, 3])

    assert [answers[at]() for at in (0, 1, 3)] == [10, 20, 30]
    with pytest.raises(IntegrityError):
        answers[2]()
    assert kept(numbers) == [1, 2, 3]
    assert calls == [[1, 2, 2, 3], [1], [2], [2], [3]]


def test_more_than_one_commit_holds_are_done_by_several(
    numbers: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_AT_ONCE", 3)
    calls: Calls = []

    answers = numbers.together(add_all, calls, range(8))

    assert [it() for it in answers] == [10 * n for n in range(8)]
    assert calls == [[0, 1, 2], [3, 4, 5], [6, 7]]


def test_what_threads_want_at_once_is_done_once_each(numbers: Store) -> None:
    calls: Calls = []

    def want(first: int) -> Callable[[], list[int]]:
        things = range(first, first + 10)
        return lambda: [it() for it in numbers.together(add_all, calls, things)]

    done = at_once(*(want(10 * at) for at in range(8)))

    assert done == [[10 * n for n in range(first, first + 10)] for first in range(0, 80, 10)]
    assert kept(numbers) == list(range(80)) == sorted(n for call in calls for n in call)


def test_a_commit_that_fails_answers_nobody(numbers: Store) -> None:
    """As the death of the machine between the writing and the commit."""
    calls: Calls = []

    def fail(connection: object) -> None:
        raise OSError("no space left on device")

    event.listen(numbers.engine, "commit", fail)
    answers = numbers.together(add_all, calls, [1, 2])
    event.remove(numbers.engine, "commit", fail)

    for it in answers:
        with pytest.raises(OSError, match="no space left"):
            it()
    assert (calls, kept(numbers)) == ([[1, 2]], [])
    assert [it() for it in numbers.together(add_all, calls, [1, 2])] == [10, 20]


# --- settlements


def settled(shop: Shop, payments: Sequence[Payment]) -> list[State | None]:
    return [it().state for it in settle_all(shop, payments)]


def every_kind(shop: Shop) -> list[Payment]:
    """Payments that begin something, that begin nothing, and that come again."""
    known = [market.waiting(shop, f"form-{at}") for at in range(6)]
    paid = [it.paid() for it in known]
    return [
        paid[0],
        known[1].paid("canceled"),
        paid[2],
        replace(paid[3], amount_kopecks=100),
        paid[0],
        replace(paid[2], id="a-second-one"),
        known[4].paid("pending"),
        replace(paid[5], id="of-nobody", metadata={}),
        paid[5],
    ]


EXPECTED = [
    State.PAID, State.CANCELLED, State.PAID, State.CASE, State.PAID,
    None, State.WAITING, None, State.PAID,
]  # fmt: skip


def written(shop: Shop) -> list[tuple[str, str]]:
    """Every fact but what differs between two runs: the rows it stands on."""
    rows = shop.store.read(ledger.entries)
    assert broken(rows) is None
    told = [(row.kind, json.loads(row.fact)) for row in rows if row.kind != "edition"]
    passing = ("payment_id", "answer_sha256", "order_row", "order_row_hash", "details_sha256",
               "origin_sha256", "token_sha256", "subject", "sentence", "reason")  # fmt: skip
    return sorted(
        (kind, json.dumps({name: it for name, it in fact.items() if name not in passing}))
        for kind, fact in told
    )


def test_payments_settled_together_write_what_they_write_one_by_one(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    payments = every_kind(shop)
    together = shop.store.transact(lambda tx: record_all(tx, shop, payments))
    assert [it.state for it in together] == EXPECTED

    folder = tmp_path_factory.mktemp("alone")
    market.publish(folder)
    with market.opened(folder, f"sqlite:///{folder / 'shop.db'}") as other:
        alone: list[Settled] = [
            other.store.transact(lambda tx, it=it: record(tx, other, it))
            for it in every_kind(other)
        ]
        assert [it.state for it in alone] == EXPECTED
        assert written(shop) == written(other)


def test_a_settlement_that_cannot_be_written_does_not_sink_the_others(shop: Shop) -> None:
    known = [market.waiting(shop, f"form-{at}") for at in range(3)]
    payments = [it.paid() for it in known]
    broken_one = replace(payments[1], raw="[]")  # no object: it cannot be kept

    answers = settle_all(shop, [payments[0], broken_one, payments[2]])

    assert [answers[at]().state for at in (0, 2)] == [State.PAID] * 2
    with pytest.raises(ValueError, match="a payment is an object"):
        answers[1]()
    assert market.looked_at(shop, known[1].order.id).order.state is State.WAITING
    assert settled(shop, payments) == [State.PAID] * 3
    rows = shop.store.read(ledger.entries)
    assert broken(rows) is None
    assert [row.kind for row in rows].count("acceptance") == 3


# --- notifications


def notice(object_id: str) -> bytes:
    said = {"event": "payment.succeeded", "object": {"id": object_id}}
    return json.dumps(said).encode()


def inbox(store: Store) -> list[str]:
    named = tables.inbox.select().order_by(tables.inbox.c.object_id)
    return [row.object_id for row in store.read(lambda tx: tx.connection.execute(named).all())]


def test_notifications_heard_together_are_each_told_what_became_of_it(shop: Shop) -> None:
    ids = [f"{MARK}{at:03}" for at in range(3)]

    outcomes = hear_all(shop, [notice(ids[0]), b"{", notice(ids[1]), notice(ids[0])])

    assert [type(it) for it in outcomes] == [type(None), NotANotification, *[type(None)] * 2]
    assert inbox(shop.store) == ids[:2]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_notification_that_cannot_be_kept_does_not_sink_the_others(shop: Shop) -> None:
    ids = [f"{MARK}{at:03}" for at in range(3)]
    refuse = (
        f"CREATE TRIGGER no BEFORE INSERT ON inbox WHEN NEW.object_id = '{ids[1]}' "
        "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
    )
    shop.store.transact(lambda tx: tx.connection.execute(text(refuse)))

    outcomes = hear_all(shop, [notice(it) for it in ids])

    assert [outcomes[0], outcomes[2]] == [None, None]
    assert isinstance(outcomes[1], IntegrityError)
    assert inbox(shop.store) == [ids[0], ids[2]]


def test_notifications_whose_commit_fails_are_all_said_to_be_lost(shop: Shop) -> None:
    bodies = [notice(f"{MARK}{at:03}") for at in range(3)]

    def fail(connection: object) -> None:
        raise OSError("the machine is gone")

    event.listen(shop.store.engine, "commit", fail)
    lost = hear_all(shop, bodies)
    event.remove(shop.store.engine, "commit", fail)

    assert [type(it) for it in lost] == [OSError] * 3
    assert inbox(shop.store) == []
    assert hear_all(shop, bodies) == [None] * 3
