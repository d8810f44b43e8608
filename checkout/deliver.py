"""Send the due messages: claimed, sent, and only then marked as sent.

A crash after sending and before marking sends the letter once more, with the same Message-ID.
"""

from datetime import date, timedelta
from email.utils import parseaddr

import structlog

from checkout.certify import certify, settlement
from checkout.domain.order import Order
from checkout.mail.letters import (
    Letter,
    case_for_contractor,
    head_for_contractor,
    order_for_contractor,
    paid_letter,
)
from checkout.mail.smtp import MailError
from checkout.shop import Shop
from checkout.store import correspondence, heads, orders
from checkout.store.correspondence import Message
from offer.evidence.settlement import Settlement

log = structlog.get_logger()
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


def deliver(shop: Shop) -> int:
    """Send what is due; returns how many letters left. What cannot be sent is tried again."""
    sent = 0
    while message := shop.store.transact(correspondence.claim_message):
        sent += _send(shop, message)
    return sent


def _send(shop: Shop, message: Message) -> int:
    # one id for every try, so that a mailbox can tell a repeated letter
    message_id = f"<{message.id}@{shop.settings.mail_from.rpartition('@')[2].rstrip('>')}>"
    answers = []
    try:
        for number, letter in enumerate(_letters(shop, message)):
            own_id = message_id.replace("@", f".{number}@") if number else message_id
            answers.append(shop.mailer.send(letter, message_id=own_id, date=message.staged_at))
    except MailError as error:
        _postpone(shop, message, error)
        return 0
    shop.store.transact(lambda tx: correspondence.mark_sent(tx, message.id, "; ".join(answers)))
    return len(answers)


def _postpone(shop: Shop, message: Message, error: MailError) -> None:
    # a refused recipient may be mended tomorrow; asking every minute mends nothing
    growing = min(FIRST_PAUSE * 2 ** min(message.tries, 10), LONGEST_PAUSE)
    pause = LONGEST_PAUSE if error.permanent else growing
    log.warning("letter not sent", message=message.id, kind=message.kind, answer=str(error))
    shop.store.transact(
        lambda tx: correspondence.postpone(tx, message.id, tx.now + pause, str(error))
    )


def _letters(shop: Shop, message: Message) -> list[Letter]:
    zone = shop.settings.zone
    if message.kind == "case":
        return _cases(shop, message)
    if message.kind == "head":
        return _head(shop, message)
    order, facts = _facts(shop, message)
    if message.kind == "paid":
        return [paid_letter(facts, certify(shop, order).data, zone=zone)]
    if message.kind == "order":
        return [
            order_for_contractor(facts, to=address, zone=zone)
            for address in _desk(shop, facts.terms.requisites.email)
        ]
    raise LookupError(f"no letter is written for a message of kind {message.kind}")


def _facts(shop: Shop, message: Message) -> tuple[Order, Settlement]:
    if message.order_id is None:
        raise LookupError(f"message {message.id} names no order")
    order_id = message.order_id
    order = shop.store.read(lambda tx: orders.by_id(tx, order_id))
    return order, shop.store.read(lambda tx: settlement(tx, shop.settings, order))


def _cases(shop: Shop, message: Message) -> list[Letter]:
    return [
        case_for_contractor(message.subject, message.text, to=address)
        for address in _desk(shop, _contact(shop))
    ]


def _head(shop: Shop, message: Message) -> list[Letter]:
    day = date.fromisoformat(message.subject)
    head = shop.store.read(lambda tx: heads.of_day(tx, day))
    if head is None:
        raise LookupError(f"no head was published on {day}")
    return [
        head_for_contractor(head.day, head.number, head.hash, to=address)
        for address in _desk(shop, _contact(shop))
    ]


def _contact(shop: Shop) -> str | None:
    offer = shop.shelf.offer()
    return offer.terms.requisites.email if offer and offer.terms else None


def _desk(shop: Shop, contact: str | None) -> tuple[str, ...]:
    """Where the contractor reads his letters: the desk's addresses, else clause 11 of the offer."""
    if shop.settings.desk_emails:
        return shop.settings.desk_emails
    return (contact,) if contact else (parseaddr(shop.settings.mail_from)[1],)
