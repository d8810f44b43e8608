"""Money that did not fit goes back once, at whichever step of it the process dies."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from checkout.refund import CannotRefund, Wanted, refund
from checkout.settle import settle
from checkout.store import cases, tables
from checkout.verify import BAD, verify
from tests.fault.fuse import Crash, Fuse, fused
from tests.town import Town, a_town
from tests.web.buying import given_up_and_decided_anew, payment_of, spoilt_and_settled

# before and after: the decision, the question, what is written of its answer
STEPS = 6


def of_a_wrong_sum(town: Town) -> tuple[str, str]:
    """The token of an order, and the payment that did not fit it: twice it could go back."""
    token = town.order()
    spoilt_and_settled(town, token, amount_kopecks=400_000)
    return token, payment_of(town, token)


def late(town: Town) -> tuple[str, str]:
    """Paid when the order was cancelled already."""
    token, given_up = with_one_given_up(town)
    town.yookassa.control("POST", f"/payments/{payment_of(town, token)}/decline")
    assert town.facts(token)["state"] == "cancelled"
    return paid(town, token, given_up)


def second(town: Town) -> tuple[str, str]:
    """Paid when the order was paid already."""
    token, given_up = with_one_given_up(town)
    town.pay(token)
    return paid(town, token, given_up)


def with_one_given_up(town: Town) -> tuple[str, str]:
    before = {it["id"] for it in town.yookassa.payments()}
    token, _ = given_up_and_decided_anew(town)
    after = {it["id"] for it in town.yookassa.payments()}
    (given_up,) = after - before - {payment_of(town, token)}
    return token, given_up


def paid(town: Town, token: str, payment_id: str) -> tuple[str, str]:
    town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    settle(town.shop, payment_id)
    return token, payment_id


def letters_about_refunds(town: Town) -> int:
    told = select(func.count()).where(tables.messages.c.kind == "refunded")
    return town.shop.store.read(lambda tx: int(tx.connection.execute(told).scalar_one()))


@pytest.mark.parametrize(
    "odd", [of_a_wrong_sum, *(pytest.param(it, marks=pytest.mark.soak) for it in (late, second))]
)
def test_odd_money_goes_back_once_wherever_the_process_dies(
    tmp_path: Path, sqlite_url: str, odd: Callable[[Town], tuple[str, str]]
) -> None:
    with a_town(tmp_path, sqlite_url) as town:
        for step in range(STEPS + 1):
            town.yookassa.fault(None)
            token, payment_id = odd(town)
            before, told = town.facts(token), letters_about_refunds(town)
            (case,) = town.shop.store.read(cases.opened)
            wanted = Wanted(before["number"], None, "лишнее", payment_id=payment_id)
            fuse = Fuse(step)
            mortal = fused(town.shop, fuse, yookassa=town.shop.yookassa)

            with suppress(Crash):
                refund(mortal, wanted)
            died = fuse.left is None
            town.clock.forward(minutes=6)
            with suppress(CannotRefund):  # he does not know, and gives it back again
                refund(town.shop, wanted)
            for _ in range(2):
                town.clock.forward(minutes=6)
                town.work()
            facts = town.facts(token)
            refunds = [*town.shop.yookassa.refunds(payment_id=payment_id)]
            rows = [it for it in town.ledger() if it["kind"] == "refund"]
            ends = [it["action"] for it in rows if it["payment_id"] == payment_id]

            assert died == (step < STEPS), "a step was not seen"
            assert (case.kind, case.subject) == ("odd_money", payment_id)
            assert [it.status for it in refunds] == ["succeeded"], step
            assert town.shop.store.read(cases.opened) == []
            assert letters_about_refunds(town) == told + 1
            assert facts["package"] == before["package"]
            assert ends == ["ordered", "succeeded"]
            remarks = verify(town.shop.store, town.shop.settings.zone)
            assert [it.sentence for it in remarks if it.mark == BAD] == []
