"""Settle a payment: the only way an order becomes paid.

Shared by the notification, the return page and the poller. YooKassa is asked first, outside any
transaction; then one transaction writes everything the answer causes, once.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkout.domain.case import By
from checkout.domain.extra_hours import period_within
from checkout.domain.order import Expectation, Order, mismatch
from checkout.domain.payment import Payment
from checkout.domain.transitions import AttemptEvent, AttemptState, Event, State
from checkout.fiscalise import note_income, note_odd_income
from checkout.gateway.client import YooKassa
from checkout.shop import Shop, new_id, new_key
from checkout.store import archive, cases, correspondence, ledger, orders
from checkout.store.engine import Tx
from checkout.store.orders import Attempt
from offer.evidence import chain as rules
from offer.evidence import facts
from offer.evidence.redaction import redacted
from offer.periods import Period, package_period
from offer.release import PublishedEdition
from offer.terms import Terms

FINAL = ("succeeded", "canceled")
# A payment page lives an hour; what is open longer is asked for ever more rarely.
SHORTEST_PAUSE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(hours=1)
LOST_AFTER = timedelta(days=1)
ALREADY = {
    State.PAID: "оплачен",
    State.CANCELLED: "отменён",
    State.REFUNDED: "возвращён",
    State.CASE: "разбирается исполнителем",
}


@dataclass(frozen=True)
class Settled:
    """What is known after asking: the order's state, None for a payment that is not ours."""

    state: State | None


def settle(shop: Shop, payment_id: str, *, client: YooKassa | None = None) -> Settled:
    """Ask YooKassa about a payment and write down what follows. Asking again changes nothing.

    Raises GatewayError when YooKassa cannot be asked: nothing is written then.
    """
    payment = (client or shop.yookassa).payment(payment_id)
    settled = shop.store.transact(lambda tx: record(tx, shop, payment))
    shop.wake.set()
    return settled


def record(tx: Tx, shop: Shop, payment: Payment) -> Settled:
    """Write everything a payment object causes, in the caller's transaction."""
    attempt = _attempt(tx, payment)
    if attempt is None:
        return _stranger(tx, payment)
    if payment.status in FINAL:
        ledger.alone(tx)  # before the order, as a retry does: they must not wait for each other
    order = orders.locked(tx, attempt.order_id)
    if payment.status not in FINAL:
        look_later(tx, attempt)
        return Settled(order.state)
    # the lock is held now: what was read before it may have changed
    attempt = orders.attempt(tx, attempt.id) or attempt
    if attempt.state is AttemptState.FINAL:
        return Settled(order.state)
    orders.move_attempt(
        tx, attempt, AttemptEvent.ENDED, payment_id=payment.id, answer=redacted(payment.raw)
    )
    if tx.now - attempt.created_at >= LOST_AFTER:
        cases.close(tx, "lost_payment", payment.id, By.PAYMENT)
    if payment.status == "canceled":
        return _cancel(tx, order, attempt, payment)
    return _take(tx, shop, order, attempt, payment)


def _attempt(tx: Tx, payment: Payment) -> Attempt | None:
    known = orders.attempt_paid_by(tx, payment.id)
    if known:
        return known
    # killed between YooKassa's answer and saving it: the metadata still name the attempt
    named = orders.attempt(tx, payment.metadata.get("attempt", ""))
    return named if named and named.payment_id is None else None


