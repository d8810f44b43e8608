"""One clock for the demo's processes: the machine's, moved by what one small file says.

The simulator moves it; the service and its worker read it. Moved, it goes on running.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path


class FileClock:
    """Aware UTC moments. Every reader of the same file sees the same time."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @property
    def ahead(self) -> timedelta:
        """How far the clock was moved; zero when it never was."""
        try:
            said = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return timedelta()
        return timedelta(microseconds=said["ahead_microseconds"])

    def move(self, now: datetime) -> None:
        """From here on it is `now`, for everybody."""
        ahead = (now - datetime.now(UTC)) // timedelta(microseconds=1)
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps({"ahead_microseconds": ahead}))
        draft.replace(self._file)
