"""Payments nobody told of are asked about together, and each is written as if it were alone."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from checkout.settle import settle
from checkout.store import ledger, orders, tables
from checkout.worker import look_at_attempts
from tests.town import Town
from tests.web.buying import (
    asked_of_yookassa,
    begin_package,
    orders_in,
    payment_of,
    with_clock,
)

ENDED = select(tables.attempts).where(tables.attempts.c.state == "final")


def paid_and_not_told(town: Town, number: int) -> list[str]:
    """Payments that are paid at YooKassa; it is time to ask about them."""
    payments = [payment_of(town, town.order(email=f"c{at}@example.ru")) for at in range(number)]
    for payment_id in payments:
        town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    town.clock.forward(minutes=2)
    return payments


def moments(town: Town) -> list[datetime]:
    """When each acceptance was written: what one transaction writes has its one moment."""
    rows = town.shop.store.read(ledger.entries)
    return [row.at for row in rows if row.kind == "acceptance"]


def test_what_was_paid_while_nobody_told_is_asked_about_once_and_written_together(
    any_town: Town,
) -> None:
    payments = paid_and_not_told(any_town, 4)
    shop = with_clock(any_town, 0.001)
    with asked_of_yookassa(any_town) as asked:
        look_at_attempts(shop)
        look_at_attempts(shop)

    assert sorted(it["path"] for it in asked) == sorted(f"/v3/payments/{it}" for it in payments)
    assert orders_in(any_town, "paid") == 4
    assert len(moments(any_town)) == 4
    assert len({*moments(any_town)}) == 1


def test_one_that_was_never_answered_is_sent_again_among_those_that_were(own_town: Town) -> None:
    own_town.yookassa.fault("500", "POST /payments", times=1)
    own_town.send(own_town.form())
    own_town.yookassa.fault(None)
    paid_and_not_told(own_town, 2)
    look_at_attempts(own_town.shop)

    assert (orders_in(own_town, "paid"), orders_in(own_town, "waiting")) == (2, 1)


def test_one_silence_puts_off_only_what_it_was_about(any_town: Town) -> None:
    paid_and_not_told(any_town, 3)
    any_town.yookassa.fault("500", "GET /payments/{id}", times=1)
    look_at_attempts(any_town.shop)
    before = orders_in(any_town, "paid")
    any_town.yookassa.fault(None)
    look_at_attempts(any_town.shop)
    then = orders_in(any_town, "paid")
    any_town.clock.forward(minutes=1)
    look_at_attempts(any_town.shop)

    assert (before, then, orders_in(any_town, "paid")) == (0, 2, 3)


def test_what_is_told_is_written_before_much_more_is_asked(own_town: Town) -> None:
    paid_and_not_told(own_town, 4)
    look_at_attempts(with_clock(own_town, 0.4))

    assert orders_in(own_town, "paid") == 4
    assert len({*moments(own_town)}) > 1


def test_a_payment_that_cannot_be_written_holds_up_no_other(any_town: Town) -> None:
    payments = paid_and_not_told(any_town, 3)
    begin_package(any_town, payments[0])
    with pytest.raises(IntegrityError):
        look_at_attempts(any_town.shop)

    assert (orders_in(any_town, "paid"), orders_in(any_town, "waiting")) == (2, 1)


def test_what_ended_while_it_was_left_to_ask_is_asked_about_no_more(any_town: Town) -> None:
    """Its notification is settled between the claim and the silence about another."""
    payments = paid_and_not_told(any_town, 2)
    store = any_town.shop.store
    first, second = store.transact(lambda tx: orders.due(tx, 9))
    assert {first.payment_id, second.payment_id} == {*payments}
    settle(any_town.shop, str(second.payment_id))
    store.transact(lambda tx: orders.put_off(tx, {first.id: tx.now + timedelta(hours=1)}))
    store.transact(lambda tx: orders.look_now(tx, [first, second]))

    assert store.transact(lambda tx: orders.due(tx, 9)) == [first]
    row = store.read(lambda tx: tx.connection.execute(ENDED).one())
    assert (row.id, row.next_look_at) == (second.id, None)
