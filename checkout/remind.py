"""Remind the contractor of refusals he has not decided: three days and one day before the end.

Once the last day is over it is a case. While a refund is on its way he has decided.
"""

from datetime import date, timedelta

from checkout.domain.refusal import OVERDUE, WARNINGS, Refusal, name, warning
from checkout.shop import Shop, new_id
from checkout.store import cases, correspondence, ledger, orders, refunds, refusals
from checkout.store.engine import Tx
from offer.wording import day

CHORE = "remind"


def remind(shop: Shop) -> None:
    """Stage what is due today. The second time of a day does nothing."""
    today = shop.store.clock().astimezone(shop.settings.zone).date()
    if shop.chores.get(CHORE) == today:
        return
    shop.store.transact(lambda tx: _remind(tx, today))
    shop.chores[CHORE] = today


def _remind(tx: Tx, today: date) -> None:
    ledger.alone(tx)  # another worker is at it at the same moment: it has said it then
    for refusal in refusals.due(tx, today + timedelta(days=max(WARNINGS))):
        if refunds.in_flight(tx, refusal.order_id) is None:
            _warn(tx, refusal, warning(refusal.decide_by, today))


def _warn(tx: Tx, refusal: Refusal, due: int | None) -> None:
    order = orders.by_id(tx, refusal.order_id)
    about = name(order.number, refusal.asked)
    if due == OVERDUE:
        cases.open_case(
            tx,
            new_id(),
            kind="refusal_overdue",
            subject=about,
            order_id=order.id,
            sentence=(
                f"Срок ответа на отказ клиента от пакета вышел {day(refusal.decide_by)}, заказ "
                f"{order.number}. Решите сегодня: checkout refund {order.number} --dry-run "
                "посчитает, сколько вернуть."
            ),
        )
        return
    told = f"{about}/{due}"
    if not correspondence.is_staged(tx, "reminder", told):
        correspondence.stage(tx, new_id(), kind="reminder", subject=told, order_id=order.id)
