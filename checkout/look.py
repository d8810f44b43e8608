"""What a page may see of an order, and how the shop stands. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from checkout.begin import terms_of
from checkout.buy import needs_decision
from checkout.domain.order import Order, money_taken
from checkout.domain.package_life import PackageLife
from checkout.domain.receipts import Standing
from checkout.domain.refusal import Obstacle, Refusal
from checkout.domain.retention import Act
from checkout.domain.transitions import AttemptState, State
from checkout.odd_money import came, is_undecided, returned
from checkout.refuse import obstacle_of
from checkout.remaining import life_of
from checkout.shop import Shop
from checkout.store import (
    accounts,
    archive,
    correspondence,
    ledger,
    orders,
    package_hours,
    receipts,
    refunds,
    refusals,
    retention,
)
from checkout.store.engine import Tx
from checkout.store.orders import Attempt
from checkout.who_ordered import known_party
from offer.errors import OfferError
from offer.evidence.chain import instant
from offer.evidence.settlement import ForPackage, LedgerRef, Party
from offer.periods import Period, package_period
from offer.release import PublishedEdition
from offer.values import Terms
from offer.wording import ROUBLES, day


@dataclass(frozen=True)
class OrderFacts:
    """An order with everything its page tells; who made it, or the act that erased that.

    `period` is as accepted; `ended_at` when money given back ended it sooner, `is_over` when its
    time has passed. `refunded` is what went back, in hundredths of each currency; the other sum is
    on its way. `refusal` is the newest one of the package, `obstacle` why it cannot be refused now.
    `life` is a package's; `bought_for` is the package of extra hours. `is_readdressed`: its address
    was mended, so whoever reads the one before may have the secret of its page. `is_undecided`:
    money came for it that does not fit, and the contractor has still to say what becomes of that;
    `came` is all of it where nothing else came, as `refunded`.
    """

    order: Order
    party: Party | None
    erased: Act | None
    edition: PublishedEdition
    terms: Terms
    confirmation_url: str | None
    decision_needed: bool
    method: str | None
    period: Period | None
    ended_at: datetime | None
    is_over: bool
    refunded: Mapping[str, int]
    returning_kopecks: int
    acceptance: LedgerRef | None
    shown: Mapping[str, str | None]
    consent: PublishedEdition | None
    receipts: tuple[Standing, ...]
    refusal: Refusal | None
    obstacle: Obstacle | None
    life: PackageLife | None
    bought_for: "PackageFacts | None"
    is_readdressed: bool
    is_undecided: bool
    came: Mapping[str, int]

    @property
    def left(self) -> Mapping[str, int]:
        """What is not back of money that came and does not fit."""
        rest = {code: came - self.refunded.get(code, 0) for code, came in self.came.items()}
        return {code: it for code, it in rest.items() if it > 0}

    @property
    def kind(self) -> str:
        """What sort of client it is, as he ordered."""
        return self.order.party_kind

    @property
    def payable(self) -> bool:
        """Whether YooKassa may know more than we do."""
        return self.order.state in (State.CREATED, State.WAITING) and bool(self.order.payment_id)


@dataclass(frozen=True)
class PackageFacts:
    """A started package, as whoever buys extra hours for it is told of it.

    `runs`: it can be worked by now; `owned` are its hours and kopecks with its extra hours'.
    `refused`: its client leaves it, and the contractor has not answered yet.
    `party` bought it, and buys its extra hours too; None once erased.
    """

    token: str
    named: ForPackage
    edition: PublishedEdition
    terms: Terms
    period: Period
    runs: bool
    refused: bool
    party: Party | None
    owned: tuple[int, int]


def package(shop: Shop, token: str) -> PackageFacts | None:
    """The package of the order at a secret address; None if it has started none of its own."""

    def read(tx: Tx) -> PackageFacts | None:
        found = orders.by_token(tx, token)
        return _package(tx, found) if found and found.for_package is None else None

    return shop.store.read(read)


def _package(tx: Tx, own: Order) -> PackageFacts | None:
    started = orders.package(tx, own.id)
    if started is None:
        return None
    edition = archive.edition(tx, "offer", own.edition)
    return PackageFacts(
        token=own.token,
        named=package_hours.named(tx, own, started),
        edition=edition,
        terms=terms_of(edition),
        period=started.period,
        runs=started.runs(own.state, tx.now),
        refused=refusals.undecided(tx, own.id) is not None,
        party=known_party(tx, own),
        owned=package_hours.hours_of(tx, own),
    )


def order(shop: Shop, token: str) -> OrderFacts | None:
    """The order at a secret address."""
    return shop.store.read(lambda tx: _facts(tx, token, shop.settings.zone))


def _facts(tx: Tx, token: str, zone: ZoneInfo) -> OrderFacts | None:
    found = orders.by_token(tx, token)
    if found is None:
        return None
    attempt = orders.attempt_of(tx, found.id)
    package = orders.package(tx, found.id)
    edition = archive.edition(tx, "offer", found.edition)
    known = known_party(tx, found)
    returning = refunds.in_flight(tx, found.id)
    own = package if found.for_package is None else None
    return OrderFacts(
        order=found,
        party=known,
        erased=None if known else retention.act_for(tx, found),
        edition=edition,
        terms=terms_of(edition),
        confirmation_url=_payment_page(found, attempt),
        decision_needed=needs_decision(found, attempt, tx.now),
        method=orders.method(attempt),
        period=package.period if package else None,
        ended_at=package.ended_at if package else None,
        is_over=package is not None and package.is_over(tx.now),
        refunded=returned(tx, found),
        returning_kopecks=returning.amount_kopecks if returning else 0,
        acceptance=ledger.row(tx, package.acceptance).ref if package else None,
        shown=ledger.fact(tx, found.ledger)["shown"],
        consent=archive.edition(tx, "consent", found.consent) if found.consent else None,
        receipts=tuple(it.standing for it in receipts.of_order(tx, found.id)),
        refusal=refusals.latest(tx, found.id) if package else None,
        obstacle=obstacle_of(found, package, tx.now, is_returning=returning is not None),
        life=life_of(tx, found, own, zone) if own else None,
        bought_for=_package(tx, orders.by_id(tx, found.for_package)) if found.for_package else None,
        is_readdressed=accounts.correction_of_order(tx, found.id) is not None,
        is_undecided=is_undecided(tx, found),
        came=came(tx, found),
    )


def _payment_page(order: Order, attempt: Attempt | None) -> str | None:
    if (
        order.state is not State.WAITING
        or attempt is None
        or attempt.state is not AttemptState.OPEN
    ):
        return None
    return attempt.confirmation_url


def as_json(shop: Shop, facts: OrderFacts) -> dict[str, object]:
    """The order facts of the stable interface; times are ISO 8601 with offset."""
    order, package = facts.order, facts.period
    return {
        "number": order.number,
        "what": order.what,
        "for_package": facts.bought_for.named.order_number if facts.bought_for else None,
        "state": order.state,
        "money_taken": money_taken(order),
        "hours": order.hours,
        "price_kopecks": order.price_kopecks,
        "refunded_kopecks": facts.refunded.get(ROUBLES, 0),
        "edition": {"number": order.edition, "sha256": order.edition_sha256},
        "consent_sha256": order.consent_sha256,
        "payment_id": order.payment_id,
        "paid_at": instant(order.paid_at) if order.paid_at else None,
        "test": order.test,
        "package": _package_json(shop, package, facts.ended_at) if package else None,
        "acceptance": row_json(facts.acceptance) if facts.acceptance else None,
        "reason": order.reason if order.state is State.CANCELLED else None,
    }


def row_json(row: LedgerRef) -> dict[str, object]:
    """A ledger row as the interface names it."""
    return {"ledger": row.number, "hash": row.hash}


def _package_json(shop: Shop, period: Period, ended_at: datetime | None) -> dict[str, object]:
    """The package as it is now: its term, or what there was of it until money was given back."""
    zone = shop.settings.zone
    told: dict[str, object] = {
        "starts_at": period.starts_at.astimezone(zone).isoformat(),
        "expires_at": period.expires_at.astimezone(zone).isoformat(),
        "last_day": period.last_day.isoformat(),
        "reason": period.reason,
    }
    if ended_at is None or ended_at >= period.expires_at:
        return told
    ended = ended_at.astimezone(zone)
    return {
        **told,
        "expires_at": ended.isoformat(),
        "last_day": ended.date().isoformat(),
        "reason": f"{period.reason} Пакет прекращён {day(ended.date())}: деньги возвращены.",
    }


def period_if_paid_now(shop: Shop, terms: Terms, at: datetime | None = None) -> Period:
    """The package's period if it were paid this moment (or at another).

    Raises UncoveredYearError (an OfferError) where the calendar does not reach: no selling then.
    """
    return package_period(
        at or shop.store.clock(),
        terms.term_months,
        moves=terms.moves_to_working_day,
        zone=shop.settings.zone,
        calendar=shop.calendar,
    )


@dataclass(frozen=True)
class Health:
    """Whether the shop can sell now, and whatever needs the contractor's eye."""

    sellable: bool
    problems: tuple[str, ...]


def health(shop: Shop) -> Health:
    """How the shop stands. A refused newer release is a problem while the old one sells on."""
    refused = shop.shelf.problem()
    obstacle = _obstacle(shop)
    found = tuple(dict.fromkeys(sentence for sentence in (refused, obstacle) if sentence))
    return Health(obstacle is None, found)


def _obstacle(shop: Shop) -> str | None:
    offer = shop.shelf.offer()
    if offer is None or offer.terms is None:
        return "Нет опубликованной редакции оферты, по которой можно продавать."
    try:
        period_if_paid_now(shop, offer.terms)
    except OfferError as error:
        return error.sentence
    return None


def counts(shop: Shop) -> dict[str, int]:
    """Orders by state and messages waiting, for the metrics page."""

    def read(tx: Tx) -> dict[str, int]:
        return {**orders.count(tx), "messages waiting": correspondence.unsent(tx)}

    return shop.store.read(read)
