"""The clock of a process: the real one, but in the demo one that every process there shares."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path


def real_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def movable_clock(file: Path) -> Callable[[], datetime]:
    """The real clock shifted by what `file` says; no file, no shift. For the demo only."""

    def now() -> datetime:
        return real_clock() + _shift(file)

    return now


def clock_of(file: Path | None) -> Callable[[], datetime]:
    """The clock a command was told to go by: that of a file, or the real one."""
    return movable_clock(file) if file else real_clock


def _shift(file: Path) -> timedelta:
    try:
        return timedelta(milliseconds=json.loads(file.read_text())["shift_milliseconds"])
    except FileNotFoundError:
        return timedelta()
