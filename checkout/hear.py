"""Hear a notification: keep it, so that it can be answered 200, and let the worker ask.

It carries no signature and may be late, repeated, out of order or forged: a hint, no more.
"""

import json
import re

from checkout.domain.errors import CheckoutError
from checkout.gateway.wire import is_payment_id
from checkout.shop import Shop
from checkout.store import correspondence
from offer.evidence.redaction import redacted

# the set of events is open, but each is a name like payment.succeeded
EVENT = re.compile(r"[a-z_.]{1,64}")


class NotANotification(CheckoutError):  # noqa: N818 - reads as what it is
    """The body has not the shape of a YooKassa notification."""

    code = "not_a_notification"


class TooManyStrangers(CheckoutError):  # noqa: N818 - reads as what it is
    """The queue of what nobody here knows is full: it has to be said again later."""

    code = "too_many_strangers"


def hear(shop: Shop, body: bytes) -> None:
    """Keep a notification, without the payer's card, and wake the worker.

    Raises NotANotification; TooManyStrangers, and then nothing is kept.
    """
    text, event, object_id = _read(body)
    if not shop.store.transact(lambda tx: correspondence.receive(tx, event, object_id, text)):
        raise TooManyStrangers("Слишком много уведомлений о том, чего здесь не знают.")
    shop.wake.set()


def _read(body: bytes) -> tuple[str, str, str]:
    try:
        text = body.decode()
        said = json.loads(text)
        event, object_id = said["event"], said["object"]["id"]
        text = redacted(text)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NotANotification("Это не уведомление ЮKassa.") from None
    if not isinstance(event, str) or not EVENT.fullmatch(event):
        raise NotANotification("У уведомления нет события.")
    if not isinstance(object_id, str) or not is_payment_id(object_id):
        raise NotANotification("В уведомлении нет номера платежа.")
    return text, event, object_id
