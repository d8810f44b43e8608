"""Buy a package: save the order, ask YooKassa for a payment, save its answer.

The order, its key and the exact request are committed before anything is sent, so a crash at
any point is mended by sending the same key and body again.
"""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from checkout.ask import ask, forgotten
from checkout.domain.details import Details, origin_details, party_details
from checkout.domain.errors import CheckoutError, GatewayError
from checkout.domain.order import Order
from checkout.domain.receipts import WHAT, Json, payment_receipt
from checkout.domain.shown import Shown
from checkout.domain.transitions import AttemptEvent, AttemptState, Event, State
from checkout.fiscalise import regime
from checkout.gateway.wire import payment_request
from checkout.settings import Settings
from checkout.shop import SOON, Shop, new_id
from checkout.store import accounts, archive, ledger, orders, refusals
from checkout.store.engine import Tx
from checkout.store.orders import Attempt
from offer.evidence import chain as rules
from offer.evidence import facts
from offer.evidence.settlement import ForPackage, LedgerRef, Party
from offer.release import PublishedEdition
from offer.values import Package
from offer.wording import hours as hours_in_words


@dataclass(frozen=True)
class Purchase:
    """What the form said, checked: the edition in force was ticked, the fields are in order.

    `shown` are the words of the page the decision was made on, `html` that page where it could be
    made again. Extra hours are bought `for_package`, by its edition: `package` is then what these
    hours come to, and `edition` need not be in force. `browser_sha256` is of the secret that our
    cookie gives the browser.
    """

    form_attempt: str
    package: Package
    edition: PublishedEdition
    consent: PublishedEdition | None
    party: Party
    shown: Shown
    address: str
    user_agent: str
    html: bytes | None = None
    for_package: ForPackage | None = None
    browser_sha256: str | None = None

    @property
    def fingerprint(self) -> str:
        """What makes the same form with mended data another order."""
        consent = self.consent.sha256 if self.consent else None
        hours, offer = self.package.hours, self.edition.sha256
        return fingerprint(hours, self.party, offer, consent, self.for_package)


@dataclass(frozen=True)
class Bought:
    """Where the client goes now: to the payment page, or to his order.

    `trouble` says why there is no payment page; no money was taken then.
    """

    token: str
    confirmation_url: str | None
    trouble: GatewayError | None = None


class NotRetriable(CheckoutError):  # noqa: N818 - reads as what it is
    """The order is in no state to be tried again."""

    code = "not_retriable"


class PackageEnded(CheckoutError):  # noqa: N818 - reads as what it is
    """Extra hours can't be bought: the package they are for does not run any more."""

    code = "package_ended"


def fingerprint(
    hours: int,
    party: Party,
    offer_sha256: str,
    consent_sha256: str | None,
    for_package: ForPackage | None = None,
) -> str:
    """The hash of everything a form says: the same form sent twice has the same."""
    said = {
        "hours": hours,
        "party": asdict(party),
        "offer": offer_sha256,
        "consent": consent_sha256,
        **({"for_package": for_package.order_number} if for_package else {}),
    }
    return rules.digest(rules.canonical(said))


def resume(shop: Shop, form_attempt: str, form_fingerprint: str) -> Bought | None:
    """Lead to the payment of the order this very form has made already; None if it has not."""
    with shop.one_at_a_time(form_attempt):
        known = shop.store.read(lambda tx: orders.by_form(tx, form_attempt, form_fingerprint))
        return _lead_to_payment(shop, known.id) if known else None


def buy(shop: Shop, purchase: Purchase) -> Bought:
    """Make the order, or find the one this form has made already, and lead to its payment."""
    with shop.one_at_a_time(purchase.form_attempt):
        order_id = shop.store.transact(lambda tx: _place(tx, shop, purchase))
        return _lead_to_payment(shop, order_id)


def retry(shop: Shop, token: str, decision: Purchase | None) -> Bought:
    """Try to pay an order again.

    An attempt whose outcome is unknown is sent again as it was and asks nobody. After a refusal,
    a decline or an expiry trying again is a new decision, and `decision` must hold it: raises
    NotRetriable without one. The consent stays the order's own, whatever `decision` says.
    """
    with shop.one_at_a_time(token):
        order_id = shop.store.transact(lambda tx: _renew(tx, shop, token, decision))
        return _lead_to_payment(shop, order_id)


