"""The one clock of a process. It is the real one, but for the demo, where a tool may move it."""

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


def move_clock(file: Path, now: datetime) -> None:
    """Let every clock that reads `file` say `now` from this moment on."""
    shift = (now - real_clock()) // timedelta(milliseconds=1)
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"shift_milliseconds": shift}))
    part.replace(file)


def _shift(file: Path) -> timedelta:
    try:
        return timedelta(milliseconds=json.loads(file.read_text())["shift_milliseconds"])
    except FileNotFoundError:
        return timedelta()
