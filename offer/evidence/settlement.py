"""The facts of a paid order, as the certificate and the letters tell them."""

from dataclasses import dataclass
from datetime import date, datetime

from offer.values import Terms


@dataclass(frozen=True)
class Party:
    """Who ordered. `kind` is person, sole_trader or company.

    For a company `organisation` is the party and the payer, and `name` who acted for it.
    """

    kind: str
    name: str
    organisation: str | None
    inn: str | None
    kpp: str | None
    email: str
    phone: str | None

    @property
    def customer(self) -> str:
        """The name of the contract's party."""
        return self.organisation if self.kind == "company" and self.organisation else self.name


@dataclass(frozen=True)
class EditionRef:
    """An edition as a paper names it; `url` is the absolute address of its page."""

    document: str
    number: int
    sha256: str
    published_at: datetime
    url: str

    @property
    def site(self) -> str:
        """The address of the site it stands on, without a slash at the end."""
        return self.url.removesuffix(f"/{self.document}/{self.number}/")


@dataclass(frozen=True)
class LedgerRef:
    """A row of the ledger by number and hash."""

    number: int
    hash: str


@dataclass(frozen=True)
class ForPackage:
    """The package that extra hours are bought for: its order, and what it is known by in facts.

    `hours` are the package's own: they name its rate in the edition both were sold by. `paid_at`
    (UTC) is what its term runs from, `acceptance` its row in the ledger.
    """

    order_number: str
    hours: int
    paid_at: datetime
    acceptance: LedgerRef


@dataclass(frozen=True)
class Settlement:
    """A payment that was taken and the package it started. Kopecks; times are UTC.

    `expires_at` is exclusive, `last_day` is the local day before it. `acceptance` is the
    order's own row in the ledger, `head` the payment's row, the newest when the paper was made.
    A `sample` has an invented client and nothing behind it. Extra hours name the package they
    are `for_package`; they end with it.
    """

    order_number: str
    order_url: str
    hours: int
    price_kopecks: int
    extra_hour_kopecks: int
    edition: EditionRef
    consent: EditionRef | None
    party: Party
    terms: Terms
    payment_id: str
    paid_at: datetime
    test: bool
    starts_at: datetime
    expires_at: datetime
    last_day: date
    reason: str
    provisional: bool
    acceptance: LedgerRef
    head: LedgerRef
    sample: bool = False
    for_package: ForPackage | None = None
