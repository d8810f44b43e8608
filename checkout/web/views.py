"""What each page shows, as values: the handlers fill these in, `pages` turns them into HTML.

Prices are kopecks, instants are aware. Nothing here decides anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from checkout.domain.extra_hours import Cheaper
from checkout.domain.labels import TRY_AGAIN, accept_and_pay_button, pay_button
from checkout.domain.package_life import PackageLife
from checkout.domain.proposal import Proposal
from checkout.domain.receipts import Standing
from checkout.domain.refusal import Obstacle, Refusal
from checkout.domain.retention import Act
from offer.changes.change_sentences import ChangeSentence
from offer.evidence.settlement import ForPackage, LedgerRef, Party
from offer.periods import Period
from offer.redline import ClauseChange
from offer.release import PublishedEdition
from offer.values import Package, Requisites, Terms
from offer.wording import money, sums

Way = Literal["one tap", "is in", "letter"]


@dataclass(frozen=True)
class FieldError:
    """One thing to mend; `field` is the form's field name, `sentence` says what is expected."""

    field: str
    sentence: str


@dataclass(frozen=True)
class Extra:
    """What a form of extra hours says of the package they are for, at the address with `token`.

    `cheaper` is what would cost less, `stale` says that the rate the client was shown is of
    another edition, `recounted` that the sum he was shown is of another number of hours.
    """

    token: str
    package: ForPackage
    cheaper: Cheaper | None
    stale: bool = False
    recounted: bool = False

    @property
    def action(self) -> str:
        """Where the form is sent."""
        return f"/checkout/extra/{self.token}"

    @property
    def page(self) -> str:
        """The same address without its secret: it stands in the ledger for ever."""
        return f"/checkout/extra/{self.package.order_number}"


@dataclass(frozen=True)
class OrderForm:
    """The order form of one package, or of `extra` hours for one: `package` is then these hours.

    `period` is the package's if it were paid today. `values` are the fields as typed; the two
    boxes are never repeated from them, because a ticked box must be the client's own act.
    `like` is the number and the token of a like order that this browser has made.
    `sample` is where the site shows what a certificate looks like, None where it does not.
    """

    action: str
    attempt: str
    package: Package
    period: Period
    terms: Terms
    edition: PublishedEdition
    consent: PublishedEdition | None
    privacy: PublishedEdition | None
    values: Mapping[str, str]
    errors: tuple[FieldError, ...]
    test: bool
    zone: ZoneInfo
    sample: str | None = None
    extra: Extra | None = None
    like: tuple[str, str] | None = None


@dataclass(frozen=True)
class Changed:
    """A document changed between the form and its button: nothing was asked of YooKassa.

    `form` is of the editions now in force. `old_edition` is the offer the client ticked (the
    same as the form's when only the consent changed), `old_consent` the consent he ticked.
    `changes` are of every clause, `sentences` of those that changed; of marks alone there are none.
    `retry` is true for an order that exists: then nobody is asked again who he is.
    """

    form: OrderForm
    old_edition: PublishedEdition
    old_price_kopecks: int
    changes: tuple[ClauseChange, ...]
    sentences: tuple[ChangeSentence, ...]
    decline_url: str
    old_consent: PublishedEdition | None = None
    retry: bool = False

    @property
    def button(self) -> str:
        """The words on the button."""
        price = money(self.form.package.price_kopecks)
        return accept_and_pay_button(price) if self.offer_changed else pay_button(price)

    @property
    def offer_changed(self) -> bool:
        """False when only the consent is another one."""
        return self.old_edition.sha256 != self.form.edition.sha256

    @property
    def consent_changed(self) -> bool:
        """True when a consent was ticked whose text is no longer the one asked for."""
        now = self.form.consent.sha256 if self.form.consent else None
        return self.old_consent is not None and self.old_consent.sha256 != now


@dataclass(frozen=True)
class Retry:
    """A form that tries again. `fields` are sent again unseen, `attempt` among them.

    With `edition` trying again is a new decision: a box with that edition's hash, unticked, the
    price it asks, and `until`, the package's last day if it is paid today. Without it the same
    request is only repeated and asks nobody. A page of trouble shows only the second sort; for a
    new decision it leads to the order's own page.
    """

    action: str
    fields: Mapping[str, str]
    edition: PublishedEdition | None = None
    price_kopecks: int | None = None
    error: str | None = None
    button: str = TRY_AGAIN
    until: date | None = None


