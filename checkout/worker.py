"""The worker's loop: ask about what is pending, send what is due. Lost hints cost minutes only."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from typing import Generic, TypeVar

import structlog

from checkout.ask import ask, forgotten, search
from checkout.close_account import close_unused
from checkout.deliver import deliver
from checkout.domain.errors import GatewayError, Refused
from checkout.domain.payment import Payment
from checkout.fiscalise import settle_prepayments
from checkout.publish_head import publish_head
from checkout.reconcile import reconcile_daily
from checkout.register import claim_receipt, pursue_receipt
from checkout.remind import remind
from checkout.remind_clients import remind_clients
from checkout.repay import look_later as look_later_at_refund
from checkout.repay import pursue, settle_refund
from checkout.retain import retain
from checkout.settle import FINAL, look_later, report_lost, settle_all
from checkout.shop import SOON, Shop
from checkout.sign_in import send_links
from checkout.stamp import stamp_head
from checkout.store import correspondence, orders, refunds
from checkout.store.correspondence import Hint
from checkout.store.engine import Tx
from checkout.store.orders import Attempt
from checkout.store.refunds import RefundAttempt

log = structlog.get_logger()
# A letter with its certificate takes as long as ten settlements, and is waited for more patiently:
# in a rush this many payments are settled between two bundles of letters.
AT_ONCE = 1000
# Payments that are written by one transaction, and how long one of them may wait for the others.
TOGETHER = 32
LONGEST_ROUND = timedelta(seconds=1)
# Seconds for which a payment is not asked about while notifications come in: they are waited for.
COURTESY = 0.05
NOT_FOUND = 404
T = TypeVar("T")
About = TypeVar("About", bound=Hint | Attempt)
Job = Callable[[Shop], object]


def work(shop: Shop, stop: threading.Event, *, pause_seconds: float = 5.0) -> None:
    """Work until `stop`; wakes early when a settlement has staged something to send.

    Then what is being followed is written, and the rest is left to the next start: in a rush there
    is more due than who ends the service waits for.
    """
    shop = replace(shop, ending=stop)
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
    """Settle the payments and the refunds that notifications named.

    What was said is taken by one worker at a time, whoever it is, and due again if that one dies.
    Two may ask about one payment of which two things were said at once: it is settled once.
    """
    if _each(shop, _claim_payments, _follow_payments, AT_ONCE // TOGETHER):
        _each(shop, _claim_refund_hint, _follow_refund)


def _claim_payments(tx: Tx) -> list[Hint] | None:
    return correspondence.claim_hints(tx, tx.now + SOON, most=TOGETHER) or None


def _follow_payments(shop: Shop, hints: Sequence[Hint]) -> bool:
    """Ask about each, then write all that was told; what there was no time for is due again."""
    asked = _ask_about(shop, hints, _payment_of, _is_refused)
    followed, troubles = _written(shop, asked.told)
    ended = [it for it in followed if asked.told[it].status in FINAL]
    still_open = [it for it in followed if asked.told[it].status not in FINAL]

    def heed(tx: Tx) -> None:
        correspondence.heed(tx, ended, None)
        correspondence.heed_unless_said_again(tx, still_open)
        correspondence.heed(tx, asked.left, tx.now)

    shop.store.transact(heed)
    _raise_first(asked.surprises, troubles)
    return not asked.is_silent


def _payment_of(shop: Shop, hint: Hint) -> Payment:
    return shop.yookassa.payment(hint.object_id)


def _claim_refund_hint(tx: Tx) -> Hint | None:
    return next(iter(correspondence.claim_hints(tx, tx.now + SOON, about="refund")), None)


def _follow_refund(shop: Shop, hint: Hint) -> bool:
    try:
        settle_refund(shop, hint.object_id)
    except GatewayError as error:
        return _is_refused(shop, hint, error)
    shop.store.transact(lambda tx: correspondence.heed_unless_said_again(tx, [hint]))
    return True


def _is_refused(shop: Shop, hint: Hint, error: GatewayError) -> bool:
    log.warning("hint not followed", object=hint.object_id, error=error.code)
    if error.status == NOT_FOUND:  # somebody's invention, not a hint
        shop.store.transact(lambda tx: correspondence.forget(tx, hint))
    return isinstance(error, Refused)


def look_at_attempts(shop: Shop) -> None:
    """Send again what was never answered, and ask about what is open."""
    _each(shop, _claim_attempts, _look_at, AT_ONCE // TOGETHER)


def _claim_attempts(tx: Tx) -> list[Attempt] | None:
    attempts = orders.due(tx, TOGETHER)
    look_later(tx, attempts)
    return attempts or None


def _look_at(shop: Shop, attempts: Sequence[Attempt]) -> bool:
    """As `_follow_payments`."""
    asked = _ask_about(shop, attempts, _learn, _is_refused_about)
    _, troubles = _written(shop, asked.told)
    if asked.left:
        shop.store.transact(lambda tx: orders.look_now(tx, asked.left))
    _raise_first(asked.surprises, troubles)
    return not asked.is_silent


def _learn(shop: Shop, attempt: Attempt) -> Payment | None:
    """What YooKassa says of its payment; None of one just sent or looked for: that is written."""
    if attempt.payment_id is not None:
        return shop.yookassa.payment(attempt.payment_id)
    is_forgotten = forgotten(attempt, shop.store.clock())
    trouble = search(shop, attempt) if is_forgotten else ask(shop, attempt)
    if trouble:
        raise trouble
    return None


def _is_refused_about(shop: Shop, attempt: Attempt, error: GatewayError) -> bool:
    log.warning("attempt not followed", payment=attempt.payment_id, error=error.code)
    if error.status == NOT_FOUND:
        shop.store.transact(lambda tx: report_lost(tx, attempt))
    return isinstance(error, Refused)


@dataclass(frozen=True)
class Asked(Generic[About]):
    """What a round of questions came to: what was told of each thing, and what is left to ask."""

    told: Mapping[About, Payment]
    left: Sequence[About]
    surprises: Sequence[Exception]
    is_silent: bool


def _ask_about(
    shop: Shop,
    things: Sequence[About],
    ask: Callable[[Shop, About], Payment | None],
    is_refused: Callable[[Shop, About, GatewayError], bool],
) -> Asked[About]:
    """Ask about one after another until YooKassa is silent, or whoever was told of waits long.

    One whose answer is a surprise to us is due again later, and the others do not suffer for it.
    """
    told: dict[About, Payment] = {}
    surprises: list[Exception] = []
    until = shop.store.clock() + LONGEST_ROUND
    left, is_silent = [*things], False
    while left and not is_silent and shop.store.clock() < until:
        thing = left.pop(0)
        shop.quiet.wait(COURTESY)
        try:
            payment = ask(shop, thing)
        except GatewayError as error:
            is_silent = not is_refused(shop, thing, error)
        except Exception as error:
            log.exception("not learnt of", object=_object_of(thing))
            surprises.append(error)
        else:
            if payment:
                told[thing] = payment
    return Asked(told, left, surprises, is_silent)


def _object_of(thing: Hint | Attempt) -> str | None:
    return thing.object_id if isinstance(thing, Hint) else thing.payment_id


def _written(shop: Shop, told: Mapping[About, Payment]) -> tuple[list[About], Sequence[Exception]]:
    """Write what was told: the things it is written of, and the troubles.

    One that cannot be written is due again; the others do not suffer for it.
    """
    written: list[About] = []
    troubles: list[Exception] = []
    for (thing, payment), answer in zip(
        told.items(), settle_all(shop, [*told.values()]), strict=True
    ):
        try:
            answer()
            written.append(thing)
        except Exception as error:
            log.exception("told and not written", object=payment.id)
            troubles.append(error)
    return written, troubles


def _raise_first(*troubles: Sequence[Exception]) -> None:
    for trouble in chain(*troubles):
        raise trouble


def look_at_refunds(shop: Shop) -> None:
    """Learn what became of the refunds that have not ended: of a cancelled one nobody tells us."""
    _each(shop, _claim_refund, lambda shop, attempt: _answered(pursue(shop, attempt)))


def _claim_refund(tx: Tx) -> RefundAttempt | None:
    attempt = refunds.due(tx)
    if attempt:
        look_later_at_refund(tx, attempt)
    return attempt


def look_at_receipts(shop: Shop) -> None:
    """Send what sets a prepayment off, and learn how receipts stand: of them nobody tells us."""
    _each(shop, claim_receipt, lambda shop, it: _answered(pursue_receipt(shop, it)))


def _each(
    shop: Shop,
    claim: Callable[[Tx], T | None],
    follow: Callable[[Shop, T], bool],
    most: int = AT_ONCE,
) -> bool:
    """Follow what is due, taking one after another. False if YooKassa was silent, or we end.

    Silence about one is taken for silence about all: letters need not wait for twenty timeouts.
    """
    for _ in range(most):
        if shop.ending.is_set():
            return False
        taken = shop.store.transact(claim)
        if taken is None:
            return True
        if not follow(shop, taken):
            return False
    shop.wake.set()  # there may be more of them
    return True


def _answered(trouble: GatewayError | None) -> bool:
    return trouble is None or isinstance(trouble, Refused)


def _guarded(shop: Shop, job: Job) -> None:
    if shop.ending.is_set():
        return
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
    settle_prepayments,
    look_at_receipts,
    # somebody waits for it before a screen
    send_links,
    reconcile_daily,
    publish_head,
    remind,
    remind_clients,
    deliver,
    retain,
    close_unused,
    stamp_head,
)
