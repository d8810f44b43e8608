"""The machine's clock is wrong for a while: put back an hour, or years ahead for one pass.

YooKassa's clock is right all the time. What a wrong one wrote must mend itself once it is right.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from checkout.app import create_app
from checkout.doubt import NotToday, confirm_clock
from checkout.open import open_shop
from checkout.publish_head import published_heads
from checkout.refund import Wanted, refund
from checkout.serve import gate_of
from checkout.store import cases
from checkout.verify import BAD, verify
from tests.town import SITE, Town, a_town

ZONE = ZoneInfo("Europe/Moscow")
YEARS = timedelta(days=7 * 366)
HOUR = timedelta(hours=1)


@dataclass
class WrongClock:
    """The machine's clock: right but for `by`."""

    town: Town
    by: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return self.town.clock() + self.by


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[tuple[Town, WrongClock]]:
    """A town whose shop has a clock of its own, and believes it no more than it should."""
    with a_town(tmp_path, database_url) as town, doubting(town) as here:
        yield here


@contextmanager
def doubting(town: Town) -> Iterator[tuple[Town, WrongClock]]:
    clock = WrongClock(town)
    shop = open_shop(town.shop.settings, clock)
    app = create_app(shop, gate_of(shop))
    client = TestClient(app, base_url=SITE, follow_redirects=False, client=("127.0.0.1", 50_003))
    yield replace(town, shop=shop, app=app, client=client), clock
    shop.store.close()


def sound(town: Town) -> list[str]:
    return [it.sentence for it in verify(town.shop.store, ZONE) if it.mark == BAD]


def erasures(town: Town) -> int:
    return [it["kind"] for it in town.ledger()].count("erasure")


def refunds_sent(town: Town) -> int:
    asked = [(it["method"], it["path"]) for it in town.yookassa.requests()]
    return asked.count(("POST", "/v3/refunds"))


def a_day_later(town: Town) -> None:
    town.clock.forward(days=1)
    town.work()


def test_a_clock_years_ahead_is_believed_no_more_on_its_second_day_before_any_head(
    town: tuple[Town, WrongClock],
) -> None:
    here, clock = town
    here.pay(here.order())
    second = here.order()
    clock.by = YEARS
    here.pay(second)  # rows of the wrong day, which vouch for no other
    a_day_later(here)

    assert (erasures(here), published_heads(here.shop)) == (0, [])


@pytest.mark.parametrize("has_head", [True, False], ids=["with a head", "before any head"])
def test_a_clock_years_ahead_for_one_pass_erases_nobody_and_publishes_nothing(
    town: tuple[Town, WrongClock], has_head: bool
) -> None:
    here, clock = town
    token = here.order()
    here.pay(token)
    if has_head:
        here.work()
    clock.by = YEARS
    here.work()
    here.work()
    at_its_worst = erasures(here), len(published_heads(here.shop)), here.post[-1]
    clock.by = timedelta()
    a_day_later(here)

    assert at_its_worst[:2] == (0, int(has_head))
    assert "checkout confirm-clock 2033-11-28" in at_its_worst[2].text
    assert len([it for it in here.post if "confirm-clock" in it.text]) == 1
    assert len([it for it in here.post if "часы сервера спешили" in it.text]) == 1
    assert here.facts(token)["package"]["last_day"] == "2026-12-23"
    assert "Каренина" in here.client.get(f"/orders/{token}").text
    assert published_heads(here.shop)[-1].day == date(2026, 11, 24)
    assert sound(here) == []


def test_a_clock_that_was_years_ahead_at_the_first_head_is_not_believed_when_it_is_so_again(
    town: tuple[Town, WrongClock],
) -> None:
    here, clock = town
    clock.by = YEARS
    here.work()  # nothing was known yet that could have made anyone doubt
    clock.by = timedelta()
    here.pay(here.order())
    a_day_later(here)
    clock.by = YEARS
    a_day_later(here)

    assert [it.day for it in published_heads(here.shop)] == [date(2033, 11, 28)]
    assert erasures(here) == 0
    assert "checkout confirm-clock 2033-11-30" in here.post[-1].text


def test_a_clock_years_ahead_for_one_pass_issues_no_receipt_of_a_package_that_runs(
    tmp_path: Path, sqlite_url: str
) -> None:
    with (
        a_town(tmp_path, sqlite_url, {"receipts": "two"}, receipts=True) as town,
        doubting(town) as (here, clock),
    ):
        here.pay(here.order())
        here.work()
        clock.by = YEARS
        here.work()
        here.work()
        clock.by = timedelta()
        a_day_later(here)
        asked = [(it["method"], it["path"]) for it in here.yookassa.requests()]

        assert ("POST", "/v3/receipts") not in asked
        here.clock.forward(days=13)
        here.work()
        here.clock.forward(days=13)
        here.work()
        here.clock.forward(days=10)
        here.work()
        here.clock.forward(minutes=5)
        here.work()
        asked = [(it["method"], it["path"]) for it in here.yookassa.requests()]
        assert asked.count(("POST", "/v3/receipts")) == 1


