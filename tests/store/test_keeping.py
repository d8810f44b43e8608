"""What is kept comes back as it was: editions, notifications, letters to send, moments."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from itertools import chain

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as searching
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from checkout.shop import Shop
from checkout.store import archive, cases, correspondence, ledger, tables
from checkout.store.archive import RewrittenEdition
from checkout.store.correspondence import LEASE, Heard, Hint, Message
from checkout.store.engine import Store, Tx
from offer.editions import sha256
from offer.release import PublishedEdition
from tests.contract.simulated import NOON, StandingClock
from tests.town import at_once

# --- editions


@pytest.fixture
def edition(shop: Shop) -> PublishedEdition:
    """The edition on sale, which the shop archived when it loaded its release."""
    edition = shop.shelf.offer()
    assert edition is not None
    return edition


def other(edition: PublishedEdition, data: bytes, number: int = 2) -> PublishedEdition:
    name = f"{edition.document}/{number}"
    return replace(
        edition, number=number, text=data, sha256=sha256(data), tag=name, page=f"/{name}/",
        source=f"/{name}/{edition.document}.md",
    )  # fmt: skip


def released(shop: Shop, *more: PublishedEdition) -> list[PublishedEdition]:
    """The editions of the release on sale, and some more."""
    release = shop.shelf.release()
    assert release is not None
    return [*(one for kind in release.editions.values() for one in kind), *more]


def test_an_edition_comes_back_whole_with_what_it_means(
    shop: Shop, edition: PublishedEdition
) -> None:
    kept = shop.store.read(lambda tx: archive.edition(tx, "offer", 1))

    assert kept == edition
    assert kept.terms == edition.terms is not None


def test_the_exact_bytes_of_an_edition_are_kept(shop: Shop, edition: PublishedEdition) -> None:
    data = b"\xef\xbb\xbf1. \xd0\xbe\xd1\x84\xd0\xb5\xd1\x80\xd1\x82\xd0\xb0\r\n\x00\xff\t \n\n"

    shop.store.transact(lambda tx: archive.archive(tx, released(shop, other(edition, data))))

    assert shop.store.read(lambda tx: archive.edition(tx, "offer", 2)).text == data


def test_a_release_seen_before_adds_nothing(shop: Shop, edition: PublishedEdition) -> None:
    longer = released(shop, other(edition, b"2"))

    assert shop.store.transact(lambda tx: archive.archive(tx, released(shop))) == 0
    assert shop.store.transact(lambda tx: archive.archive(tx, longer)) == 1
    assert shop.store.transact(lambda tx: archive.archive(tx, longer)) == 0


def test_a_release_that_lacks_a_published_edition_is_refused(
    shop: Shop, edition: PublishedEdition
) -> None:
    shop.store.transact(lambda tx: archive.archive(tx, released(shop, other(edition, b"2"))))

    with pytest.raises(RewrittenEdition, match="нет редакции offer/2"):
        shop.store.transact(lambda tx: archive.archive(tx, released(shop)))


def test_a_rewritten_edition_is_refused_and_nothing_of_its_release_is_kept(
    shop: Shop, edition: PublishedEdition
) -> None:
    forged = replace(edition, sha256=sha256(b"forged"))
    release = released(shop, other(edition, b"a new edition"), forged)

    with pytest.raises(RewrittenEdition, match="offer/1") as refusal:
        shop.store.transact(lambda tx: archive.archive(tx, release))

    assert refusal.value.code == "rewritten_edition"
    numbers = shop.store.read(
        lambda tx: tx.connection.execute(
            select(tables.editions.c.number).where(tables.editions.c.document == "offer")
        ).scalars().all()
    )  # fmt: skip
    assert numbers == [1]


def test_the_same_text_again_is_another_edition(shop: Shop, edition: PublishedEdition) -> None:
    """Going back to an old wording gives a new number with an old hash."""
    again = other(edition, edition.text)

    assert shop.store.transact(lambda tx: archive.archive(tx, released(shop, again))) == 1


# --- notifications


HINT = Hint("p-1", "payment.succeeded", datetime(2026, 11, 23, 9, tzinfo=UTC))


def hear(store: Store, object_id: str = "p-1", event: str = "payment.succeeded") -> None:
    store.transact(lambda tx: correspondence.receive(tx, [Heard(event, object_id, "{}")]))


def heard(store: Store) -> list[tuple[str, str, int]]:
    it = tables.inbox.c
    rows = select(it.event, it.object_id, it.deliveries).order_by(it.object_id, it.event)
    return [tuple(row) for row in store.read(lambda tx: tx.connection.execute(rows).all())]


def hints(store: Store) -> list[str]:
    """What one worker takes, one after another, until nothing is due; it is his for hours."""
    claim = partial(correspondence.claim_hints, until=store.clock() + timedelta(hours=5))
    return [it.object_id for (it,) in iter(lambda: store.transact(claim), [])]


def test_a_notification_delivered_again_is_counted_and_followed_again(
    store: Store, clock: StandingClock
) -> None:
    hear(store)
    store.transact(lambda tx: correspondence.heed(tx, [HINT], None))
    assert hints(store) == []

    clock.forward(minutes=10)
    hear(store)

    assert heard(store) == [("payment.succeeded", "p-1", 2)]
    assert hints(store) == ["p-1"]


def test_notifications_of_one_payment_are_one_hint_the_oldest_payment_first(
    store: Store, clock: StandingClock
) -> None:
    for object_id, event in (
        ("p-2", "payment.waiting_for_capture"),
        ("p-1", "payment.succeeded"),
        ("p-2", "payment.succeeded"),
        ("r-1", "refund.succeeded"),
    ):
        hear(store, object_id, event)
        clock.forward(seconds=1)
    clock.forward(minutes=1)  # strangers are asked about one by one

    assert hints(store) == ["p-2", "p-1"]
    assert len(heard(store)) == 4


def test_a_hint_that_could_not_be_followed_is_followed_later(
    store: Store, clock: StandingClock
) -> None:
    hear(store)
    store.transact(lambda tx: correspondence.heed(tx, [HINT], tx.now + timedelta(minutes=1)))
    assert hints(store) == []

    clock.forward(minutes=1)

    assert hints(store) == ["p-1"]


def test_notifications_that_come_at_once_are_all_counted(store: Store) -> None:
    at_once(*[lambda: hear(store)] * 8)

    assert heard(store) == [("payment.succeeded", "p-1", 8)]


def test_workers_who_take_hints_at_once_get_each_hint_once(
    store: Store, clock: StandingClock
) -> None:
    for number in range(12):
        hear(store, f"p-{number}")
    clock.forward(minutes=2)  # strangers are asked about one by one

    taken = at_once(*[lambda: hints(store)] * 4)

    assert sorted(chain.from_iterable(taken)) == sorted(f"p-{number}" for number in range(12))


# --- letters to send


def stage(store: Store, *names: str) -> None:
    for name in names:
        store.transact(
            lambda tx, name=name: correspondence.stage(
                tx, name, kind="case", subject=name, order_id=None, text="«так»"
            )
        )


def claim(store: Store) -> Message | None:
    return store.transact(correspondence.claim_message)


def test_a_message_is_claimed_as_it_was_staged_and_only_once(store: Store) -> None:
    stage(store, "m-1")

    assert claim(store) == Message("m-1", "case", "m-1", None, "«так»", NOON, tries=0, key=None)
    assert claim(store) is None
    assert store.read(correspondence.unsent) == 1


def test_workers_that_claim_at_once_never_take_the_same_message(store: Store) -> None:
    stage(store, *(f"m-{number}" for number in range(12)))

    taken = at_once(*[lambda: [claim(store), claim(store)]] * 8)

    messages = [it for pair in taken for it in pair if it is not None]
    assert [it for it in messages if not isinstance(it, Message)] == []
    assert sorted(it.id for it in messages) == sorted(f"m-{number}" for number in range(12))


@pytest.fixture
def holding(store: Store) -> Iterator[Message]:
    """A worker that is about to claim a message and stands still in its transaction."""
    with store.engine.begin() as connection:
        message = correspondence.claim_message(Tx(connection, NOON))
        assert message is not None
        yield message


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_passes_by_what_another_is_taking_and_waits_for_nobody(
    staged_two: Store, holding: Message
) -> None:
    second = claim(staged_two)

    assert second is not None
    assert {holding.id, second.id} == {"m-1", "m-2"}


@pytest.fixture
def staged_two(store: Store) -> Store:
    stage(store, "m-1", "m-2")
    return store


def test_a_message_whose_worker_died_is_due_again_when_the_lease_ends(
    store: Store, clock: StandingClock
) -> None:
    stage(store, "m-1")
    claim(store)

    clock.forward(seconds=LEASE.total_seconds() - 1)
    assert claim(store) is None
    clock.forward(seconds=1)

    again = claim(store)
    assert again is not None
    assert (again.id, again.tries) == ("m-1", 1)


def test_a_sent_message_is_never_due_again(store: Store, clock: StandingClock) -> None:
    stage(store, "m-1")
    claim(store)
    store.transact(lambda tx: correspondence.mark_sent(tx, "m-1"))

    clock.forward(days=365)

    assert claim(store) is None
    assert store.read(correspondence.unsent) == 0


def test_a_postponed_message_waits_for_its_time_and_the_longest_waiting_goes_first(
    store: Store, clock: StandingClock
) -> None:
    stage(store, "m-1", "m-2")
    for name, minutes in (("m-1", 20), ("m-2", 10)):
        store.transact(
            lambda tx, name=name, minutes=minutes: correspondence.postpone(
                tx, name, tx.now + timedelta(minutes=minutes), "451 later"
            )
        )
    assert claim(store) is None

    clock.forward(minutes=30)

    assert [getattr(claim(store), "id", None) for _ in range(3)] == ["m-2", "m-1", None]


def test_a_case_is_laid_before_the_contractor_once(store: Store) -> None:
    def lay(name: str) -> bool:
        return store.transact(
            lambda tx: cases.open_case(
                tx, name, kind="odd_money", subject="p-1", order_id=None, sentence="Деньги."
            )
        )

    assert [lay("m-1"), lay("m-2")] == [True, False]
    assert store.read(correspondence.unsent) == 1


# --- moments

moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - the strategy takes naive bounds and adds the zone
    datetime(2099, 12, 31),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=3)), timezone(timedelta(hours=-11))]),
)


# the store is the same for all examples, and each is undone at its end
@searching(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moments)
def test_a_moment_comes_back_the_same_and_in_utc_from_any_zone(
    store: Store, moment: datetime
) -> None:
    with store.engine.connect() as connection, connection.begin() as undone:
        row = {
            "number": 1,
            "kind": "k",
            "subject": "s",
            "order_id": None,
            "sentence": "",
            "opened_at": moment,
        }
        connection.execute(insert(tables.cases), row)
        kept = connection.execute(select(tables.cases.c.opened_at)).scalar_one()
        undone.rollback()

    assert kept == moment
    assert kept.tzinfo is UTC


def test_a_moment_is_compared_as_a_moment_whatever_its_zone(store: Store) -> None:
    stage(store, "m-1")
    vladivostok = NOON.astimezone(timezone(timedelta(hours=10)))
    due = select(tables.messages.c.id)

    for moment, found in ((vladivostok, 1), (vladivostok - timedelta(seconds=1), 0)):
        rows = store.read(
            lambda tx, at=moment: tx.connection.execute(
                due.where(tables.messages.c.due_at <= at)
            ).all()
        )
        assert len(rows) == found


def test_a_transaction_has_one_moment_of_whole_milliseconds(
    store: Store, clock: StandingClock
) -> None:
    clock.move_to(NOON.replace(microsecond=123_987))

    def work(tx: Tx) -> tuple[datetime, datetime]:
        clock.forward(hours=1)
        return tx.now, ledger.append(tx, "message", {}).at

    now, appended = store.transact(work)

    assert now == appended == NOON.replace(microsecond=123_000)
    assert store.read(ledger.head).at == now  # type: ignore[union-attr]  # it was just appended


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_is_durable_concurrent_and_minds_its_foreign_keys(store: Store) -> None:
    def setting(name: str) -> object:
        return store.read(lambda tx: tx.connection.execute(text(f"PRAGMA {name}")).scalar())

    assert (setting("journal_mode"), setting("synchronous"), setting("foreign_keys")) == (
        "wal",
        2,
        1,
    )
