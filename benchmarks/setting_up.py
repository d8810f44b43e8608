"""How long and how large set-up is: a fresh clone, `make setup`, and `make run` twice."""

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

LONGEST = 300  # seconds for any one step; then it is told as missing
ASK_EVERY = 0.05


def size(folder: Path) -> str:
    """Bytes of all files under a folder, each once however often it is linked."""
    seen: dict[tuple[int, int], int] = {}
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        status = path.stat()
        seen[status.st_dev, status.st_ino] = status.st_size
    return f"{sum(seen.values()) / 1e6:.1f} MB"


def run(*command: str | Path, folder: Path | None = None) -> float:
    """Seconds a command takes; it has to succeed."""
    began = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, timeout=LONGEST, capture_output=True)
    return time.monotonic() - began


def first_answer(clone: Path) -> float:
    """Seconds from `make run` to the first 200 of its site; then it is ended with Ctrl-C."""
    told = clone / "build/demo/demo.json"
    began = time.monotonic()
    with (clone / "build.log").open("wb") as log:
        process = subprocess.Popen(
            ["make", "run", "PORT=0"], cwd=clone, stdout=log, stderr=log, start_new_session=True
        )
    try:
        while not _answers(told):
            if process.poll() is not None or time.monotonic() - began > LONGEST:
                said = (clone / "build.log").read_text().strip().rpartition("\n")[2]
                raise RuntimeError(f"make run did not come to answer; its last words: {said}")
            time.sleep(ASK_EVERY)
        return time.monotonic() - began
    finally:
        if process.poll() is None:
            # Ctrl-C reaches make and everything it started, which is a session of its own here
            os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)


def _answers(told: Path) -> bool:
    try:
        site = json.loads(told.read_text())["site"]
        with urllib.request.urlopen(f"{site}/", timeout=5) as answer:  # noqa: S310 - the demo's own
            return bool(answer.status == 200)
    except (OSError, ValueError, urllib.error.URLError):
        return False


def measure(clone: Path) -> None:
    """One row a line, printed as it becomes known."""
    seconds = run("git", "clone", "--quiet", Path.cwd(), clone)
    tell("git clone of this folder", f"{seconds:.1f} s")
    tell("  the clone, history included", size(clone))
    tell("make setup (downloads may be cached)", f"{run('make', 'setup', folder=clone):.1f} s")
    tell("  .venv", size(clone / ".venv"))
    tell("make setup again", f"{run('make', 'setup', folder=clone):.2f} s")
    tell("make run to its first 200", f"{first_answer(clone):.1f} s")
    tell("make run again to its first 200", f"{first_answer(clone):.1f} s")


def tell(what: str, found: str) -> None:
    print(f"{what:42}{found:>10}", flush=True)


def main() -> None:
    print("\nSet-up of a fresh clone of what is committed")
    with tempfile.TemporaryDirectory(prefix="oferta-bench-") as folder:
        try:
            measure(Path(folder) / "clone")
        except (OSError, RuntimeError, subprocess.SubprocessError) as trouble:
            print(f"not measured further: {trouble}")


if __name__ == "__main__":
    main()