def needs_decision(order: Order, attempt: Attempt | None, now: datetime) -> bool:
    """Whether paying this order again is a new decision rather than a repeated request."""
    if order.state is State.CANCELLED:
        return True
    spent = attempt is None or attempt.state is AttemptState.REFUSED or forgotten(attempt, now)
    return order.state is State.CREATED and spent


def _lead_to_payment(shop: Shop, order_id: int) -> Bought:
    order, attempt = shop.store.read(lambda tx: _look(tx, order_id))
    trouble = None
    if (
        attempt
        and attempt.state is AttemptState.UNSENT
        and not forgotten(attempt, shop.store.clock())
    ):
        trouble = ask(shop, attempt)
        order, attempt = shop.store.read(lambda tx: _look(tx, order_id))
    if attempt and attempt.state is AttemptState.OPEN and order.state is State.WAITING:
        # our own question may have failed while another process's was answered
        return Bought(order.token, attempt.confirmation_url)
    # or even paid: then its page tells
    return Bought(order.token, None, trouble if order.state is State.CREATED else None)


def _look(tx: Tx, order_id: int) -> tuple[Order, Attempt | None]:
    order = orders.by_id(tx, order_id)
    return order, orders.attempt_of(tx, order_id)


def _place(tx: Tx, shop: Shop, purchase: Purchase) -> int:
    ledger.alone(tx)
    known = orders.by_form(tx, purchase.form_attempt, purchase.fingerprint)
    if known:
        return known.id
    package_id = _package_id(tx, purchase)
    order_id = orders.next_id(tx)
    number = f"{tx.now.astimezone(shop.settings.zone):%Y}-{order_id:04}"
    token = secrets.token_urlsafe(24)
    row = _record_order(tx, number, token, purchase, shop.settings)
    if purchase.consent:
        _record_consent(tx, number, row, purchase, purchase.consent)
    orders.add(
        tx,
        {
            "id": order_id,
            "number": number,
            "token": token,
            "form_attempt": purchase.form_attempt,
            "fingerprint": purchase.fingerprint,
            "state": State.CREATED,
            "party_kind": purchase.party.kind,
            "created_at": tx.now,
            "test": shop.settings.test,
            "for_package": package_id,
            **_decision_columns(purchase, row),
        },
    )
    owner = accounts.of_email(tx, purchase.party.email)
    accounts.give(tx, order_id, owner.id, purchase.browser_sha256)
    _add_attempt(tx, shop, order_id, purchase)
    return order_id


def _renew(tx: Tx, shop: Shop, token: str, decision: Purchase | None) -> int:
    found = orders.by_token(tx, token)
    if found is None:
        raise NotRetriable("Такого заказа нет.")
    ledger.alone(tx)
    order = orders.locked(tx, found.id)
    attempt = orders.attempt_of(tx, order.id)
    if not needs_decision(order, attempt, tx.now):
        return order.id
    if decision is None:
        raise NotRetriable("Отметьте, что принимаете оферту, и нажмите кнопку ещё раз.")
    _package_id(tx, decision)
    if attempt and attempt.state is AttemptState.UNSENT:
        # nobody was ever sent to its payment page, so no money can come from it
        orders.move_attempt(tx, attempt, AttemptEvent.REPLACED)
    if order.state is State.CANCELLED:
        orders.move(tx, order, Event.RENEWED, reason=None)
    decision = replace(decision, consent=_standing(tx, order))
    row = _record_order(tx, order.number, order.token, decision, shop.settings)
    orders.change(tx, order.id, **_decision_columns(decision, row), payment_id=None)
    _add_attempt(tx, shop, order.id, decision)
    return order.id


def _package_id(tx: Tx, purchase: Purchase) -> int | None:
    """The order of the package that extra hours are for; raises PackageEnded."""
    if purchase.for_package is None:
        return None
    own = orders.by_number(tx, purchase.for_package.order_number)
    package = orders.package(tx, own.id) if own else None
    if own is None or package is None or not package.runs(own.state, tx.now):
        raise PackageEnded("Пакет уже закончился: дополнительные часы к\u00a0нему не\u00a0купить.")
    if refusals.undecided(tx, own.id):
        raise PackageEnded("От пакета отказались: дополнительные часы к нему не продаются.")
    return own.id


def _standing(tx: Tx, order: Order) -> PublishedEdition | None:
    """The consent that stands with an order: trying again neither gives nor takes it."""
    if order.consent is None or order.consent_withdrawn_at:
        return None
    return archive.edition(tx, "consent", order.consent)


