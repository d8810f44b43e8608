"""The contractor answers a refusal without paying: in words, which close the case."""

from dataclasses import dataclass
from datetime import date

from checkout.domain.case import REFUSALS, By
from checkout.domain.details import Part
from checkout.domain.errors import CheckoutError
from checkout.domain.order import Order
from checkout.domain.reasons import (
    LONGEST_REASON,
    UNPRINTABLE,
    folded,
    says_something,
    what_names,
)
from checkout.domain.refusal import Refusal, name
from checkout.shop import new_id, new_key
from checkout.store import cases, correspondence, ledger, orders, refunds, refusals
from checkout.store.engine import Store, Tx
from offer.evidence import facts
from offer.wording import day


class CannotAnswer(CheckoutError):  # noqa: N818 - reads as what it is
    """Nothing was written down; the sentence says why."""

    code = "cannot_answer"


@dataclass(frozen=True)
class Answered:
    """Which refusal was answered: the order's number, and the last day there was for it."""

    number: str
    decide_by: date

    @property
    def sentence(self) -> str:
        """What the contractor reads."""
        return (
            f"✓ Ответ по заказу {self.number} записан, дело закрыто (срок был до "
            f"{day(self.decide_by)}). Клиент получит письмо и увидит ответ на странице заказа. "
            "Пакет действует."
        )


def answer(store: Store, number: str, text: str) -> Answered:
    """Close the open refusal of an order by words; raises CannotAnswer."""
    return store.transact(lambda tx: _answer(tx, number, folded(text)))


def _answer(tx: Tx, number: str, text: str) -> Answered:
    ledger.alone(tx)
    found = orders.by_number(tx, number)
    if found is None:
        raise CannotAnswer(f"Заказа {number} нет.")
    order = orders.locked(tx, found.id)
    refusal = _open(tx, order)
    _presentable(tx, order, text)
    fact = facts.refusal_answered_fact(order.number, asked=refusal.asked, text=text)
    row = ledger.append(tx, "refusal", fact)
    refusals.end(tx, order.id, row.number, text)
    about = name(order.number, refusal.asked)
    cases.close(tx, REFUSALS, about, By.ANSWER, row=row.number)
    correspondence.stage(
        tx, new_id(), kind="answered", subject=about, order_id=order.id, key=new_key()
    )
    return Answered(order.number, refusal.decide_by)


def _open(tx: Tx, order: Order) -> Refusal:
    refusal = refusals.undecided(tx, order.id)
    if refusal is None:
        raise CannotAnswer(f"По заказу {order.number} нет отказа, который ждёт ответа.")
    if refunds.in_flight(tx, order.id):
        raise CannotAnswer(
            "Возврат по этому заказу ещё не закончен: программа узнаёт его судьбу сама. "
            "Ответить можно после него."
        )
    return refusal


def _presentable(tx: Tx, order: Order, text: str) -> None:
    """An answer stands in the ledger for ever: it may not name whom it is for."""
    if not says_something(text):
        raise CannotAnswer(f"Ответ нужен, словами и\u00a0не\u00a0длиннее {LONGEST_REASON} знаков.")
    if not text.isprintable():
        raise CannotAnswer(f"В\u00a0ответе {UNPRINTABLE}")
    kept = ledger.details(tx, order.ledger, Part.PARTY)
    if named := what_names(text, kept.text if kept else None):
        raise CannotAnswer(
            f"{named}, а\u00a0личные данные из\u00a0журнала не\u00a0стереть: ответьте без имени, "
            "почты и номеров. Письмо и так придёт клиенту."
        )
