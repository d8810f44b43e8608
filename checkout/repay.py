"""Ask YooKassa for a refund that was ordered, and write down what becomes of it.

Its key and exact request were committed before, so asking again is safe while YooKassa remembers
the key. After that its list of refunds is searched: the same request would pay out a second time.
"""

from dataclasses import dataclass

import structlog

from checkout.ask import CLOCK_SLACK, LIST_IS_WHOLE, key_lives
from checkout.domain.case import REFUSALS, By
from checkout.domain.errors import GatewayError, Refused
from checkout.domain.order import Order
from checkout.domain.refund import Refund, why_cancelled
from checkout.domain.transitions import Event, RefundEvent, RefundState, State
from checkout.fiscalise import note_refund
from checkout.money_of_nobody import close_if_returned, waits
from checkout.odd_money import close_when_back, unfit
from checkout.send import Saved, send
from checkout.settle import LOST_AFTER, growing, settle
from checkout.shop import SOON, Shop, new_id, new_key
from checkout.store import cases, correspondence, ledger, orders, package_hours, refunds, refusals
from checkout.store.engine import Tx
from checkout.store.refunds import RefundAttempt
from offer.evidence import facts
from offer.evidence.chain import Fact
from offer.evidence.redaction import redacted
from offer.wording import hours, money, money_of

log = structlog.get_logger()
ENDED = (RefundState.SUCCEEDED, RefundState.CANCELLED)
NOT_FOUND = 404
# what giving an order's money back decides, and what all of it leaves nothing to decide of
DECIDED, MOOT = ("extra_left",), ("erased_client", "provisional_end")
ELSEWHERE = "сделан в ЮKassa, а не программой"


def pursue(shop: Shop, attempt: RefundAttempt) -> GatewayError | None:
    """Learn what can be learnt of a refund now; returns why nothing is known, or None."""
    try:
        if attempt.state is RefundState.OPEN and attempt.refund_id:
            _look(shop, attempt, attempt.refund_id)
        elif key_lives(attempt.created_at, shop.store.clock()):
            _send(shop, attempt)
        else:
            _search(shop, attempt)
    except GatewayError as error:
        log.warning("refund not learnt of", refund=attempt.id, error=error.code)
        return error
    finally:
        shop.wake.set()
    return None


def settle_refund(shop: Shop, refund_id: str) -> None:
    """Ask YooKassa about a refund that somebody named, and write down what follows."""
    refund = shop.yookassa.refund(refund_id)
    if not shop.store.read(lambda tx: _attempt(tx, refund)):
        _settle_first(shop, refund)
    shop.store.transact(lambda tx: record(tx, refund))
    close_if_returned(shop, refund.payment_id)
    shop.wake.set()


def _settle_first(shop: Shop, refund: Refund) -> None:
    """Of somebody else's refund: learn of its payment before.

    Or what is given back already would be taken for paid, and its package for running.
    """
    try:
        settle(shop, refund.payment_id)
    except Refused as refusal:
        if refusal.status != NOT_FOUND:
            raise


def look_later(tx: Tx, attempt: RefundAttempt) -> None:
    """Ask again after a pause that grows with the refund's age."""
    is_unsent = attempt.state is RefundState.UNSENT
    soonest = SOON if is_unsent else growing(tx.now - attempt.created_at)
    refunds.change(tx, attempt.id, next_look_at=tx.now + soonest)


def _send(shop: Shop, attempt: RefundAttempt) -> None:
    request = Saved(
        ask=lambda: shop.yookassa.create_refund(key=attempt.id, body=attempt.body),
        record=record,
        found=lambda: _found(shop, attempt),
        give_up=lambda tx, why: _give_up(tx, attempt, RefundEvent.REFUSED, why),
        count_try=lambda tx: _count_try(tx, attempt),
    )
    send(shop.store, request)