def test_who_looked_at_the_clock_and_found_it_right_has_everything_go_on(
    town: tuple[Town, WrongClock],
) -> None:
    here, _ = town
    here.order()
    here.clock.forward(hours=2)
    here.work()
    here.clock.forward(days=100)  # the service stood still
    here.work()
    doubted = erasures(here)
    with pytest.raises(NotToday):
        confirm_clock(here.shop.store, ZONE, date(2026, 11, 23))
    said = confirm_clock(here.shop.store, ZONE, date(2027, 3, 3))
    again = confirm_clock(here.shop.store, ZONE, date(2027, 3, 3))
    here.work()

    assert doubted == 0
    assert said.startswith("✓ Голова за 03.03.2027 опубликована")
    assert "ничего не изменилось" in again
    assert here.shop.store.read(cases.opened) == []
    assert erasures(here) > 0
    assert sound(here) == []


def test_what_a_clock_ahead_put_off_is_done_when_it_is_right_again(
    town: tuple[Town, WrongClock],
) -> None:
    here, clock = town
    paid = here.order()
    here.yookassa.control("POST", f"/payments/{here.facts(paid)['payment_id']}/pay")
    hint = {"event": "payment.succeeded", "object": {"id": here.facts(paid)["payment_id"]}}
    settled = here.order(email="other@example.ru")
    here.pay(settled)
    open_one = here.order(email="third@example.ru")
    here.refusals.extend(["451 4.3.0 later"] * 9)
    here.yookassa.fault("500", "*", times=1_000)
    clock.by = YEARS
    here.client.post("/yookassa/notifications", json=hint)
    here.work()
    here.yookassa.fault(None)
    here.refusals.clear()
    clock.by = timedelta()
    here.clock.forward(minutes=2)
    here.work()
    here.clock.forward(hours=1)
    here.work()

    with here.shop.store.engine.connect() as connection:
        states = connection.exec_driver_sql("SELECT state FROM orders ORDER BY id").scalars().all()
        unsent = connection.exec_driver_sql("SELECT * FROM messages WHERE sent_at IS NULL").all()
    assert states == ["paid", "paid", "cancelled"]
    assert unsent == []
    assert here.facts(open_one)["money_taken"] is False


def test_a_key_that_a_clock_ahead_dated_is_looked_for_and_not_sent_again(
    town: tuple[Town, WrongClock],
) -> None:
    here, clock = town
    token = here.order()
    here.pay(token)
    clock.by = timedelta(days=40)
    here.yookassa.fault("500_after", "POST /refunds", times=1_000)
    refund(here.shop, Wanted("2026-0001", 150_000, "письмо клиента"))
    clock.by = timedelta()
    for _ in range(3):
        a_day_later(here)  # YooKassa has forgotten the key by now: once more is twice

    assert refunds_sent(here) == 1
    assert here.facts(token)["refunded_kopecks"] == 150_000


def test_a_wish_that_a_clock_ahead_dated_and_nobody_heard_ends_as_a_case(
    town: tuple[Town, WrongClock],
) -> None:
    here, clock = town
    here.pay(here.order())
    clock.by = timedelta(days=40)
    here.yookassa.fault("500", "POST /refunds", times=1_000)
    refund(here.shop, Wanted("2026-0001", 150_000, "письмо клиента"))
    clock.by = timedelta()
    a_day_later(here)

    assert [it["action"] for it in here.ledger() if it["kind"] == "refund"] == [
        "ordered",
        "cancelled",
    ]
    assert any("Возврат 1\u00a0500\u00a0₽" in it.text for it in here.post)


def test_an_hour_put_back_between_two_tries_leaves_the_second_the_newest(
    town: tuple[Town, WrongClock],
) -> None:
    here, clock = town
    token = here.order()
    here.yookassa.control("POST", f"/payments/{here.facts(token)['payment_id']}/decline")
    assert here.facts(token)["state"] == "cancelled"
    clock.by = -HOUR
    offer = here.shop.shelf.offer()
    assert offer is not None
    answer = here.client.post(f"/orders/{token}/retry", data={"accept_offer": offer.sha256})
    second = answer.headers["location"].rpartition("=")[2]
    here.yookassa.control("POST", f"/payments/{second}/decline")
    declined = here.facts(token)
    answer = here.client.post(f"/orders/{token}/retry", data={"accept_offer": offer.sha256})
    paid = here.pay(token)
    here.work()

    assert declined["state"] == "cancelled"
    assert declined["payment_id"] == second
    assert (paid["state"], paid["package"]["last_day"]) == ("paid", "2026-12-23")
    assert sound(here) == []


def test_an_hour_put_back_over_midnight_keeps_heads_and_letters_in_order(
    town: tuple[Town, WrongClock],
) -> None:
    here, clock = town
    here.clock.move_to(datetime(2026, 11, 23, 21, 10, tzinfo=ZoneInfo("UTC")))  # 00:10 in Moscow
    here.pay(here.order())
    here.refusals.append("451 4.3.0 later")  # one reader's letter goes now, the other's later
    here.work()
    clock.by = -HOUR
    here.clock.forward(minutes=3)
    here.pay(here.order(email="other@example.ru"))
    here.work()
    before = [it.day for it in published_heads(here.shop)]
    clock.by = timedelta()
    here.clock.forward(hours=7)
    here.work()

    assert before == [date(2026, 11, 24)]
    assert sound(here) == []
    with here.shop.store.engine.connect() as connection:
        assert (
            connection.exec_driver_sql("SELECT * FROM messages WHERE sent_at IS NULL").all() == []
        )
