"""The service as a process that may die at any moment, and the town around it that does not."""

import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import requests

from checkout.clock import movable_clock, move_clock, real_clock
from checkout.gateway.simulator import create_simulator
from checkout.mail.mailbox import Mailbox
from offer.editions import DOCUMENTS, sha256
from tests.contract.simulated import SECRET_KEY, SHOP_ID, Simulated, StandingClock
from tests.serving import bound, serving
from tests.story.driving import until
from tests.town import ANNA, Publisher, text_of

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
DATABASE = "checkout.db"
PATIENCE = 30  # seconds; only what never comes takes so long


@dataclass
class Nursery:
    """The process that forks services (see nursery.py)."""

    process: subprocess.Popen[str]

    def start(self, **order: Any) -> int:
        """Fork one; its process id."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(order)}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def nursery() -> Iterator[Nursery]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fault.nursery"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class House:
    """A service, its simulator, its mailbox, its database file and the clock they share."""

    nursery: Nursery
    folder: Path
    url: str
    yookassa: Simulated
    mailbox: Mailbox
    session: requests.Session
    environment: dict[str, str]
    deaths: int = 0
    _life: int = field(default=-1)

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock.json"

    @property
    def armed(self) -> Path:
        return self.folder / "armed"

    def start(self, mortal: dict[str, Any] | None = None) -> None:
        """Start the service and wait until it sells."""
        pid = self.nursery.start(
            environment=self.environment,
            arguments=["serve", "--clock-file", str(self.clock_file)],
            log=str(self.folder / "service.log"),
            mortal=mortal,
        )
        self._life = os.pidfd_open(pid)
        until(lambda: self._healthy() or self.is_dead(), "the service")
        assert not self.is_dead(), (self.folder / "service.log").read_text()

    def start_to_die(self, at: str, when: str) -> None:
        """Start a service that will die at the step `at` once it is armed."""
        files = {name: str(self.folder / name) for name in ("armed", "steps", "died")}
        self.start({**files, "at": at, "when": when})

    def steps(self) -> list[str]:
        """The steps since it was armed, named and numbered: «settle 1»."""
        return (self.folder / "steps").read_text().splitlines()

    def has_died(self) -> bool:
        """Whether the service came to the step at which it was to die."""
        return (self.folder / "died").exists()

    def is_dead(self, within: float = 0) -> bool:
        """Whether the service has ended, or ends within so many seconds."""
        return bool(select.select([self._life], [], [], within)[0])

    def kill(self) -> None:
        """End the service, if there is one, as a failing power supply does."""
        if self._life < 0:
            return
        if not self.is_dead():
            signal.pidfd_send_signal(self._life, signal.SIGKILL)
            assert self.is_dead(PATIENCE)
        os.close(self._life)

    def revive(self) -> None:
        """Start the dead service again, six minutes later and immortal."""
        assert self.is_dead(PATIENCE), "the service does not answer and is not dead"
        os.close(self._life)
        self.deaths += 1
        move_clock(self.clock_file, movable_clock(self.clock_file)() + timedelta(minutes=6))
        self.start()

    def persist(self, ask: Callable[[], requests.Response]) -> requests.Response:
        """What a client does whose page does not load: the same again, later."""
        try:
            return ask()
        except requests.RequestException:
            self.revive()
            return ask()

    def form(self) -> dict[str, str]:
        """The order form as a browser would send it."""
        page = self.session.get(f"{self.url}/checkout/5", timeout=PATIENCE).text
        attempt = page.split('name="attempt" value="')[1].split('"')[0]
        return {**ANNA, "attempt": attempt, "accept_offer": sha256(text_of("offer"))}

    def send(self, form: dict[str, str]) -> requests.Response:
        address = f"{self.url}/checkout/5"
        return self.session.post(address, data=form, allow_redirects=False, timeout=PATIENCE)

    def facts(self, token: str) -> dict[str, Any]:
        """The order facts of the interface, from whichever service lives then."""
        address, accept = f"{self.url}/orders/{token}", {"accept": "application/json"}
        ask = lambda: self.session.get(address, headers=accept, timeout=PATIENCE)  # noqa: E731
        answer = self.persist(ask)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says, read past the service."""
        database = sqlite3.connect(f"file:{self.folder}/{DATABASE}?mode=ro", uri=True)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def wait_for(self, done: Callable[[], T], what: str) -> T:
        """Wait until it is done, starting the service again whenever it dies."""

        def look() -> T | None:
            if self.is_dead():
                self.revive()
            return done() or None

        return until(look, what)

    def _healthy(self) -> bool:
        try:
            return self.session.get(f"{self.url}/healthz", timeout=PATIENCE).ok
        except requests.RequestException:
            return False


@contextmanager
def a_house(nursery: Nursery, folder: Path, database: Path | None = None) -> Iterator[House]:
    """Everything but the service, which the test starts; whatever lives at the end is killed.

    Its own database begins as a copy of the file `database`: a first start would migrate it.
    """
    folder.mkdir()
    if database:
        shutil.copy(database, folder / DATABASE)
    with ExitStack() as ending:
        port = bound()
        port.socket.close()
        clock = movable_clock(folder / "clock.json")
        yookassa = ending.enter_context(
            serving(
                lambda url: create_simulator(
                    shop_id=SHOP_ID,
                    secret_key=SECRET_KEY,
                    clock=clock,
                    public_url=url,
                    notify_url=f"{port.url}/yookassa/notifications",
                )
            )
        )
        mailbox = ending.enter_context(Mailbox())
        publisher = Publisher(folder / "site", StandingClock(real_clock()))
        publisher.folder.mkdir()
        publisher.publish(**{document: text_of(document) for document in DOCUMENTS})
        session = ending.enter_context(requests.Session())
        session.trust_env = False
        controls = ending.enter_context(requests.Session())
        controls.trust_env = False
        house = House(
            nursery,
            folder,
            port.url,
            Simulated(yookassa, StandingClock(), controls),
            mailbox,
            session,
            _environment(folder, port.url, yookassa, mailbox.smtp_url),
        )
        ending.callback(house.kill)
        yield house


def _environment(folder: Path, url: str, yookassa: str, smtp_url: str) -> dict[str, str]:
    return {
        "CHECKOUT_DATABASE_URL": f"sqlite:///{folder}/{DATABASE}",
        "CHECKOUT_RELEASE": str(folder / "site/current"),
        "CHECKOUT_PUBLIC_URL": url,
        "CHECKOUT_LISTEN": url.removeprefix("http://"),
        "CHECKOUT_YOOKASSA_SHOP_ID": SHOP_ID,
        "CHECKOUT_YOOKASSA_SECRET_KEY": SECRET_KEY,
        "CHECKOUT_YOOKASSA_API_URL": f"{yookassa}/v3",
        "CHECKOUT_SMTP_URL": smtp_url,
        "CHECKOUT_MAIL_FROM": "Поддержка <noreply@example.ru>",
        "CHECKOUT_NOTIFICATION_SOURCES": "127.0.0.1",
    }
