"""A publish that is killed at one of its steps: `python -m tests.offer.dying` runs it.

A step is whatever the process does to the world outside it, as Python's audit hooks tell: a
command it starts, a folder or file it makes, renames, links or removes. It is named by its kind
and, where it helps, by what it touches: "os.rename current", "subprocess.Popen update-ref 1".
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from tests.offer.repository import PROJECT, START, Sandbox

STEPS = ("subprocess.Popen", "os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink",
         "os.rmdir", "shutil.rmtree", "open")  # fmt: skip


def killed(sandbox: Sandbox, where: str) -> bool:
    """Publish a day after the start, dying just before this step; False if it never came."""
    return _run(sandbox, where).returncode == -signal.SIGKILL


def steps(sandbox: Sandbox) -> list[str]:
    """Publish to the end, and tell every step in order: "17 open offer.pdf"."""
    done = _run(sandbox, "")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _run(sandbox: Sandbox, where: str) -> "subprocess.CompletedProcess[str]":
    now = (START + timedelta(days=1)).isoformat()
    command = [
        sys.executable,
        "-m",
        "tests.offer.dying",
        *map(str, (sandbox.tree, sandbox.releases)),
    ]
    return subprocess.run(
        [*command, now, where], cwd=PROJECT, capture_output=True, text=True, check=False
    )


def _name_of(event: str, arguments: tuple[object, ...], releases: Path) -> str | None:
    """The name of a step; None for what changes nothing outside, such as reading."""
    if event == "subprocess.Popen":
        return f"{event} {_command(arguments[1])}"
    if event == "open":
        path, _, flags = arguments
        written = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        if not (written and str(path).startswith(str(releases))):
            return None
        return f"{event} {Path(str(path)).name}"
    touched = arguments[1 if event in ("os.rename", "os.link", "os.symlink") else 0]
    return f"{event} {Path(str(touched)).name}"


def _command(words: object) -> str:
    assert isinstance(words, list | tuple)
    named = [str(word) for word in words]
    if "mkdocs" in named:
        return "mkdocs"
    return next(word for word in named[2:] if not word.startswith("-") and "=" not in word)


def _watch(where: str, releases: Path) -> Callable[[str, tuple[object, ...]], None]:
    count = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        name = _name_of(event, arguments, releases) if event in STEPS else None
        if name is None:
            return
        count += 1
        if where and (name.startswith(where) or str(count) == where):
            os.kill(os.getpid(), signal.SIGKILL)
        if not where:
            os.write(1, f"{count} {name}\n".encode())

    return hook


def main() -> None:
    from offer.publish import publish

    tree, releases, now, where = sys.argv[1:]
    sys.addaudithook(_watch(where, Path(releases)))
    publish(Path(tree), Path(releases), now=lambda: datetime.fromisoformat(now))


if __name__ == "__main__":
    main()
