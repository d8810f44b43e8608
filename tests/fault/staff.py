"""Several processes of one shop on one database, the crowd that keeps them busy, and a killer."""

import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import requests
from sqlalchemy.exc import OperationalError

from checkout.clock import movable_clock, move_clock, real_clock
from checkout.store.engine import Store, open_engine
from tests.contract.simulated import Simulated
from tests.fault.house import PATIENCE, House
from tests.fault.reckoning import Books, Shown, is_honest
from tests.serving import bound
from tests.story.driving import until
from tests.town import ANNA

BUYERS = 3
TRIES = 1200  # of one request, a tenth of a second apart: its service was just killed
JUMP = timedelta(seconds=25)  # for each death: what a restart and its first minute take
ROUNDS = 400  # of half a second and a minute of the shop's clock, until everything is done
ZONE = ZoneInfo("Europe/Moscow")
NOBODY = "2ec65a1e-000f-5000-8000-000000000000"


@dataclass
class Member:
    """One process: `name` for its log, `arguments` of `checkout`, `life` its pidfd."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    life: int = -1

    def is_dead(self, within: float = 0) -> bool:
        return bool(select.select([self.life], [], [], within)[0])


@dataclass
class Staff:
    """The processes, how often one died, and how much was heard of them."""

    house: House
    urls: list[str]
    members: list[Member]
    store: Store
    deaths: int = 0
    seen: set[str] = field(default_factory=set)
    _heard: int = 0
    _news: threading.Condition = field(default_factory=threading.Condition)
    _stop: threading.Event = field(default_factory=threading.Event)
    _birth: threading.Lock = field(default_factory=threading.Lock)
    _command: Member | None = None

    def start(self, member: Member) -> None:
        with self._birth:
            pid = self.house.nursery.start(
                environment=member.environment,
                arguments=member.arguments,
                log=str(self.house.folder / f"{member.name}.log"),
                mortal=None,
            )
            member.life = os.pidfd_open(pid)

    def kill(self, member: Member) -> None:
        """End one as a failing machine does."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(member.life, signal.SIGKILL)
        assert member.is_dead(PATIENCE)
        self.deaths += 1

    def kill_at_random(self, chance: Random, times: int) -> None:
        """Kill whoever it falls on, in the middle of whatever is under way, and start him again."""
        for _ in range(times):
            self.wait_for_news(chance.randint(1, 6))
            if self._stop.is_set():
                return
            command = self._command
            victim = chance.choice([*self.members, *([command] if command else [])])
            self.kill(victim)
            self._pass(JUMP)
            if victim in self.members:
                os.close(victim.life)
                self.start(victim)

    def _pass(self, by: timedelta) -> None:
        file = self.house.clock_file
        move_clock(file, movable_clock(file)() + by)

    def hear(self) -> None:
        """Somebody was answered: there is work under way."""
        with self._news:
            self._heard += 1
            self._news.notify_all()

    def wait_for_news(self, many: int) -> None:
        with self._news:
            then = self._heard + many
            come = self._news.wait_for(
                lambda: self._heard >= then or self._stop.is_set(), PATIENCE * 4
            )
        assert come, self.logs()

    @contextmanager
    def crowd(self, chance: Random) -> Iterator[None]:
        """Clients buy and the contractor gives money back while the block runs."""
        troubles: list[BaseException] = []

        def kept(job: Callable[[Random], None], own: Random) -> None:
            try:
                while not self._stop.is_set():
                    job(own)
            except BaseException as error:
                troubles.append(error)
                self._stop.set()
                self.hear()

        jobs = [*[self._buy] * BUYERS, self._give_back]
        threads = [
            threading.Thread(target=kept, args=(job, Random(chance.random())))  # noqa: S311
            for job in jobs
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
        if troubles:
            raise troubles[0]

    def _buy(self, chance: Random) -> None:
        with requests.Session() as session:
            session.trust_env = False
            _Client(self, session, chance).buy()

    def _give_back(self, chance: Random) -> None:
        """`checkout refund`, typed by somebody whose machine may die meanwhile."""
        paid = []
        with suppress(OperationalError):  # the server was stopped: he looks again
            paid = self.rows("SELECT number FROM orders WHERE state = 'paid' ORDER BY id")
        if not paid:
            self._stop.wait(0.05)
            return
        (number,) = chance.choice(paid)
        amount = chance.choice(
            ([], ["--amount", f"{chance.randint(100, 5000)}.{chance.randint(10, 99)}"])
        )
        command = Member(
            "refund",
            ["refund", number, *amount, "--reason", "письмо клиента"],
            self.members[0].environment,
        )
        self.start(command)
        self._command = command
        until(command.is_dead, "the command")
        self._command = None
        self.hear()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.store.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def come_to_rest(self) -> None:
        """Nobody pays any more; wait until everybody is up and everything due is done."""
        for url in self.urls:
            until(lambda url=url: self._answers(url), "whoever was killed last")
        yookassa = self.house.yookassa
        for payment in yookassa.payments():
            if payment["status"] == "pending":
                yookassa.control("POST", f"/payments/{payment['id']}/expire")
        for _ in range(ROUNDS):
            if self._is_at_rest():
                return
            threading.Event().wait(0.5)
        raise AssertionError(f"it never comes to rest: {self.logs()}")

    def _answers(self, url: str) -> bool:
        try:
            return self.house.session.get(f"{url}/healthz", timeout=PATIENCE).ok
        except requests.RequestException:
            return False

    def _is_at_rest(self) -> bool:
        left = (
            "SELECT 1 FROM attempts WHERE state IN ('unsent', 'open') UNION ALL "
            "SELECT 1 FROM refunds WHERE state IN ('unsent', 'open') UNION ALL "
            "SELECT 1 FROM inbox WHERE due_at IS NOT NULL UNION ALL "
            "SELECT 1 FROM messages WHERE sent_at IS NULL"
        )
        if not self.rows(left):
            return True
        # a lease that ends by this may send a letter once more: it counts as a death
        self._pass(timedelta(minutes=1))
        self.deaths += 1
        said = {"event": "payment.news", "object": {"id": NOBODY}}
        for url in self.urls:
            with suppress(requests.RequestException):  # wakes the worker inside
                requests.post(f"{url}/yookassa/notifications", json=said, timeout=PATIENCE)
        return False

    def books(self) -> Books:
        return Books(
            store=self.store,
            zone=ZONE,
            yookassa=self.house.yookassa,
            letters=self.house.mailbox.letters,
            deaths=self.deaths,
            seen=self.seen,
            look=self._look,
        )

    def _look(self, token: str) -> tuple[Shown, str]:
        address, accept = f"{self.urls[0]}/orders/{token}", {"accept": "application/json"}
        facts = self.house.session.get(address, headers=accept, timeout=PATIENCE).json()
        return facts, self.house.session.get(address, timeout=PATIENCE).text

    def logs(self) -> str:
        return "\n".join(it.read_text()[-2000:] for it in self.house.folder.glob("*.log"))


@dataclass
class _Client:
    """Somebody who tries again whenever a page does not load."""

    staff: Staff
    session: requests.Session
    chance: Random

    @property
    def yookassa(self) -> Simulated:
        return self.staff.house.yookassa

    def buy(self) -> None:
        page = self._ask("GET", "/checkout/5").text
        attempt = page.split('name="attempt" value="')[1].split('"')[0]
        sha256 = page.split('name="accept_offer" value="')[1].split('"')[0]
        form = {**ANNA, "attempt": attempt, "accept_offer": sha256}
        answer = self._ask("POST", "/checkout/5", data=form)
        payment_id = answer.headers.get("location", "").rpartition("orderId=")[2]
        if answer.status_code != 303 or not payment_id or "/" in payment_id:
            return  # his order is there; he does not come back
        payment = self.yookassa.control("GET", f"/payments/{payment_id}")
        token = payment["confirmation"]["return_url"].rpartition("/")[2]
        self.staff.seen.add(payment_id)
        if self.chance.random() < 0.9:
            self.yookassa.control("POST", f"/payments/{payment_id}/pay", {})
        self._come_back(token)

    def _come_back(self, token: str) -> None:
        known = [it for it in self.yookassa.payments() if it["status"] == "succeeded"]
        accept = {"accept": "application/json"}
        facts = self._ask("GET", f"/orders/{token}", headers=accept).json()
        page = self._ask("GET", f"/orders/{token}").text
        now = {it["id"]: it for it in self.yookassa.payments()}
        # what was given back meanwhile may be told already
        taken = [{**it, "refunded_amount": now[it["id"]]["refunded_amount"]} for it in known]
        is_honest(facts, page, taken, self.staff.seen)

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        for _ in range(TRIES):
            url = self.chance.choice(self.staff.urls)
            with suppress(requests.RequestException):
                answer = self.session.request(
                    method, f"{url}{path}", allow_redirects=False, timeout=PATIENCE, **options
                )
                self.staff.hear()
                if answer.status_code < 500:
                    return answer
            threading.Event().wait(0.1)
        raise AssertionError(f"nobody answers: {self.staff.logs()}")


@contextmanager
def a_staff(house: House, database_url: str, *, services: int, workers: int) -> Iterator[Staff]:
    """So many services and workers of the house's shop on this database; all dead at the end."""
    with ExitStack() as ending:
        ports = [bound() for _ in range(services - 1)]
        for port in ports:
            port.socket.close()
        urls = [house.url, *(it.url for it in ports)]
        clock = ["--clock-file", str(house.clock_file)]
        shared = {**house.environment, "CHECKOUT_DATABASE_URL": database_url}
        members = [
            Member(
                f"service{n}",
                ["serve", *clock],
                {**shared, "CHECKOUT_LISTEN": url.removeprefix("http://")},
            )
            for n, url in enumerate(urls)
        ] + [Member(f"worker{n}", ["work", *clock], shared) for n in range(workers)]
        engine = open_engine(database_url)
        ending.callback(engine.dispose)
        staff = Staff(house, urls, members, Store(engine, real_clock))
        for member in members:
            staff.start(member)
            ending.callback(_bury, member)
        yield staff


def _bury(member: Member) -> None:
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(member.life, signal.SIGKILL)
    os.close(member.life)
