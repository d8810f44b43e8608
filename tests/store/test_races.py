"""What several threads and several processes do at once is done once."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from checkout.buy import buy
from checkout.domain.payment import Payment
from checkout.domain.transitions import State
from checkout.open import open_shop
from checkout.settle import record, settle
from checkout.shop import Shop
from checkout.store import ledger, tables
from checkout.store.engine import Store, open_engine
from checkout.verify import chain
from offer.editions import DOCUMENTS
from offer.evidence.chain import broken
from tests.store import market, racing
from tests.store.market import Waiting
from tests.town import Town, a_town, at_once

THREADS, PROCESSES = 8, 6


@pytest.fixture(params=[10, pytest.param(200, marks=pytest.mark.soak)], ids=lambda it: f"{it}x")
def rounds(request: pytest.FixtureRequest) -> int:
    """How often a race is run: 10 times for each kind and database, 40 in all; more to soak."""
    return int(request.param)


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with a_town(tmp_path, database_url) as town:
        yield town


@pytest.fixture
def shops(town: Town) -> Iterator[tuple[Shop, Shop]]:
    """The town's shop as two processes would have it: each with its own locks and connections."""
    with ExitStack() as ending:
        other = open_shop(town.shop.settings, town.clock)
        ending.callback(other.store.close)
        yield town.shop, other


def column(shop: Shop, *columns: object) -> list[object]:
    rows = shop.store.read(lambda tx: tx.connection.execute(select(*columns)).all())  # type: ignore[call-overload]
    return [row[0] if len(row) == 1 else tuple(row) for row in rows]


def assert_each_paid_once(shop: Shop, waiting: list[Waiting]) -> None:
    """One package, one acceptance, one payment, one letter of each kind for each order; a chain."""
    numbers = {it.order.number for it in waiting}
    once = Counter(numbers)
    rows = shop.store.read(ledger.entries)
    facts = [(row.kind, ledger_order(row.fact)) for row in rows if row.kind != "edition"]
    assert broken(rows) is None
    assert Counter(it for kind, it in facts if kind == "acceptance") == once
    assert Counter(it for kind, it in facts if kind == "payment") == once
    assert len(column(shop, tables.packages.c.order_id)) == len(numbers)
    told = Counter(column(shop, tables.messages.c.kind, tables.messages.c.subject))
    assert told == Counter((kind, it) for kind in ("paid", "order") for it in numbers)
    assert column(shop, tables.cases.c.kind) == []
    assert set(column(shop, tables.orders.c.state)) == {State.PAID}


def ledger_order(fact: str) -> str:
    return fact.split('"order":"')[1].split('"')[0]


def test_threads_that_settle_one_payment_at_once_settle_it_once(shop: Shop, rounds: int) -> None:
    waiting = [market.waiting(shop, f"form-{number}") for number in range(rounds)]

    def settling(payment: Payment) -> Callable[[], object]:
        return lambda: racing.settle_one(shop, payment)

    for one in waiting:
        settled = at_once(*[settling(one.paid())] * THREADS)
        assert [getattr(it, "state", it) for it in settled] == [State.PAID] * THREADS

    assert_each_paid_once(shop, waiting)


def test_processes_that_settle_one_payment_at_once_settle_it_once(
    shop: Shop, tmp_path: Path, database_url: str, rounds: int
) -> None:
    waiting = [market.waiting(shop, f"form-{number}") for number in range(rounds)]
    payments = [it.paid() for it in waiting]

    wrong = racing.together(PROCESSES, racing.settle_all, tmp_path, database_url, payments)

    assert wrong == []
    assert_each_paid_once(shop, waiting)


def test_threads_that_settle_different_payments_leave_no_gap_in_the_chain(shop: Shop) -> None:
    waiting = [market.waiting(shop, f"form-{number}") for number in range(THREADS)]

    settled = at_once(
        *(lambda it=it: racing.settle_one(shop, it.paid()) for it in waiting),
        *(lambda it=it: racing.settle_one(shop, it.paid()) for it in reversed(waiting)),
    )

    assert [getattr(it, "state", it) for it in settled] == [State.PAID] * 2 * THREADS
    assert_each_paid_once(shop, waiting)


