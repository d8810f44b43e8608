"""Mending an order's address in the browser it was made in."""

from urllib.parse import quote

from starlette.responses import Response

from checkout import look
from checkout.look import OrderFacts
from checkout.readdress import CannotReaddress, Guess, ask_to_readdress, check, readdress
from checkout.shop import Shop
from checkout.sign_in import email_of
from checkout.web import account_pages, cookies, troubles
from checkout.web.account_views import Readdress
from checkout.web.answers import house as house_in_trouble
from checkout.web.answers import trouble
from checkout.web.asked import Asked
from checkout.web.entering import MINUTES, WRONG_CODE, house, let_in, page, whence
from checkout.web.forms import EXPECTED


def address_form(asked: Asked, shop: Shop) -> Response:
    """GET /orders/{token}/email: where another address is named."""
    facts = look.order(shop, asked.path("token"))
    if facts is None:
        return _no_order(shop)
    try:
        check(shop, facts.order, _browser(asked, shop))
    except CannotReaddress as no:
        return _cannot(shop, facts, no)
    return _form(shop, facts)


def ask_code(asked: Asked, shop: Shop) -> Response:
    """POST /orders/{token}/email: a code goes to the new address."""
    facts = look.order(shop, asked.path("token"))
    if facts is None:
        return _no_order(shop)
    typed = asked.fields.get("email", "").strip()
    email = email_of(typed)
    if email is None:
        return _form(shop, facts, typed, EXPECTED["email"])
    try:
        cookie = ask_to_readdress(shop, facts.order, _browser(asked, shop), email)
    except CannotReaddress as no:
        return _cannot(shop, facts, no)
    view = Readdress(house(shop), facts.order.number, facts.order.token, email, MINUTES, sent=True)
    answer = page(account_pages.readdress(view))
    return cookies.put(answer, shop.settings, cookies.ASKED, cookie)


def use_code(asked: Asked, shop: Shop) -> Response:
    """POST /orders/{token}/email/code: the order is the new address's, and its client is in."""
    facts = look.order(shop, asked.path("token"))
    if facts is None:
        return _no_order(shop)
    cookie = cookies.read(asked, shop.settings, cookies.ASKED)
    guess = Guess(_browser(asked, shop), cookie, asked.fields.get("code", ""))
    try:
        entered = readdress(shop, facts.order, guess, whence(asked))
    except CannotReaddress as no:
        return _cannot(shop, facts, no)
    if entered:
        return let_in(shop, entered)
    error, order = WRONG_CODE.format(minutes=MINUTES), facts.order
    view = Readdress(house(shop), order.number, order.token, "", MINUTES, error, sent=True)
    return page(account_pages.readdress(view), 422)


def _browser(asked: Asked, shop: Shop) -> str:
    return cookies.read(asked, shop.settings, cookies.BROWSER)


def _form(shop: Shop, facts: OrderFacts, typed: str = "", error: str | None = None) -> Response:
    order = facts.order
    view = Readdress(house(shop), order.number, order.token, typed, MINUTES, error)
    return page(account_pages.readdress(view), 422 if error else 200)


def _no_order(shop: Shop) -> Response:
    return trouble(troubles.order_not_found(house_in_trouble(shop)), shop, 404)


def _cannot(shop: Shop, facts: OrderFacts, no: CannotReaddress) -> Response:
    order_url = f"/orders/{quote(facts.order.token, safe='')}"
    view = troubles.cannot_readdress(house_in_trouble(shop), no.sentence, order_url)
    return trouble(view, shop, 409)
