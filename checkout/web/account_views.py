"""What the pages of the account show. Nothing here decides anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from checkout.close_account import Outcome
from checkout.correct import Told
from checkout.domain.account import FirstLine, Session
from checkout.web.record_views import Compared
from checkout.web.views import FieldError, OrderPage
from offer.release import PublishedEdition
from offer.values import Requisites


@dataclass(frozen=True)
class House:
    """What every page knows: is this a test shop, whom to write to, where it is what day."""

    test: bool
    requisites: Requisites | None
    zone: ZoneInfo


@dataclass(frozen=True)
class SignIn:
    """The form that asks for a letter; `note` says why one is here at all."""

    house: House
    email: str = ""
    error: str | None = None
    note: str = ""


@dataclass(frozen=True)
class SignUp:
    """The form of who signs up without buying."""

    house: House
    values: Mapping[str, str]
    errors: tuple[FieldError, ...] = ()
    privacy: PublishedEdition | None = None


@dataclass(frozen=True)
class LetterSent:
    """A letter may be on its way; the form for its code."""

    house: House
    minutes: int
    error: str | None = None


@dataclass(frozen=True)
class OpenLink:
    """The page behind a letter's link: whose account is to be opened, and the button."""

    house: House
    action: str
    email: str
    is_new: bool = False


@dataclass(frozen=True)
class Bought:
    """One package as the account shows it: what it is joined with stands in `order`.

    `left_minutes` are those that can be used or stand frozen; `runs` says which. `added` are the
    orders of extra hours for it, which count in them.
    """

    order: OrderPage
    left_minutes: int
    runs: bool
    current: PublishedEdition | None
    again_url: str
    added: tuple[OrderPage, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether its client has left it and nobody has answered yet."""
        return self.order.refusal is not None and self.order.refusal.is_open

    @property
    def has_ended(self) -> bool:
        return self.order.is_over or self.order.ended_at is not None

    @property
    def is_of_older_edition(self) -> bool:
        return self.current is not None and self.current.sha256 != self.order.edition.sha256


@dataclass(frozen=True)
class AccountPage:
    """The account: its first line, its packages, its orders.

    `is_proved` is false where it was opened from an order's page and shows that browser's orders.
    `left_out` is how many older orders are not on it.
    """

    house: House
    email: str
    is_proved: bool
    line: FirstLine
    packages: tuple[Bought, ...]
    orders: tuple[OrderPage, ...]
    now: datetime
    left_out: int = 0
    AT_ONCE: ClassVar[int] = 10

    @property
    def open_packages(self) -> tuple[Bought, ...]:
        """Those that run, then the newest of those that have ended, to be seen at once."""
        running = tuple(it for it in self.packages if not it.has_ended)
        return (*running, *(it for it in self.packages if it.has_ended))[: len(running) + 1]

    @property
    def folded_packages(self) -> tuple[Bought, ...]:
        """What has ended and is not the newest: a client of years has dozens."""
        return tuple(it for it in self.packages if it.has_ended)[1:]


@dataclass(frozen=True)
class Devices:
    """Where the client is signed in; `here` is the id of the session that asks."""

    house: House
    email: str
    sessions: tuple[Session, ...]
    here: str


@dataclass(frozen=True)
class OwnLetter:
    """A letter as it was sent: its words, and where its bytes are (`path` with .eml)."""

    path: str
    subject: str
    date: datetime
    text: str


@dataclass(frozen=True)
class LettersPage:
    """Every letter that was sent to the client."""

    house: House
    email: str
    letters: tuple[OwnLetter, ...]


@dataclass(frozen=True)
class LetterPage:
    """One of them."""

    house: House
    email: str
    letter: OwnLetter


@dataclass(frozen=True)
class DetailsPage:
    """Who the client is: the form as filled in, and all he told, newest first."""

    house: House
    email: str
    values: Mapping[str, str]
    told: tuple[Told, ...]
    errors: tuple[FieldError, ...] = ()
    saved: bool = False


@dataclass(frozen=True)
class PrivacyPage:
    """Consents of his orders, and what a request for erasure would come to now.

    `step` of erasing: "ask" for his word, "done" afterwards.
    """

    house: House
    email: str
    orders: tuple[OrderPage, ...]
    outcome: Outcome
    step: str = ""

    @property
    def consents(self) -> tuple[OrderPage, ...]:
        return tuple(it for it in self.orders if it.consent or it.consent_withdrawn_at)

    @property
    def may_withdraw(self) -> bool:
        return any(it.party and not it.consent_withdrawn_at for it in self.consents)


@dataclass(frozen=True)
class OwnEdition:
    """The edition an order was made by, beside the one in force."""

    house: House
    email: str
    order: OrderPage
    current: PublishedEdition
    compared: Compared


@dataclass(frozen=True)
class Readdress:
    """Where another address is named for an order; once a code is `sent`, where it is typed."""

    house: House
    number: str
    token: str
    email: str
    minutes: int
    error: str | None = None
    sent: bool = False
