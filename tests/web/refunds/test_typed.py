"""What is typed after `checkout refund` all matters, or nothing is given back."""

import re
from functools import partial
from io import StringIO

import pytest

from checkout import logs
from checkout.clock import real_clock
from checkout.refund import CannotRefund
from tests.town import Town, moscow
from tests.web.cases.running import Command
from tests.web.refunds.books import WHY, at_yookassa, become, give_back, returned_by

REFUND = ("refund", "2026-0001", "--reason", WHY)
PASSED_OVER = {
    "--spent 10": "добавьте --dry-run или назовите сумму через --amount",
    "--spent 0": "добавьте --dry-run или назовите сумму через --amount",
    "--spent 10 --amount 500": "сумма уже названа: уберите --spent",
    "--dry-run --amount 500": "уберите --amount",
    "--dry-run --payment 3097-0001": "уберите --payment",
}


def test_what_would_be_passed_over_is_refused_and_nothing_goes_back(
    own_town: Town, token: str, command: Command
) -> None:
    for typed, told in PASSED_OVER.items():
        status, said, refused = command(own_town, *REFUND, *typed.split())

        assert (status, said) == (1, "")
        assert told in plain(refused)
    assert at_yookassa(own_town) == []


def test_a_command_repeated_within_an_hour_gives_back_once_unless_it_says_again(
    own_town: Town, token: str, command: Command
) -> None:
    own_town.clock.now = real_clock()  # by which a command goes
    part = (*REFUND, "--amount", "1000.50")
    first, repeated = command(own_town, *part), command(own_town, *part)
    once = at_yookassa(own_town)
    other = command(own_town, *REFUND, "--amount", "1000.51")
    meant = command(own_town, *part, "--again")

    assert (first[0], repeated[0], once) == (0, 1, [("succeeded", "1000.50")])
    assert re.match(r"Такой же возврат 1 000,50 ₽ сделан в \d\d:\d\d", plain(repeated[2]))
    assert repeated[2].rstrip().endswith("добавьте --again.")
    assert (other[0], meant[0]) == (0, 0)
    assert len(at_yookassa(own_town)) == 3


def test_an_hour_later_or_after_one_in_vain_the_same_sum_is_another_decision(
    own_town: Town, token: str
) -> None:
    own_town.clock.now = moscow(2026, 11, 23, 12)
    become(own_town, "canceled")
    give_back(own_town, "1000.50")
    become(own_town, "succeeded")
    give_back(own_town, "1000.50")
    own_town.clock.forward(minutes=59)
    with pytest.raises(
        CannotRefund, match=r"в\u00a012:00 \(МСК\)\. Если нужен ещё один, добавьте --again"
    ):
        give_back(own_town, "1000.50")
    own_town.clock.forward(minutes=1)
    give_back(own_town, "1000.50")

    assert returned_by(own_town) == 200_100
    give_back(own_town)
    assert own_town.facts(token)["state"] == "refunded"


def test_a_terminal_is_told_what_was_done_and_not_what_was_loaded(
    own_town: Town, token: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = StringIO()
    monkeypatch.setattr(logs, "begin", partial(logs.begin, log))
    _, said, _ = command(own_town, "check")

    assert "✓ Витрина" in said
    assert log.getvalue() == ""


def plain(said: str) -> str:
    return said.replace("\u00a0", " ")
