"""The account's first line, and what is kept of who signs in."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from checkout.domain import account
from checkout.domain.account import (
    FirstLine,
    code_hash,
    device,
    first_line,
    mailbox,
    masked,
)
from checkout.domain.package_life import PackageLife, package_life
from offer.periods import Period, day_end

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 12, 1, 9, tzinfo=UTC)


def held(hours: int, day: int, spent: int = 0, now: datetime = NOON) -> PackageLife:
    last = date(2026, 12, day)
    period = Period(NOON - timedelta(days=5), day_end(last, MOSCOW), last, "месяц", False)
    return package_life(
        hours=hours, used_minutes=spent, period=period, ended_at=None, now=now, zone=MOSCOW
    )


def line(*packages: PackageLife, is_unpaid: bool = False) -> FirstLine:
    return first_line(packages, is_unpaid=is_unpaid)


def test_one_package_says_its_hours_and_its_last_day() -> None:
    assert line(held(5, 22, spent=95)).heading == "3\u00a0ч\u00a025\u00a0мин до\u00a022.12.2026"


def test_several_packages_are_one_number_and_each_its_day_the_soonest_first() -> None:
    told = line(held(10, 30), held(2, 10))

    assert told.heading == "12\u00a0ч в\u00a02\u00a0пакетах"
    assert told.sentence == "2\u00a0ч до\u00a010.12.2026; 10\u00a0ч до\u00a030.12.2026."
    assert told.minutes == 720


@pytest.mark.parametrize(
    ("packages", "is_unpaid", "said"),
    [
        ((), False, "Выберите пакет"),
        ((), True, "ждёт оплаты"),
        ((held(2, 10, spent=120),), False, "нужен новый пакет"),
        ((held(2, 1, spent=130),), False, "нужен новый пакет"),
    ],
)
def test_who_has_no_hours_is_told_what_to_do(
    packages: tuple[PackageLife, ...], is_unpaid: bool, said: str
) -> None:
    told = line(*packages, is_unpaid=is_unpaid)

    assert said in told.sentence
    assert told.minutes == 0


def test_hours_end_at_the_moment_the_package_does() -> None:
    end = day_end(date(2026, 12, 22), MOSCOW)

    assert held(5, 22, now=end - timedelta(milliseconds=1)).has_hours
    assert not held(5, 22, now=end).has_hours


def test_an_address_is_the_same_in_any_case_and_no_other() -> None:
    assert mailbox(" Anna@Example.RU ") == "anna@example.ru"
    assert mailbox("anna@straße.de") != mailbox("anna@strasse.de")
    assert masked("anna@example.ru") == "a•••@example.ru"


def test_the_same_code_of_two_letters_has_two_hashes() -> None:
    assert code_hash("12345678", "one") == code_hash("12345678", "one")
    assert code_hash("12345678", "one") != code_hash("12345678", "two")


def test_each_guess_at_a_code_costs_eight_mebibytes(monkeypatch: pytest.MonkeyPatch) -> None:
    dear: list[int] = []
    monkeypatch.setattr(
        account, "scrypt", lambda code, n, r, **how: dear.append(128 * n * r) or code
    )
    code_hash("12345678", "one")

    assert dear == [8 << 20]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 YaBrowser/25.8 Safari/537.36",
         "Яндекс Браузер, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
         "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Firefox/140.0", "Firefox, Mac"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8.5", "Неизвестное устройство"),
        ("", "Неизвестное устройство"),
    ],
)  # fmt: skip
def test_a_device_is_named_so_that_its_owner_knows_it(agent: str, name: str) -> None:
    assert device(agent) == name
