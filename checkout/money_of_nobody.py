"""Money that came without any order: only YooKassa's cabinet can give it back.

Nothing here keeps what went back of it, so YooKassa is asked, and the case ends when all has.
"""

from checkout.domain.case import By, Case
from checkout.domain.errors import Refused
from checkout.shop import Shop
from checkout.store import cases, ledger
from checkout.store.engine import Tx

KIND = "unknown_payment"


def waits(tx: Tx, payment_id: str) -> bool:
    """Whether its case is open, or was ended by its return: a refund of it is no news then."""
    case = cases.named(tx, KIND, payment_id)
    return case is not None and (case.closing is None or case.closing.by == By.REFUND)


def close_all_returned(shop: Shop) -> None:
    """End the case of each that went back whole. Raises GatewayError."""
    for case in shop.store.read(lambda tx: cases.opened_of_kind(tx, KIND)):
        _close_if_returned(shop, case)


def close_if_returned(shop: Shop, payment_id: str) -> None:
    """The same of one payment, whosever it is. Raises GatewayError."""
    case = shop.store.read(lambda tx: cases.named(tx, KIND, payment_id))
    if case and case.closing is None:
        _close_if_returned(shop, case)


def _close_if_returned(shop: Shop, case: Case) -> None:
    try:
        payment = shop.yookassa.payment(case.subject)
    except Refused:
        return  # it is not known there any more: the contractor ends the case himself
    back = [
        it
        for it in shop.yookassa.refunds(payment_id=payment.id)
        if it.status == "succeeded" and it.currency == payment.currency
    ]
    if sum(it.amount_kopecks for it in back) >= payment.amount_kopecks:
        names = ", ".join(it.id for it in back)
        shop.store.transact(lambda tx: _close(tx, case.subject, f"возврат {names}"))


def _close(tx: Tx, payment_id: str, reason: str) -> None:
    ledger.alone(tx)
    case = cases.named(tx, KIND, payment_id)
    if case and case.closing is None:
        cases.end(tx, case, By.REFUND, reason=reason)
