"""A process that has imported the product once and forks a service for every line it reads.

A line is JSON: `environment` (the service's settings), `arguments` (of `checkout`), `log` (a
file), `mortal` (see below, or null). The answer is the service's process id. Starting a fresh
interpreter each time, or loading what the command loads late, would take longer than all that is
tested.

`mortal` makes the service kill itself: {"armed": file, "steps": file, "at": "settle 1", "when":
"before" or "after", "died": file}. From the moment `armed` exists every step of a purchase is
named and numbered: write transactions, calls of YooKassa, letters sent. Each is noted in
`steps`; at the step `at` the service makes the file `died` and kills itself with SIGKILL, before
the step or right after it.
"""

import gc
import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from checkout.__main__ import main
from checkout.gateway.client import YooKassa
from checkout.mail.smtp import Mailer
from checkout.store.engine import Store
from offer.periods import decree_calendar

LOADED_LATE = (
    "anyio._backends._asyncio",
    "checkout.clock",
    "checkout.open",
    "email_validator",
    "encodings.idna",
    "offer.evidence.certificate",
    "phonenumbers",
    "segno",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "typst",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
)
STEPS = (
    *((Store, it) for it in ("transact", "together")),
    *((YooKassa, it) for it in ("create_payment", "payment")),
    (Mailer, "send"),
)


class Mortal:
    """Names the steps once armed, and dies at one of them."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.armed, self.steps, self.died = (Path(plan[it]) for it in ("armed", "steps", "died"))
        self.at, self.when = plan["at"], plan["when"]
        self.count: Counter[str] = Counter()
        self.lock = threading.Lock()

    def named(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """The step, which kills the process if its turn has come."""

        def run(part: object, *given: Any, **options: Any) -> Any:
            mine = self._note(step, given)
            self._die("before", mine)
            done = step(part, *given, **options)
            self._die("after", mine)
            return done

        return run

    def _note(self, step: Callable[..., Any], given: Sequence[Any]) -> str:
        if not self.armed.exists():
            return ""
        name = step.__qualname__
        if given and callable(given[0]):  # a transaction is known by whoever wants it
            name = given[0].__qualname__.split(".")[0]
        with self.lock, self.steps.open("a") as steps:
            self.count[name] += 1
            steps.write(f"{name} {self.count[name]}\n")
            return f"{name} {self.count[name]}"

    def _die(self, when: str, mine: str) -> None:
        if (when, mine) == (self.when, self.at):
            self.died.touch()
            os.kill(os.getpid(), signal.SIGKILL)


def serve(order: Mapping[str, Any]) -> int:
    """Be the service until it ends; its exit status."""
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["environment"])
    if order["mortal"]:
        mortal = Mortal(order["mortal"])
        for owner, name in STEPS:
            setattr(owner, name, mortal.named(getattr(owner, name)))
    return main(order["arguments"])


def nurse() -> None:
    """Fork a service for each line of standard input."""
    for module in LOADED_LATE:
        import_module(module)
    decree_calendar()
    gc.freeze()  # no service looks through it, or copies it by looking
    # the kernel buries the dead: nobody here waits for them
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os._exit(serve(json.loads(line)))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    nurse()
