"""One line of the log for each request, and an id that all lines of that request share.

The line names the route, never the address asked for: an order's address is a secret, and a query
may hold a letter's key.
"""

import random
import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()
HEADER = "x-request-id"
UNSAID = ("/healthz", "/static")  # asked for every few seconds, or with every page


class RequestLog:
    """Gives each request its id, in the answer's header too, and logs how it ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, began, status = f"{random.getrandbits(48):012x}", time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        # each request is a task with a context of its own: nothing has to be taken back
        structlog.contextvars.bind_contextvars(request=request_id)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            if not scope["path"].startswith(UNSAID):
                _say(scope, status, time.perf_counter() - began)


def request_id() -> str:
    """The id of the request being answered: what its client may quote to us."""
    return str(structlog.contextvars.get_contextvars().get("request", ""))


def _say(scope: Scope, status: int, seconds: float) -> None:
    log.info(
        "request",
        method=scope["method"],
        route=_route(scope),
        status=status,  # 0: the client left before there was an answer
        milliseconds=round(seconds * 1000, 1),
    )


def _route(scope: Scope) -> str:
    """«/orders/{token}/retry»: the route, never the address; "" where none fits it."""
    return str(getattr(scope.get("route"), "path_format", ""))
