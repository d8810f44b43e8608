"""Ask YooKassa for the payment of a saved attempt, and save what is learnt of it.

The attempt's key and exact request were committed before, so asking again is always safe while
YooKassa remembers the key: it performs one key once.
"""

from datetime import datetime, timedelta

from checkout.domain.errors import GatewayError, Refused
from checkout.domain.payment import Payment
from checkout.domain.transitions import AttemptEvent, AttemptState, Event, State
from checkout.settle import FINAL, record
from checkout.shop import SOON, Shop
from checkout.store import orders
from checkout.store.engine import Tx
from checkout.store.orders import Attempt
from offer.evidence.chain import instant
from offer.evidence.redaction import redacted

# YooKassa forgets a key after 24 hours; then the same request would be a second payment.
KEY_LIVES = timedelta(hours=23)
# An hour after the last request could be sent whatever it did stands in YooKassa's list.
LIST_IS_WHOLE = KEY_LIVES + timedelta(hours=1)
# How far their clock may be from ours.
ASTRAY = timedelta(hours=1)
# Refusals of whoever asks, or of how often: they say nothing of what the key stands for.
NOT_ABOUT_THE_REQUEST = (401, 403, 429)


def ask(shop: Shop, attempt: Attempt) -> GatewayError | None:
    """Send a saved attempt and save what is learnt; returns why nothing is known, or None."""
    try:
        payment = shop.yookassa.create_payment(key=attempt.id, body=attempt.body)
    except Refused as error:
        refusal = error
        shop.store.transact(lambda tx: _save_refusal(tx, attempt.id, refusal))
        return refusal
    except GatewayError as error:
        shop.store.transact(lambda tx: _save_silence(tx, attempt.id))
        return error
    shop.store.transact(lambda tx: save_payment(tx, attempt.id, payment))
    return None


def forgotten(attempt: Attempt, now: datetime) -> bool:
    """Whether YooKassa may no longer know the key of an attempt it never answered."""
    return attempt.state is AttemptState.UNSENT and attempt.created_at < now - KEY_LIVES


def search(shop: Shop, attempt: Attempt) -> GatewayError | None:
    """YooKassa has forgotten the key, so asking again would be a second payment: look in its list.

    The list cannot be asked for an order, so the attempt is recognised by the payment's metadata.
    What an hour later is not there never was. Returns why the list is not known, or None.
    """
    try:
        payment = _listed(shop, attempt)
    except GatewayError as error:
        return error
    if payment is not None:
        shop.store.transact(lambda tx: _found(tx, shop, attempt.id, payment))
    elif shop.store.clock() - attempt.created_at >= LIST_IS_WHOLE:
        shop.store.transact(lambda tx: _give_up(tx, attempt.id))
    return None


def _listed(shop: Shop, attempt: Attempt) -> Payment | None:
    around = {
        "created_at.gte": instant(attempt.created_at - ASTRAY),
        "created_at.lte": instant(attempt.created_at + LIST_IS_WHOLE + ASTRAY),
    }
    listed = shop.yookassa.payments(**around)
    return next((it for it in listed if it.metadata.get("attempt") == attempt.id), None)


def _found(tx: Tx, shop: Shop, attempt_id: str, payment: Payment) -> None:
    if payment.status in FINAL:
        record(tx, shop, payment)
    else:
        save_payment(tx, attempt_id, payment)


def _unanswered(tx: Tx, attempt_id: str) -> Attempt | None:
    """The attempt, nobody else changing it, unless its outcome was learnt in the meantime."""
    attempt = orders.attempt(tx, attempt_id)
    if attempt is None:
        return None
    orders.locked(tx, attempt.order_id)
    # the lock is held now: what was read before it may have changed
    attempt = orders.attempt(tx, attempt_id)
    return attempt if attempt and attempt.state is AttemptState.UNSENT else None


def save_payment(tx: Tx, attempt_id: str, payment: Payment) -> None:
    """YooKassa opened a payment: the order waits for it; nothing if that is known already."""
    attempt = _unanswered(tx, attempt_id)
    if attempt is None:
        return
    order = orders.by_id(tx, attempt.order_id)
    orders.move_attempt(
        tx,
        attempt,
        AttemptEvent.OPENED,
        payment_id=payment.id,
        confirmation_url=payment.confirmation_url,
        answer=redacted(payment.raw),
        next_look_at=tx.now + SOON,
    )
    if order.state is State.CREATED:
        orders.move(tx, order, Event.OPENED, payment_id=payment.id)


def _save_refusal(tx: Tx, attempt_id: str, refusal: Refused) -> None:
    attempt = _unanswered(tx, attempt_id)
    if attempt is None:
        return
    if refusal.status in NOT_ABOUT_THE_REQUEST:
        # an earlier try with this key may have been performed all the same
        orders.change_attempt(tx, attempt_id, tries=attempt.tries + 1, next_look_at=tx.now + SOON)
        return
    orders.move_attempt(tx, attempt, AttemptEvent.REFUSED, answer=refusal.detail)


def _save_silence(tx: Tx, attempt_id: str) -> None:
    attempt = _unanswered(tx, attempt_id)
    if attempt is None:
        return
    orders.change_attempt(tx, attempt_id, tries=attempt.tries + 1, next_look_at=tx.now + SOON)


def _give_up(tx: Tx, attempt_id: str) -> None:
    attempt = _unanswered(tx, attempt_id)
    if attempt is not None:
        orders.move_attempt(tx, attempt, AttemptEvent.FORGOTTEN)
