"""Hold YooKassa's lists against ours, in both directions, and write down what we had missed.

What YooKassa says goes through the one door by which a notification would have come in. What
differs even then is laid before the contractor. Once a day the worker does it of its own accord.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

import structlog

from checkout.compared import Compared
from checkout.domain.case import Case
from checkout.domain.differences import (
    ENDS_WITHIN,
    OurPayment,
    OurReceipt,
    OurRefund,
    payment_differences,
    receipt_differences,
    refund_differences,
)
from checkout.domain.errors import GatewayError, Refused, UnknownOutcome
from checkout.domain.payment import Payment
from checkout.domain.receipt import Receipt
from checkout.domain.receipts import Scheme
from checkout.domain.refund import Refund
from checkout.domain.transitions import AttemptState, RefundState
from checkout.explained import Difference, case_of_sum, difference, laid
from checkout.gateway.wire import read_payment
from checkout.money_of_nobody import close_all_returned, waits
from checkout.odd_money import currency_of
from checkout.register import listed, record_listed
from checkout.repay import record as record_refund
from checkout.retain import midnight
from checkout.settle import record as record_payment
from checkout.shop import Shop
from checkout.store import cases, ledger, orders, receipts, reconciliations, refunds
from checkout.store.engine import Tx
from checkout.store.reconciliations import Reconciliation
from offer.evidence.chain import instant

log = structlog.get_logger()
CHORE = "reconcile"
DAYS = 31
AGAIN = timedelta(hours=1)
NOT_FOUND = 404
READ_WHOLE = 200  # an answer that came, and says nothing that can be understood
WRITTEN = "Теперь записано, как говорит ЮKassa."
T = TypeVar("T", Payment, Refund, Receipt)


@dataclass(frozen=True)
class Span:
    """Since when (UTC) and, unless until now, before when."""

    since: datetime
    before: datetime | None = None

    def filters(self) -> Mapping[str, str]:
        """As YooKassa's lists are asked."""
        ended = {"created_at.lt": instant(self.before)} if self.before else {}
        return {"created_at.gte": instant(self.since), **ended}


class Unfinished(GatewayError):  # noqa: N818 - reads as what it is
    """A list broke off; `compared` is what was learnt, and written down, before."""

    def __init__(self, compared: Compared, why: GatewayError) -> None:
        super().__init__(
            f"Сверка не\u00a0закончена. {why.sentence}", status=why.status, detail=why.detail
        )
        self.code = why.code
        self.compared = compared


@dataclass(frozen=True)
class Side(Generic[T]):
    """One kind of thing that both sides keep. `kept` are the ids that ought to be in the list.

    What is still open the worker asks about one by one; it says itself when one is lost.
    `differ` tells how a thing differs at a moment, `case` which other case tells of that.
    """

    name: str
    listed: Callable[..., Iterator[T]]
    found: Callable[[str], T]
    kept: Callable[[Tx, datetime, datetime | None], list[str]]
    differ: Callable[[Tx, T], Callable[[datetime], list[str]]]
    record: Callable[[Tx, T], object]
    case: Callable[[Tx, T, str], Case | None] = lambda tx, it, sentence: None


def reconcile(shop: Shop, span: Span) -> Compared:
    """Compare payments, refunds and receipts of a span, these last where the shop gives them.

    Raises Unfinished: half a list is no list.
    """
    compared = Compared()
    try:
        _compare_all(shop, span, compared)
        close_all_returned(shop)
    except GatewayError as error:
        raise Unfinished(compared, error) from error
    return compared


def _compare_all(shop: Shop, span: Span, compared: Compared) -> None:
    for payment in _compare(shop, _payments(shop), span, compared):
        compared.payments += 1
        if payment.status == "succeeded":
            compared.taken[payment.currency] += payment.amount_kopecks
    for refund in _compare(shop, _refunds(shop), span, compared):
        compared.refunds += 1
        if refund.status == "succeeded":
            compared.returned[refund.currency] += refund.amount_kopecks
    if shop.settings.receipts in (Scheme.ONE, Scheme.TWO):
        for _ in _compare(shop, _receipts(shop), span, compared):
            compared.receipts += 1


