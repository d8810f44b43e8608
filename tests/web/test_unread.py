"""What cannot be read in YooKassa's lists, or a list that breaks off, hides nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from checkout.__main__ import main
from checkout.clock import real_clock
from checkout.reconcile import Span, reconcile, reconcile_daily
from checkout.refund import Wanted, refund
from checkout.store import tables
from tests.town import Town
from tests.web.buying import payment_of
from tests.web.test_reconcile import WHY, cases, differences, made, stranger


def test_one_thing_that_cannot_be_read_is_a_case_once_and_the_rest_is_compared(
    own_town: Town,
) -> None:
    token = own_town.order()
    own_town.yookassa.control("POST", f"/payments/{payment_of(own_town, token)}/pay")
    own_town.clock.forward(minutes=1)
    unread = stranger(own_town)
    own_town.clock.forward(hours=12)
    own_town.yookassa.fault("newest_without_amount", "GET /payments")
    reconcile_daily(own_town.shop)
    own_town.work()
    kept = made(own_town)

    assert own_town.facts(token)["state"] == "paid"
    assert kept is not None
    assert (kept.payments, kept.refunds, kept.differences) == (1, 0, 2)
    (case,) = [it for it in cases(own_town) if unread in it]
    assert case.startswith(f"Сверка не\u00a0закончена: платёж {unread} ЮKassa описывает так")
    (letter,) = [it for it in own_town.post if unread in it.text]
    assert "сверка с ЮKassa не закончена" in letter.header("Subject").replace("\u00a0", " ")
    own_town.yookassa.fault("newest_without_amount", "GET /payments")
    assert differences(own_town) == [case]
    assert sum(unread in it for it in cases(own_town)) == 1


@pytest.mark.parametrize("table", ["attempts", "refunds"])
def test_what_is_no_longer_in_the_list_and_cannot_be_read_by_itself_is_laid_aside_too(
    own_town: Town, table: str
) -> None:
    own_town.pay(own_town.order())
    refund(own_town.shop, Wanted("2026-0001", 150_000, WHY))
    since = own_town.clock.now + timedelta(minutes=1)
    later = update(tables.metadata.tables[table]).values(created_at=since + timedelta(minutes=4))
    with own_town.shop.store.engine.begin() as connection:
        connection.execute(later)
    path = "payments" if table == "attempts" else "refunds"
    own_town.yookassa.fault("no_amount", f"GET /{path}/{{id}}")
    (found,) = reconcile(own_town.shop, Span(since)).differences

    assert found.startswith("Сверка не\u00a0закончена: ")
    assert found in cases(own_town)


@pytest.mark.usefixtures("as_its_process")
def test_a_list_that_breaks_in_the_middle_tells_what_was_learnt_before(
    own_town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger(own_town)
    own_town.clock.now = real_clock() + timedelta(days=2)
    own_town.yookassa.fault("500", "GET /refunds")
    status, said = main(["reconcile", "--since", "2026-11-20"]), capsys.readouterr()

    found, compared_before = said.out.splitlines()
    assert status == 1
    assert found.startswith("✗ Платёж ")
    assert compared_before == "До\u00a0этого сверено: 1\u00a0платёж, 0\u00a0возвратов."
    assert said.err == "Сверка не\u00a0закончена. ЮKassa не ответила внятно.\n"
