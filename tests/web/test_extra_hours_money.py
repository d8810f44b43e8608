"""Money for extra hours that comes too late, and money that goes back; their receipts."""

from datetime import timedelta
from pathlib import Path

import pytest

from checkout.refund import Wanted, refund
from checkout.refund_words import proposed
from checkout.store import receipts
from tests.town import Town, a_town
from tests.web.adding_hours import a_package, buy_extra, end_of, order_extra
from tests.web.buying import page_of, payment_of
from tests.web.refusing import refusals, refuse
from tests.web.test_consent import whole


def test_money_that_comes_after_the_package_ended_is_a_case(any_town: Town) -> None:
    token = a_package(any_town)
    end = any_town.clock.now.fromisoformat(any_town.facts(token)["package"]["expires_at"])
    any_town.clock.now = end - timedelta(minutes=1)
    extra = order_extra(any_town, token)
    any_town.clock.now = end
    facts = any_town.pay(extra)
    any_town.work()

    assert (facts["state"], facts["money_taken"], facts["package"]) == ("case", True, None)
    assert [it["kind"] for it in any_town.ledger() if it["kind"] == "acceptance"] == ["acceptance"]
    told = [it for it in any_town.ledger() if it["kind"] == "case"]
    assert "пакет уже закончился" in str(told)
    assert whole(any_town) == []


def test_money_paid_in_time_counts_however_late_we_learn_of_it(own_town: Town) -> None:
    token = a_package(own_town)
    end = own_town.clock.now.fromisoformat(own_town.facts(token)["package"]["expires_at"])
    own_town.clock.now = end - timedelta(minutes=2)
    extra = order_extra(own_town, token)
    own_town.yookassa.control("POST", f"/payments/{payment_of(own_town, extra)}/pay")
    own_town.clock.now = end + timedelta(hours=1)

    assert own_town.facts(extra)["state"] == "paid"


def test_money_for_hours_of_a_package_given_back_meanwhile_is_a_case(own_town: Town) -> None:
    token = a_package(own_town)
    extra = order_extra(own_town, token)
    refund(own_town.shop, Wanted("2026-0001", None, "письмо"))

    assert own_town.pay(extra)["state"] == "case"


def test_extra_hours_end_when_giving_money_back_ends_their_package(own_town: Town) -> None:
    token = a_package(own_town)
    extra = buy_extra(own_town, token, 2)
    refund(own_town.shop, Wanted("2026-0001", 10_000_00, "отказ", ends_package=True))
    own_town.work()
    page = page_of(own_town.client.get(f"/orders/{extra}"))

    assert page.one("h1").text.startswith("Пакет прекращён")
    assert "решает исполнитель" in page.text
    assert "extra_left" in str(own_town.ledger())
    assert refund(own_town.shop, Wanted("2026-0002", None, "отказ")).done
    assert own_town.facts(extra)["state"] == "refunded"
    assert whole(own_town) == []


def test_extra_hours_given_back_are_no_longer_the_packages(own_town: Town) -> None:
    token = a_package(own_town)
    extra = buy_extra(own_town, token, 2)
    refund(own_town.shop, Wanted("2026-0002", None, "не нужны"))

    assert own_town.facts(extra)["state"] == "refunded"
    assert own_town.facts(token)["state"] == "paid"
    assert "5 ч до" in page_of(own_town.client.get(f"/orders/{token}")).text
    assert whole(own_town) == []


def test_who_refuses_a_package_refuses_its_extra_hours(own_town: Town) -> None:
    token = a_package(own_town)
    extra = buy_extra(own_town, token, 2)
    before = page_of(own_town.client.get(f"/orders/{token}/refuse")).text
    assert refuse(own_town, token).status_code == 303
    told = refusals(own_town)

    assert "2 часа, заказ 2026-0002" in before
    assert [it["order"] for it in told] == ["2026-0001", "2026-0002"]
    assert [it["proposed_kopecks"] for it in told] == [15_000_00, 6_000_00]
    own_town.work()
    assert refund(own_town.shop, Wanted("2026-0001", None, "отказ", ends_package=True)).done
    assert refund(own_town.shop, Wanted("2026-0002", None, "отказ", ends_package=True)).done
    assert own_town.facts(extra)["state"] == "refunded"
    assert "extra_left" not in str(own_town.ledger())
    assert whole(own_town) == []


def test_minutes_spent_fall_on_the_package_first_and_then_on_its_extra_hours(
    own_town: Town,
) -> None:
    token = a_package(own_town)
    buy_extra(own_town, token, 2)
    spent = 5 * 60 + 30
    of_package, of_extra = (
        " ".join(proposed(own_town.shop, number, spent)).replace("\u00a0", " ")
        for number in ("2026-0001", "2026-0002")
    )

    assert "истрачено 5 ч, по счёту оферты 5 ч; возврат 0 ₽" in of_package
    assert "checkout refund 2026-0002 --dry-run --spent 330" in of_package
    assert "истрачено 30 мин, по счёту оферты 30 мин; возврат 4 500 ₽" in of_extra


@pytest.mark.parametrize(
    ("number", "spent", "told"),
    [
        ("2026-0002", 90, "1 ч 30 мин: {} До этого заказа куплено 5 ч, на него приходится 0 мин."),
        ("2026-0003", 450, "7 ч 30 мин: {} До этого заказа куплено 7 ч, на него приходится 30 мин"),
        ("2026-0001", 330, "5 ч 30 мин: {} На него приходится 5 ч."),
        ("2026-0001", 90, None),
        ("2026-0002", 0, None),
    ],
)  # fmt: skip
def test_whoever_names_the_minutes_is_told_where_they_fall_and_not_to_name_them(
    own_town: Town, number: str, spent: int, told: str | None
) -> None:
    token = a_package(own_town)
    buy_extra(own_town, token, 2)
    own_town.clock.forward(minutes=1)
    buy_extra(own_town, token, 1)
    said = " ".join(proposed(own_town.shop, number, spent)).replace("\u00a0", " ")
    where = "время ложится сначала на часы пакета, потом на дополнительные часы в порядке покупки."

    assert f"Названо {told.format(where)}" in said if told else where not in said
    assert "назовите их" not in said
    assert "назовите их (--spent)" in " ".join(proposed(own_town.shop, number, None))


def test_a_receipt_names_extra_hours_and_is_settled_when_the_package_ends(
    tmp_path: Path, one_url: str
) -> None:
    with a_town(tmp_path, one_url, {"receipts": "two"}, receipts=True) as town:
        token = a_package(town)
        buy_extra(town, token, 2)
        (asked,) = [
            it["body"]["receipt"]["items"][0]
            for it in town.yookassa.requests()
            if it["method"] == "POST" and "0002" in str(it["body"].get("description"))
        ]
        assert asked["description"] == "Дополнительные часы поддержки: 2 часа, заказ 2026-0002"
        town.work()
        end_of(town, token)
        town.work()
        kinds = [it.kind for it in town.shop.store.read(lambda tx: receipts.of_order(tx, 2))]
        assert kinds == ["payment", "settlement"]
        assert whole(town) == []
