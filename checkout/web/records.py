"""What the pages of the public record share: the release they read, how they leave.

They read the loaded release and nothing else; nothing here writes.
"""

from collections.abc import Callable

from starlette.responses import HTMLResponse, Response

from checkout.shop import Shop
from checkout.web import troubles
from checkout.web.answers import house, trouble
from checkout.web.asked import Asked
from checkout.web.record_views import Record
from offer.editions import DOCUMENTS
from offer.release import Release

# what these pages say changes with the release, and a day's with the hour
FRESH = {"cache-control": "no-cache", "vary": "accept"}
TYPED_SHOWN = 40

Handler = Callable[[Asked, Release, Record], Response]


def answer(asked: Asked, shop: Shop, handler: Handler) -> Response:
    """What `handler` answers about the document of the address; a page of trouble without one."""
    who, document, release = house(shop), asked.path("document"), shop.shelf.release()
    if document not in DOCUMENTS:
        return trouble(troubles.not_found(who), shop, 404)
    if release is None:
        return trouble(troubles.no_release(who), shop, 503)
    editions = tuple(reversed(release.editions[document]))
    if not editions:
        return trouble(troubles.no_editions(who), shop, 404)
    record = Record(
        document=document,
        editions=editions,
        zone=shop.settings.zone,
        now=shop.store.clock(),
        public_url=shop.settings.public_url,
        test=who.test,
        requisites=who.requisites,
    )
    return handler(asked, release, record)


def page(html: str, status: int = 200) -> Response:
    """A page that every cache asks for anew."""
    return HTMLResponse(html, status, FRESH)


def asked_for(asked: Asked, name: str) -> str:
    """A field of the address, the first of its name, without spaces around it."""
    return asked.request.query_params.get(name, "").strip()


def shown(typed: str) -> str:
    """What was typed, short enough to repeat in a sentence."""
    return typed if len(typed) <= TYPED_SHOWN else f"{typed[:TYPED_SHOWN]}…"