def _look(shop: Shop, attempt: RefundAttempt, refund_id: str) -> None:
    try:
        refund = shop.yookassa.refund(refund_id)
    except Refused as refusal:
        if refusal.status != NOT_FOUND:
            raise
        if not _found(shop, attempt):
            shop.store.transact(lambda tx: _report_lost(tx, attempt))
        return
    shop.store.transact(lambda tx: record(tx, refund))


def _search(shop: Shop, attempt: RefundAttempt) -> None:
    """YooKassa has forgotten the key: find the refund in its list, or know that there is none."""
    if _found(shop, attempt):
        return
    # of a key that a wrong clock dates into the future nothing better will ever be known
    if not -CLOCK_SLACK <= shop.store.clock() - attempt.created_at < LIST_IS_WHOLE:
        why = "ЮKassa не ответила за сутки, и в её списке этого возврата нет"
        shop.store.transact(lambda tx: _give_up(tx, attempt, RefundEvent.UNKNOWN, why))


def _found(shop: Shop, attempt: RefundAttempt) -> bool:
    """Record the refund if the list of its payment's refunds has it, by our key in its metadata."""
    for refund in shop.yookassa.refunds(payment_id=attempt.payment_id):
        if refund.metadata.get("refund") == attempt.id:
            shop.store.transact(lambda tx, refund=refund: record(tx, refund))  # type: ignore[misc]
            return True
    return False


def record(tx: Tx, refund: Refund) -> None:
    """Write everything a refund object causes, once, in the caller's transaction."""
    ledger.alone(tx)  # before the order, as settling does
    attempt = _attempt(tx, refund)
    if attempt is None:
        _stranger(tx, refund)
        return
    order = orders.locked(tx, attempt.order_id)
    known = {"refund_id": refund.id, "answer": redacted(refund.raw)}
    if refund.status == "succeeded":
        if attempt.state is not RefundState.SUCCEEDED:
            _succeed(tx, order, attempt, refund)
    elif refund.status == "canceled":
        if attempt.state not in ENDED:
            _cancel(tx, order, attempt, refund)
    elif attempt.state is RefundState.UNSENT:
        refunds.move(tx, attempt, RefundEvent.ACCEPTED, **known, next_look_at=tx.now + SOON)
    elif attempt.state is RefundState.OPEN:
        refunds.change(tx, attempt.id, **known)


def _attempt(tx: Tx, refund: Refund) -> RefundAttempt | None:
    known = refunds.known_as(tx, refund.id)
    if known:
        return known
    # killed between YooKassa's answer and saving it: the metadata still name the key
    named = refunds.by_key(tx, refund.metadata.get("refund", ""))
    if named is None or named.payment_id != refund.payment_id:
        return None
    # a second one under the key of a first is money given back twice
    return None if named.refund_id and named.state in ENDED else named


def _succeed(tx: Tx, order: Order, attempt: RefundAttempt, refund: Refund) -> None:
    fact = _succeeded(order, attempt.id, refund, ends_package=attempt.ends_package)
    row = ledger.append(tx, "refund", fact)
    refunds.move(
        tx,
        attempt,
        RefundEvent.SUCCEEDED,
        refund_id=refund.id,
        answer=redacted(refund.raw),
        amount_kopecks=refund.amount_kopecks,
        ended=row.number,
    )
    if (refund.amount_kopecks, refund.currency) != (attempt.amount_kopecks, "RUB"):
        told = money_of(refund.amount_kopecks, refund.currency)
        sentence = f"вернула {told}, а поручено {money(attempt.amount_kopecks)}"
        _lay(tx, order, "odd_refund", refund.id, f"ЮKassa {sentence}.")
    cases.close(tx, "lost_refund", attempt.id, By.REFUND, row=row.number)
    given = Given(attempt.id, refund.payment_id, row.number, ends_package=attempt.ends_package)
    _follow(tx, order, given)
    note_refund(tx, order, refund, attempt.body)


@dataclass(frozen=True)
class Given:
    """Money given back: under which key, of which payment, as which row of the ledger tells."""

    key: str
    payment_id: str
    row: int
    ends_package: bool = False


