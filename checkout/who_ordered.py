"""Who made an order: as he was when he accepted, and as he is reached now."""

import json

from checkout.domain.details import Details, Part
from checkout.domain.errors import CheckoutError
from checkout.domain.order import Order
from checkout.store import accounts, ledger
from checkout.store.engine import Tx
from offer.evidence.settlement import Party


class Erased(CheckoutError):  # noqa: N818 - reads as what it is
    """Who made the order is erased: no paper can name him any more."""

    code = "erased"


def party(tx: Tx, order: Order) -> Party:
    """Who ordered, from the side row; raises Erased."""
    return _party_of(party_details(tx, order))


def known_party(tx: Tx, order: Order) -> Party | None:
    """Who ordered, with the address mended since, if it was; None since it was erased.

    Papers name him as he was when he accepted: that is `party`.
    """
    kept = ledger.details(tx, order.ledger, Part.PARTY)
    if kept is None:
        return None
    mended = accounts.correction_of_order(tx, order.id)
    return _party_of((mended and ledger.details(tx, mended, Part.PARTY)) or kept)


def reader(tx: Tx, order: Order) -> Party:
    """Who reads the letters about an order; raises Erased."""
    known = known_party(tx, order)
    if known is None:
        raise Erased(f"Кто сделал заказ {order.number}, стёрто.")
    return known


def _party_of(kept: Details) -> Party:
    known = json.loads(kept.text)
    return Party(**{name: known[name] for name in Party.__dataclass_fields__})


def party_details(tx: Tx, order: Order) -> Details:
    """The side row of who ordered; raises Erased."""
    kept = ledger.details(tx, order.ledger, Part.PARTY)
    if kept is None:
        raise Erased(f"Кто сделал заказ {order.number}, стёрто.")
    return kept
