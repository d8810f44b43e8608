"""The ledger's head is published once a local day, whoever works, and told to the contractor."""

from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from checkout.open import open_shop
from checkout.publish_head import publish_head
from checkout.shop import Shop
from checkout.store import heads, ledger, tables
from checkout.store.engine import Store
from checkout.store.heads import Head
from tests.contract.simulated import StandingClock
from tests.store import market, racing
from tests.town import at_once, moscow

TODAY = date(2026, 11, 23)


def happen(shop: Shop) -> Any:
    return shop.store.transact(lambda tx: ledger.append(tx, "case", {"kind": "test"}))


def published(shop: Shop) -> list[Head]:
    return shop.store.read(heads.published)


def staged(shop: Shop) -> list[tuple[str, str]]:
    columns = select(tables.messages.c.kind, tables.messages.c.subject)
    return [tuple(row) for row in shop.store.read(lambda tx: tx.connection.execute(columns).all())]


def clock_of(shop: Shop) -> StandingClock:
    assert isinstance(shop.store.clock, StandingClock)
    return shop.store.clock


def facts(shop: Shop) -> list[dict[str, Any]]:
    return shop.store.read(lambda tx: ledger.facts(tx, "head"))


def test_nothing_is_published_while_nothing_has_happened(store: Store) -> None:
    assert store.transact(lambda tx: heads.publish(tx, TODAY)) is None

    assert store.read(heads.published) == []
    assert store.read(ledger.entries) == []


def test_that_a_head_was_published_is_a_fact_of_the_same_moment(shop: Shop) -> None:
    row = happen(shop)
    head = publish_head(shop)

    assert head is not None
    assert facts(shop) == [{"day": "2026-11-23", "number": row.number, "hash": row.hash}]
    newest = shop.store.read(ledger.head)
    assert newest is not None
    assert (newest.number, newest.kind, newest.at) == (row.number + 1, "head", head.at)


def test_a_head_published_is_nothing_new_to_publish(shop: Shop) -> None:
    row = happen(shop)
    for _ in range(3):
        publish_head(shop)
        clock_of(shop).forward(hours=24)

    assert [it.number for it in published(shop)] == [row.number] * 3
    assert [it["day"] for it in facts(shop)] == ["2026-11-23", "2026-11-24", "2026-11-25"]


def test_the_newest_row_is_published_once_a_day_and_told_in_a_letter(shop: Shop) -> None:
    row = happen(shop)
    first = publish_head(shop)
    happen(shop)

    assert publish_head(shop) is None
    assert first == Head(TODAY, clock_of(shop).now, row.number, row.hash)
    assert published(shop) == [first]
    assert staged(shop) == [("head", "2026-11-23")]
    assert shop.store.read(lambda tx: heads.of_day(tx, TODAY)) == first
    assert shop.store.read(lambda tx: heads.of_day(tx, date(2026, 11, 24))) is None


def test_the_day_is_that_of_the_shop_and_not_of_greenwich(shop: Shop) -> None:
    clock, last = clock_of(shop), happen(shop)
    for hour, minute in ((23, 59), (0, 0), (2, 59), (3, 1)):
        day = 23 if hour == 23 else 24
        clock.move_to(moscow(2026, 11, day, hour, minute))
        publish_head(shop)

    assert [it.day.day for it in published(shop)] == [23, 24]
    assert {it.hash for it in published(shop)} == {last.hash}


def test_workers_of_two_processes_that_see_a_new_day_publish_one_head(shop: Shop) -> None:
    happen(shop)
    with ExitStack() as ending:
        other = open_shop(shop.settings, clock_of(shop))
        ending.callback(other.store.close)

        done = at_once(*[lambda: publish_head(shop), lambda: publish_head(other)] * 4)

    (head,) = published(shop)
    assert sorted(done, key=bool) == [None] * 7 + [head]
    assert staged(shop) == [("head", "2026-11-23")]


def publish_at_once(barrier: Any, folder: Path, database_url: str) -> None:
    with market.opened(folder, database_url) as shop:
        barrier.wait(racing.PATIENCE)
        publish_head(shop)


def test_processes_that_see_a_new_day_at_once_publish_one_head(
    shop: Shop, tmp_path: Path, database_url: str
) -> None:
    row = happen(shop)

    assert racing.together(4, publish_at_once, tmp_path, database_url) == []
    assert [it.hash for it in published(shop)] == [row.hash]
    assert staged(shop) == [("head", "2026-11-23")]
