"""What the tests need of the machine beside Python: found, or installed, or asked for.

`make test` runs this file: as root on Debian and Ubuntu it installs what is missing from the
distribution; anyone else is told the one command. The fixtures find the programs through it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# a folder in them is made under a name that nobody can guess
DISK, MEMORY = Path("/tmp"), Path("/dev/shm")  # noqa: S108
DEBIANS_CHROMIUM = Path("/usr/lib/chromium/chromium")
ROOM = 4 << 30  # bytes; a run of all tests, with two workers, has been seen to keep a tenth of it
# The same Chromium without the browser around the page: a page costs it a third.
SHELL = "chromium-headless-shell"
BROWSERS = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOADED = (
    "chromium_headless_shell-*/chrome-*/*headless*shell",
    "chromium-*/chrome-linux*/chrome",
)


class MissingError(Exception):
    """A program is not on this machine; the text says how to get it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is missing. `make machine` installs it or says how.")


def quick_folder() -> Path:
    """Where tests write: in memory when it is roomy and lets programs run, as hooks of git do.

    Nothing there waits for a disk, and a copy of a database costs a third.
    """
    try:
        memory = os.statvfs(MEMORY)
    except OSError:
        return DISK
    roomy = memory.f_bavail * memory.f_frsize >= ROOM
    return MEMORY if roomy and not memory.f_flag & os.ST_NOEXEC else DISK


def _by_version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.parent.name.split(".") if part.isdigit())


def postgres_folder() -> Path | None:
    """The newest folder that holds initdb, postgres and pg_ctl; Debian keeps them off PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_by_version, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    wanted = ("initdb", "postgres", "pg_ctl")
    return next((it for it in folders if all((it / name).exists() for name in wanted)), None)


def chromium() -> Path | None:
    """A Chromium that starts (Ubuntu's package may be a stub that only names a snap)."""
    installed = [Path(found) for name in BROWSERS if (found := shutil.which(name))]
    kept = Path.home() / ".cache" / "ms-playwright"
    downloaded = [it for names in DOWNLOADED for it in sorted(kept.glob(names), reverse=True)]
    return next((it for it in [*installed, *downloaded] if _runs(it)), None)


def slow_chromium() -> bool:
    """Debian's whole browser is there, and its package that is quicker for tests is not."""
    return DEBIANS_CHROMIUM.exists() and not shutil.which(SHELL)


def _runs(program: Path) -> bool:
    try:
        done = subprocess.run([program, "--version"], check=False, capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def program(name: str) -> Callable[[], Path | None]:
    return lambda: Path(found) if (found := shutil.which(name)) else None


# what it is called, how it is found, the packages of Debian and Ubuntu that bring it
NEEDS: tuple[tuple[str, Callable[[], Path | None], tuple[str, ...]], ...] = (
    ("git", program("git"), ("git",)),
    ("PostgreSQL", postgres_folder, ("postgresql",)),
    ("Chromium", chromium, (SHELL, "chromium-sandbox")),
    ("qpdf", program("qpdf"), ("qpdf",)),
    ("openssl", program("openssl"), ("openssl",)),
    ("pdftotext", program("pdftotext"), ("poppler-utils",)),
)


def missing() -> dict[str, tuple[str, ...]]:
    """Names of what is missing, each with its packages."""
    return {name: packages for name, find, packages in NEEDS if find() is None}


def run(*command: str) -> bool:
    """Run what shows its progress on standard error; True when it succeeded."""
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    return subprocess.run(command, check=False, env=quiet, stdout=sys.stderr).returncode == 0


def _fetch(*packages: str) -> None:
    run("apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages)


def install() -> None:
    """As root on Debian and Ubuntu: each missing thing by itself, so that one cannot stop all."""
    run("apt-get", "-qq", "update")
    for packages in missing().values():
        _fetch(*packages)
    if slow_chromium():
        _fetch(SHELL)
    if "Chromium" in missing():  # a Debian before the shell had its package
        _fetch("chromium", "chromium-sandbox")
    if "Chromium" in missing():  # Ubuntu has it as a snap only
        run(sys.executable, "-m", "playwright", "install", "--with-deps", "chromium")


def main() -> int:
    if os.geteuid() == 0 and slow_chromium() and shutil.which("apt-get"):
        install()
    if not missing():
        return 0
    sys.stderr.write(f"Missing: {', '.join(missing())}.\n")
    if not shutil.which("apt-get"):
        sys.stderr.write("Install that with your package manager, then run make again.\n")
        return 1
    if os.geteuid() == 0:
        install()
    if not (lacking := missing()):
        return 0
    packages = " ".join(package for names in lacking.values() for package in names)
    sys.stderr.write(
        "Type this, then run make again:\n"
        f"  sudo apt-get update && sudo apt-get install --no-install-recommends {packages}\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
