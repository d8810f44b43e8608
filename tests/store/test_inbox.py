"""What is done with a notification does nothing to those of something else."""

from datetime import timedelta

from sqlalchemy import select

from checkout.shop import Shop
from checkout.store import correspondence, tables
from checkout.store.correspondence import Heard, Hint
from tests.store import market

PAID, WAITS, REFUNDED = "payment.succeeded", "payment.waiting_for_capture", "refund.succeeded"
LATER = timedelta(minutes=1)


def due(shop: Shop) -> set[str]:
    """The events that are to be followed now."""
    inbox = tables.inbox.c
    rows = select(inbox.event).where(inbox.due_at <= shop.store.clock())
    return set(shop.store.read(lambda tx: tx.connection.execute(rows).scalars().all()))


def keep(shop: Shop, object_id: str, *said: str) -> None:
    heard = [Heard(it, object_id, "{}") for it in said]
    shop.store.transact(lambda tx: correspondence.receive(tx, heard))


def claim(shop: Shop, about: str) -> list[Hint]:
    return shop.store.transact(
        lambda tx: correspondence.claim_hints(tx, tx.now + LATER, about=about)
    )


def test_a_refund_invented_under_the_name_of_a_payment_takes_nothing_said_of_the_payment(
    shop: Shop,
) -> None:
    payment_id = market.waiting(shop, "form").payment_id
    keep(shop, payment_id, PAID, REFUNDED)

    (invented,) = claim(shop, "refund")
    claimed = due(shop)
    keep(shop, payment_id, WAITS)
    shop.store.transact(lambda tx: correspondence.forget(tx, invented))

    assert (claimed, due(shop)) == ({PAID}, {PAID, WAITS})
