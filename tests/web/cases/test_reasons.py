"""What the contractor types stands in the ledger for ever: in one line, without hidden signs."""

import pytest

from checkout.clock import real_clock
from tests.town import Town
from tests.web.cases.running import Command
from tests.web.cases.test_closing import odd
from tests.web.refusing import bought, refuse

# in this order: each finds its order or its case as it needs it
COMMANDS = {
    "close": ("close", "1", "--reason"),
    "readdress": ("readdress", "2026-0002", "--email", "right@example.ru", "--reason"),
    "answer": ("answer", "2026-0002", "--text"),
    "refund": ("refund", "2026-0002", "--amount", "1500", "--reason"),
    "erase": ("erase", "2026-0002", "--reason"),
}


@pytest.fixture
def shop_of_two(own_town: Town) -> Town:
    """Money that fits no order, and a client who has refused his package."""
    odd(own_town)
    refuse(own_town, bought(own_town, email="left@example.ru"))
    own_town.clock.now = real_clock()
    return own_town


@pytest.mark.parametrize("hidden", ["\x1b[2J", "\u202e", "\u200b", "\x00", "\udcff"])
def test_a_reason_with_a_hidden_sign_is_refused_in_a_sentence(
    shop_of_two: Town, command: Command, hidden: str
) -> None:
    before = shop_of_two.ledger()
    for typed in COMMANDS.values():
        status, _, complaint = command(shop_of_two, *typed, f"письмо{hidden} от 23.11")
        assert (status, complaint.count("\n")) == (1, 1), typed
        assert "управляющий или\u00a0невидимый знак" in complaint, typed

    assert shop_of_two.ledger() == before


def test_line_breaks_and_tabs_in_a_reason_become_single_spaces(
    shop_of_two: Town, command: Command
) -> None:
    for typed in COMMANDS.values():
        before = len(shop_of_two.ledger())
        _, _, complaint = command(shop_of_two, *typed, "  письмо\r\nот\t23.11\u2028года ")
        said = [str(it) for it in shop_of_two.ledger()[before:]]

        assert complaint == ""
        assert any("письмо от 23.11 года" in it for it in said), typed