def test_one_who_says_cancelled_late_does_not_undo_what_was_paid(shop: Shop) -> None:
    waiting = [market.waiting(shop, f"form-{number}") for number in range(4)]

    for one in waiting:
        at_once(
            *[lambda it=one: racing.settle_one(shop, it.paid())] * 4,
            *[lambda it=one: racing.settle_one(shop, it.paid("pending"))] * 4,
        )
        late = shop.store.transact(lambda tx, it=one: record(tx, shop, it.paid("canceled")))
        assert late.state is State.PAID

    assert_each_paid_once(shop, waiting)


@pytest.mark.parametrize("hint", ["payment.succeeded", "payment.waiting_for_capture"])
def test_page_notification_and_poller_settle_one_payment_once(town: Town, hint: str) -> None:
    token = town.order()
    payment_id = town.facts(token)["payment_id"]
    town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    body = {"type": "notification", "event": hint, "object": {"id": payment_id}}

    done = at_once(
        *[lambda: town.facts(token)["state"]] * 3,
        *[lambda: town.client.post("/yookassa/notifications", json=body).status_code] * 2,
        *[lambda: settle(town.shop, payment_id).state] * 2,
        town.work,
    )

    assert done == ["paid"] * 3 + [200] * 2 + [State.PAID] * 2 + [None]
    town.work()
    kinds = [row["kind"] for row in town.ledger() if row["kind"] != "message"]
    assert kinds == ["order", "acceptance", "payment", "certificate"]
    assert sorted(town.letters()) == ["anna@example.ru", "dudkinanton@bk.ru"]


def test_one_form_sent_by_eight_threads_is_one_order_and_one_payment(town: Town) -> None:
    form = town.form()

    answers = at_once(*[lambda: town.send(form)] * THREADS)

    assert [getattr(it, "status_code", it) for it in answers] == [303] * THREADS
    assert len({it.headers["location"] for it in answers}) == 1
    assert len(town.yookassa.payments()) == 1
    assert [row["kind"] for row in town.ledger()] == ["order"]


def test_one_form_sent_through_two_processes_is_one_order_and_one_payment(
    town: Town, shops: tuple[Shop, Shop]
) -> None:
    said = [market.purchase(shop, "the same form") for shop in shops]

    bought = at_once(*(lambda at=at: buy(shops[at % 2], said[at % 2]) for at in range(THREADS)))

    assert len({getattr(it, "token", it) for it in bought}) == 1
    assert len(town.yookassa.payments()) == 1
    assert town.facts(bought[0].token)["state"] == "waiting"
    assert [row["kind"] for row in town.ledger()] == ["order"]


def test_different_forms_at_once_are_numbered_without_a_gap(
    town: Town, shops: tuple[Shop, Shop]
) -> None:
    said = [market.purchase(shops[at % 2], f"form-{at}") for at in range(THREADS)]

    bought = at_once(*(lambda at=at: buy(shops[at % 2], said[at]) for at in range(THREADS)))

    assert [getattr(it, "trouble", it) for it in bought] == [None] * THREADS
    numbers = sorted(town.facts(it.token)["number"] for it in bought)
    assert numbers == [f"2026-{number:04}" for number in range(1, THREADS + 1)]
    rows = town.shop.store.read(ledger.entries)
    assert [row.kind for row in rows] == ["edition"] * len(DOCUMENTS) + ["order"] * THREADS
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert broken(rows) is None


def test_processes_that_migrate_an_empty_database_at_once_do_it_once(database_url: str) -> None:
    wrong = racing.together(PROCESSES, racing.migrate_all, database_url)

    assert wrong == []
    engine = open_engine(database_url)
    assert set(inspect(engine).get_table_names()) == {*tables.metadata.tables, "alembic_version"}
    engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("facts", [1_000, pytest.param(5_000, marks=pytest.mark.soak)])
def test_two_processes_that_append_at_once_make_one_unbroken_chain(
    store: Store, database_url: str, facts: int
) -> None:
    wrong = racing.together(2, racing.append_all, database_url, facts)

    assert wrong == []
    rows = store.read(ledger.entries)
    told = Counter(json.loads(row.fact)["process"] for row in rows)
    assert list(told.values()) == [facts, facts]
    assert rows[-1].number == 2 * facts
    assert chain(store).mark == "✓"
