"""What begins when money came as ordered: acceptance, package, letters.

Of several payments at once: each kind of row is read and written for all of them by one statement,
so that in a rush a settlement costs a fraction of what it costs alone.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from checkout.domain.extra_hours import period_within
from checkout.domain.order import Order
from checkout.domain.payment import Payment
from checkout.domain.transitions import AttemptEvent, Event
from checkout.fiscalise import note_income
from checkout.shop import Shop, new_id, new_key
from checkout.store import archive, cases, correspondence, ledger, orders
from checkout.store.correspondence import Staged
from checkout.store.engine import Tx
from checkout.store.orders import Attempt, Package
from offer.evidence import chain as rules
from offer.evidence import facts
from offer.evidence.chain import Entry
from offer.evidence.redaction import redacted
from offer.periods import Period, package_period
from offer.release import PublishedEdition
from offer.values import Terms


@dataclass(frozen=True)
class Start:
    """Money that came as ordered at `captured_at`. The order is locked, no other start has it."""

    order: Order
    attempt: Attempt
    payment: Payment
    captured_at: datetime


def begin_all(tx: Tx, shop: Shop, starts: Sequence[Start]) -> None:
    """Write everything that begins; the caller is alone at the ledger."""
    if not starts:
        return
    periods, accepted = _accepted(tx, shop, starts)
    end_attempts(tx, [(it.attempt, it.payment) for it in starts])
    told: list[tuple[str, rules.Fact]] = []
    for it, acceptance in zip(starts, accepted, strict=True):
        told += (("acceptance", acceptance), ("payment", _taken(it)))
    rows = ledger.append_all(tx, told)
    packages = [
        Package(period, acceptance.number, paid.number)
        for period, acceptance, paid in zip(periods, rows[::2], rows[1::2], strict=True)
    ]
    _start_packages(tx, starts, packages)
    correspondence.stage_all(tx, [letter for it in starts for letter in _letters(it.order)])
    for it, package in zip(starts, packages, strict=True):
        term = package.period
        note_income(tx, shop, it.order, it.attempt, it.payment, until=term.expires_at)
        if term.provisional and it.order.for_package is None:
            _warn_provisional(tx, it.order, term)


def end_attempts(tx: Tx, ended: Collection[tuple[Attempt, Payment]]) -> None:
    """Keep what YooKassa said last of the payments of these attempts."""
    told = [
        (attempt, {"payment_id": payment.id, "answer": redacted(payment.raw)})
        for attempt, payment in ended
    ]
    orders.move_attempts(tx, told, AttemptEvent.ENDED)


def told_of(payment: Payment) -> rules.Fact:
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


def term_within(tx: Tx, order: Order, captured_at: datetime) -> Period | None:
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


def _accepted(tx: Tx, shop: Shop, starts: Sequence[Start]) -> tuple[list[Period], list[rules.Fact]]:
    """The terms that begin, and the facts of the acceptances they rest on."""
    numbers = {it.order.edition for it in starts}
    editions = {number: archive.edition(tx, "offer", number) for number in numbers}
    decisions = ledger.rows(tx, {it.order.ledger for it in starts})
    periods = [_period(tx, shop, it, terms_of(editions[it.order.edition])) for it in starts]
    return periods, [
        _acceptance(it, decisions[it.order.ledger], editions[it.order.edition], period)
        for it, period in zip(starts, periods, strict=True)
    ]


def _period(tx: Tx, shop: Shop, start: Start, terms: Terms) -> Period:
    return term_within(tx, start.order, start.captured_at) or package_period(
        start.captured_at,
        terms.term_months,
        moves=terms.moves_to_working_day,
        zone=shop.settings.zone,
        calendar=shop.calendar,
        settling=True,
    )


def _acceptance(
    start: Start, decision: Entry, edition: PublishedEdition, period: Period
) -> rules.Fact:
    return facts.acceptance_fact(
        start.order.number,
        decision,
        json.loads(decision.fact),
        edition=edition,
        consent_sha256=start.order.consent_sha256,
        amount_kopecks=start.payment.amount_kopecks,
        payment_id=start.payment.id,
        captured_at=start.captured_at,
        period=period,
    )


def _taken(start: Start) -> rules.Fact:
    return facts.payment_fact(start.order.number, told_of(start.payment), start.captured_at)


def _start_packages(tx: Tx, starts: Sequence[Start], packages: Sequence[Package]) -> None:
    started = [(it.order.id, package) for it, package in zip(starts, packages, strict=True)]
    orders.start_packages(tx, started)
    told = [
        (
            it.order,
            {"paid_at": it.captured_at, "payment_id": it.payment.id, "test": it.payment.test},
        )
        for it in starts
    ]
    orders.move_all(tx, told, Event.SUCCEEDED)


def _letters(order: Order) -> tuple[Staged, Staged]:
    """The client's, and the contractor's."""
    return (
        Staged(new_id(), "paid", order.number, order.id, key=new_key()),
        Staged(new_id(), "order", order.number, order.id),
    )


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
