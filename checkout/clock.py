"""The one clock of a process, and how the demo moves it for all of its processes."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from offer.clock import clock_of, movable_clock, real_clock

__all__ = ["clock_of", "movable_clock", "move_clock", "real_clock"]


def move_clock(file: Path, now: datetime) -> None:
    """Let every clock that reads `file` say `now` from this moment on."""
    shift = (now - real_clock()) // timedelta(milliseconds=1)
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"shift_milliseconds": shift}))
    part.replace(file)
