"""What is typed after `checkout refund` all matters, or nothing is given back."""

from tests.town import Town
from tests.web.cases.running import Command
from tests.web.refunds.books import WHY, at_yookassa

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
        assert told in refused.replace("\u00a0", " ")
    assert at_yookassa(own_town) == []
