"""The certificate of a paid order: made once, its bytes kept, the same for letter and page."""

import json

from checkout.domain.details import Part
from checkout.domain.errors import CheckoutError
from checkout.domain.order import Order
from checkout.settings import Settings
from checkout.settle import accepted_terms
from checkout.shop import Shop
from checkout.store import archive, correspondence, ledger, orders
from checkout.store.correspondence import Paper
from checkout.store.engine import Tx
from offer.evidence.certificate import certificate
from offer.evidence.chain import digest
from offer.evidence.settlement import EditionRef, Party, Settlement


class Erased(CheckoutError):  # noqa: N818 - reads as what it is
    """Who made the order is erased: no paper can name him any more."""

    code = "erased"


def certify(shop: Shop, order: Order) -> Paper:
    """The kept certificate of a paid order, made now if it is not there yet.

    It tells only what its ledger rows tell, so making it twice gives the same bytes; whichever
    is kept first stands. Raises Erased where nobody knows any more whom it would name.
    """
    kept = shop.store.read(lambda tx: correspondence.paper(tx, order.id))
    if kept:
        return kept
    facts = shop.store.read(lambda tx: settlement(tx, shop.settings, order))
    data = certificate(facts, zone=shop.settings.zone)
    return shop.store.transact(lambda tx: _keep(tx, order, data))


def _keep(tx: Tx, order: Order, data: bytes) -> Paper:
    orders.locked(tx, order.id)
    party(tx, order)  # erased while the paper was being made: then it must not come back
    return correspondence.keep_paper(tx, order.id, digest(data), data)


def settlement(tx: Tx, settings: Settings, order: Order) -> Settlement:
    """The facts of a paid order, as its papers tell them."""
    package = orders.package(tx, order.id)
    if package is None or order.payment_id is None or order.paid_at is None:
        raise LookupError(f"order {order.number} is not paid")
    terms = accepted_terms(tx, order)
    bought = terms.package(order.hours)
    if bought is None:
        raise LookupError(f"order {order.number}: its edition sells no {order.hours} hours")
    return Settlement(
        order_number=order.number,
        order_url=f"{settings.public_url}/orders/{order.token}",
        hours=order.hours,
        price_kopecks=order.price_kopecks,
        extra_hour_kopecks=bought.extra_hour_kopecks,
        edition=_edition(tx, settings, "offer", order.edition),
        consent=_edition(tx, settings, "consent", order.consent) if order.consent else None,
        party=party(tx, order),
        terms=terms,
        payment_id=order.payment_id,
        paid_at=order.paid_at,
        test=order.test,
        acceptance=ledger.row(tx, package.acceptance).ref,
        head=ledger.row(tx, package.payment).ref,
        **vars(package.period),
    )


def party(tx: Tx, order: Order) -> Party:
    """Who ordered, from the side row; raises Erased."""
    known = known_party(tx, order)
    if known is None:
        raise Erased(f"Кто сделал заказ {order.number}, стёрто.")
    return known


def known_party(tx: Tx, order: Order) -> Party | None:
    """Who ordered, from the side row; None since it was erased."""
    kept = ledger.details(tx, order.ledger, Part.PARTY)
    if kept is None:
        return None
    known = json.loads(kept.text)
    return Party(**{name: known[name] for name in Party.__dataclass_fields__})


def _edition(tx: Tx, settings: Settings, document: str, number: int) -> EditionRef:
    edition = archive.edition(tx, document, number)
    return EditionRef(
        document, number, edition.sha256, edition.published_at, settings.public_url + edition.page
    )