def _follow(tx: Tx, order: Order, given: Given) -> None:
    """What money given back does to its order, to its package, and to those who wait for word.

    Its row decides a refusal whose package it ends.
    """
    for key in refunds.cancelled(tx, given.payment_id):
        cases.close(tx, "refund_cancelled", key, By.REFUND, row=given.row)
    odd = unfit(tx, order, given.payment_id)
    if odd:
        close_when_back(tx, odd, given.row)
    elif order.state is State.PAID:
        whole = refunds.returned(tx, order.payment_id) >= order.price_kopecks
        orders.move(tx, order, Event.RETURNED if whole else Event.PARTLY_RETURNED)
        ends = whole or given.ends_package
        if ends:
            orders.end_package(tx, order.id)
            refusals.end(tx, order.id, given.row)
            _ask_about_extra_hours(tx, order)
        over = (*DECIDED, *(REFUSALS if ends else ()), *(MOOT if whole else ()))
        cases.close_of_order(tx, order.id, over, By.REFUND, row=given.row)
    correspondence.stage(
        tx, new_id(), kind="refunded", subject=given.key, order_id=order.id, key=new_key()
    )


def _ask_about_extra_hours(tx: Tx, order: Order) -> None:
    """Extra hours have ended with their package, and their money came by payments of their own."""
    for it in package_hours.extras_of(tx, order.id):
        left = it.order.price_kopecks - refunds.returned(tx, it.order.payment_id)
        is_asked = refusals.undecided(tx, it.order.id) or refunds.in_flight(tx, it.order.id)
        if it.order.state is not State.PAID or it.stopped_before or is_asked:
            continue
        number = it.order.number
        sentence = (
            f"Заказ {number}: пакет по заказу {order.number} прекращён, вместе с ним закончились "
            f"{hours(it.order.hours)}, купленные к нему. По ним не возвращено {money(left)}. "
            f"Сколько вернуть, посчитает checkout refund {number} --dry-run."
        )
        _lay(tx, it.order, "extra_left", number, sentence)


def _cancel(tx: Tx, order: Order, attempt: RefundAttempt, refund: Refund) -> None:
    reason = refund.cancellation_reason or "не названа"
    known = {"refund_id": refund.id, "answer": redacted(refund.raw)}
    _end_in_vain(tx, order, attempt, RefundEvent.CANCELLED, reason=reason, **known)
    why = f"ЮKassa отменила возврат: {why_cancelled(reason)}"
    _lay(tx, order, "refund_cancelled", attempt.id, _again(order, attempt, why))


def _give_up(tx: Tx, attempt: RefundAttempt, event: RefundEvent, why: str) -> None:
    ledger.alone(tx)
    order = orders.locked(tx, attempt.order_id)
    known = refunds.by_key(tx, attempt.id)
    if known is None or known.state is not RefundState.UNSENT:
        return
    _end_in_vain(tx, order, known, event, reason=why)
    if known.tries:  # whoever ordered it is at his terminal the first time, and no longer later
        _lay(tx, order, "refund_cancelled", known.id, _again(order, known, f"Не принят: {why}"))


def _end_in_vain(
    tx: Tx, order: Order, attempt: RefundAttempt, event: RefundEvent, **known: str
) -> None:
    """It came to nothing: `known` are the reason, and YooKassa's id and answer if there are any."""
    refund_id, reason = known.get("refund_id"), known["reason"][:500]
    fact = facts.refund_cancelled_fact(order.number, attempt.id, refund_id=refund_id, reason=reason)
    row = ledger.append(tx, "refund", fact)
    answer = known.get("answer", reason)
    refunds.move(tx, attempt, event, refund_id=refund_id, answer=answer, ended=row.number)
    cases.close(tx, "lost_refund", attempt.id, By.REFUND, row=row.number)


