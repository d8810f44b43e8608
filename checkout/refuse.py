"""The client refuses his package: written down once, and laid before the contractor.

It pays nothing out and ends nothing by itself; the contractor decides within ten days, by a refund
that ends the package (repay) or by an answer (answer). Why he leaves are his own words: they stand
in a side row, so that they can be erased.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from checkout.domain.case import LEAVING
from checkout.domain.details import Details, origin_details, reason_details
from checkout.domain.errors import CheckoutError
from checkout.domain.order import Order
from checkout.domain.proposal import Proposal
from checkout.domain.refund import Back
from checkout.domain.refusal import (
    LONGEST_REASON,
    Obstacle,
    decide_by,
    name,
    obstacle,
    one_line,
)
from checkout.refund import proposal_of
from checkout.shop import Shop, new_id, new_key
from checkout.store import cases, correspondence, ledger, orders, package_hours, refunds, refusals
from checkout.store.engine import Tx
from checkout.store.orders import Package
from offer.evidence import facts
from offer.evidence.chain import Entry
from offer.wording import day, money

SENTENCES = {
    Obstacle.UNPAID: "Заказ не оплачен: отказываться не от чего.",
    Obstacle.CASE: "С платежом по заказу ещё разбираются.",
    Obstacle.RETURNED: "Деньги по заказу уже возвращены.",
    Obstacle.ENDED: "Пакет уже прекращён.",
    Obstacle.OVER: "Пакет закончился.",
    Obstacle.RETURNING: "Возврат по заказу ещё не закончен.",
}


class CannotRefuse(CheckoutError):  # noqa: N818 - reads as what it is
    """Nothing was written down; `obstacle` says why."""

    code = "cannot_refuse"

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(SENTENCES[obstacle])
        self.obstacle = obstacle


@dataclass(frozen=True)
class Said:
    """What the client's form said, and where it came from; the reason may be empty."""

    reason: str
    address: str
    user_agent: str


def foresee(shop: Shop, order: Order) -> Proposal:
    """What leaving now comes to; raises CannotRefuse."""
    return shop.store.read(lambda tx: _leaving(tx, shop, order))


def foresee_extra(shop: Shop, order: Order) -> list[tuple[Order, Proposal]]:
    """What leaving now comes to for each order of extra hours that ends with the package."""

    def read(tx: Tx) -> Iterator[tuple[Order, Proposal]]:
        for it in package_hours.extras_of(tx, order.id):
            if not refusals.undecided(tx, it.order.id):
                with suppress(CannotRefuse):
                    yield it.order, _leaving(tx, shop, it.order)

    return shop.store.read(lambda tx: [*read(tx)])


def refuse(shop: Shop, order: Order, said: Said) -> None:
    """Write the refusal down, unless one waits for its answer already; raises CannotRefuse.

    Who refuses a package refuses its extra hours: they end with it. Each order has a refusal of
    its own, because its money came by a payment of its own and goes back by it.
    """
    if len(one_line(said.reason)) > LONGEST_REASON:
        raise ValueError("the form lets no longer reason through")
    shop.store.transact(lambda tx: _refuse(tx, shop, order.id, said))
    shop.wake.set()


def _refuse(tx: Tx, shop: Shop, order_id: int, said: Said) -> None:
    ledger.alone(tx)
    order = orders.locked(tx, order_id)
    if refusals.undecided(tx, order.id):
        return
    _write_down(tx, shop, order, said)
    for it in package_hours.extras_of(tx, order.id):
        if not refusals.undecided(tx, it.order.id):
            with suppress(CannotRefuse):  # its money is back, or on its way
                _write_down(tx, shop, orders.locked(tx, it.order.id), said)


def _write_down(tx: Tx, shop: Shop, order: Order, said: Said) -> None:
    proposal = _leaving(tx, shop, order)
    row = _record(tx, shop, order, proposal, said)
    _lay(tx, order, proposal, row, shop)


def _leaving(tx: Tx, shop: Shop, order: Order) -> Proposal:
    package = orders.package(tx, order.id)
    returning = refunds.in_flight(tx, order.id) is not None
    why = obstacle_of(order, package, tx.now, is_returning=returning)
    if why or package is None:
        raise CannotRefuse(why or Obstacle.UNPAID)
    spent = package_hours.used_minutes(tx, order.for_package or order.id)
    return proposal_of(
        tx, order, package.period, spent_minutes=spent, at=tx.now, zone=shop.settings.zone
    )


def obstacle_of(
    order: Order, package: Package | None, now: datetime, *, is_returning: bool
) -> Obstacle | None:
    """Why an order's package cannot be refused at `now`; None if it can."""
    return obstacle(
        order.state,
        is_ended=package is not None and package.ended_at is not None,
        is_over=package is not None and package.is_over(now),
        is_returning=is_returning,
    )


def _record(tx: Tx, shop: Shop, order: Order, proposal: Proposal, said: Said) -> Entry:
    today = tx.now.astimezone(shop.settings.zone).date()
    whence = origin_details(said.address, said.user_agent, salt=secrets.token_hex(16))
    reason = _reason(said.reason)
    fact = facts.refusal_asked_fact(
        order.number,
        proposal,
        party_kind=order.party_kind,
        asked_on=today,
        decide_by=decide_by(today),
        reason_sha256=reason.sha256 if reason else None,
        origin_sha256=whence.sha256,
    )
    row = ledger.append(tx, "refusal", fact)
    for details in (whence, reason):
        if details:
            ledger.keep_details(tx, row.number, details)
    refusals.add(
        tx,
        {
            "asked": row.number,
            "order_id": order.id,
            "asked_at": tx.now,
            "decide_by": decide_by(today),
            "by_hours_kopecks": proposal.by_hours,
            "by_days_kopecks": proposal.by_days,
            "proposed_kopecks": proposal.proposed,
        },
    )
    return row


def _reason(text: str) -> Details | None:
    reason = one_line(text)
    return reason_details(reason, salt=secrets.token_hex(16)) if reason else None


def _lay(tx: Tx, order: Order, proposal: Proposal, row: Entry, shop: Shop) -> None:
    """A case with a letter of its own, to both."""
    about = name(order.number, row.number)
    asked_on = tx.now.astimezone(shop.settings.zone).date()
    sentence = (
        f"Клиент отказался от пакета {day(asked_on)}, заказ {order.number}. Предлагается вернуть "
        f"{money(proposal.proposed)}; решите до {day(decide_by(asked_on))} включительно."
    )
    cases.lay_case(tx, kind="refusal", subject=about, order_id=order.id, sentence=sentence)
    correspondence.stage(
        tx, new_id(), kind="refused", subject=about, order_id=order.id, key=new_key()
    )


def commands(number: str, proposal: Proposal, asked_on: str) -> list[str]:
    """What ends the case: the money with the package, where there is any, or an answer."""
    answer = f'checkout answer {number} --text "…"'
    if not proposal.proposed:
        return [answer]
    back = Back(proposal.proposed, ends_package=True, reason=f"{LEAVING} {asked_on}")
    return [back.command(number), answer]