def growing(age: timedelta, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """How long to wait before asking again about what began so long ago."""
    return min(max(age / 4, SHORTEST_PAUSE), longest)


def look_later(tx: Tx, attempt: Attempt) -> None:
    """Ask about an open payment again, after a pause that grows with its age."""
    pause = growing(tx.now - attempt.created_at)
    orders.change_attempt(tx, attempt.id, next_look_at=tx.now + pause)


def report_lost(tx: Tx, attempt: Attempt) -> None:
    """YooKassa does not know a payment that it opened: after a day that is a case."""
    if attempt.payment_id is None or tx.now - attempt.created_at < LOST_AFTER:
        return
    order = orders.by_id(tx, attempt.order_id)
    sentence = (
        f"ЮKassa открыла платёж {attempt.payment_id} по заказу {order.number}, а теперь его не "
        "знает. Проверьте его в личном кабинете ЮKassa: если деньги пришли, верните их или "
        "договоритесь с клиентом."
    )
    cases.open_case(
        tx,
        new_id(),
        kind="lost_payment",
        subject=attempt.payment_id,
        order_id=order.id,
        sentence=sentence,
    )


def _cancel(tx: Tx, order: Order, attempt: Attempt, payment: Payment) -> Settled:
    ledger.append(tx, "payment", _cancelled(order, payment))
    newest = orders.attempt_of(tx, order.id)
    if (newest and newest.id != attempt.id) or order.state not in (State.CREATED, State.WAITING):
        return Settled(order.state)
    reason = (payment.cancellation_reason or "")[:64]
    return Settled(orders.move(tx, order, Event.CANCELLED, reason=reason))


def _take(tx: Tx, shop: Shop, order: Order, attempt: Attempt, payment: Payment) -> Settled:
    wrong = mismatch(
        payment,
        Expectation(
            number=order.number,
            attempt=attempt.id,
            price_kopecks=order.price_kopecks,
            edition_sha256=order.edition_sha256,
            shop_id=shop.settings.yookassa_shop_id,
        ),
    )
    if wrong is None and payment.captured_at is None:
        wrong = "ЮKassa не сообщает, когда деньги получены."
    if wrong is None and order.state not in (State.CREATED, State.WAITING):
        wrong = f"Деньги пришли по заказу, который уже {ALREADY[order.state]}."
    if wrong is None and payment.captured_at is not None:
        wrong = _after_its_package(tx, order, payment.captured_at)
    if wrong is not None or payment.captured_at is None:
        note_odd_income(tx, order, attempt, payment)
        return _lay_before_contractor(tx, order, payment, wrong or "")
    settled = _start(tx, shop, order, payment, payment.captured_at)
    note_income(tx, shop, order, attempt, payment)
    return settled


def _lay_before_contractor(tx: Tx, order: Order, payment: Payment, why: str) -> Settled:
    state = orders.move(tx, order, Event.ODD)
    if state is State.CASE:
        orders.change(tx, order.id, money_taken=payment.paid)
    ledger.append(tx, "payment", _unfit(order, payment, why))
    sentence = f"Платёж {payment.id} по заказу {order.number}: {why} Деньги у ЮKassa, решать вам."
    cases.open_case(
        tx, new_id(), kind="odd_money", subject=payment.id, order_id=order.id, sentence=sentence
    )
    return Settled(state)


def _stranger(tx: Tx, payment: Payment) -> Settled:
    """A payment of this shop without an attempt of ours: someone's money, so it is a case."""
    if payment.status == "succeeded":
        order = orders.by_number(tx, payment.metadata.get("order", ""))
        sentence = f"Получен платёж {payment.id}, для которого нет попытки оплаты" + (
            f" (в нём назван заказ {order.number})." if order else " и нет заказа."
        )
        is_new = cases.open_case(
            tx,
            new_id(),
            kind="unknown_payment",
            subject=payment.id,
            order_id=None,  # a restored backup gives numbers anew: the one it names proves nothing
            sentence=sentence,
        )
        if is_new:  # an attempt is settled once; a stranger is only known by his case
            ledger.append(tx, "payment", _unfit(None, payment, sentence))
    return Settled(None)


def _start(tx: Tx, shop: Shop, order: Order, payment: Payment, captured_at: datetime) -> Settled:
    edition = archive.edition(tx, "offer", order.edition)
    terms = terms_of(edition)
    period = _period_within(tx, order, captured_at) or package_period(
        captured_at,
        terms.term_months,
        moves=terms.moves_to_working_day,
        zone=shop.settings.zone,
        calendar=shop.calendar,
        settling=True,
    )
    accepted = _acceptance(tx, order, edition, payment, period)
    taken = facts.payment_fact(order.number, _as_told(payment), captured_at)
    acceptance, paid = ledger.append_all(tx, [("acceptance", accepted), ("payment", taken)])
    orders.start_package(tx, order.id, period, acceptance.number, paid.number)
    told = {"paid_at": captured_at, "payment_id": payment.id, "test": payment.test}
    state = orders.move(tx, order, Event.SUCCEEDED, **told)
    for kind, key in (("paid", new_key()), ("order", None)):
        correspondence.stage(
            tx, new_id(), kind=kind, subject=order.number, order_id=order.id, key=key
        )
    if period.provisional and order.for_package is None:
        _warn_provisional(tx, order, period)
    return Settled(state)


def _after_its_package(tx: Tx, order: Order, captured_at: datetime) -> str | None:
    """Why extra hours can't begin: their package has ended; None of a package itself."""
    if order.for_package is None:
        return None
    package = orders.package(tx, order.for_package)
    has_ended = package is None or package.ended_at is not None
    if not has_ended and _period_within(tx, order, captured_at):
        return None
    return "Дополнительные часы оплачены, когда их пакет уже закончился."


def _period_within(tx: Tx, order: Order, captured_at: datetime) -> Period | None:
    """The term of extra hours ends with their package's; None of a package itself."""
    if order.for_package is None:
        return None
    own, package = orders.by_id(tx, order.for_package), orders.package(tx, order.for_package)
    return period_within(package.period, own.number, captured_at) if package else None


def accepted_terms(tx: Tx, order: Order) -> Terms:
    """The terms of the edition the client accepted, from the archive of exact bytes."""
    return terms_of(archive.edition(tx, "offer", order.edition))


def terms_of(edition: PublishedEdition) -> Terms:
    """The terms of an edition that was sold."""
    if edition.terms is None:
        raise LookupError(f"edition {edition.number} was sold but its terms are not archived")
    return edition.terms


def _warn_provisional(tx: Tx, order: Order, period: Period) -> None:
    sentence = (
        f"Заказ {order.number} оплачен, а производственный календарь на нужный год ещё не "
        f"известен. Срок посчитан предварительно: до {period.last_day:%d.%m.%Y} включительно; "
        "он может только сдвинуться позже."
    )
    cases.open_case(
        tx,
        new_id(),
        kind="provisional_end",
        subject=order.number,
        order_id=order.id,
        sentence=sentence,
    )


def _acceptance(
    tx: Tx, order: Order, edition: PublishedEdition, payment: Payment, period: Period
) -> rules.Fact:
    decision = ledger.row(tx, order.ledger)
    return facts.acceptance_fact(
        order.number,
        decision,
        json.loads(decision.fact),
        edition=edition,
        consent_sha256=order.consent_sha256,
        amount_kopecks=payment.amount_kopecks,
        payment_id=payment.id,
        captured_at=payment.captured_at or payment.created_at,
        period=period,
    )


def _cancelled(order: Order, payment: Payment) -> rules.Fact:
    return {
        "order": order.number,
        **_as_told(payment),
        "cancellation": {
            "party": payment.cancellation_party,
            "reason": payment.cancellation_reason,
        },
    }


def _unfit(order: Order | None, payment: Payment, reason: str) -> rules.Fact:
    """Money that started nothing, and why; it has an order only where one is known."""
    captured_at = rules.instant(payment.captured_at) if payment.captured_at else None
    return {
        **({"order": order.number} if order else {}),
        **_as_told(payment),
        "captured_at": captured_at,
        "paid": payment.paid,
        "fits": False,
        "reason": reason,
    }


def _as_told(payment: Payment) -> rules.Fact:
    """What YooKassa says of a payment, however it ended."""
    return facts.told_of_payment(
        payment.id,
        status=payment.status,
        amount_kopecks=payment.amount_kopecks,
        currency=payment.currency,
        method=payment.method,
        test=payment.test,
        answer=redacted(payment.raw),
    )
