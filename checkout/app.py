"""The composition root: one table of routes, each with its guard, and the parts behind them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from pathlib import Path

import structlog
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from checkout.shop import Shop
from checkout.web import (
    account,
    comparing,
    days,
    entering,
    extra,
    guards,
    handlers,
    ledger_heads,
    ordering,
    own_data,
    readdressing,
    refusing,
    site,
    troubles,
)
from checkout.web.answers import house, trouble
from checkout.web.asked import Asked, read_fields
from checkout.web.entering import for_client, for_reader
from checkout.web.gathering import Gathering
from checkout.web.guards import Denied, Gate, Guard
from checkout.web.headers import Headers
from checkout.web.request_log import RequestLog, request_id

log = structlog.get_logger()
Handler = Callable[[Asked, Shop], Response]
HandlerOfAll = Callable[[Sequence[Asked], Shop], Sequence[Response | Exception]]


@dataclass(frozen=True)
class Together:
    """A handler of all the requests that wait at the same moment."""

    handle: HandlerOfAll


@dataclass(frozen=True)
class Entry:
    """One row of the route table."""

    path: str
    method: str
    handler: Handler | Together
    guard: Guard
    asks_yookassa: bool = False
    compares: bool = False


ROUTES = (
    # a rush of them is looked for from the top
    Entry("/yookassa/notifications", "POST", Together(handlers.notifications), guards.notification),
    Entry("/checkout/{hours}", "GET", ordering.order_form, guards.public),
    Entry("/checkout/{hours}", "POST", ordering.place_order, guards.own_form, True),
    Entry("/checkout/extra/{token}", "GET", extra.extra_form, guards.secret_address),
    Entry("/checkout/extra/{token}", "POST", extra.place_extra, guards.own_form, True),
    Entry("/orders/{token}", "GET", handlers.order, guards.secret_address, True),
    Entry("/orders/{token}/retry", "GET", handlers.to_order, guards.secret_address),
    Entry("/orders/{token}/retry", "POST", ordering.retry_order, guards.own_form, True),
    Entry("/orders/{token}/consent/withdraw", "GET", handlers.to_order, guards.secret_address),
    Entry("/orders/{token}/consent/withdraw", "POST", handlers.withdraw, guards.own_form),
    Entry("/orders/{token}/refuse", "GET", refusing.refusal_form, guards.secret_address),
    Entry("/orders/{token}/refuse", "POST", refusing.refuse_package, guards.own_form),
    Entry("/orders/{token}/certificate.pdf", "GET", handlers.certificate, guards.secret_address),
    Entry("/orders/{token}/evidence.zip", "GET", handlers.evidence, guards.secret_address),
    Entry("/orders/{token}/account", "GET", handlers.to_order, guards.secret_address),
    Entry("/orders/{token}/account", "POST", entering.from_order, guards.cookie_form),
    Entry("/orders/{token}/email", "GET", readdressing.address_form, guards.secret_address),
    Entry("/orders/{token}/email", "POST", readdressing.ask_code, guards.cookie_letter_form),
    Entry("/orders/{token}/email/code", "GET", handlers.to_order, guards.secret_address),
    Entry("/orders/{token}/email/code", "POST", readdressing.use_code, guards.cookie_form),
    Entry("/account", "GET", for_client(account.account), guards.account),
    Entry("/account/sign-in", "GET", entering.door, guards.public),
    Entry("/account/sign-in", "POST", entering.ask_letter, guards.letter_form),
    Entry("/account/sign-in/sent", "GET", entering.sent, guards.public),
    Entry("/account/sign-in/code", "GET", entering.sent, guards.public),
    Entry("/account/sign-in/code", "POST", entering.use_code, guards.cookie_form),
    Entry("/account/link/{secret}", "GET", entering.link, guards.secret_address),
    Entry("/account/link/{secret}", "POST", entering.use_link, guards.own_form),
    Entry("/account/sign-up", "GET", entering.sign_up_form, guards.public),
    Entry("/account/sign-up", "POST", entering.sign_up, guards.letter_form),
    Entry("/account/sign-out", "POST", for_client(entering.leave), guards.account_form),
    Entry("/account/letters", "GET", for_reader(own_data.letters), guards.account),
    Entry(
        "/account/letters/{message}/{number}", "GET", for_reader(own_data.letter), guards.account
    ),
    Entry("/account/details", "GET", for_reader(own_data.details), guards.account),
    Entry("/account/details", "POST", for_reader(own_data.correct_details), guards.account_form),
    Entry("/account/privacy", "GET", for_reader(own_data.privacy), guards.account),
    Entry("/account/consents", "POST", for_reader(own_data.withdraw), guards.account_form),
    Entry("/account/erase", "POST", for_reader(own_data.erase), guards.account_form),
    Entry("/account/takeout.zip", "GET", for_reader(own_data.takeout), guards.account),
    Entry("/account/orders/{number}/edition", "GET", for_client(own_data.edition), guards.account),
    Entry("/account/devices", "GET", for_client(entering.devices), guards.account),
    Entry("/account/devices", "POST", for_client(entering.end_device), guards.account_form),
    Entry("/ledger/heads.json", "GET", ledger_heads.published, guards.public),
    Entry("/{document}/compare", "GET", comparing.compare, guards.public, compares=True),
    Entry("/{document}/at", "GET", days.at, guards.public),
    Entry("/{document}/at/{day:path}", "GET", days.at, guards.public),
    Entry("/draft/{token}", "GET", site.to_draft, guards.secret_address),
    Entry("/draft/{token}/{path:path}", "GET", site.draft, guards.secret_address),
    Entry("/healthz", "GET", handlers.healthz, guards.public),
    Entry("/metrics", "GET", handlers.metrics, guards.metrics_token),
)

# Whoever waits for YooKassa waits in threads of their own: the site and the rest stay quick.
PATIENT_THREADS = 16
# A comparison is work for a processor: whoever asks for many waits in his own queue.
COMPARING_THREADS = 2
UNREAD = {
    408: "Запрос пришёл не\u00a0целиком: связь слишком медленная. Повторите.",
    413: "Тело запроса слишком велико.",
}
STATIC = Path(__file__).parent / "web" / "static"
STYLESHEET = files("offer") / "look" / "house.css"


def create_app(shop: Shop, gate: Gate) -> Starlette:
    """The service: the checkout, and beside it the released site."""
    patient, few = CapacityLimiter(PATIENT_THREADS), CapacityLimiter(COMPARING_THREADS)

    def threads(entry: Entry) -> CapacityLimiter | None:
        return patient if entry.asks_yookassa else few if entry.compares else None

    app = Starlette(
        routes=[
            *(
                Route(it.path, _endpoint(it, shop, gate, threads(it)), methods=[it.method])
                for it in ROUTES
            ),
            Route("/static/house.css", _stylesheet, methods=["GET"]),
            Mount("/static", StaticFiles(directory=STATIC)),
            Route("/{path:path}", _site(shop), methods=["GET"]),
        ],
        middleware=[Middleware(RequestLog), Middleware(Headers, settings=shop.settings)],
        exception_handlers={HTTPException: _refusal(shop)},
    )
    # it would lead to whatever host the request named
    app.router.redirect_slashes = False
    return app


def _endpoint(
    entry: Entry, shop: Shop, gate: Gate, limiter: CapacityLimiter | None
) -> Callable[[Request], object]:
    handle = _handling(entry.handler, shop, limiter)

    async def answer(request: Request) -> Response:
        try:
            entry.guard(request, gate)
            return await handle(_paced(entry, await _read(request, gate), gate))
        except Denied as denied:
            return _denied(denied, shop)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            return _bug(shop)

    return answer


def _handling(
    handler: Handler | Together, shop: Shop, limiter: CapacityLimiter | None
) -> Callable[[Asked], Awaitable[Response]]:
    if isinstance(handler, Together):
        of_all = handler.handle
        return Gathering(lambda asked: of_all(asked, shop), shop.quiet).answer
    return lambda asked: run_sync(handler, asked, shop, limiter=limiter)


async def _read(request: Request, gate: Gate) -> Asked:
    """The body, within its time and with a cap that needs no Content-Length, and its fields."""
    body = bytearray()
    try:
        async with asyncio.timeout(gate.limits.body):
            async for chunk in request.stream():
                body += chunk
                if len(body) > guards.LARGEST_BODY:
                    raise Denied(413)
    except TimeoutError:
        raise Denied(408) from None
    fields: dict[str, str] = {}
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        fields = read_fields(bytes(body))
    address = guards.client_address(request, gate.settings)
    spends = partial(guards.orders_of, gate=gate)
    return Asked(request, fields, bytes(body), address, spends)


def _paced(entry: Entry, asked: Asked, gate: Gate) -> Asked:
    """What can be said only of a request that is read: for whose e-mail, and how eagerly."""
    if entry.guard in (guards.letter_form, guards.cookie_letter_form):
        guards.letter_to(asked.fields, asked.address, gate)
    elif entry.asks_yookassa and entry.method == "GET":
        return replace(asked, eagerly=guards.may_ask(asked.path("token"), gate))
    return asked


def _denied(denied: Denied, shop: Shop) -> Response:
    if denied.status in UNREAD:
        # what is still to come belongs to no request
        closing = {"connection": "close"}
        return Response(UNREAD[denied.status], denied.status, closing, "text/plain")
    if denied.status == 429:
        answer = trouble(troubles.too_many(house(shop), denied.wait), shop, 429)
        answer.headers["retry-after"] = str(denied.wait)
        return answer
    words = {403: troubles.forbidden, 404: troubles.not_found}
    return trouble(words[denied.status](house(shop)), shop, denied.status)


def _bug(shop: Shop) -> Response:
    log.exception("unexpected error")
    return trouble(troubles.broken(house(shop), request_id()), shop, 500)


def _refusal(shop: Shop) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            return trouble(troubles.not_found(house(shop)), shop, 404)
        return Response(status_code=status, headers=getattr(error, "headers", None))

    return answer


def _stylesheet(request: Request) -> Response:
    return Response(STYLESHEET.read_bytes(), media_type="text/css")


def _site(shop: Shop) -> Callable[[Request], object]:
    def look(request: Request) -> Response:
        release = shop.shelf.release()
        found = site.page(request, release.folder) if release else None
        return found or trouble(troubles.not_found(house(shop)), shop, 404)

    async def answer(request: Request) -> Response:
        try:
            return await run_sync(look, request)
        except Exception:
            return _bug(shop)

    return answer
