"""Ask YooKassa whether its payments still say what the ledger says: their hash is not in our hands.

The metadata of a payment were fixed before the money moved, and we cannot change them.
"""

from collections.abc import Callable, Iterator

from checkout.domain.differences import paid_differences
from checkout.domain.errors import GatewayError, Refused
from checkout.domain.order import Order
from checkout.domain.payment import Payment
from checkout.shop import Shop
from checkout.store import orders
from checkout.verify import BAD, GOOD, Remark

PAUSE_SECONDS = 0.2  # a polite pace beside a shop that is selling
CHUNK = 100


def ask_about_paid(shop: Shop, *, pause: Callable[[], None]) -> list[Remark]:
    """Hold every paid order against its payment at YooKassa; `pause` is made between questions.

    Stops at the first silence: the rest would be silent too, and says how many were asked.
    """
    remarks, asked = [], 0
    for order in _paid(shop):
        if asked:
            pause()
        try:
            payment = shop.yookassa.payment(str(order.payment_id))
        except GatewayError as error:
            remarks.append(_not_told(order, error))
            if not isinstance(error, Refused):
                sentence = f"ЮKassa не отвечает: спрошено заказов {asked}, дальше не проверено."
                return [*remarks, Remark(BAD, sentence)]
        else:
            remarks += [Remark(BAD, it) for it in _differences(order, payment)]
        asked += 1
    if not remarks:
        remarks = [Remark(GOOD, f"ЮKassa говорит то же о всех оплаченных заказах: {asked}.")]
    return remarks


def _paid(shop: Shop) -> Iterator[Order]:
    after = 0
    while chunk := shop.store.read(lambda tx, after=after: orders.paid(tx, after, CHUNK)):  # type: ignore[misc]
        yield from chunk
        after = chunk[-1].id


def _not_told(order: Order, error: GatewayError) -> Remark:
    return Remark(BAD, f"Заказ {order.number}, платёж {order.payment_id}: {error.sentence}")


def _differences(order: Order, payment: Payment) -> Iterator[str]:
    for it in paid_differences(order, payment):
        yield f"Заказ {order.number}, платёж {payment.id}: {it}."
