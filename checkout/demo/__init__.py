"""`checkout demo`: the whole product on one machine, with a simulated YooKassa and a mailbox.

Everything it keeps is in one folder, so that a second start finds its orders and its editions.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

from checkout.clock import movable_clock, move_clock
from checkout.demo.child import Child
from checkout.demo.folder import held, same_port, secret, site_port, tell_commands, tell_tools
from checkout.demo.hosting import address, hosting
from checkout.demo.repository import Checkout, DemoError, Server
from checkout.domain.errors import CheckoutError
from checkout.domain.receipts import Scheme
from checkout.gateway.simulator import create_simulator
from checkout.mail.mailbox import Mailbox
from checkout.settings import PREFIX, YOOKASSA_SENDERS, fiscal_choices
from offer.errors import OfferError
from offer.wording import moment

FOLDER = Path("build/demo")
CLOCK = "clock.json"
Clock = Callable[[], datetime]
SHOP_ID = "100500"
SECRET_KEY = "test_demo"  # noqa: S105 - opens nothing but the simulator
ZONE = ZoneInfo("Europe/Moscow")
ASK_EVERY = 0.1  # seconds


@dataclass(frozen=True)
class Addresses:
    """What `demo.json` tells the tools that drive the demo."""

    site: str
    simulator: str
    mailbox: str
    repository: str
    database: str


def demo(root: Path, port: str) -> int:
    """Run the demo of the clone at `root` until Ctrl-C; 0, or 1 with a sentence that says why."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with ExitStack() as ending:
            _run(root, port, stop, ending)
    except (CheckoutError, OfferError) as error:
        sys.stderr.write(f"{error.sentence}\n")
        return 1
    _say("Демо остановлено; всё, что оно запомнило, — в папке build/demo.")
    return 0


def _run(root: Path, port: str, stop: threading.Event, ending: ExitStack) -> None:
    checkout = Checkout(root)
    checkout.check()
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    lock = ending.enter_context(held(folder, stop))
    site = f"http://127.0.0.1:{site_port(folder, port)}"
    clock = movable_clock(folder / CLOCK)
    if (folder / CLOCK).exists():
        _say(
            f"Часы демо переведены, на них {moment(clock(), ZONE)}. "
            f"Вернуть настоящее время: удалите {FOLDER / CLOCK}."
        )
    server = Server(folder / "offer.git", folder / "site", site, folder / CLOCK)
    _publish(checkout, server, clock)
    mailbox = ending.enter_context(Mailbox(folder / "mail"))
    letters = ending.enter_context(hosting(mailbox.app, same_port(folder, "mailbox")[0]))
    simulator = ending.enter_context(_simulator(folder, site, clock))
    addresses = Addresses(
        site, simulator, letters, str(folder / "offer.git"), str(folder / "checkout.db")
    )
    environment = _environment(folder, addresses, mailbox.smtp_url)
    tell_commands(folder, environment)
    child = Child(
        ["serve", "--until-stdin-closes", "--clock-file", str(folder / CLOCK)],
        environment,
        folder / "service.log",
        on_start=lambda pid: tell_tools(folder, asdict(addresses) | {"service_pid": pid}),
        on_giving_up=stop.set,
        passed=[lock],
    )
    ending.callback(child.stop)
    if _answers(site, stop):
        child.answered.set()
        tell_tools(folder, asdict(addresses) | {"service_pid": child.pid})
        _say(_greeting(addresses, checkout))
        stop.wait()
    if child.gave_up.is_set():
        raise DemoError(f"Служба не запускается. Её последние слова:\n{_tail(folder)}")


def _publish(checkout: Checkout, server: Server, clock: Clock) -> None:
    """Publish HEAD; a text that cannot be published leaves an earlier one on sale, if any."""
    server.prepare(checkout.root)
    try:
        published = server.take(checkout.root, clock())
    except OfferError as error:
        if not server.sells():
            raise
        _say(f"НЕ ОПУБЛИКОВАНО: {error.sentence}\nНа сайте по-прежнему прежняя редакция.")
        return
    if published.created:
        _say("Опубликовано: " + ", ".join(edition.tag for edition in published.created))


@contextmanager
def _simulator(folder: Path, site: str, clock: Clock) -> Iterator[str]:
    """The simulated YooKassa, whose clock moves everybody's; its address."""
    listening, moved = same_port(folder, "simulator")
    if moved:
        _say("Прежний порт имитации ЮKassa занят: ссылки на оплату прежних заказов не откроются.")
    app = create_simulator(
        shop_id=SHOP_ID,
        secret_key=SECRET_KEY,
        clock=clock,
        on_clock=partial(move_clock, folder / CLOCK),
        public_url=address(listening),
        notify_url=f"{site}/yookassa/notifications",
        kept_in=folder / "simulator.sqlite",
        # a shop with receipts takes no payment without one
        receipts=fiscal_choices().get(f"{PREFIX}RECEIPTS") in (Scheme.ONE, Scheme.TWO),
    )
    with hosting(app, listening) as url:
        yield url


def _environment(folder: Path, addresses: Addresses, smtp_url: str) -> dict[str, str]:
    """The service's settings: those of a real server, but for the test shop and the loopback."""
    settings = {
        "DATABASE_URL": f"sqlite:///{addresses.database}",
        "RELEASE": str(folder / "site/current"),
        "PUBLIC_URL": addresses.site,
        "LISTEN": addresses.site.removeprefix("http://"),
        "YOOKASSA_SHOP_ID": SHOP_ID,
        "YOOKASSA_SECRET_KEY": SECRET_KEY,
        "YOOKASSA_API_URL": f"{addresses.simulator}/v3",
        "NOTIFICATION_SOURCES": f"{YOOKASSA_SENDERS},127.0.0.0/8,::1/128",
        "SMTP_URL": smtp_url,
        "MAIL_FROM": "Техническая поддержка amoCRM <demo@oferta.example>",
        "SECRET_KEY": secret(folder),
    }
    return fiscal_choices() | {f"{PREFIX}{name}": value for name, value in settings.items()}


def _answers(site: str, stop: threading.Event) -> bool:
    """Wait until the service is ready to sell; False when the demo is to end instead."""
    with requests.Session() as session:
        session.trust_env = False
        while not stop.wait(ASK_EVERY):
            with suppress(requests.RequestException):
                if session.get(f"{site}/healthz", timeout=5).ok:
                    return True
    return False


def _greeting(addresses: Addresses, checkout: Checkout) -> str:
    changed = checkout.changed()
    lines = [
        "",
        "Тестовый режим: деньги не списываются.",
        f"  Сайт и касса        {addresses.site}/",
        f"  ЮKassa (имитация)   {addresses.simulator}/",
        f"  Почта               {addresses.mailbox}/",
        "",
        "Новая редакция: измените docs/offer.md, сделайте коммит и выполните",
        f"  git push {FOLDER}/offer.git HEAD:main",
        "Команды исполнителя, в другом окне:",
        f"  . {FOLDER}/environment && .venv/bin/checkout --help",
        "Остановить: Ctrl-C.",
    ]
    if changed:
        lines.append(f"Не опубликовано, потому что нет коммита: {', '.join(changed)}")
    return "\n".join(lines)


def _tail(folder: Path) -> str:
    lines = (folder / "service.log").read_text(errors="replace").splitlines()
    return "\n".join(lines[-8:])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
