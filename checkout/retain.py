"""Erase the personal details whose time has come, once a local day, and say so in the ledger.

An act names every side row, letter and paper it took away, the reason and the article of the law;
it is the proof that the law wants kept (приказ Роскомнадзора № 179), so that `checkout verify` and
the order's page can tell what is erased from what is missing.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from checkout.domain.details import Part
from checkout.domain.order import Order
from checkout.domain.retention import (
    ACCOUNTING_YEARS,
    UNPAID_DAYS,
    Term,
    origin_term,
    party_term,
)
from checkout.doubt import is_doubted
from checkout.shop import Shop
from checkout.store import correspondence, ledger, orders, retention
from checkout.store.engine import Tx
from checkout.store.retention import Place
from offer.evidence.chain import Fact

CHORE = "retain"
AT_ONCE = 500
# What was notified of nothing of ours is no evidence: a week is for whoever wonders what it was.
STRANGERS_DAYS = 7


def retain(shop: Shop) -> list[int]:
    """Erase what is due today; the numbers of the acts. The second time of a day does nothing.

    Nothing by a clock that is not believed: who paid would be gone years before his time.
    """
    zone = shop.settings.zone
    today = shop.store.clock().astimezone(zone).date()
    if shop.chores.get(CHORE) == today or is_doubted(shop, today):
        return []
    week_ago = midnight(today - timedelta(days=STRANGERS_DAYS), zone)
    shop.store.transact(lambda tx: correspondence.forget_strangers(tx, week_ago))
    acts = [*_old_addresses(shop, today), *_old_parties(shop, today)]
    if acts:
        shop.store.scrub()
    shop.chores[CHORE] = today
    return acts


def _old_addresses(shop: Shop, today: date) -> list[int]:
    days = shop.settings.keep_addresses_days
    before = midnight(today - timedelta(days=days - 1), shop.settings.zone)
    term, acts = origin_term(today - timedelta(days=days), days), []
    while act := shop.store.transact(lambda tx: _addresses(tx, before, term)):
        acts.append(act)
    return acts


def _addresses(tx: Tx, before: datetime, term: Term) -> int | None:
    ledger.alone(tx)  # another worker is at it at the same moment: what it took is gone then
    due = retention.origins(tx, collected_before=before, limit=AT_ONCE)
    if not due:
        return None
    return record(tx, take_addresses(tx, due), term.reason, term.law)


def _old_parties(shop: Shop, today: date) -> list[int]:
    unpaid = midnight(today - timedelta(days=UNPAID_DAYS - 1), shop.settings.zone)
    ended = date(today.year - ACCOUNTING_YEARS, 1, 1)
    perhaps = shop.store.read(
        lambda tx: retention.perhaps_due(tx, unpaid_before=unpaid, ended_before=ended)
    )
    acts = (_old_party(shop, order_id, today) for order_id in perhaps)
    return [act for act in acts if act]


def _old_party(shop: Shop, order_id: int, today: date) -> int | None:
    return shop.store.transact(lambda tx: _party(tx, order_id, today, shop.settings.zone))


def _party(tx: Tx, order_id: int, today: date, zone: ZoneInfo) -> int | None:
    order = alone_with(tx, order_id)
    term = party_term(retention.standing(tx, order, zone))
    rows = retention.rows_of(tx, order)
    if not term.is_due(today) or not names_somebody(rows):
        return None
    return record(tx, take_all(tx, order), term.reason, term.law)


def alone_with(tx: Tx, order_id: int) -> Order:
    """The order as it stands, while nobody else changes it or adds to the ledger."""
    ledger.alone(tx)
    return orders.locked(tx, order_id)


def names_somebody(rows: Sequence[Place]) -> bool:
    """Whether side rows still say who ordered or where a letter went."""
    return any(it.part is not Part.ORIGIN for it in rows)


def take_addresses(tx: Tx, places: Sequence[Place]) -> Fact:
    """Erase where orders came from; what the act says of it."""
    rows: list[Fact] = []
    replaced: list[Fact] = []
    for place in places:
        left = retention.take_address_out(tx, place)
        if left is None:
            rows.append(place.fact())
        else:
            replaced.append({**place.fact(), "sha256": left.sha256})
    return {"rows": rows, "replaced": replaced, "letters": [], "papers": []}


def take_all(tx: Tx, order: Order, besides: Sequence[Place] = ()) -> Fact:
    """Erase everything that names whoever made an order; what the act says of it.

    The act names also what the caller has erased `besides`.
    """
    rows = retention.rows_of(tx, order)
    letters = retention.letters_of(tx, order)
    papers = [order.number] if retention.has_paper(tx, order) else []
    retention.wipe(tx, order, rows)
    return {
        "order": order.number,
        "rows": [it.fact() for it in (*rows, *besides)],
        "replaced": [],
        "letters": letters,
        "papers": papers,
    }


def record(tx: Tx, taken: Fact, reason: str, law: str) -> int:
    """Append the act, in the transaction that erases; its number."""
    return ledger.append(tx, "erasure", {**taken, "reason": reason, "law": law}).number


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment a local day begins."""
    return datetime.combine(day, time(), zone)
