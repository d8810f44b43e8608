"""Run the commands of the contractor as he does: at a terminal, in the environment of his shop."""

from collections.abc import Callable

import pytest

from checkout.__main__ import main
from tests.town import Town, environment_of

Command = Callable[..., tuple[int, str, str]]


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`checkout …` of a town's shop: status, what it says, what it complains of."""

    def run(town: Town, *arguments: str) -> tuple[int, str, str]:
        for name, value in environment_of(town.shop).items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        status = main([*arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run
