"""Tell a client at once of money that came for his order and started nothing."""

from checkout.begin import accepted_terms
from checkout.mail.letters import Letter
from checkout.mail.odd_money_letter import OddMoney, odd_money_letter
from checkout.odd_money import is_back, unfit
from checkout.shop import Shop, new_id, new_key
from checkout.store import correspondence, ledger, orders
from checkout.store.correspondence import Message
from checkout.store.engine import Tx
from checkout.who_ordered import reader

KIND = "unfit"


def tell_client(tx: Tx, order_id: int, payment_id: str) -> None:
    """Stage the letter, in the transaction that lays the money before the contractor."""
    correspondence.stage(
        tx, new_id(), kind=KIND, subject=payment_id, order_id=order_id, key=new_key()
    )


def letters_about_odd_money(shop: Shop, message: Message) -> list[Letter]:
    """To the client, however late; raises Erased."""
    return [odd_money_letter(shop.store.read(lambda tx: _told(tx, shop, message)))]


def _told(tx: Tx, shop: Shop, message: Message) -> OddMoney:
    order, head = orders.by_id(tx, message.order_id or 0), ledger.head(tx)
    money = unfit(tx, order, message.subject)
    if money is None or head is None:
        raise LookupError(f"no payment {message.subject} was laid before the contractor")
    return OddMoney(
        party=reader(tx, order),
        order_number=order.number,
        order_url=f"{shop.settings.public_url}/orders/{order.token}?letter={message.key}",
        payment_id=money.payment_id,
        came=money.amount_kopecks,
        currency=money.currency,
        price_kopecks=order.price_kopecks,
        is_extra=order.for_package is not None,
        is_back=is_back(tx, money),
        head=head.ref,
        contact=accepted_terms(tx, order).requisites.email,
        test=order.test,
    )