def _decision_columns(purchase: Purchase, row: LedgerRef) -> dict[str, object]:
    return {
        "hours": purchase.package.hours,
        "price_kopecks": purchase.package.price_kopecks,
        "edition": purchase.edition.number,
        "edition_sha256": purchase.edition.sha256,
        "consent": purchase.consent.number if purchase.consent else None,
        "consent_sha256": purchase.consent.sha256 if purchase.consent else None,
        "ledger": row.number,
    }


def _record_order(
    tx: Tx, number: str, token: str, purchase: Purchase, settings: Settings
) -> LedgerRef:
    who, whence = _details(purchase)
    row = ledger.append(
        tx,
        "order",
        facts.order_fact(
            number,
            hours=purchase.package.hours,
            price_kopecks=purchase.package.price_kopecks,
            edition=purchase.edition,
            party_kind=purchase.party.kind,
            details_sha256=who.sha256,
            origin_sha256=whence.sha256,
            shown=purchase.shown.fact(),
            site=settings.public_url,
            zone=settings.time_zone,
            token_sha256=rules.digest(token),
            for_package=purchase.for_package,
        ),
    )
    ledger.keep_details(tx, row.number, who)
    ledger.keep_details(tx, row.number, whence)
    if purchase.html is not None:
        ledger.keep_shown(tx, row.number, purchase.html)
    return row.ref


def _record_consent(
    tx: Tx, number: str, order_row: LedgerRef, purchase: Purchase, consent: PublishedEdition
) -> None:
    who, whence = _details(purchase)
    row = ledger.append(
        tx,
        "consent",
        facts.consent_fact(
            number,
            order_row=order_row.number,
            document=consent,
            label=purchase.shown.consent_label,
            page=purchase.shown.page,
            details_sha256=who.sha256,
            origin_sha256=whence.sha256,
        ),
    )
    ledger.keep_details(tx, row.number, who)
    ledger.keep_details(tx, row.number, whence)


def _details(purchase: Purchase) -> tuple[Details, Details]:
    """Who and from where, each behind a salt of its own: one can be erased without the other."""
    who = party_details(purchase.party, salt=secrets.token_hex(16))
    address, user_agent = purchase.address, purchase.user_agent
    return who, origin_details(address, user_agent, salt=secrets.token_hex(16))


def _add_attempt(tx: Tx, shop: Shop, order_id: int, purchase: Purchase) -> None:
    order = orders.by_id(tx, order_id)
    attempt_id = new_id()
    receipt = _receipt(tx, shop, order, purchase.party)
    body = _request(shop, order, attempt_id, purchase, receipt)
    orders.add_attempt(tx, attempt_id, order_id, body)
    # if we die before asking, the worker asks with the same key and body
    orders.change_attempt(tx, attempt_id, next_look_at=tx.now + SOON)


def _receipt(tx: Tx, shop: Shop, order: Order, party: Party) -> Json | None:
    """The fiscal receipt that goes with the payment, if this shop gives them by YooKassa."""
    now = regime(shop, tx.now)
    if not now.fiscal:
        return None
    return payment_receipt(
        now,
        party,
        number=order.number,
        hours=order.hours,
        amount_kopecks=order.price_kopecks,
        what=WHAT[order.what],
    )


def _what(purchase: Purchase) -> str:
    hours, extra = hours_in_words(purchase.package.hours), purchase.for_package
    if extra is None:
        return f"{hours} поддержки"
    return f"{hours} поддержки к пакету по заказу {extra.order_number}"


def _request(
    shop: Shop, order: Order, attempt_id: str, purchase: Purchase, receipt: Json | None
) -> str:
    edition, consent = purchase.edition, purchase.consent
    metadata = {
        "cms_name": "oferta",
        "order": order.number,
        "attempt": attempt_id,
        "offer_edition": str(edition.number),
        "offer_sha256": edition.sha256,
    }
    if consent:
        metadata["consent_sha256"] = consent.sha256
    return payment_request(
        amount_kopecks=order.price_kopecks,
        description=(
            f"{_what(purchase)}, заказ {order.number}, "
            f"оферта в редакции {edition.number} ({edition.sha256[:8]})"
        ),
        return_url=f"{shop.settings.public_url}/orders/{order.token}",
        metadata=metadata,
        receipt=receipt,
    )
