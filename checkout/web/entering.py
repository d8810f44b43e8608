"""Coming into the account and leaving it: the letter, its link and its code, sessions."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from checkout.correct import Whence
from checkout.domain.account import LINK_LIVES, Client, Purpose, masked
from checkout.recognise import end, end_all, enter_from_order, recognise, sign_out, signed_in
from checkout.shop import Shop
from checkout.sign_in import (
    Entered,
    ask_for_letter,
    email_of,
    enter_by_code,
    enter_by_link,
    whose_link,
)
from checkout.web import account_pages, cookies, troubles
from checkout.web.account_views import Devices, House, LetterSent, OpenLink, SignIn, SignUp
from checkout.web.answers import NO_STORE, redirect, trouble
from checkout.web.answers import house as house_in_trouble
from checkout.web.asked import Asked
from checkout.web.forms import EXPECTED, LONGEST, read_party

ClientHandler = Callable[[Asked, Shop, Client], Response]
ACCOUNT = "/account"
DOOR = "/account/sign-in"
SENT = "/account/sign-in/sent"
MINUTES = LINK_LIVES // timedelta(minutes=1)
WRONG_CODE = (
    "Код не\u00a0подошёл. Проверьте цифры; через {minutes}\u00a0минут или после пяти попыток "
    "нужен новый."
)


def for_client(handler: ClientHandler) -> Callable[[Asked, Shop], Response]:
    """A page of the account: whoever is not signed in is led to the door."""

    def answer(asked: Asked, shop: Shop) -> Response:
        client = who(asked, shop)
        return handler(asked, shop, client) if client else redirect(DOOR)

    return answer


def for_reader(handler: ClientHandler) -> Callable[[Asked, Shop], Response]:
    """The same for what only he may do who has shown that he reads the mailbox."""

    def answer(asked: Asked, shop: Shop, client: Client) -> Response:
        if not client.session.is_proved:
            return redirect(f"{DOOR}?more=yes")
        return handler(asked, shop, client)

    return for_client(answer)


def who(asked: Asked, shop: Shop) -> Client | None:
    """Who asks, by the cookie of his session."""
    cookie = cookies.read(asked, shop.settings, cookies.SESSION)
    return recognise(shop, cookie) if cookie else None


def house(shop: Shop) -> House:
    """What every page of the account knows."""
    known = house_in_trouble(shop)
    return House(known.test, known.requisites, shop.settings.zone)


def page(html: str, status: int = 200) -> Response:
    """A page of the account; no cache keeps it."""
    return HTMLResponse(html, status, NO_STORE)


def whence(asked: Asked) -> Whence:
    return Whence(asked.address, asked.user_agent)


def door(asked: Asked, shop: Shop) -> Response:
    """GET /account/sign-in: the form that asks for a letter; who is in already goes in."""
    client, wants_more = who(asked, shop), bool(asked.query("more"))
    if client and not (wants_more and not client.session.is_proved):
        return redirect(ACCOUNT)
    note = "Для этого откройте кабинет по\u00a0ссылке из\u00a0письма." if client else ""
    email = client.account.email if client else ""
    return page(account_pages.sign_in(SignIn(house(shop), email, note=note)))


def ask_letter(asked: Asked, shop: Shop) -> Response:
    """POST /account/sign-in: 303 to what comes next, the same for every address."""
    typed = asked.fields.get("email", "").strip()[: LONGEST["email"] + 1]
    email = email_of(typed)
    if email is None:
        view = SignIn(house(shop), typed, EXPECTED["email"])
        return page(account_pages.sign_in(view), 422)
    return _asked(shop, ask_for_letter(shop, email))


def _asked(shop: Shop, cookie: str) -> Response:
    return cookies.put(redirect(SENT), shop.settings, cookies.ASKED, cookie)


def sent(asked: Asked, shop: Shop) -> Response:
    """GET /account/sign-in/sent: where to look for the letter, and the form for its code."""
    return page(account_pages.letter_sent(LetterSent(house(shop), MINUTES)))


def use_code(asked: Asked, shop: Shop) -> Response:
    """POST /account/sign-in/code: the code of a letter that this browser asked for."""
    cookie = cookies.read(asked, shop.settings, cookies.ASKED)
    entered = enter_by_code(shop, cookie, asked.fields.get("code", ""), whence(asked))
    if entered is None:
        error = WRONG_CODE.format(minutes=MINUTES)
        return page(account_pages.letter_sent(LetterSent(house(shop), MINUTES, error)), 422)
    return let_in(shop, entered)


def let_in(shop: Shop, entered: Entered) -> Response:
    """He is in: his cookie, and the account."""
    answer = cookies.put(redirect(ACCOUNT), shop.settings, cookies.SESSION, entered.cookie)
    return cookies.drop(answer, shop.settings, cookies.ASKED)


def link(asked: Asked, shop: Shop) -> Response:
    """GET /account/link/{secret}: whose account it opens, and the button; nothing is used up."""
    found = whose_link(shop, asked.path("secret"))
    if found is None:
        return _dead_link(shop)
    action = f"/account/link/{quote(asked.path('secret'), safe='')}"
    view = OpenLink(house(shop), action, masked(found.email), found.purpose is Purpose.BEGIN)
    return page(account_pages.open_link(view))


def use_link(asked: Asked, shop: Shop) -> Response:
    """POST /account/link/{secret}: the link is used, once."""
    entered = enter_by_link(shop, asked.path("secret"), whence(asked))
    return let_in(shop, entered) if entered else _dead_link(shop)


def _dead_link(shop: Shop) -> Response:
    return trouble(troubles.dead_link(house_in_trouble(shop)), shop, 410)


def sign_up_form(asked: Asked, shop: Shop) -> Response:
    """GET /account/sign-up: the form of who wants an account before he buys."""
    if who(asked, shop):
        return redirect(ACCOUNT)
    return page(account_pages.sign_up(_sign_up(shop, SignUp(house(shop), {}))))


def _sign_up(shop: Shop, view: SignUp) -> SignUp:
    release = shop.shelf.release()
    privacy = release.current("privacy") if release else None
    return SignUp(view.house, view.values, view.errors, privacy)


def sign_up(asked: Asked, shop: Shop) -> Response:
    """POST /account/sign-up: a letter confirms the address; till then there is no account."""
    filled = read_party(asked.fields)
    if filled.party is None:
        view = _sign_up(shop, SignUp(house(shop), filled.values, filled.errors))
        return page(account_pages.sign_up(view), 422)
    return _asked(shop, ask_for_letter(shop, filled.party.email, filled.party))


def leave(asked: Asked, shop: Shop, client: Client) -> Response:
    """POST /account/sign-out: this session ends, here and in the database."""
    sign_out(shop, client)
    return cookies.drop(redirect(DOOR), shop.settings, cookies.SESSION)


def devices(asked: Asked, shop: Shop, client: Client) -> Response:
    """GET /account/devices: where he is signed in."""
    sessions = tuple(signed_in(shop, client))
    view = Devices(house(shop), client.account.email, sessions, client.session.id)
    return page(account_pages.devices(view))


def end_device(asked: Asked, shop: Shop, client: Client) -> Response:
    """POST /account/devices: end one session, or all of them."""
    session_id = asked.fields.get("session", "")
    if session_id == "all":
        end_all(shop, client)
    else:
        end(shop, client, session_id)
    if session_id in ("all", client.session.id):
        return cookies.drop(redirect(DOOR), shop.settings, cookies.SESSION)
    return redirect("/account/devices")


def from_order(asked: Asked, shop: Shop) -> Response:
    """POST /orders/{token}/account: one tap, in the order's own browser; else by a letter."""
    browser = cookies.read(asked, shop.settings, cookies.BROWSER)
    client = who(asked, shop)
    if client and client.session.is_proved:
        return redirect(ACCOUNT)
    entered = enter_from_order(shop, asked.path("token"), browser, asked.user_agent)
    return let_in(shop, entered) if entered else redirect(DOOR)
