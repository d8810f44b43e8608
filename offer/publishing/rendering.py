"""MkDocs at work on the pages of a release, in a process of its own.

What the pushed hooks do cannot reach the publishing process, and both cores have something to do:
MkDocs takes most of its time to start, and meanwhile the editions are read and carried over.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from offer.errors import OfferError
from offer.publishing.handover import Handover, save_handover

TIMEOUT_SECONDS = 300
CONFIG = "release.yml"
HANDOVER = "handover.json"
PR_SET_PDEATHSIG = 1  # prctl(2)
LINUX = ctypes.CDLL(None) if sys.platform == "linux" else None


class Rendering:
    """A build that has begun: show it the editions, then wait for its pages."""

    def __init__(self, process: subprocess.Popen[bytes], tree: Path) -> None:
        self._process = process
        self._tree = tree

    def show(self, handover: Handover) -> None:
        """Let the build show this; it goes on by itself."""
        save_handover(self._tree / HANDOVER, handover.without_needless_texts())
        if self._process.stdin is not None:
            self._process.stdin.close()
            self._process.stdin = None

    def wait(self) -> None:
        """Return when the pages are written.

        Raises OfferError("build_failed") with what MkDocs complained of.
        """
        try:
            _, stderr = self._process.communicate(timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            sentence = f"Сайт не собрался за {TIMEOUT_SECONDS} секунд."
            raise OfferError("build_failed", sentence) from None
        if self._process.returncode:
            raise OfferError("build_failed", f"Сайт не собрался: {_said(stderr)}")


@contextmanager
def rendering(
    tree: Path, site: Path, *, date: int, url: str | None, extra: Mapping[str, object] | None = None
) -> Iterator[Rendering]:
    """Start MkDocs on the sources in `tree`; it is ended with whatever happens inside or to us.

    `date` (seconds since 1970) stands for the clock, so equal sources give equal bytes.
    """
    _configure(tree, site, url, extra or {})
    process = subprocess.Popen(
        # -P: the pushed tree must not shadow the installed modules
        [sys.executable, "-P", "-m", "mkdocs", "build", "--strict", "-f", str(tree / CONFIG)],
        cwd=tree,
        env=_environment(date),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call of the system, of nothing loaded late
    )
    with process:
        try:
            yield Rendering(process, tree)
        finally:
            if process.poll() is None:
                process.kill()


def _die_with_parent() -> None:
    """Have Linux end this process with its parent: what a next publish sweeps, nobody writes to.

    Elsewhere it goes on alone for the seconds that it takes, in a folder that is nobody else's.
    """
    if LINUX:
        LINUX.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _configure(tree: Path, site: Path, url: str | None, extra: Mapping[str, object]) -> None:
    overrides: dict[str, object] = {
        "INHERIT": "mkdocs.yml",
        "site_dir": str(site),
        "extra": {"handover": str(tree / HANDOVER), **extra},
    }
    if url:
        overrides["site_url"] = url
    (tree / CONFIG).write_text(json.dumps(overrides), encoding="utf-8")  # JSON is YAML


def _environment(date: int) -> dict[str, str]:
    outer = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return outer | {
        "SOURCE_DATE_EPOCH": str(date),
        "NO_MKDOCS_2_WARNING": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _said(stderr: bytes) -> str:
    """What MkDocs complained of, or its last words: the end of a trace."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    complaints = [line for line in lines if line.startswith(("WARNING", "ERROR"))]
    return " / ".join(complaints[:5] or lines[-2:])
