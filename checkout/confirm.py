"""Opening a letter's link confirms the address it went to: once, and as a fact.

A mail server that looks through its users' letters opens links too; what is shown thereby is that
the address takes our letters, and no more is claimed. The address is the one that the order's
letters go to now: what came to another before it was mended shows nothing of it.
"""

import secrets
from email.utils import parseaddr

from checkout.domain.account import mailbox
from checkout.domain.details import origin_details
from checkout.domain.order import Order
from checkout.shop import Shop
from checkout.store import correspondence, ledger, letters, orders
from checkout.store.correspondence import Message
from checkout.store.engine import Tx
from checkout.who_ordered import known_party


def confirm_email(shop: Shop, order: Order, key: str, *, address: str, user_agent: str) -> bool:
    """Record that a letter about this order was opened; False if that is known or `key` is not."""
    if order.email_confirmed_at or not shop.store.read(lambda tx: _message(tx, order, key)):
        return False
    return shop.store.transact(lambda tx: _record(tx, order.id, key, address, user_agent))


def _message(tx: Tx, order: Order, key: str) -> str | None:
    message = correspondence.by_key(tx, key)
    if message is None or message.order_id != order.id or not _went_to_reader(tx, order, message):
        return None
    return message.id


def _went_to_reader(tx: Tx, order: Order, message: Message) -> bool:
    """Whether the letter with the key, a message's first, is to who reads the order's letters."""
    party, sent = known_party(tx, order), letters.of_message(tx, message.id)
    if party is None or not sent:
        return False
    return mailbox(parseaddr(sent[0].recipient)[1]) == mailbox(party.email)


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
