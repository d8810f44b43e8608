"""A contractor at his terminal."""

from collections.abc import Iterator

import pytest
import structlog

from tests.web.cases.running import Command, at_a_terminal


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """`checkout …` of a town's shop."""
    before = structlog.get_config()  # a command sets up its log
    yield at_a_terminal(monkeypatch, capsys)
    structlog.configure(**before)
