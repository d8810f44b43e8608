"""Publish the ledger's head once a local day: what the seller cannot take back.

It is kept, told to the contractor by letter, and served to anyone. Whoever has one can later hold
the whole ledger against it (`checkout verify --head`).
"""

from datetime import date

from checkout.doubt import ask_about_clock, last_before_doubt, stage_head, tell_of_tomorrow
from checkout.shop import Shop
from checkout.store import heads, ledger, time_stamps
from checkout.store.engine import Tx
from checkout.store.heads import Head
from offer.evidence.chain import instant

SCHEMA = 1


def publish_head(shop: Shop) -> Head | None:
    """Publish today's head with its letter; None if that is done or nothing has happened yet.

    None too while nobody vouches for the clock (see doubt.py).
    """
    today = shop.store.clock().astimezone(shop.settings.zone).date()
    if shop.store.read(lambda tx: heads.of_day(tx, today)):
        return None
    head = shop.store.transact(lambda tx: _publish(tx, shop, today))
    if head:
        shop.wake.set()
    return head


def _publish(tx: Tx, shop: Shop, today: date) -> Head | None:
    ledger.alone(tx)
    if last := last_before_doubt(tx, shop, today):
        ask_about_clock(tx, last, today)
        return None
    tell_of_tomorrow(tx)
    head = heads.publish(tx, today)
    if head:
        stage_head(tx, today)
    return head


def published_heads(shop: Shop) -> list[Head]:
    """Every head ever published, the newest last."""
    return shop.store.read(heads.published)


def stamping(shop: Shop) -> list[dict[str, str | None]]:
    """How it went with each day's time stamp, for anyone to read: `at`, or the `problem`.

    One that could not be had is said too; our own clock never takes its place.
    """
    return [
        {
            "day": tried.day.isoformat(),
            "server": tried.server,
            "at": instant(tried.at) if tried.at else None,
            "problem": tried.problem,
        }
        for tried in shop.store.read(time_stamps.outcomes)
    ]