def reconcile_daily(shop: Shop) -> None:
    """Compare the days gone by, once a local day; if YooKassa is silent, again in an hour."""
    now = shop.store.clock()
    today = now.astimezone(shop.settings.zone).date()
    again = shop.not_before.get(CHORE, now)
    # what is to wait for longer was put off by a clock that was wrong
    if shop.chores.get(CHORE) == today or timedelta() < again - now <= AGAIN:
        return
    morning = midnight(today, shop.settings.zone)
    if not shop.store.read(lambda tx: _is_due(tx, today, morning)):
        shop.chores[CHORE] = today
        return
    since = today - timedelta(days=DAYS)
    try:
        compared = reconcile(shop, Span(midnight(since, shop.settings.zone), morning))
    except GatewayError as error:
        log.warning("not reconciled", error=error.code)
        shop.not_before[CHORE] = now + AGAIN
        return
    differences = len(compared.differences)
    made = Reconciliation(today, now, since, compared.payments, compared.refunds, differences)
    shop.store.transact(lambda tx: reconciliations.add(tx, made))
    shop.chores[CHORE] = today
    shop.wake.set()


def _is_due(tx: Tx, today: date, morning: datetime) -> bool:
    """Whether it is not done yet, and there is a day gone by."""
    first = ledger.first(tx)
    begun = first is not None and first.at < morning
    return begun and reconciliations.of_day(tx, today) is None


def _payments(shop: Shop) -> Side[Payment]:
    return Side(
        name="Платёж",
        listed=shop.yookassa.payments,
        found=shop.yookassa.payment,
        kept=orders.payments_ended,
        differ=lambda tx, it: partial(payment_differences, it, _our_payment(tx, it)),
        record=lambda tx, it: record_payment(tx, shop, it),
    )


def _refunds(shop: Shop) -> Side[Refund]:
    return Side(
        name="Возврат",
        listed=shop.yookassa.refunds,
        found=shop.yookassa.refund,
        kept=refunds.ended,
        differ=lambda tx, it: partial(refund_differences, it, _our_refund(tx, it)),
        record=record_refund,
    )


def _receipts(shop: Shop) -> Side[Receipt]:
    return Side(
        name="Чек",
        listed=shop.yookassa.receipts,
        found=shop.yookassa.receipt,
        kept=receipts.ended,
        differ=lambda tx, it: partial(receipt_differences, it, _our_receipt(tx, it)),
        record=record_listed,
        case=lambda tx, it, sentence: case_of_sum(tx, it, _our_receipt(tx, it), sentence),
    )


def _our_payment(tx: Tx, payment: Payment) -> OurPayment:
    laid = not cases.about(tx, payment.id).isdisjoint(("odd_money", "unknown_payment"))
    attempt = orders.attempt_paid_by(tx, payment.id)
    if attempt is None:
        return OurPayment(laid=laid)
    ended = attempt.state is AttemptState.FINAL and attempt.answer is not None
    told = read_payment(attempt.answer) if ended and attempt.answer else None
    return OurPayment(laid=laid, order=orders.by_id(tx, attempt.order_id), told=told)


def _our_refund(tx: Tx, refund: Refund) -> OurRefund:
    laid = "unknown_refund" in cases.about(tx, refund.id) or waits(tx, refund.payment_id)
    kept = refunds.known_as(tx, refund.id)
    if kept is None:
        return OurRefund(laid=laid)
    return OurRefund(
        laid=laid,
        number=orders.by_id(tx, kept.order_id).number,
        state=kept.state,
        payment_id=kept.payment_id,
        amount_kopecks=kept.amount_kopecks,
        currency=currency_of(tx, orders.by_id(tx, kept.order_id), kept.payment_id),
    )


def _our_receipt(tx: Tx, receipt: Receipt) -> OurReceipt:
    kept = listed(tx, receipt)
    if kept is None:
        return OurReceipt(_buyer_of(tx, receipt))
    return OurReceipt(
        number=orders.by_id(tx, kept.order_id).number,
        state=kept.state,
        amount_kopecks=kept.amount_kopecks,
        created_at=kept.created_at,
    )