@dataclass(frozen=True)
class OrderPage:
    """An order at its secret address. `state` is one of checkout.domain.order.State.

    `reason` is YooKassa's cancellation reason (an open set), `method` its payment method type.
    `receipt`: a fiscal receipt goes out by e-mail; `receipts` is how each of them stands.
    `shown` are the words the order was made with. `refunded` went back, in hundredths of each
    currency, `returning_kopecks` are on their way; `ended_at` is when they ended the package,
    `is_over` says that it ended by itself. `refusal` is the client's newest, `obstacle` why
    there is none. `party` is None once an act has `erased` it. `retry` is shown while it is
    created or cancelled; `pay_again_url` is the form of a new order, where this one is at its
    end. `life` is a package's; `is_undecided`: what becomes of money that does not fit, the
    contractor has still to say; `came` is all of it, `left` what of it is not back. Extra hours
    name the package they were `bought_for`. `way_to_account`: by one tap in the browser the order
    was made in, straight for its client who is in, by a letter.
    """

    number: str
    token: str
    state: str
    money_taken: bool | None
    hours: int
    price_kopecks: int
    refunded: Mapping[str, int]
    edition: PublishedEdition
    consent_sha256: str | None
    payment_id: str | None
    paid_at: datetime | None
    period: Period | None
    acceptance: LedgerRef | None
    reason: str | None
    party: Party | None
    terms: Terms
    test: bool
    shown: Mapping[str, str | None]
    consent: PublishedEdition | None
    consent_withdrawn_at: datetime | None
    email_confirmed_at: datetime | None
    pay_again_url: str | None
    confirmation_url: str | None
    zone: ZoneInfo
    retry: Retry | None = None
    receipt: bool = False
    method: str | None = None
    erased: Act | None = None
    returning_kopecks: int = 0
    ended_at: datetime | None = None
    receipts: tuple[Standing, ...] = ()
    is_over: bool = False
    kind: str = "person"
    refusal: Refusal | None = None
    obstacle: Obstacle | None = None
    life: PackageLife | None = None
    bought_for: ForPackage | None = None
    way_to_account: Way = "letter"
    is_undecided: bool = True
    came: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)

    @property
    def returned(self) -> str:
        """What went back, in words; "" if nothing did."""
        return sums(self.refunded)

    @property
    def running(self) -> bool:
        """Whether it is paid, its time has not passed, and no money given back has ended it."""
        return self.state == "paid" and self.ended_at is None and not self.is_over

    @property
    def leaving(self) -> bool:
        """Whether the client has refused the package and waits for the contractor's decision."""
        return self.refusal is not None and self.refusal.is_open

    @property
    def sells_extra(self) -> bool:
        """Whether extra hours can be bought for it: it is a package, and still to be used."""
        return self.working and self.bought_for is None and self.party is not None

    @property
    def working(self) -> bool:
        """Whether the client is still to be told how to use what he has paid."""
        return self.running and not self.leaving


@dataclass(frozen=True)
class RefusalForm:
    """What leaving comes to now, and the form that says so; `reason` is as typed.

    `kind` is the client's, `decide_by` the last day for the contractor's answer. `extra` are the
    orders of extra hours that end with the package: number, hours, kopecks proposed. `is_extra`:
    only extra hours are refused, the package stays.
    """

    number: str
    token: str
    kind: str
    proposal: Proposal
    decide_by: date
    terms: Terms
    reason: str
    error: str | None
    test: bool
    extra: tuple[tuple[str, int, int], ...] = ()
    is_extra: bool = False


@dataclass(frozen=True)
class Trouble:
    """A page that says what went wrong, what about the money, and one next step.

    `money` is empty where no money was ever in question. `reference` is what the client may
    quote to the contractor; `requisites`, where a release is loaded, give him the contacts.
    """

    heading: str
    money: str
    next: str
    link_url: str | None
    link_text: str | None
    reference: str | None
    test: bool
    retry: Retry | None = None
    requisites: Requisites | None = None
