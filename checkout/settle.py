"""Settle a payment: the only way an order becomes paid.

Shared by the notification, the return page and the poller. YooKassa is asked first, outside any
transaction; then one transaction writes everything the answer causes, once.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkout.begin import Start, begin_all, end_attempts, term_within, told_of
from checkout.domain.case import By
from checkout.domain.odd_money_words import not_begun
from checkout.domain.order import Expectation, Order, mismatch
from checkout.domain.payment import Payment
from checkout.domain.transitions import AttemptState, Event, State
from checkout.fiscalise import note_odd_income
from checkout.gateway.client import YooKassa
from checkout.shop import Shop, new_id
from checkout.store import cases, ledger, orders
from checkout.store.engine import Tx
from checkout.store.orders import Attempt
from checkout.tell_odd_money import tell_client
from offer.evidence import chain as rules
from offer.wording import ROUBLES, money_of

FINAL = ("succeeded", "canceled")
# A payment page lives an hour; what is open longer is asked for ever more rarely.
SHORTEST_PAUSE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(hours=1)
LOST_AFTER = timedelta(days=1)
ONLY_THERE = (
    "Командой этих денег не\u00a0вернуть: найдите платёж по\u00a0номеру в\u00a0кабинете ЮKassa "
    "и\u00a0оформите там полный возврат. Когда он пройдёт, дело закроется само."
)
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
    (settled,) = settle_all(shop, [payment])
    return settled()


def settle_all(shop: Shop, payments: Sequence[Payment]) -> list[Callable[[], Settled]]:
    """The same of payments that YooKassa has told: for each what came of it, or an error to raise.

    Those that others settle at the moment are written by the same transaction.
    """
    settled = shop.store.together(record_all, shop, payments)
    shop.wake.set()
    return settled


def record(tx: Tx, shop: Shop, payment: Payment) -> Settled:
    """Write everything a payment object causes, in the caller's transaction."""
    return record_all(tx, shop, [payment])[0]


def record_all(tx: Tx, shop: Shop, payments: Sequence[Payment]) -> list[Settled]:
    """The same of several, in this order. Raises what `record` raises of any: none is written then.

    One whose order another before it had waits until that is written, and reads it.
    """
    if any(it.status in FINAL for it in payments):
        ledger.alone(tx)  # before the order, as a retry does: they must not wait for each other
    attempts = _attempts(tx, payments)
    if _before_an_order_comes_again(attempts) < len(payments):
        # all of them now, in one order with everybody: one locked later could be waited for
        orders.all_locked(tx, {it.order_id for it in attempts if it})
    settled: list[Settled] = []
    while len(settled) < len(payments):
        rest = payments[len(settled) :]
        attempts = _attempts(tx, rest) if settled else attempts
        apart = _before_an_order_comes_again(attempts)
        settled += _record_apart(tx, shop, rest[:apart], attempts[:apart])
    return settled


def _attempts(tx: Tx, payments: Sequence[Payment]) -> list[Attempt | None]:
    known = orders.attempts_paid_by(tx, [it.id for it in payments])
    return [known.get(it.id) or _named_by(tx, it) for it in payments]


def _named_by(tx: Tx, payment: Payment) -> Attempt | None:
    # killed between YooKassa's answer and saving it: the metadata still name the attempt
    named = orders.attempt(tx, payment.metadata.get("attempt", ""))
    return named if named and named.payment_id is None else None


def _before_an_order_comes_again(attempts: Sequence[Attempt | None]) -> int:
    seen: set[int] = set()
    for at, attempt in enumerate(attempts):
        if attempt and attempt.order_id in seen:
            return at
        if attempt:
            seen.add(attempt.order_id)
    return len(attempts)


def _record_apart(
    tx: Tx, shop: Shop, payments: Sequence[Payment], attempts: Sequence[Attempt | None]
) -> list[Settled]:
    """Write what payments of different orders cause."""
    ours = [it for it in attempts if it]
    locked = orders.all_locked(tx, [it.order_id for it in ours])
    # the locks are held now: what was read before may have changed
    again = orders.attempts_again(tx, ours)
    done = [
        _follow(tx, shop, locked[its.order_id], again[its.id], payment)
        if its
        else _stranger(tx, payment)
        for its, payment in zip(attempts, payments, strict=True)
    ]
    begin_all(tx, shop, [it for it in done if isinstance(it, Start)])
    return [Settled(State.PAID) if isinstance(it, Start) else it for it in done]


