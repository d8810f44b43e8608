"""The simulated API under /v3: authentication, idempotence, and the calls of the shop."""

import base64
import binascii
import hmac
import json
import threading
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from checkout.gateway.simulator import rules
from checkout.gateway.simulator.keys import Reply
from checkout.gateway.simulator.objects import METHODS, Object
from checkout.gateway.simulator.rules import ObjectionError
from checkout.gateway.simulator.shop import Shop

HOLD = "simulator.hold"  # in the ASGI scope: wait for this event with the key already claimed


@dataclass(frozen=True)
class Call:
    """A request of the API, its body read."""

    path: str
    object_id: str
    query: Mapping[str, str]
    body: Object


Act = Callable[[Shop, Call], Object]


def routes(shop: Shop, *, secret_key: str) -> list[Route]:
    """All routes of the API; paths begin with /v3."""

    def route(verb: str, path: str, act: Act) -> Route:
        return Route(f"/v3{path}", _endpoint(shop, secret_key, act), methods=[verb])

    return [
        route("POST", "/payments", lambda shop, call: shop.create(call.body)),
        route("GET", "/payments", _payments),
        route("GET", "/payments/{id}", lambda shop, call: shop.payment(call.object_id)),
        route(
            "POST",
            "/payments/{id}/capture",
            lambda shop, call: shop.capture(call.object_id, call.body),
        ),
        route("POST", "/payments/{id}/cancel", lambda shop, call: shop.cancel(call.object_id)),
        route("POST", "/refunds", lambda shop, call: shop.refund(call.body)),
        route("GET", "/refunds", _refunds),
        route("GET", "/refunds/{id}", _refund),
        route("POST", "/receipts", lambda shop, call: shop.create_receipt(call.body)),
        route("GET", "/receipts", _receipts),
        route("GET", "/receipts/{id}", _receipt),
        route("GET", "/me", _me),
        Route("/v3/{rest:path}", _endpoint(shop, secret_key, _unknown)),
    ]