def _buyer_of(tx: Tx, receipt: Receipt) -> str | None:
    """The number of the order that a receipt's payment or refund is of.

    None while we do not know that these have succeeded: our receipt is written down with that,
    and until then the payment or the refund is the difference, if there is one.
    """
    refund = refunds.known_as(tx, receipt.refund_id) if receipt.refund_id else None
    if refund:
        ended = refund.state is RefundState.SUCCEEDED
        return orders.by_id(tx, refund.order_id).number if ended else None
    paid = orders.attempt_paid_by(tx, receipt.payment_id) if receipt.payment_id else None
    ended = paid is not None and paid.state is AttemptState.FINAL
    return orders.by_id(tx, paid.order_id).number if paid and ended else None


def _compare(shop: Shop, side: Side[T], span: Span, compared: Compared) -> Iterator[T]:
    """Every thing YooKassa has of the span; what differs is noted in `compared`."""
    seen = set()

    def pass_over(name: str, why: str) -> None:
        seen.add(name)
        compared.note(_unread(shop, side, name, why))

    for theirs in side.listed(pass_over, **span.filters()):
        seen.add(theirs.id)
        _held_against_ours(shop, side, theirs, compared)
        yield theirs
    ours = shop.store.read(lambda tx: side.kept(tx, span.since, span.before))
    for missing in (it for it in ours if it not in seen):
        _looked_for(shop, side, missing, compared)


def _held_against_ours(shop: Shop, side: Side[T], theirs: T, compared: Compared) -> None:
    differ, later = shop.store.read(lambda tx: _now_and_later(tx, side, theirs))
    if not differ:
        if later:
            compared.pass_over(side.name, theirs)
        return
    try:
        compared.note(shop.store.transact(lambda tx: _learn(tx, side, theirs)))
    except Exception:
        # what cannot be written down, in books that somebody spoilt, must not hide the rest
        log.exception("difference not written down", object=theirs.id)
        compared.note(shop.store.transact(lambda tx: _lay(tx, theirs.id, differ)))


def _now_and_later(tx: Tx, side: Side[T], theirs: T) -> tuple[list[str], list[str]]:
    """How it differs, and how it would if nothing were written down for a day."""
    differ = side.differ(tx, theirs)
    return differ(tx.now), differ(tx.now + ENDS_WITHIN)


def _learn(tx: Tx, side: Side[T], theirs: T) -> list[Difference]:
    ledger.alone(tx)  # before the order, as settling does
    differ = side.differ(tx, theirs)(tx.now)
    side.record(tx, theirs)
    left = side.differ(tx, theirs)(tx.now)
    found = [Difference(f"{it} {WRITTEN}") for it in differ if it not in left]
    unlaid = []
    for sentence in left:
        if case := side.case(tx, theirs, sentence):
            found.append(difference(sentence, case))
        else:
            unlaid.append(sentence)
    return found + _lay(tx, theirs.id, unlaid)


def _looked_for(shop: Shop, side: Side[T], object_id: str, compared: Compared) -> None:
    """It is not in the list, which may begin a little later by their clock than by ours."""
    try:
        theirs = side.found(object_id)
    except UnknownOutcome as error:
        if error.status != READ_WHOLE:
            raise
        compared.note(_unread(shop, side, object_id, error.detail))
    except Refused as refusal:
        if refusal.status != NOT_FOUND:
            raise
        sentence = (
            f"{side.name} {object_id} записан у нас, а в ЮKassa его нет. Проверьте в личном "
            "кабинете ЮKassa, тот ли это магазин, и напишите в её поддержку."
        )
        compared.note(shop.store.transact(lambda tx: _lay(tx, object_id, [sentence])))
    else:
        _held_against_ours(shop, side, theirs, compared)


def _unread(shop: Shop, side: Side[T], name: str, why: str) -> list[Difference]:
    """One thing whose description cannot be read is laid aside: the rest is compared still."""
    log.warning("not read", object=name, detail=why)
    sentence = (
        f"Сверка не\u00a0закончена: {side.name.lower()} {name} ЮKassa описывает так, что программа "
        "его не\u00a0понимает. Остальное сверяется без него. Посмотрите его "
        "в\u00a0кабинете ЮKassa и\u00a0сравните с\u00a0тем, что записано у\u00a0вас."
    )
    return shop.store.transact(lambda tx: laid(tx, "not_read", name, [sentence]))


def _lay(tx: Tx, name: str, sentences: Sequence[str]) -> list[Difference]:
    return laid(tx, "not_reconciled", name, sentences)