def _count_try(tx: Tx, attempt: RefundAttempt) -> None:
    refunds.change(tx, attempt.id, tries=attempt.tries + 1)


def _report_lost(tx: Tx, attempt: RefundAttempt) -> None:
    """YooKassa does not know a refund that it accepted: after a day that is a case."""
    if tx.now - attempt.created_at < LOST_AFTER:
        return
    order = orders.by_id(tx, attempt.order_id)
    sentence = (
        f"ЮKassa приняла возврат {attempt.refund_id}, {money(attempt.amount_kopecks)}, а теперь "
        "его не знает. Проверьте в личном кабинете ЮKassa, ушли ли деньги."
    )
    _lay(tx, order, "lost_refund", attempt.id, sentence)


def _stranger(tx: Tx, refund: Refund) -> None:
    """Money that somebody else gave back, at YooKassa itself: as good as ours, and a case."""
    if refund.status != "succeeded":
        return
    if waits(tx, refund.payment_id):
        return  # its case has said that it goes back so
    found = orders.by_payment(tx, refund.payment_id)
    amount = money_of(refund.amount_kopecks, refund.currency)
    told = f"Возврат {refund.id}, {amount}, платёж {refund.payment_id}"
    if found is None or not _is_known(tx, found, refund):
        rest = "заказ оплачен не им" if found else "заказа с таким платежом здесь нет"
        _lay(tx, found, "unknown_refund", refund.id, f"{told}: {ELSEWHERE}; {rest}.")
        return
    order = orders.locked(tx, found.id)
    key = new_id()
    row = _adopt(tx, order, key, refund)
    _follow(tx, order, Given(key, refund.payment_id, row))
    note_refund(tx, order, refund, "")
    if unfit(tx, order, refund.payment_id):
        return  # where odd money goes back is for the contractor to choose, and he is written to
    sentence = f"{told}: {ELSEWHERE}. Он записан; пакет прекращён, только если возвращено всё."
    _lay(tx, order, "unknown_refund", refund.id, sentence)


def _is_known(tx: Tx, order: Order, refund: Refund) -> bool:
    """Whether an order was paid by this money, or it was laid before the contractor."""
    if order.paid_at and order.payment_id == refund.payment_id:
        return True
    return unfit(tx, order, refund.payment_id) is not None


def _adopt(tx: Tx, order: Order, key: str, refund: Refund) -> int:
    """Keep a refund that nobody here ordered; the row that tells of it."""
    row = ledger.append(tx, "refund", _succeeded(order, key, refund, ends_package=False))
    refunds.add(
        tx,
        {
            "id": key,
            "order_id": order.id,
            "payment_id": refund.payment_id,
            "amount_kopecks": refund.amount_kopecks,
            "reason": ELSEWHERE,
            "ends_package": False,
            "body": "",
            "state": RefundState.SUCCEEDED,
            "created_at": tx.now,
            "refund_id": refund.id,
            "answer": redacted(refund.raw),
            "ordered": row.number,
            "ended": row.number,
        },
    )
    return row.number


def _succeeded(order: Order, key: str, refund: Refund, *, ends_package: bool) -> Fact:
    return facts.refund_succeeded_fact(
        order.number,
        key,
        refund_id=refund.id,
        payment_id=refund.payment_id,
        amount_kopecks=refund.amount_kopecks,
        currency=refund.currency,
        ends_package=ends_package,
        answer=redacted(refund.raw),
    )


def _again(order: Order, attempt: RefundAttempt, why: str) -> str:
    return (
        f"Возврат {money(attempt.amount_kopecks)} по заказу {order.number} не состоялся. {why}. "
        "Клиент этих денег не получил."
    )


def _lay(tx: Tx, order: Order | None, kind: str, subject: str, sentence: str) -> None:
    about = f"Заказ {order.number}: " if order and order.number not in sentence else ""
    cases.open_case(
        tx,
        new_id(),
        kind=kind,
        subject=subject,
        order_id=order.id if order else None,
        sentence=about + sentence,
    )
