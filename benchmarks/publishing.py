"""How long a publish takes and how much it keeps, beside one plain build and one `mike deploy`.

What an edition keeps is what a release grows by; the releases before it are soon removed.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.history import ROOT, git, plain_site, text_of, write_history

HISTORIES = (1, 10, 50, 100, 1000)
RUNS = 3
BIN = Path(sys.executable).parent
QUIET = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}


def main() -> None:
    """Print seconds, ratios to one plain build, and kilobytes per edition."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build = median(_plain_builds(folder / "plain"))
        print(f"{'Publishing':44}{'seconds':>9}{'of a build':>12}{'kB an edition':>15}")
        _line("one plain mkdocs build, Material's default", build, build)
        seconds, size = _mike(folder / "mike")
        _line("mike deploy of the same site", seconds, build, size)
        for editions in HISTORIES:
            _published(folder / str(editions), editions, build)


def _published(folder: Path, editions: int, build: float) -> None:
    folder.mkdir()
    bare, releases = folder / "offer.git", folder / "releases"
    write_history(bare, editions)
    began = time.perf_counter()
    _publish(bare, releases)
    _line(f"all of {editions} from nothing", time.perf_counter() - began, build)
    before = _kilobytes((releases / "current").resolve())
    seconds = [_one_more(bare, releases, editions + more) for more in range(1, RUNS + 1)]
    size = (_kilobytes((releases / "current").resolve()) - before) / RUNS
    _line(f"git push of one more to {editions}", median(seconds), build, size)


def _one_more(bare: Path, releases: Path, number: int) -> float:
    """Seconds of a `git push` that ends when the site shows the edition it brought."""
    work = bare.parent / f"work-{number}"
    git(bare.parent, "clone", "--quiet", str(bare), str(work))
    (work / "docs/offer.md").write_bytes(text_of(number))
    git(work, "commit", "--quiet", "--all", "--message", "Цена")
    for name, value in {
        "core.hooksPath": str(ROOT / "deploy/git-hooks"),
        "oferta.release": str(releases),
        "oferta.command": str(BIN / "offer"),
    }.items():
        git(bare, "config", name, value)
    began = time.perf_counter()
    git(work, "push", "--quiet", "origin", "HEAD:main")
    seconds = time.perf_counter() - began
    if not (releases / f"current/offer/{number}/index.html").is_file():
        raise RuntimeError(f"edition {number} was not published")
    return seconds


def _publish(bare: Path, releases: Path) -> None:
    command = [BIN / "offer", "publish", "--repository", bare, "--to", releases]
    subprocess.run(command, check=True, capture_output=True, env=QUIET)


def _plain_builds(folder: Path) -> list[float]:
    folder.mkdir()
    plain_site(folder)
    return [_timed(folder, BIN / "mkdocs", "build", "--quiet") for _ in range(RUNS + 1)][1:]


def _mike(folder: Path) -> tuple[float, float]:
    """Seconds of a deploy, and kilobytes that each version keeps."""
    folder.mkdir()
    plain_site(folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Anton")
    git(folder, "config", "user.email", "anton@example.org")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Offer")
    seconds = [_timed(folder, BIN / "mike", "deploy", str(n)) for n in range(RUNS)]
    out = folder / "checked-out"
    git(folder, "worktree", "add", "--quiet", str(out), "gh-pages")
    return median(seconds), _kilobytes(out / "1")


def _timed(folder: Path, *command: str | Path) -> float:
    began = time.perf_counter()
    environment = QUIET | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
    return time.perf_counter() - began


def _kilobytes(folder: Path) -> float:
    """What the folder takes on disk; a file with two names counts once."""
    blocks = {
        status.st_ino: status.st_blocks for path in folder.rglob("*") for status in [path.lstat()]
    }
    return sum(blocks.values()) * 512 / 1000


def _line(what: str, seconds: float, build: float, size: float | None = None) -> None:
    kept = "" if size is None else f"{size:15.0f}"
    print(f"{what:44}{seconds:9.2f}{seconds / build:12.2f}{kept}", flush=True)


if __name__ == "__main__":
    main()
