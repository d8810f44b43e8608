"""Open the shop: the parts of everything that sells, put together from the settings."""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial

from checkout.gateway.client import YooKassa
from checkout.mail.smtp import Mailer
from checkout.releases import Shelf
from checkout.settings import Settings
from checkout.shop import Shop
from checkout.store.schema import open_store
from offer.periods import decree_calendar

# A page does not keep its client waiting as long as a worker may wait for YooKassa.
PAGE_PATIENCE = (3.05, 8.0)


def open_shop(
    settings: Settings, clock: Callable[[], datetime], *, clock_is_moved: bool = False
) -> Shop:
    """The shop of these settings, its database brought to the newest schema."""
    store = open_store(settings.database_url.value, clock)
    access = partial(
        YooKassa,
        shop_id=settings.yookassa_shop_id,
        secret_key=settings.yookassa_secret_key.value,
        api_url=settings.yookassa_api_url,
    )
    return Shop(
        settings=settings,
        store=store,
        shelf=Shelf(settings.release, store),
        yookassa=access(),
        glance=access(timeouts=PAGE_PATIENCE),
        mailer=Mailer(settings.smtp_url.value, settings.mail_from),
        calendar=decree_calendar(),
        key=settings.secret_key.value or secrets.token_hex(32),
        clock_is_moved=clock_is_moved,
    )
