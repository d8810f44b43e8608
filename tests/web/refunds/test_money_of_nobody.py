"""Money without an order goes back in YooKassa's cabinet alone: its case says so, and ends then."""

import pytest

from checkout.close_case import close_case
from checkout.reconcile import reconcile_daily
from checkout.settle import settle
from checkout.show_cases import show_cases
from checkout.verify import verify
from tests.town import Town
from tests.web.receipts.books import ZONE, compared
from tests.web.refunds.books import later
from tests.web.refunds.test_other_money import give_back_in_cabinet, waiting
from tests.web.test_reconcile import stranger


def given_back_unheard(town: Town, payment_id: str, value: str) -> None:
    """The same without a notification."""
    amount = {"value": value, "currency": "RUB"}
    town.yookassa.post("/refunds", {"payment_id": payment_id, "amount": amount})


def ended(town: Town) -> list[str]:
    return [it.strip() for it in show_cases(town.shop.store, ZONE, ended_too=True) if "✓" in it]


@pytest.fixture
def nobodys(own_town: Town) -> str:
    """A payment of 9 000 ₽ that no order here knows, laid before the contractor."""
    payment_id = stranger(own_town)
    settle(own_town.shop, payment_id)
    own_town.work()
    return payment_id


def test_its_case_says_the_steps_and_names_no_command_but_a_word(
    own_town: Town, nobodys: str
) -> None:
    said = waiting(own_town)
    letter = " ".join(own_town.post[-1].text.split())

    for told in (said, letter):
        assert f"Получен платёж {nobodys}, 9 000 ₽," in told
        assert "найдите платёж по номеру в кабинете ЮKassa и оформите там полный возврат" in told
        assert "дело закроется само" in told
        assert "checkout refund" not in told
        assert 'checkout close 1 --reason "…"' in told


def test_its_case_ends_with_the_last_of_it_and_no_other_begins(
    own_town: Town, nobodys: str
) -> None:
    give_back_in_cabinet(own_town, nobodys, "4000.00", "RUB")
    half = waiting(own_town)
    last = give_back_in_cabinet(own_town, nobodys, "5000.00", "RUB")
    own_town.clock.forward(days=2)

    assert "Открыто 1 дело" in half
    assert waiting(own_town) == "Открытых дел нет."
    (end,) = ended(own_town)
    assert "деньги возвращены: возврат " in end
    assert last in end
    assert compared(own_town) == []
    assert [it.sentence for it in verify(own_town.shop.store, ZONE) if it.mark == "✗"] == []


def test_a_return_that_nobody_told_us_of_is_found_by_the_daily_comparison(
    own_town: Town, nobodys: str
) -> None:
    given_back_unheard(own_town, nobodys, "9000.00")
    own_town.clock.forward(days=1)
    reconcile_daily(own_town.shop)

    assert waiting(own_town) == "Открытых дел нет."
    assert len(ended(own_town)) == 1


def test_money_that_came_and_went_before_we_heard_of_it_leaves_nothing_to_decide(
    own_town: Town,
) -> None:
    payment_id = stranger(own_town)
    give_back_in_cabinet(own_town, payment_id, "9000.00", "RUB")

    assert waiting(own_town) == "Открытых дел нет."
    assert len(ended(own_town)) == 1


def test_money_that_was_to_stay_and_goes_back_after_all_is_told(
    own_town: Town, nobodys: str
) -> None:
    close_case(own_town.shop.store, ZONE, 1, "деньги наши")
    refund_id = give_back_in_cabinet(own_town, nobodys, "9000.00", "RUB")
    later(own_town, days=2)

    assert f"Возврат {refund_id}" in waiting(own_town)
