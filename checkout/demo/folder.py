"""The demo's folder: held by one demo at a time, and what it remembers between starts."""

import fcntl
import json
import os
import secrets
import shlex
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from checkout.demo.hosting import any_port, bind
from checkout.demo.repository import DemoError

TOOLS = "demo.json"
SETTINGS = "environment"
PORTS = "ports.json"
ORPHAN_ENDS_WITHIN = 20.0  # seconds; the service of a killed demo takes less to end itself
LOOK_EVERY = 0.05
HIGHEST_PORT = 65535


@contextmanager
def held(folder: Path, stop: threading.Event) -> Iterator[int]:
    """Hold the folder; a second demo, or a service that outlived one, would share its database.

    Yields a descriptor for the service to inherit: while it lives no other demo may begin.
    DemoError when another demo is running, or the service of one that was killed does not end.
    """
    with (folder / "lock").open("a+") as lock, (folder / "service.lock").open("a") as service:
        if not _taken(lock):
            lock.seek(0)
            raise DemoError(
                "Демо этого клона уже запущено. "
                f"Остановите его: Ctrl-C в его окне или kill {lock.read()}"
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        (folder / TOOLS).unlink(missing_ok=True)  # of a demo that was killed
        _wait_for(service, stop)
        try:
            yield service.fileno()
        finally:
            (folder / TOOLS).unlink(missing_ok=True)


def tell_tools(folder: Path, facts: Mapping[str, object]) -> None:
    """Write `demo.json`, whole at any moment."""
    _write(folder / TOOLS, facts)


def tell_commands(folder: Path, settings: Mapping[str, str]) -> None:
    """Write `environment`, for a shell to read: with it any command works in the demo's shop."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in settings.items()]
    file = folder / SETTINGS
    file.touch(mode=0o600)
    file.write_text("".join(lines))


def site_port(folder: Path, asked: str) -> int:
    """The port that was asked for; 0 is the same one as last time or any that is free.

    DemoError when it is no port, or cannot be had.
    """
    port = int(asked) if asked.isascii() and asked.isdecimal() else -1
    if not 0 <= port <= HIGHEST_PORT:
        raise DemoError(
            f"Порт «{asked}» — не целое число от 0 до {HIGHEST_PORT}. Например: make run PORT=8080"
        )
    try:
        with bind(port) if port else any_port(_ports(folder).get("site", 0)) as found:
            return remember(folder, "site", found)
    except PermissionError:
        raise DemoError(
            f"Порт {port} открывает только администратор. Назовите другой: make run PORT=8080"
        ) from None
    except OSError:
        other = port + 1 if port < HIGHEST_PORT else 8000
        raise DemoError(
            f"Порт {port} занят. Освободите его или назовите другой: make run PORT={other}"
        ) from None


def same_port(folder: Path, name: str) -> tuple[socket.socket, bool]:
    """Listen where `name` did at the last start, or anywhere if somebody has that port now.

    True when its old addresses are dead.
    """
    last = _ports(folder).get(name, 0)
    listening = any_port(last)
    return listening, last not in {0, remember(folder, name, listening)}


def remember(folder: Path, name: str, listening: socket.socket) -> int:
    """Keep the port for the next start, and return it."""
    port = int(listening.getsockname()[1])
    _write(folder / PORTS, _ports(folder) | {name: port})
    return port


def secret(folder: Path) -> str:
    """A secret of this folder alone, the same at every start."""
    file = folder / "secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text()


def _ports(folder: Path) -> dict[str, int]:
    try:
        found: dict[str, int] = json.loads((folder / PORTS).read_text())
    except FileNotFoundError:
        return {}
    return found


def _write(file: Path, facts: Mapping[str, object]) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(facts, indent=2))
    draft.replace(file)


def _wait_for(service: IO[str], stop: threading.Event) -> None:
    until = time.monotonic() + ORPHAN_ENDS_WITHIN
    while not _taken(service):
        if stop.wait(LOOK_EVERY) or time.monotonic() > until:
            raise DemoError(
                "Служба прежнего, оборванного демо ещё работает: завершите процесс "
                "«checkout serve» этого клона и повторите make run."
            )


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
