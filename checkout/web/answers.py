"""How a page leaves the service: its status, its headers, who stands behind it."""

from starlette.responses import HTMLResponse, RedirectResponse, Response

from checkout.shop import Shop
from checkout.web import pages
from checkout.web.headers import form_policy
from checkout.web.troubles import House
from checkout.web.views import Trouble

NO_STORE = {"cache-control": "no-store"}


def house(shop: Shop) -> House:
    """Who a page of trouble speaks for: a test shop or a real one, and whom to write to."""
    offer = shop.shelf.offer()
    return House(shop.settings.test, offer.terms.requisites if offer and offer.terms else None)


def page(html: str, shop: Shop, status: int = 200) -> Response:
    """A page with a form that may end at YooKassa; never kept by anybody's cache."""
    policy = form_policy(shop.settings)
    return HTMLResponse(html, status, {**NO_STORE, "content-security-policy": policy})


def trouble(view: Trouble, shop: Shop, status: int) -> Response:
    """A page of trouble with its status."""
    return page(pages.trouble(view), shop, status)


def redirect(url: str) -> Response:
    """303: the form was taken, the browser asks for the next page by GET."""
    return RedirectResponse(url, status_code=303, headers=NO_STORE)
