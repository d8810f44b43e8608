"""The certificate of a paid order: made once, its bytes kept, the same for letter and page."""

import json
from zoneinfo import ZoneInfo

from checkout.begin import accepted_terms
from checkout.domain.order import Order
from checkout.settings import Settings
from checkout.shop import Shop
from checkout.store import archive, correspondence, ledger, orders, package_hours
from checkout.store.correspondence import Paper
from checkout.store.engine import Tx
from checkout.who_ordered import party, party_details
from offer.evidence import facts
from offer.evidence.certificate import certificate
from offer.evidence.chain import Entry, digest
from offer.evidence.dossier import Dossier, first_link
from offer.evidence.redaction import redacted
from offer.evidence.settlement import EditionRef, Settlement


def certify(shop: Shop, order: Order) -> Paper:
    """The kept certificate of a paid order, made now if it is not there yet.

    It tells only what stands in the ledger up to the payment, so making it twice gives the same
    bytes; whichever is kept first stands, and its hash becomes a fact with it. Raises
    Erased where nobody knows any more whom it would name.
    """
    kept = shop.store.read(lambda tx: correspondence.paper(tx, order.id))
    if kept:
        return kept
    case = shop.store.read(lambda tx: dossier(tx, shop.settings, order))
    data = certificate(case, zone=zone_of(case, shop.settings))
    return shop.store.transact(lambda tx: _keep(tx, order, case, data))


def _keep(tx: Tx, order: Order, case: Dossier, data: bytes) -> Paper:
    ledger.alone(tx)  # two processes may have made it at the same moment
    orders.locked(tx, order.id)
    kept = correspondence.paper(tx, order.id)
    if kept:
        return kept
    party(tx, order)  # erased while the paper was being made: then it must not come back
    fact = facts.certificate_fact(order.number, digest(data), len(data), case.payment)
    row = ledger.append(tx, "certificate", fact)
    return correspondence.keep_paper(tx, order.id, digest(data), data, row.number)


def dossier(tx: Tx, settings: Settings, order: Order) -> Dossier:
    """The facts of a paid order up to its payment, and everything they rest on."""
    told = settlement(tx, settings, order)
    rows = [row for row in ledger.of_order(tx, order.number) if row.number <= told.head.number]
    kept = party_details(tx, order)
    consent = archive.edition(tx, "consent", order.consent).text if order.consent else None
    return Dossier(
        settlement=told,
        rows=tuple(rows),
        links=ledger.links(tx, first_link(told, rows), told.head.number),
        offer=archive.edition(tx, "offer", order.edition).text,
        consent=consent,
        salt=kept.salt,
        details=kept.text,
        answer=_answer(tx, told.payment_id, rows[-1]),
    )


def zone_of(case: Dossier, settings: Settings) -> ZoneInfo:
    """That of the order's papers for ever, whatever the settings say now."""
    zone = json.loads(case.order.fact).get("zone")  # the first version's facts have none
    return ZoneInfo(zone) if zone else settings.zone


def _answer(tx: Tx, payment_id: str, paid: Entry) -> str | None:
    """YooKassa's answer as the payment's fact has its hash; the first version hashed all of it."""
    attempt = orders.attempt_paid_by(tx, payment_id)
    if attempt is None or attempt.answer is None:
        return None
    shown = redacted(attempt.answer)
    return shown if digest(shown) == json.loads(paid.fact)["answer_sha256"] else None


def settlement(tx: Tx, settings: Settings, order: Order) -> Settlement:
    """The facts of a paid order, as its papers tell them."""
    package = orders.package(tx, order.id)
    if package is None or order.payment_id is None or order.paid_at is None:
        raise LookupError(f"order {order.number} is not paid")
    terms = accepted_terms(tx, order)
    extra = package_hours.for_package(tx, order)
    bought = terms.package(extra.hours if extra else order.hours)
    if bought is None:
        raise LookupError(f"order {order.number}: its edition sells no {order.hours} hours")
    site = ledger.fact(tx, order.ledger).get("site", settings.public_url)  # the first version's
    return Settlement(
        order_number=order.number,
        order_url=f"{settings.public_url}/orders/{order.token}",
        hours=order.hours,
        price_kopecks=order.price_kopecks,
        extra_hour_kopecks=bought.extra_hour_kopecks,
        edition=_edition(tx, site, "offer", order.edition),
        consent=_edition(tx, site, "consent", order.consent) if order.consent else None,
        party=party(tx, order),
        terms=terms,
        payment_id=order.payment_id,
        paid_at=order.paid_at,
        test=order.test,
        acceptance=ledger.row(tx, package.acceptance).ref,
        head=ledger.row(tx, package.payment).ref,
        for_package=extra,
        **vars(package.period),
    )


def _edition(tx: Tx, site: str, document: str, number: int) -> EditionRef:
    """Its page stands on the site that the order's fact names, wherever the site is now."""
    edition = archive.edition(tx, document, number)
    return EditionRef(document, number, edition.sha256, edition.published_at, site + edition.page)
