"""Hear notifications: keep them, so that they can be answered 200, and let the worker ask.

One carries no signature and may be late, repeated, out of order or forged: a hint, no more.
"""

import json
import re
from collections.abc import Callable, Sequence

from checkout.domain.errors import CheckoutError
from checkout.gateway.wire import is_payment_id
from checkout.shop import Shop
from checkout.store import correspondence
from checkout.store.correspondence import Heard
from checkout.store.engine import Tx
from offer.evidence.redaction import redacted

# the set of events is open, but each is a name like payment.succeeded
EVENT = re.compile(r"[a-z_.]{1,64}")
TOO_MANY = "Слишком много уведомлений о том, чего здесь не знают."


class NotANotification(CheckoutError):  # noqa: N818 - reads as what it is
    """The body has not the shape of a YooKassa notification."""

    code = "not_a_notification"


class TooManyStrangers(CheckoutError):  # noqa: N818 - reads as what it is
    """The queue of what nobody here knows is full: it has to be said again later."""

    code = "too_many_strangers"


def hear_all(shop: Shop, bodies: Sequence[bytes]) -> list[Exception | None]:
    """Keep notifications, without the payers' cards, and wake the worker; None, or why it is not.

    By one transaction; if that fails each by its own, so that no one is lost for another's sake.
    """
    outcomes: list[Exception | None] = [None] * len(bodies)
    heard: dict[int, Heard] = {}
    for at, body in enumerate(bodies):
        try:
            heard[at] = _read(body)
        except NotANotification as wrong:
            outcomes[at] = wrong
    answers = shop.store.together(_keep_heard, shop, [*heard.values()])
    for at, answer in zip(heard, answers, strict=True):
        outcomes[at] = _outcome(answer)
    shop.wake.set()
    return outcomes


def _keep_heard(tx: Tx, shop: Shop, heard: Sequence[Heard]) -> Sequence[bool]:
    return correspondence.receive(tx, heard)


def _outcome(answer: Callable[[], bool]) -> Exception | None:
    try:
        is_kept = answer()
    except Exception as error:
        return error
    return None if is_kept else TooManyStrangers(TOO_MANY)


def _read(body: bytes) -> Heard:
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
    return Heard(event, object_id, text)
