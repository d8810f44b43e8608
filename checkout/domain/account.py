"""The client's account: whose it is, how long its keys live, what its first line says.

A client is whoever reads a mailbox. Two addresses are two clients.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import scrypt

from checkout.domain.package_life import PackageLife
from offer.evidence.chain import digest
from offer.wording import day, minutes

LINK_LIVES = timedelta(minutes=20)
SESSION_LIVES = timedelta(days=30)
# The browser of an order opens the account without a letter for so long.
BROWSER_LIVES = timedelta(days=1)
MOST_GUESSES = 5
CODE_DIGITS = 8
# An account without an order that nobody has opened for so long is erased.
UNUSED_FOR = timedelta(days=365)


class Purpose(StrEnum):
    """What a letter with a link is asked for."""

    ENTER = "enter"
    BEGIN = "begin"
    READDRESS = "readdress"


@dataclass(frozen=True)
class Account:
    """An account as stored; `proved_at` is when somebody first showed that he reads its mail."""

    id: int
    email: str
    created_at: datetime
    proved_at: datetime | None
    seen_at: datetime


@dataclass(frozen=True)
class Session:
    """Where a client is signed in.

    With `browser_sha256` it rests on no letter, only on the cookie of that browser: it sees what
    was ordered there and changes nothing.
    """

    id: str
    account_id: int
    secret_sha256: str
    browser_sha256: str | None
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime

    @property
    def is_proved(self) -> bool:
        """Whether whoever has it has shown that he reads the mailbox."""
        return self.browser_sha256 is None


@dataclass(frozen=True)
class Client:
    """Who is signed in, and by which session."""

    account: Account
    session: Session


def mailbox(email: str) -> str:
    """The address as an account has it.

    Not `casefold`: it makes of «straße.de» another domain, and its owner another client.
    """
    return email.strip().lower()


def secret_hash(secret: str) -> str:
    """What is kept of a secret of 128 bits or more."""
    return digest(secret)


def code_hash(code: str, salt: str) -> str:
    """What is kept of a code, which is short: dear to guess even for whoever has the database."""
    return scrypt(code.encode(), salt=salt.encode(), n=2**13, r=8, p=1, dklen=32).hex()


def masked(email: str) -> str:
    """«a•••@example.ru»: enough for its owner to know it again."""
    local, at, host = email.rpartition("@")
    return f"{local[:1]}•••{at}{host}"


@dataclass(frozen=True)
class FirstLine:
    """The page's one number and what it means; without `minutes` it says what to do next."""

    heading: str
    sentence: str
    minutes: int = 0


def first_line(packages: Sequence[PackageLife], *, is_unpaid: bool) -> FirstLine:
    """Hours left and until when, or what to do next."""
    running = sorted((it for it in packages if it.has_hours), key=lambda it: it.last_day)
    if not running:
        return _nothing_runs(packages, is_unpaid=is_unpaid)
    left = sum(it.left_minutes for it in running)
    soonest = running[0]
    if len(running) == 1:
        said = "Столько часов у\u00a0вас осталось. Последний день включается."
        return FirstLine(f"{minutes(left)} до\u00a0{day(soonest.last_day)}", said, left)
    parts = "; ".join(f"{minutes(it.left_minutes)} до\u00a0{day(it.last_day)}" for it in running)
    return FirstLine(f"{minutes(left)} в\u00a0{len(running)}\u00a0пакетах", f"{parts}.", left)


def _nothing_runs(packages: Sequence[PackageLife], *, is_unpaid: bool) -> FirstLine:
    if is_unpaid:
        said = "Заказ ниже ждёт оплаты: откройте его, чтобы оплатить или узнать о\u00a0платеже."
        return FirstLine("Действующих часов нет", said)
    if packages:
        return FirstLine("Действующих часов нет", "Чтобы продолжить работу, нужен новый пакет.")
    return FirstLine(
        "Пакетов пока нет", "Выберите пакет часов: ваши данные уже будут в\u00a0форме."
    )


BROWSERS = (
    ("YaBrowser", "Яндекс Браузер"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """«Firefox, Windows»: enough to know one's own again; the rest of what it tells is not kept."""
    known = (
        next((name for sign, name in signs if sign in user_agent), None)
        for signs in (BROWSERS, SYSTEMS)
    )
    return ", ".join(it for it in known if it) or "Неизвестное устройство"
