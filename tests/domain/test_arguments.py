"""The command line is explained and refused in Russian, whatever is typed."""

import re

import pytest

from checkout.__main__ import RUN
from checkout.arguments import ASKED, COMMANDS, parser

REFUSED = {
    "": "Не хватает: команда. Как писать: checkout --help",
    "refund": "Не хватает: ЗАКАЗ. Как писать: checkout refund --help",
    "close 1": "Не хватает: --reason. Как писать: checkout close --help",
    "buy": "Команды buy нет. Как писать: checkout --help",
    "refund 2026-0001 --amount": "После --amount нужно значение.",
    "refund 2026-0001 --again=3": "--again пишется без значения.",
    "refund 2026-0001 2026-0002": "Лишнее: 2026-0002.",
    "refund 2026-0001 --a 5": "--a можно понять по-разному:",
}


def test_what_is_typed_wrong_is_refused_in_a_russian_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for typed, told in REFUSED.items():
        with pytest.raises(SystemExit) as ended:
            parser().parse_args(typed.split())

        assert ended.value.code == 2
        assert capsys.readouterr().err.startswith(told), typed


def test_every_command_that_is_explained_can_be_run_and_no_other() -> None:
    assert set(RUN) == set(COMMANDS)
    assert set(ASKED) <= set(COMMANDS)


def test_the_help_of_every_command_has_no_english_word_but_names_of_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit):
            parser().parse_args([command, "--help"])
        said = re.sub(r"--?[a-z-]+|checkout( [a-z-]+)?|heads\.json", "", capsys.readouterr().out)

        assert set(re.findall(r"[A-Za-z]+", said)) <= {"Kassa"}, command
