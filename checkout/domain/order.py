"""An order, and what a payment must say to be its payment; how it lives is in `transitions`."""

from dataclasses import dataclass
from datetime import datetime

from checkout.domain.payment import Payment
from checkout.domain.transitions import State
from offer.wording import money, money_of


@dataclass(frozen=True)
class Order:
    """One order as stored. Prices are kopecks, times are UTC.

    `edition` and `edition_sha256` are of the text the client saw and ticked; `form_attempt` and
    `fingerprint` make the same form sent twice one order. `ledger` is its row in the ledger.
    `for_package` is the id of the order whose package it buys extra hours for.
    """

    id: int
    number: str
    token: str
    state: State
    hours: int
    price_kopecks: int
    edition: int
    edition_sha256: str
    consent: int | None
    consent_sha256: str | None
    ledger: int
    party_kind: str
    created_at: datetime
    paid_at: datetime | None
    payment_id: str | None
    reason: str | None
    money_taken: bool | None
    test: bool
    consent_withdrawn_at: datetime | None
    email_confirmed_at: datetime | None
    for_package: int | None = None

    @property
    def what(self) -> str:
        """What is sold: a package, or extra hours for one (interface: order facts)."""
        return "package" if self.for_package is None else "extra"


def money_taken(order: Order) -> bool | None:
    """Whether money was taken: None where only YooKassa knows (interface: order facts)."""
    if order.state is State.WAITING:
        return None
    if order.state is State.CASE:
        return order.money_taken
    return order.state in (State.PAID, State.REFUNDED)


@dataclass(frozen=True)
class Expectation:
    """What a payment must say to be this order's payment; `in_vain`: what it else has not done."""

    number: str
    attempt: str
    price_kopecks: int
    edition_sha256: str
    shop_id: str
    in_vain: str = ""


def mismatch(payment: Payment, expected: Expectation) -> str | None:
    """The first thing about a payment that is not as ordered, as a sentence; None if all fits."""
    metadata = payment.metadata
    if payment.currency != "RUB" or payment.amount_kopecks != expected.price_kopecks:
        came = money_of(payment.amount_kopecks, payment.currency)
        told = f"Пришло {came}, заказ на\u00a0{money(expected.price_kopecks)}."
        return f"{told} {expected.in_vain}".rstrip()
    if metadata.get("order") != expected.number:
        return f"В платеже указан другой заказ: {metadata.get('order', 'не указан')}."
    if metadata.get("attempt") != expected.attempt:
        return "В платеже указана другая попытка оплаты этого заказа."
    if metadata.get("offer_sha256") != expected.edition_sha256:
        return "В платеже указана другая редакция оферты."
    if payment.shop_id not in (None, expected.shop_id):
        return f"Платёж принадлежит другому магазину: {payment.shop_id}."
    return None
