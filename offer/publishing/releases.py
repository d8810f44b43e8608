"""The folder that is published to: `releases/<id>/`, the link `current`, one publish at a time."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT_RELEASES = 5
WORKSHOP = ".building-"
RECORD = "release.json"
CURRENT = "current"


@contextmanager
def turn(to: Path) -> Iterator[None]:
    """One publish at a time; the system frees the lock of a process that died."""
    (to / "releases").mkdir(parents=True, exist_ok=True)
    with (to / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep(to)
        yield


def sweep(to: Path) -> None:
    """Remove what a publish that died was building; only for whoever has the turn."""
    for left in (to / "releases").glob(f"{WORKSHOP}*"):
        shutil.rmtree(left)


@contextmanager
def workshop(to: Path) -> Iterator[Path]:
    """A folder for a release that is being made; what is left in it goes.

    It is nobody else's: the MkDocs of a publish that was killed may still be writing into its own.
    """
    folder = to / "releases" / f"{WORKSHOP}{os.getpid()}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def names(to: Path) -> list[str]:
    """The ids of the releases that are kept, oldest first."""
    found = [path.name for path in (to / "releases").glob("*")]
    return sorted(name for name in found if name.split("-")[0].isdecimal())


def next_id(to: Path, commit: str) -> str:
    """Releases sort in the order they were made: «000007-1a2b3c4d5e6f»."""
    made = [int(name.split("-")[0]) for name in names(to)]
    return f"{max(made, default=0) + 1:06d}-{commit[:12]}"


def shown(to: Path) -> tuple[str, str | None] | None:
    """Commit and address of the release that is shown, by its own word; None if there is none."""
    try:
        record = json.loads((to / CURRENT / RECORD).read_bytes())
        return record["commit"], record["url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def switch(to: Path, release_id: str) -> None:
    """Show this release: whoever asks sees the old one or the new one, whole."""
    fresh = to / f".{CURRENT}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("releases") / release_id)
    os.replace(fresh, to / CURRENT)


def prune(to: Path, current: str) -> None:
    """Older releases go; a service may just be reading one of the last."""
    for name in names(to)[:-KEPT_RELEASES]:
        if name != current:
            shutil.rmtree(to / "releases" / name)
