"""A client is reminded that his package ends: the clock is moved over the month."""

from datetime import date, datetime, timedelta

import pytest

from checkout.refund import Wanted, refund
from checkout.remind_clients import remind_clients
from checkout.store import package_hours
from tests.town import Town, moscow
from tests.web.adding_hours import ANNA, a_package, buy_extra
from tests.web.buying import letters_to
from tests.web.refusing import refuse
from tests.web.test_consent import whole

LAST = date(2026, 12, 23)  # paid on 23.11.2026


@pytest.fixture
def paid_town(own_town: Town) -> Town:
    """A town of the test's own with a package paid on 23.11.2026."""
    a_package(own_town)
    own_town.work()
    return own_town


def days_before(days: int) -> datetime:
    day = LAST - timedelta(days=days)
    return moscow(day.year, day.month, day.day)


def work_on(town: Town, *days: int) -> None:
    """Let the worker work at noon so many days before the last one, on each of these days."""
    for it in days:
        town.clock.now = days_before(it)
        town.work()


def reminders(town: Town) -> list[str]:
    """The subjects of the reminders that came."""
    found = [it.header("Subject") for it in letters_to(town, ANNA)]
    return [it for it in found if "Пакет заканчивается" in it]


def staged(town: Town) -> list[str]:
    with town.shop.store.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT subject FROM messages WHERE kind = 'ending' ORDER BY subject DESC"
        )
        return [str(it) for (it,) in rows]


def test_over_the_month_three_reminders_come_each_on_its_day(paid_town: Town) -> None:
    for left in range(29, -4, -1):
        before = len(reminders(paid_town))
        work_on(paid_town, left, left)
        assert len(reminders(paid_town)) - before == (left in (7, 3, 1)), left

    assert staged(paid_town) == ["2026-0001/7", "2026-0001/3", "2026-0001/1"]
    assert whole(paid_town) == []


def test_a_reminder_says_what_is_left_and_until_when_and_sells_nothing(paid_town: Town) -> None:
    work_on(paid_town, 7)
    letter = letters_to(paid_town, ANNA)[-1]
    text = " ".join(letter.text.replace("\u00a0", " ").split())

    assert letter.header("Subject") == (
        "[ТЕСТ] Пакет заканчивается 23.12.2026: в нём 5 ч, заказ 2026-0001"
    )
    assert "не переходят (п. 3.4 оферты)" in text
    assert "/checkout/" not in text
    assert "₽" not in text
    assert "купи" not in text.lower()


def test_after_a_stop_of_a_week_only_the_latest_is_sent(paid_town: Town) -> None:
    work_on(paid_town, 9, 2, 2)

    assert staged(paid_town) == ["2026-0001/3"]
    assert len(reminders(paid_town)) == 1


def test_extra_hours_are_counted_in_and_have_no_reminder_of_their_own(paid_town: Town) -> None:
    with_letters = a_package_of(paid_town)
    buy_extra(paid_town, with_letters, 2)
    work_on(paid_town, 7)

    assert staged(paid_town) == ["2026-0001/7"]
    assert "в нём 7 ч" in reminders(paid_town)[0]


def a_package_of(town: Town) -> str:
    with town.shop.store.engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT token FROM orders").scalar_one())


def test_nobody_is_reminded_of_a_package_without_hours(
    paid_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_hours, "used_minutes", lambda tx, package_id: 300)
    work_on(paid_town, 7, 3, 1)

    assert staged(paid_town) == []


def test_nobody_is_reminded_after_a_refund_that_ended_the_package(paid_town: Town) -> None:
    work_on(paid_town, 7)
    refund(paid_town.shop, Wanted("2026-0001", 100_00, "отказ", ends_package=True))
    work_on(paid_town, 3, 1)

    assert staged(paid_town) == ["2026-0001/7"]


def test_nobody_is_reminded_while_he_leaves(paid_town: Town) -> None:
    paid_town.clock.now = days_before(4)
    refuse(paid_town, a_package_of(paid_town))
    work_on(paid_town, 3, 1)

    assert staged(paid_town) == []


def test_a_reminder_that_could_not_be_sent_in_time_is_not_sent_late(paid_town: Town) -> None:
    """What was staged and not yet composed is looked at again when it is."""
    paid_town.clock.now = days_before(7)
    remind_clients(paid_town.shop)
    refund(paid_town.shop, Wanted("2026-0001", None, "отказ"))
    paid_town.work()

    assert staged(paid_town) == ["2026-0001/7"]
    assert reminders(paid_town) == []
