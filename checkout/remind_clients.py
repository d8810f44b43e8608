"""Remind a client that his package ends: seven, three and one days before, if hours are left.

Each reminder once, the latest only, however long nobody looked; none once the package has ended
or is refused. It says what is left and until when, and sells nothing.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from checkout.begin import accepted_terms
from checkout.domain.order import Order
from checkout.domain.package_life import REMINDERS, reminder_due, reminder_named
from checkout.doubt import is_doubted
from checkout.mail.letters import Letter
from checkout.mail.package_letters import Ending, ending_letter
from checkout.remaining import life_of
from checkout.shop import Shop, new_id, new_key
from checkout.store import correspondence, ledger, orders, package_hours, refusals
from checkout.store.correspondence import Message
from checkout.store.engine import Tx
from checkout.who_ordered import known_party

CHORE, KIND = "remind clients", "ending"


def remind_clients(shop: Shop) -> None:
    """Stage what is due today. The second time of a day does nothing, nor does a doubted clock."""
    today = shop.store.clock().astimezone(shop.settings.zone).date()
    if shop.chores.get(CHORE) == today:
        return
    if is_doubted(shop, today):  # a letter can't be taken back
        return
    shop.store.transact(lambda tx: _remind(tx, today, shop.settings.zone))
    shop.chores[CHORE] = today


def _remind(tx: Tx, today: date, zone: ZoneInfo) -> None:
    ledger.alone(tx)  # another worker is at it at the same moment: it has staged them then
    for order in package_hours.ending(tx, today, today + timedelta(days=max(REMINDERS))):
        _remind_of(tx, order, today, zone)


def _remind_of(tx: Tx, order: Order, today: date, zone: ZoneInfo) -> None:
    package = orders.package(tx, order.id)
    days = reminder_due(package.period.last_day, today) if package else None
    if days is None or not _is_worth_it(tx, order, zone):
        return
    named = reminder_named(order.number, days)
    if not correspondence.is_staged(tx, KIND, named):
        correspondence.stage(
            tx, new_id(), kind=KIND, subject=named, order_id=order.id, key=new_key()
        )


def _is_worth_it(tx: Tx, order: Order, zone: ZoneInfo) -> bool:
    """Whether the package runs, has hours left, and its client has not said that he leaves."""
    package = orders.package(tx, order.id)
    if package is None or not package.runs(order.state, tx.now):
        return False
    return life_of(tx, order, package, zone).left_minutes > 0 and not refusals.undecided(
        tx, order.id
    )


def letters_about_ending(shop: Shop, message: Message) -> list[Letter]:
    """To the client; none if since it was staged the package has ended, or a later one is due."""
    said = shop.store.read(lambda tx: _told(tx, shop, message))
    return [ending_letter(said)] if said else []


def _told(tx: Tx, shop: Shop, message: Message) -> Ending | None:
    order, head = orders.by_id(tx, message.order_id or 0), ledger.head(tx)
    package, party, zone = orders.package(tx, order.id), known_party(tx, order), shop.settings.zone
    if package is None or party is None or head is None or not _is_worth_it(tx, order, zone):
        return None
    due = reminder_due(package.period.last_day, tx.now.astimezone(zone).date())
    if due is None or message.subject != reminder_named(order.number, due):
        return None
    return Ending(
        party=party,
        order_number=order.number,
        order_url=f"{shop.settings.public_url}/orders/{order.token}?letter={message.key}",
        life=life_of(tx, order, package, zone),
        terms=accepted_terms(tx, order),
        head=head.ref,
        test=order.test,
    )
