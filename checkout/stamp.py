"""Have the newest published head dated by somebody else's clock (RFC 3161), where one is named.

The servers of the settings are asked in order. One that gives no stamp is written down with its
reason and asked again later: our own clock never takes the place of theirs.
"""

from datetime import timedelta

import structlog

from checkout.shop import Shop
from checkout.store import ledger, time_stamps
from checkout.store.time_stamps import Stamped, Unstamped

log = structlog.get_logger()
AGAIN = timedelta(hours=1)


def stamp_head(shop: Shop) -> None:
    """Stamp the newest head if it has no stamp and nobody was asked within the hour."""
    if not shop.settings.time_stamp_urls:
        return
    head = shop.store.read(time_stamps.newest_unstamped)
    now = shop.store.clock()
    # a last try that is yet to come was made by a clock that was wrong
    if head is None or (head.last_try and timedelta() <= now - head.last_try < AGAIN):
        return
    link = shop.store.read(lambda tx: ledger.row(tx, head.number)).link.encode()
    for url in shop.settings.time_stamp_urls:
        if _tried(shop, head, link, url):
            return


def _tried(shop: Shop, head: Unstamped, link: bytes, url: str) -> bool:
    # loaded only where an authority is named: its cryptography is slow to load
    from checkout.gateway.time_stamps import NoTimeStamp, time_stamp

    tried_at = shop.store.clock()
    try:
        stamp = time_stamp(link, url)
        tried = Stamped(head.day, tried_at, url, stamp.answer, stamp.at, None)
    except NoTimeStamp as error:
        log.warning("no time stamp", server=url, reason=error.sentence)
        tried = Stamped(head.day, tried_at, url, None, None, error.sentence)
    shop.store.transact(lambda tx: time_stamps.keep(tx, tried))
    return tried.answer is not None
