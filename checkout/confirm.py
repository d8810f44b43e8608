"""Opening a letter's link confirms the address it went to: once, and as a fact.

A mail server that looks through its users' letters opens links too; what is shown thereby is that
the address takes our letters, and no more is claimed.
"""

import secrets

from checkout.domain.details import origin_details
from checkout.domain.order import Order
from checkout.shop import Shop
from checkout.store import correspondence, ledger, orders
from checkout.store.engine import Tx


def confirm_email(shop: Shop, order: Order, key: str, *, address: str, user_agent: str) -> bool:
    """Record that a letter about this order was opened; False if that is known or `key` is not."""
    if order.email_confirmed_at or not shop.store.read(lambda tx: _message(tx, order, key)):
        return False
    return shop.store.transact(lambda tx: _record(tx, order.id, key, address, user_agent))


def _message(tx: Tx, order: Order, key: str) -> str | None:
    message = correspondence.by_key(tx, key)
    return message.id if message and message.order_id == order.id else None


def _record(tx: Tx, order_id: int, key: str, address: str, user_agent: str) -> bool:
    ledger.alone(tx)
    order = orders.locked(tx, order_id)
    message = _message(tx, order, key)
    if message is None or order.email_confirmed_at:
        return False
    whence = origin_details(address, user_agent, salt=secrets.token_hex(16))
    fact = {
        "order": order.number,
        "of": "email",
        "message": message,
        "details_sha256": ledger.fact(tx, order.ledger)["details_sha256"],
        "origin_sha256": whence.sha256,
    }
    row = ledger.append(tx, "confirmation", fact)
    ledger.keep_details(tx, row.number, whence)
    orders.change(tx, order.id, email_confirmed_at=tx.now)
    return True
