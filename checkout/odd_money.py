"""Money that does not fit its order: how much of it came, and what follows when it goes back."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checkout.domain.case import By
from checkout.domain.order import Order
from checkout.domain.transitions import State
from checkout.store import cases, ledger, refunds
from checkout.store.engine import Tx
from offer.wording import ROUBLES

KIND = "odd_money"


@dataclass(frozen=True)
class Unfit:
    """A payment that started nothing: its kopecks, or what else `currency` has hundredths of."""

    payment_id: str
    amount_kopecks: int
    currency: str


def unfit(tx: Tx, order: Order, payment_id: str) -> Unfit | None:
    """The money of a payment that was laid before the contractor; None if that was not this one."""
    return next((it for it in _all_of(tx, order) if it.payment_id == payment_id), None)


def came(tx: Tx, order: Order) -> Mapping[str, int]:
    """All that came for an order and started nothing, where nothing else came: as `returned`."""
    found: Counter[str] = Counter()
    for money in _all_of(tx, order) if order.state is State.CASE else ():
        found[money.currency] += money.amount_kopecks
    return found


def _all_of(tx: Tx, order: Order) -> Iterator[Unfit]:
    for row in ledger.of_order(tx, order.number):
        told = json.loads(row.fact) if row.kind == "payment" else {}
        if told.get("fits") is False:
            yield Unfit(told["payment_id"], told["amount_kopecks"], told["currency"])


def currency_of(tx: Tx, order: Order, payment_id: str) -> str:
    """In what the money of a payment came, and goes back: any but roubles fits no order."""
    odd = unfit(tx, order, payment_id)
    return odd.currency if odd else ROUBLES


def returned(tx: Tx, order: Order) -> Mapping[str, int]:
    """How much went back in each currency, in its hundredths: of what the order was paid by.

    While nothing fitted it, of whatever came.
    """
    if order.state is not State.CASE:
        return {ROUBLES: refunds.returned(tx, order.payment_id)}
    back: Counter[str] = Counter()
    for payment_id, hundredths in refunds.returned_of_order(tx, order.id):
        back[currency_of(tx, order, payment_id)] += hundredths
    return back


def is_back(tx: Tx, money: Unfit) -> bool:
    """Whether all of it was given back."""
    return refunds.returned(tx, money.payment_id) >= money.amount_kopecks


def close_when_back(tx: Tx, money: Unfit, row: int) -> None:
    """Money went back, as `row` tells: with the last of it there is nothing to decide."""
    if is_back(tx, money):
        cases.close(tx, KIND, money.payment_id, By.REFUND, row=row)


def is_undecided(tx: Tx, order: Order) -> bool:
    """Whether the contractor has still to say what becomes of the money of an order like this."""
    return order.state is State.CASE and cases.waits(tx, KIND, order.id)
