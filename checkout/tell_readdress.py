"""Compose the letters about an order's mended address, as they are due."""

import json

from checkout.begin import accepted_terms
from checkout.certify import certify
from checkout.domain.details import Part
from checkout.domain.order import Order
from checkout.domain.refusal import row_named
from checkout.mail.account_letters import Readdressed, no_more_letters, readdressed
from checkout.mail.letters import Attachment, Letter
from checkout.shop import Shop
from checkout.store import ledger, orders
from checkout.store.correspondence import Message
from checkout.store.engine import Tx
from checkout.who_ordered import reader


def readdressed_letters(shop: Shop, message: Message) -> list[Letter]:
    """To the new address with the certificate, and a line to the one before."""
    order = shop.store.read(lambda tx: orders.by_id(tx, message.order_id or 0))
    said, before = shop.store.read(lambda tx: _told(tx, shop, order, message))
    to = shop.store.read(lambda tx: reader(tx, order)).email
    contact = shop.store.read(lambda tx: accepted_terms(tx, order)).requisites.email
    papers = _papers(shop, order) if order.paid_at else ()
    letter = readdressed(said, to, papers, reply_to=contact)
    return [letter, no_more_letters(said, before)] if before else [letter]


def _papers(shop: Shop, order: Order) -> tuple[Attachment, ...]:
    name = f"certificate-{order.number}.pdf"
    return (Attachment(name, "application/pdf", certify(shop, order).data),)


def _told(tx: Tx, shop: Shop, order: Order, message: Message) -> tuple[Readdressed, str | None]:
    head = ledger.head(tx)
    if head is None:
        raise LookupError("an order was readdressed and the ledger is empty")
    url = f"{shop.settings.public_url}/orders/{order.token}?letter={message.key}"
    fact = ledger.fact(tx, row_named(message.subject))
    kept = ledger.details(tx, int(fact["instead_of"]), Part.PARTY)
    before = str(json.loads(kept.text)["email"]) if kept else None
    by_hand = fact.get("by") == "contractor"
    return Readdressed(order.number, url, head.ref, order.test, by_hand), before