def _follow(
    tx: Tx, shop: Shop, order: Order, attempt: Attempt, payment: Payment
) -> Settled | Start:
    """Write what follows from a payment of ours; what begins with it is written with the others."""
    if payment.status not in FINAL:
        look_later(tx, [attempt])
        return Settled(order.state)
    if attempt.state is AttemptState.FINAL:
        return Settled(order.state)
    if tx.now - attempt.created_at >= LOST_AFTER:
        cases.close(tx, "lost_payment", payment.id, By.PAYMENT)
    if payment.status == "canceled":
        end_attempts(tx, [(attempt, payment)])
        return _cancel(tx, order, attempt, payment)
    wrong = _wrong(tx, shop, order, attempt, payment)
    if wrong is None and payment.captured_at is not None:
        return Start(order, attempt, payment, payment.captured_at)
    end_attempts(tx, [(attempt, payment)])
    note_odd_income(tx, order, attempt, payment)
    return _lay_before_contractor(tx, order, payment, wrong or "")


def growing(age: timedelta, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """How long to wait before asking again about what began so long ago."""
    return min(max(age / 4, SHORTEST_PAUSE), longest)


def look_later(tx: Tx, attempts: Collection[Attempt]) -> None:
    """Ask about open payments again, each after a pause that grows with its age."""
    orders.put_off(tx, {it.id: tx.now + growing(tx.now - it.created_at) for it in attempts})


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


def _wrong(tx: Tx, shop: Shop, order: Order, attempt: Attempt, payment: Payment) -> str | None:
    """Why money that came starts nothing, as a sentence; None if all is as ordered."""
    begun = not_begun(is_extra=order.for_package is not None)
    expected = Expectation(
        number=order.number,
        attempt=attempt.id,
        price_kopecks=order.price_kopecks,
        edition_sha256=order.edition_sha256,
        shop_id=shop.settings.yookassa_shop_id,
        in_vain="" if order.paid_at else f"{begun.capitalize()}.",
    )
    wrong = mismatch(payment, expected)
    if wrong is not None:
        return wrong
    if payment.captured_at is None:
        return "ЮKassa не сообщает, когда деньги получены."
    if order.state not in (State.CREATED, State.WAITING):
        return f"Деньги пришли по заказу, который уже {ALREADY[order.state]}."
    return _after_its_package(tx, order, payment.captured_at)


def _lay_before_contractor(tx: Tx, order: Order, payment: Payment, why: str) -> Settled:
    state = orders.move(tx, order, Event.ODD)
    if state is State.CASE:
        orders.change(tx, order.id, money_taken=payment.paid)
        tell_client(tx, order.id, payment.id)
    ledger.append(tx, "payment", _unfit(order, payment, why))
    sentence = f"Заказ {order.number}, платёж {payment.id}. {why} Деньги у\u00a0ЮKassa, решать вам."
    if payment.currency != ROUBLES:
        sentence += f" Они не\u00a0в\u00a0рублях. {ONLY_THERE}"
    cases.open_case(
        tx, new_id(), kind="odd_money", subject=payment.id, order_id=order.id, sentence=sentence
    )
    return Settled(state)


def _stranger(tx: Tx, payment: Payment) -> Settled:
    """A payment of this shop without an attempt of ours: someone's money, so it is a case."""
    if payment.status == "succeeded":
        order = orders.by_number(tx, payment.metadata.get("order", ""))
        amount = money_of(payment.amount_kopecks, payment.currency)
        named = f" (в\u00a0нём назван заказ {order.number})." if order else " и\u00a0нет заказа."
        sentence = (
            f"Получен платёж {payment.id}, {amount}, для которого нет попытки оплаты{named} "
            f"{ONLY_THERE} Если деньги остаются у\u00a0вас, закройте дело сами."
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


def _after_its_package(tx: Tx, order: Order, captured_at: datetime) -> str | None:
    """Why extra hours can't begin: their package has ended; None of a package itself."""
    if order.for_package is None:
        return None
    package = orders.package(tx, order.for_package)
    has_ended = package is None or package.ended_at is not None
    if not has_ended and term_within(tx, order, captured_at):
        return None
    return "Дополнительные часы оплачены, когда их пакет уже закончился."


def _cancelled(order: Order, payment: Payment) -> rules.Fact:
    return {
        "order": order.number,
        **told_of(payment),
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
        **told_of(payment),
        "captured_at": captured_at,
        "paid": payment.paid,
        "fits": False,
        "reason": reason,
    }
