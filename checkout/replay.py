"""Work the inbox of notifications again: the worker asks YooKassa about each as if it came now.

Following one twice does nothing twice, so this is safe at any time.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from checkout.store import correspondence
from checkout.store.engine import Store
from offer.wording import counted


def replay(store: Store, zone: ZoneInfo, since: date | None) -> int:
    """Put the notifications of a local day and after it (None: all) before the worker again."""
    moment = datetime.combine(since, time(), zone) if since else None
    return store.transact(lambda tx: correspondence.replay(tx, moment))


def sentence(number: int) -> str:
    """What the contractor reads."""
    if not number:
        return "! Таких уведомлений нет."
    many = counted(number, "уведомление", "уведомления", "уведомлений")
    return f"✓ Снова в работе {many}: работник спросит ЮKassa о каждом платеже. Он должен работать."
