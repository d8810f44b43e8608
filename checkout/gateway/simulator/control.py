"""The control API under /_control: what a test or a tool makes happen.

JSON in and out; 2xx when it is done and the object has already changed, 4xx with an English
sentence in `error` otherwise. Unlike the hosted page, where a declined attempt may be repeated,
`decline` here is final: the payment is cancelled with that reason.

    POST /_control/payments/{id}/pay      {"method": "bank_card" | "sbp"}   (optional)
    POST /_control/payments/{id}/decline  {"reason": any word}              (general_decline)
    POST /_control/payments/{id}/expire
    GET  /_control/payments               all, newest first; /_control/payments/{id} one
    GET  /_control/refunds                all, newest first
    PUT  /_control/refunds                {"become": succeeded (at once), pending, canceled}
    POST /_control/refunds/{id}/succeed   a pending one; /cancel {"reason": any word}
    GET  /_control/receipts               all, newest first
    PUT  /_control/receipts               {"become": succeeded, canceled, pending for ever,
                                          "takes": whole seconds}
    POST /_control/receipts/{id}/register a pending one at once; /cancel
    PUT  /_control/notifications          {"deliver": now, never, twice, late, reordered}
    GET  /_control/notifications          kept, due and sent
    POST /_control/notifications/deliver  what is kept goes out at once
    PUT  /_control/fault                  {"what": see `faults`, "on": "*" or "POST /payments"
                                          or "GET /payments/{id}" …, "times": 1}; `what` null: none
    POST /_control/fault/release          whoever the fault "held" holds goes on
    PUT  /_control/idempotence            {"concurrent": "waits" | "refused"}; GET also tells the
                                          keys `at_work`
    PUT  /_control/clock                  {"now": ISO 8601 with offset, 1990 to 2999}; GET reads it
    GET  /_control/requests               what arrived at /v3, oldest first
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from checkout.gateway.simulator.faults import Fault, Record, is_fault
from checkout.gateway.simulator.notices import MODES, Notices
from checkout.gateway.simulator.objects import METHODS, Object, moment
from checkout.gateway.simulator.rules import ObjectionError
from checkout.gateway.simulator.shop import Shop

FIRST_YEAR, LAST_YEAR = 1990, 2999  # of the clock: far from where a computer's calendar ends
REASON = re.compile(r"[0-9a-z_]{1,64}")


@dataclass(frozen=True)
class Desk:
    """Everything the control API and the simulator's own page can reach.

    `on_clock` moves the clock the shop reads (shared with service and worker); without it the
    shop moves its own.
    """

    shop: Shop
    notices: Notices
    record: Record
    on_clock: Callable[[datetime], None] | None

    def set_clock(self, now: datetime) -> None:
        if self.on_clock is None:
            self.shop.move_clock(now)
        else:
            self.on_clock(now)
            self.shop.sweep()


Act = Callable[[Desk, str, Object], object]


def routes(desk: Desk) -> list[Route]:
    """All routes of the control API."""

    def route(verb: str, path: str, act: Act) -> Route:
        return Route(f"/_control{path}", _endpoint(desk, act), methods=[verb])

    return [
        route("GET", "/payments", lambda desk, _, __: [e.shown for e in desk.shop.entries()]),
        route("GET", "/payments/{id}", lambda desk, payment_id, _: desk.shop.payment(payment_id)),
        route("POST", "/payments/{id}/pay", _pay),
        route("POST", "/payments/{id}/decline", _decline),
        route("POST", "/payments/{id}/expire", _expire),
        route("GET", "/refunds", lambda desk, _, __: desk.shop.refunds()),
        route("PUT", "/refunds", _refunds),
        route("POST", "/refunds/{id}/succeed", _succeed),
        route("POST", "/refunds/{id}/cancel", _cancel_refund),
        route("GET", "/receipts", lambda desk, _, __: [it for it, _ in desk.shop.receipts()]),
        route("PUT", "/receipts", _receipts),
        route("POST", "/receipts/{id}/register", _register),
        route("POST", "/receipts/{id}/cancel", _cancel_receipt),
        route("PUT", "/notifications", _notifications),
        route("GET", "/notifications", lambda desk, _, __: desk.notices.state()),
        route("POST", "/notifications/deliver", _deliver),
        route("PUT", "/fault", _fault),
        route("POST", "/fault/release", _release),
        route("PUT", "/idempotence", _idempotence),
        route("GET", "/idempotence", _keys),
        route("PUT", "/clock", _set_clock),
        route("GET", "/clock", lambda desk, _, __: {"now": moment(desk.shop.now())}),
        route("GET", "/requests", lambda desk, _, __: desk.record.seen()),
    ]


def _endpoint(desk: Desk, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        content = await request.body()
        payment_id = request.path_params.get("id", "")
        try:
            done = await run_in_threadpool(act, desk, payment_id, _object(content))
        except ObjectionError as objection:
            return JSONResponse({"error": objection.description}, status_code=objection.status)
        return JSONResponse(done)

    return endpoint


def _object(content: bytes) -> Object:
    try:
        value = json.loads(content or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise _bad("the body is a JSON object")
    return value


def _bad(sentence: str) -> ObjectionError:
    return ObjectionError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)


def _pay(desk: Desk, payment_id: str, asked: Object) -> object:
    method = asked.get("method", "bank_card")
    if method not in METHODS:
        raise _bad(f"`method` is one of {', '.join(METHODS)}")
    return desk.shop.pay(payment_id, str(method))


def _decline(desk: Desk, payment_id: str, asked: Object) -> object:
    return desk.shop.end(payment_id, _reason(asked))


def _reason(asked: Object) -> str:
    reason = asked.get("reason", "general_decline")
    if not isinstance(reason, str) or not REASON.fullmatch(reason):
        raise _bad("`reason` is a word like insufficient_funds")
    return reason


def _expire(desk: Desk, payment_id: str, asked: Object) -> object:
    return desk.shop.end(payment_id, "expired_on_confirmation")


def _refunds(desk: Desk, _: str, asked: Object) -> object:
    become = asked.get("become")
    if become not in {"succeeded", "pending", "canceled"}:
        raise _bad("`become` is succeeded, pending or canceled")
    desk.shop.refunds_become = str(become)
    return {"become": become}


def _succeed(desk: Desk, refund_id: str, asked: Object) -> object:
    return desk.shop.end_refund(refund_id, None)


def _cancel_refund(desk: Desk, refund_id: str, asked: Object) -> object:
    return desk.shop.end_refund(refund_id, _reason(asked))


def _receipts(desk: Desk, _: str, asked: Object) -> object:
    become, takes = asked.get("become", "succeeded"), asked.get("takes", 10)
    if become not in {"succeeded", "pending", "canceled"}:
        raise _bad("`become` is succeeded, pending or canceled")
    if type(takes) is not int or takes < 0:
        raise _bad("`takes` is a whole number of seconds")
    desk.shop.register.become = str(become)
    desk.shop.register.takes = timedelta(seconds=takes)
    return {"become": become, "takes": takes}


def _register(desk: Desk, receipt_id: str, asked: Object) -> object:
    return desk.shop.end_receipt(receipt_id, "succeeded")


def _cancel_receipt(desk: Desk, receipt_id: str, asked: Object) -> object:
    return desk.shop.end_receipt(receipt_id, "canceled")


def _notifications(desk: Desk, _: str, asked: Object) -> object:
    mode = asked.get("deliver")
    if mode not in MODES:
        raise _bad(f"`deliver` is one of {', '.join(MODES)}")
    desk.notices.choose(str(mode))
    return desk.notices.state()


def _deliver(desk: Desk, _: str, asked: Object) -> object:
    desk.notices.release()
    return desk.notices.state()


def _fault(desk: Desk, _: str, asked: Object) -> object:
    if asked.get("what") is None:
        desk.record.order(Fault("", "*", 0))
        return {"what": None}
    what, on, times = asked["what"], asked.get("on", "*"), asked.get("times", 1)
    if not isinstance(what, str) or not is_fault(what):
        raise _bad(f"no such fault: {what}")
    if not isinstance(on, str):
        raise _bad('`on` is text like "*" or "POST /payments"')
    if type(times) is not int or times < 0:
        raise _bad("`times` is a whole number")
    desk.record.order(Fault(what, on.replace(" /v3/", " /"), times))
    return {"what": what, "on": on, "times": times}


def _release(desk: Desk, _: str, asked: Object) -> object:
    desk.record.let_go()
    return {}


def _idempotence(desk: Desk, _: str, asked: Object) -> object:
    concurrent = asked.get("concurrent")
    if concurrent not in {"waits", "refused"}:
        raise _bad("`concurrent` is waits or refused")
    desk.shop.keys.concurrent = str(concurrent)
    return _keys(desk, "", {})


def _keys(desk: Desk, _: str, asked: Object) -> object:
    keys = desk.shop.keys
    return {"concurrent": keys.concurrent, "at_work": keys.at_work()}


def _set_clock(desk: Desk, _: str, asked: Object) -> object:
    try:
        now = datetime.fromisoformat(str(asked.get("now")))
    except ValueError:
        raise _bad("`now` is a time in ISO 8601") from None
    if now.tzinfo is None:
        raise _bad("`now` needs its offset, like 2026-11-22T10:00:00+03:00")
    if not FIRST_YEAR <= now.year <= LAST_YEAR:
        raise _bad(f"`now` is in the years {FIRST_YEAR} to {LAST_YEAR}")
    desk.set_clock(now)
    return {"now": moment(desk.shop.now())}
