"""The contractor gives an order to another address, where its client cannot do it himself.

What he knows the client by he has to see for himself, by the payment: here only his word stands,
with its reason (decision 15).
"""

from dataclasses import dataclass

from checkout.correct import Whence
from checkout.domain import account as rules
from checkout.domain.details import Part
from checkout.domain.errors import CheckoutError
from checkout.domain.order import Order
from checkout.domain.reasons import folded, trouble
from checkout.readdress import Why, write_down
from checkout.sign_in import email_of
from checkout.store import accounts, ledger, orders, sessions, sign_ins
from checkout.store.engine import Store, Tx
from checkout.who_ordered import known_party

BY_HAND = Whence("", "checkout readdress")


class CannotMove(CheckoutError):  # noqa: N818 - reads as what it is
    """Nothing was changed; the sentence says why."""

    code = "cannot_move"


@dataclass(frozen=True)
class Moved:
    """Which order was moved, from which address to which, by which row of the ledger."""

    number: str
    before: str
    email: str
    row: int

    @property
    def sentence(self) -> str:
        """What the contractor reads."""
        return (
            f"✓ Заказ {self.number}: адрес {self.before} исправлен на {self.email}, строка "
            f"журнала {self.row}. Оба адреса получат письмо; кабинет прежнего закрыт, новый "
            "открывается по письму."
        )


def move_order(store: Store, number: str, email: str, reason: str) -> Moved:
    """Give an order to the account of another address. Raises CannotMove."""
    address = email_of(email.strip())
    if address is None:
        raise CannotMove(f"«{email}» — не адрес почты: он пишется как anna@example.ru.")
    return store.transact(lambda tx: _move(tx, number, address, folded(reason)))


def _move(tx: Tx, number: str, email: str, reason: str) -> Moved:
    ledger.alone(tx)
    found = orders.by_number(tx, number)
    if found is None:
        raise CannotMove(f"Заказа {number} нет.")
    order = orders.locked(tx, found.id)
    before = _movable(tx, order, email, reason)
    old, new = accounts.owner(tx, order.id), accounts.of_email(tx, email)
    told: dict[str, object] = {"by": "contractor", "reason": reason}
    row = write_down(tx, order, new.id, email, whence=BY_HAND, told=told)
    accounts.forget_browser_of(tx, order.id)
    sign_ins.forget_mailbox(tx, rules.mailbox(before))
    if old:
        sessions.end_all(tx, old.id)
    return Moved(order.number, before, email, row)


def _movable(tx: Tx, order: Order, email: str, reason: str) -> str:
    """The address until now."""
    party = known_party(tx, order)
    if party is None or accounts.owner(tx, order.id) is None:
        raise CannotMove(Why.ERASED.value)
    if rules.mailbox(party.email) == rules.mailbox(email):
        raise CannotMove(Why.SAME.value)
    kept = ledger.details(tx, order.ledger, Part.PARTY)
    if sentence := trouble(reason, kept.text if kept else None):
        raise CannotMove(sentence)
    return party.email
