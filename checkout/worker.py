"""The worker's loop: ask about what is pending, send what is due. Lost hints cost minutes only."""

import threading

import structlog

from checkout.buy import KEY_LIVES, ask_again
from checkout.deliver import deliver
from checkout.domain.errors import GatewayError
from checkout.settle import settle
from checkout.shop import SOON, Shop
from checkout.store import correspondence, orders
from checkout.store.orders import Attempt

log = structlog.get_logger()
AT_ONCE = 20


def work(shop: Shop, stop: threading.Event, *, pause_seconds: float = 5.0) -> None:
    """Work until `stop`; wakes early when a settlement has staged something to send."""
    while not stop.is_set():
        for job in (look_at_release, follow_hints, look_at_attempts, deliver):
            _guarded(shop, job)
        shop.wake.wait(pause_seconds)
        shop.wake.clear()


def work_once(shop: Shop) -> None:
    """Everything that is due now, once; errors are raised."""
    for job in (look_at_release, follow_hints, look_at_attempts, deliver):
        job(shop)


def look_at_release(shop: Shop) -> None:
    """Notice a new release even while nobody visits."""
    shop.shelf.release()


def follow_hints(shop: Shop) -> None:
    """Settle the payments that notifications named."""
    found = shop.store.read(lambda tx: correspondence.hints(tx, AT_ONCE))
    for payment_id in found:
        follow_hint(shop, payment_id)
    if len(found) == AT_ONCE:
        shop.wake.set()  # there may be more of them


def follow_hint(shop: Shop, payment_id: str) -> None:
    """Settle one payment a notification named; if YooKassa cannot be asked, again in a minute."""
    try:
        settle(shop, payment_id)
    except GatewayError as error:
        log.warning("hint not followed", payment=payment_id, error=error.code)
        # an id that YooKassa does not know is somebody's invention, not a hint
        unknown = error.status == 404
        shop.store.transact(
            lambda tx: correspondence.heed(tx, payment_id, None if unknown else tx.now + SOON)
        )
        return
    shop.store.transact(lambda tx: correspondence.heed(tx, payment_id, None))


def look_at_attempts(shop: Shop) -> None:
    """Send again what was never answered, and ask about what is open."""
    for attempt in shop.store.read(lambda tx: orders.attempts_due(tx, AT_ONCE)):
        _look_at(shop, attempt)


def _look_at(shop: Shop, attempt: Attempt) -> None:
    if attempt.payment_id is None:
        _repeat(shop, attempt)
        return
    try:
        settle(shop, attempt.payment_id)
    except GatewayError as error:
        log.warning("payment not asked", payment=attempt.payment_id, error=error.code)
        _later(shop, attempt)


def _repeat(shop: Shop, attempt: Attempt) -> None:
    age = shop.store.clock() - attempt.created_at
    if age < KEY_LIVES:
        ask_again(shop, attempt)
        return
    # YooKassa has forgotten the key: the same request would be a second payment
    shop.store.transact(
        lambda tx: orders.change_attempt(tx, attempt.id, state="refused", next_look_at=None)
    )


def _later(shop: Shop, attempt: Attempt) -> None:
    shop.store.transact(
        lambda tx: orders.change_attempt(tx, attempt.id, next_look_at=tx.now + SOON)
    )


def _guarded(shop: Shop, job) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    try:
        job(shop)
    except Exception:
        # one job's bug must not stop the others; it is logged with its trace
        log.exception("worker job failed", job=job.__name__)