def _endpoint(shop: Shop, secret_key: str, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        reply = await run_in_threadpool(_answer, shop, secret_key, act, request, body)
        return JSONResponse(reply.body, status_code=reply.status)

    return endpoint


def _answer(shop: Shop, secret_key: str, act: Act, request: Request, body: bytes) -> Reply:
    try:
        _authenticate(request, shop.shop_id, secret_key)
        call = Call(
            path=request.url.path,
            object_id=request.path_params.get("id", ""),
            query=request.query_params,
            body=_json(request, body),
        )
        if request.method != "POST":
            return Reply(200, act(shop, call))
        return _once(shop, act, call, request)
    except ObjectionError as objection:
        return _refusal(objection)


def _once(shop: Shop, act: Act, call: Call, request: Request) -> Reply:
    """Perform a POST once per idempotence key; a refusal is remembered as well."""
    hold: threading.Event | None = request.scope.get(HOLD)
    key = rules.check_key(request.headers.get("Idempotence-Key"))
    data = json.dumps([call.path, call.body], sort_keys=True)
    now = shop.now()

    def perform() -> Reply:
        if hold is not None:
            hold.wait()
        with shop.at_once():
            reply = _performed(shop, act, call)
            shop.keys.keep(key, data, now, reply)
        return reply

    return shop.keys.perform(key, data, now, perform)


def _performed(shop: Shop, act: Act, call: Call) -> Reply:
    try:
        return Reply(200, act(shop, call))
    except ObjectionError as objection:
        return _refusal(objection)


def _refusal(objection: ObjectionError) -> Reply:
    return Reply(objection.status, objection.body(str(uuid.uuid4())))


def _authenticate(request: Request, shop_id: str, secret_key: str) -> None:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(credentials, validate=True)
    except binascii.Error:
        given = b""
    wanted = f"{shop_id}:{secret_key}".encode()
    if scheme.lower() != "basic" or not hmac.compare_digest(given, wanted):
        raise ObjectionError(401, "Error in shopId or secret key. Check their validity.")


def _json(request: Request, body: bytes) -> Object:
    """The body of a POST; capture and cancel may have none at all."""
    if not body:
        return {}
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        raise ObjectionError(415, "Content-Type is application/json")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise ObjectionError(400, "The body is not JSON") from None
    if not isinstance(value, dict):
        raise ObjectionError(400, "The body is not an object")
    return value


def _payments(shop: Shop, call: Call) -> Object:
    wanted = [
        entry.shown for entry in shop.entries() if _matches(entry.shown, call.query, _method_is)
    ]
    return _page(wanted, call.query)


def _refunds(shop: Shop, call: Call) -> Object:
    wanted = [refund for refund in shop.refunds() if _matches(refund, call.query, _payment_is)]
    return _page(wanted, call.query)


def _refund(shop: Shop, call: Call) -> Object:
    for refund in shop.refunds():
        if refund["id"] == call.object_id:
            return refund
    raise ObjectionError(404, "Refund doesn't exist or access denied", "refund_id")


def _receipts(shop: Shop, call: Call) -> Object:
    if "payment_id" in call.query and "refund_id" in call.query:
        raise ObjectionError(400, "Only one of payment_id and refund_id", "refund_id")
    dated = [shown | {"created_at": at} for shown, at in shop.receipts()]
    wanted = [it for it in dated if _matches(it, call.query, _subject_is)]
    for receipt in wanted:
        del receipt["created_at"]  # asked for by it, and not shown
    return _page(wanted, call.query)


def _subject_is(shown: Object, query: Mapping[str, str]) -> bool:
    names = ("payment_id", "refund_id")
    return all(query.get(name, shown.get(name)) == shown.get(name) for name in names)


def _receipt(shop: Shop, call: Call) -> Object:
    shop.sweep()
    return shop.register.found(call.object_id)


def _me(shop: Shop, call: Call) -> Object:
    return {
        "account_id": shop.shop_id,
        "status": "enabled",
        "test": True,
        "fiscalization": {"enabled": shop.register.enabled, "provider": "avanpost"},
        "payment_methods": list(METHODS),
        "itn": "7707083893",
    }


def _unknown(shop: Shop, call: Call) -> Object:
    raise ObjectionError(404, "No such method")


def _matches(
    shown: Object,
    query: Mapping[str, str],
    also: Callable[[Object, Mapping[str, str]], bool],
) -> bool:
    """Filters of a list: times compare as text because all are UTC with milliseconds."""
    for name in ("created_at", "captured_at"):
        at = str(shown.get(name) or "")
        for relation, holds in _RELATIONS.items():
            limit = query.get(f"{name}.{relation}")
            if limit is not None and not (at and holds(at, limit)):
                return False
    return query.get("status", shown["status"]) == shown["status"] and also(shown, query)


_RELATIONS: Mapping[str, Callable[[str, str], bool]] = {
    "gte": lambda at, limit: at >= limit,
    "gt": lambda at, limit: at > limit,
    "lte": lambda at, limit: at <= limit,
    "lt": lambda at, limit: at < limit,
}


def _method_is(shown: Object, query: Mapping[str, str]) -> bool:
    method = shown.get("payment_method")
    kind = method.get("type") if isinstance(method, dict) else None
    return query.get("payment_method", kind) == kind


def _payment_is(shown: Object, query: Mapping[str, str]) -> bool:
    return query.get("payment_id", shown["payment_id"]) == shown["payment_id"]


def _page(wanted: list[Object], query: Mapping[str, str]) -> Object:
    """One page of a list; `next_cursor` only when more remain."""
    limit = rules.check_limit(query.get("limit"))
    ids = [str(shown["id"]) for shown in wanted]
    cursor = query.get("cursor")
    if cursor is not None and cursor not in ids:
        raise ObjectionError(400, "Cursor is illegal", "cursor")
    start = ids.index(cursor) if cursor is not None else 0
    page: Object = {"type": "list", "items": wanted[start : start + limit]}
    if start + limit < len(wanted):
        page["next_cursor"] = ids[start + limit]
    return page
