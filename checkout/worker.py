"""The worker's loop: ask about what is pending, send what is due. Lost hints cost minutes only."""

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

import structlog

from checkout.ask import ask, forgotten, look_for
from checkout.deliver import deliver
from checkout.domain.errors import GatewayError, Refused
from checkout.publish_head import publish_head
from checkout.repay import pursue, settle_refund
from checkout.retain import retain
from checkout.settle import look_later, report_lost, settle
from checkout.shop import SOON, Shop
from checkout.stamp import stamp_head
from checkout.store import correspondence, orders, refunds
from checkout.store.orders import Attempt

log = structlog.get_logger()
AT_ONCE = 20
NOT_FOUND = 404
Job = Callable[[Shop], object]
SETTLING: Mapping[str, Callable[[Shop, str], object]] = MappingProxyType(
    {"payment": settle, "refund": settle_refund}
)


def work(shop: Shop, stop: threading.Event, *, pause_seconds: float = 5.0) -> None:
    """Work until `stop`; wakes early when a settlement has staged something to send."""
    while not stop.is_set():
        for job in JOBS:
            _guarded(shop, job)
        shop.wake.wait(pause_seconds)
        shop.wake.clear()


def work_once(shop: Shop) -> None:
    """Everything that is due now, once; errors are raised."""
    for job in JOBS:
        job(shop)


def look_at_release(shop: Shop) -> None:
    """Notice a new release even while nobody visits, and a damaged one before they do."""
    shop.shelf.look_again()


def follow_hints(shop: Shop) -> None:
    """Settle the payments and the refunds that notifications named."""
    for about, settling in SETTLING.items():
        found = shop.store.read(lambda tx, about=about: correspondence.hints(tx, AT_ONCE, about))  # type: ignore[misc]
        for object_id in found:
            if not follow_hint(shop, object_id, settling):
                return
        if len(found) == AT_ONCE:
            shop.wake.set()  # there may be more of them


def follow_hint(
    shop: Shop, object_id: str, settling: Callable[[Shop, str], object] = settle
) -> bool:
    """Settle one object a notification named. False when YooKassa does not answer at all."""
    _heed(shop, object_id, SOON)  # whatever goes wrong now, it is followed again
    try:
        settling(shop, object_id)
    except GatewayError as error:
        log.warning("hint not followed", object=object_id, error=error.code)
        if error.status == NOT_FOUND:  # somebody's invention, not a hint
            _heed(shop, object_id, None)
        return isinstance(error, Refused)
    _heed(shop, object_id, None)
    return True


def look_at_attempts(shop: Shop) -> None:
    """Send again what was never answered, and ask about what is open.

    Silence about one is taken for silence about all: letters need not wait for twenty timeouts.
    """
    due = shop.store.read(lambda tx: orders.attempts_due(tx, AT_ONCE))
    for attempt in due:
        if not _look_at(shop, attempt):
            return


def look_at_refunds(shop: Shop) -> None:
    """Learn what became of the refunds that have not ended: of a cancelled one nobody tells us."""
    for attempt in shop.store.read(lambda tx: refunds.due(tx, AT_ONCE)):
        trouble = pursue(shop, attempt)
        if trouble is not None and not isinstance(trouble, Refused):
            return  # silence about one is taken for silence about all


def _look_at(shop: Shop, attempt: Attempt) -> bool:
    # first of all, so that a bug in this one does not keep the others waiting
    shop.store.transact(lambda tx: look_later(tx, attempt))
    if attempt.payment_id is None:
        return _repeat(shop, attempt)
    try:
        settle(shop, attempt.payment_id)
    except GatewayError as error:
        log.warning("payment not asked", payment=attempt.payment_id, error=error.code)
        if error.status == NOT_FOUND:
            shop.store.transact(lambda tx: report_lost(tx, attempt))
        return isinstance(error, Refused)
    return True


def _repeat(shop: Shop, attempt: Attempt) -> bool:
    # once YooKassa has forgotten the key the same request would be a second payment
    again = look_for if forgotten(attempt, shop.store.clock()) else ask
    error = again(shop, attempt)
    if error is not None:
        log.warning("attempt not learnt of", attempt=attempt.id, error=error.code)
    return error is None or isinstance(error, Refused)


def _heed(shop: Shop, payment_id: str, pause: timedelta | None) -> None:
    shop.store.transact(
        lambda tx: correspondence.heed(tx, payment_id, None if pause is None else tx.now + pause)
    )


def _guarded(shop: Shop, job: Job) -> None:
    try:
        job(shop)
    except Exception:
        # one job's bug must not stop the others; it is logged with its trace
        log.exception("worker job failed", job=getattr(job, "__name__", "?"))


# In this order: nothing waits for a stranger's clock, which comes last.
JOBS: tuple[Job, ...] = (
    look_at_release,
    follow_hints,
    look_at_attempts,
    look_at_refunds,
    publish_head,
    deliver,
    retain,
    stamp_head,
)
