"""Faults on demand, between the wire and the API, and the record of what arrived.

Written against uvicorn: breaking a connection off needs its transport, which it keeps beside the
`send` it hands to an application. The frameworks in between wrap that `send`, so the application
puts the first one into the scope, under WIRE.
"""

import gzip
import json
import re
import threading
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import cast

import anyio
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from checkout.gateway.simulator.api import HOLD
from checkout.gateway.simulator.memory import Memory
from checkout.gateway.simulator.objects import Object
from checkout.gateway.simulator.rules import error_body

WIRE = "simulator.wire"
KEPT = 1000
_ID = re.compile(r"(?:rt-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AFTER = "_after"
_COOKIE = (b"set-cookie", b"session=1; Path=/")
# 64 MiB of nothing, as 64 members: to pack it in one takes half a second
_BOMB = gzip.compress(bytes(1024 * 1024)) * 64
_HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer, before it is sent."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ((b"content-type", b"application/json"),)


@dataclass
class Fault:
    """`what` happens to the next `times` requests that match `on` ("*", "POST /payments", …)."""

    what: str
    on: str
    times: int

    def hits(self, method: str, path: str) -> bool:
        return self.times > 0 and self.on in {
            "*",
            f"{method} {path}",
            f"{method} {_ID.sub('{id}', path)}",
        }


def _error(status: int, description: str, **more: object) -> Answer:
    body = error_body(status, str(uuid.uuid4()), description) | more
    return Answer(status, json.dumps(body).encode())


# Instead of an answer: nothing was performed, unless the name is given with "_after".
INSTEAD: dict[str, Callable[[], Answer]] = {
    "202": lambda: Answer(202, b'{"type":"processing","retry_after":1800}'),
    "400": lambda: _error(400, "Simulated fault", parameter="amount"),
    "401": lambda: _error(401, "Simulated fault"),
    "403": lambda: _error(403, "Simulated fault"),
    "404": lambda: _error(404, "Simulated fault"),
    "405": lambda: Answer(405, b""),
    "409": lambda: _error(409, "Simulated fault"),
    "410": lambda: _error(410, "Simulated fault"),
    "413": lambda: Answer(413, b"", ((b"retry-after", b"36000"),)),
    "415": lambda: Answer(415, b""),
    "429": lambda: _error(429, "Simulated fault"),
    "429_header": lambda: Answer(429, b"slow down", ((b"retry-after", b"7"),)),
    "429_hours": lambda: Answer(429, b"", ((b"retry-after", b"36000"),)),
    "429_years": lambda: Answer(429, b"", ((b"retry-after", b"999999999"),)),
    "429_date": lambda: Answer(429, b"", ((b"retry-after", b"Wed, 21 Oct 2035 07:28:00 GMT"),)),
    "429_nonsense": lambda: Answer(429, b"", ((b"retry-after", b"-1e9 soon"),)),
    "429_body": lambda: _error(429, "Simulated fault", retry_after=1500),
    "500": lambda: _error(500, "Simulated fault"),
    "500_empty": lambda: Answer(500, b""),
    "503": lambda: Answer(503, b"", ((b"retry-after", b"3"),)),
    "503_hours": lambda: Answer(503, b"", ((b"retry-after", b"36000"),)),
    "html_502": lambda: Answer(502, _HTML, ((b"content-type", b"text/html"),)),
    "html_200": lambda: Answer(200, _HTML, ((b"content-type", b"text/html"),)),
    "redirect": lambda: Answer(307, b"", ((b"location", b"/v3/me"),)),
    "redirect_302": lambda: Answer(302, b"", ((b"location", b"/v3/me"),)),
    "bomb": lambda: Answer(200, _BOMB, ((b"content-encoding", b"gzip"),)),
    "null": lambda: Answer(200, b"null"),
    "empty_list": lambda: Answer(200, b"[]"),
    "empty_page": lambda: Answer(200, b'{"type":"list","items":[]}'),
    "empty_object": lambda: Answer(200, b"{}"),
}


def _changed(answer: Answer, **changes: object) -> Answer:
    shown = json.loads(answer.body)
    return Answer(answer.status, json.dumps(shown | changes).encode(), answer.headers)


def _without_amount(answer: Answer) -> Object:
    """A list's first object without what makes it one; what is no list stays as it is."""
    newest, *others = json.loads(answer.body).get("items") or [None]
    return {"items": [newest | {"amount": None, "items": [{}]}, *others]} if newest else {}


# What becomes of the true answer: the request was performed.
MANGLED: dict[str, Callable[[Answer], Answer]] = {
    "201": lambda true: Answer(201, true.body, true.headers),
    "broken_json": lambda true: Answer(true.status, true.body[:-9], true.headers),
    "not_utf8": lambda true: Answer(true.status, true.body + b" \xff", true.headers),
    "huge": lambda true: Answer(true.status, true.body + b" " * 2**20, true.headers),
    "unknown_enum": lambda true: _changed(
        true,
        status="under_review",
        payment_method={"type": "crystal"},
        cancellation_details={"party": "the_moon", "reason": "eclipse"},
    ),
    "new_fields": lambda true: _changed(
        true, mood="calm", recipient={"account_id": None, "x": [1]}
    ),
    "float_amount": lambda true: _changed(true, amount={"value": 1490.5, "currency": "RUB"}),
    "no_amount": lambda true: _changed(true, amount=None),
    "newest_without_amount": lambda true: _changed(true, **_without_amount(true)),
    "cookie": lambda true: Answer(true.status, true.body, (*true.headers, _COOKIE)),
    "other_payment": lambda true: _changed(true, id="00000000-000f-5000-8000-000000000000"),
}

# What happens to the connection.
BROKEN = frozenset({"hang", "reset", "truncated", "slow", "held"})


def is_fault(what: str) -> bool:
    name = what.removesuffix(_AFTER)
    return what in MANGLED or name in INSTEAD or name in {"hang", "reset"} or what in BROKEN


@dataclass
class Record:
    """What arrived and what was ordered to go wrong; safe to share between threads."""

    memory: Memory
    requests: deque[Object] = field(init=False)
    arrived: int = field(init=False)
    faults: list[Fault] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        known = self.memory.all("request")
        self.requests = deque(known.values(), maxlen=KEPT)
        self.arrived = max(map(int, known), default=0)

    def order(self, fault: Fault) -> None:
        """From now on only this fault; none at all with `times` 0."""
        with self.lock:
            self.faults = [fault]
            self.release.set()  # whoever is held by an earlier fault goes on
            self.release = threading.Event()

    def ordered(self) -> Fault:
        """A copy of the fault in force; its `times` are those that are left."""
        with self.lock:
            return replace(self.faults[0]) if self.faults else Fault("", "*", 0)

    def let_go(self) -> None:
        """Whoever is held goes on."""
        with self.lock:
            self.release.set()
            self.release = threading.Event()

    def take(self, scope: Scope, body: bytes) -> tuple[str, threading.Event]:
        """Keep the request; the fault it is to meet ("" for none) and what "held" waits for."""
        method, path = scope["method"], scope["path"].removeprefix("/v3")
        with self.lock:
            self._keep(_kept(scope, body))
            for fault in self.faults:
                if fault.hits(method, path):
                    fault.times -= 1
                    return fault.what, self.release
        return "", self.release

    def _keep(self, request: Object) -> None:
        self.requests.append(request)
        self.arrived += 1
        with self.memory.together():
            self.memory.put("request", str(self.arrived), request)
            self.memory.forget("request", str(self.arrived - KEPT))

    def seen(self) -> list[Object]:
        """What arrived, oldest first."""
        with self.lock:
            return list(self.requests)


def _kept(scope: Scope, body: bytes) -> Object:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    headers.pop("authorization", None)
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text) if text else None
    except ValueError:
        value = text
    return {
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode("latin-1"),
        "headers": headers,
        "body": value,
        "text": text,
        "client": list(scope["client"] or ()),
    }


class Faults:
    """ASGI middleware in front of the API; everything outside /v3 passes untouched."""

    def __init__(self, app: ASGIApp, *, record: Record, slow_for: float) -> None:
        self._app = app
        self._record = record
        self._slow_for = slow_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v3/"):
            await self._app(scope, receive, send)
            return
        try:
            body = await _body(receive)
        except ClientDisconnect:
            return  # half a request is none: it takes no key
        what, release = self._record.take(scope, body)
        if what == "slow":
            await anyio.sleep(self._slow_for)
        if what == "held":
            scope[HOLD] = release
        if what in {"", "slow", "held"}:
            await self._app(scope, _replay(body, receive), send)
        else:
            await self._go_wrong(what, scope, body, receive, send)

    async def _go_wrong(
        self, what: str, scope: Scope, body: bytes, receive: Receive, send: Send
    ) -> None:
        name = what.removesuffix(_AFTER)
        true = Answer(0, b"")
        if name != what or what in MANGLED or what == "truncated":
            true = await self._perform(scope, body, receive)
        if what in MANGLED:
            await _send(send, MANGLED[what](true))
        elif name in INSTEAD:
            await _send(send, INSTEAD[name]())
        else:
            await _break(name, true, receive, scope.get(WIRE, send))

    async def _perform(self, scope: Scope, body: bytes, receive: Receive) -> Answer:
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        await self._app(scope, _replay(body, receive), keep)
        content = b"".join(message.get("body", b"") for message in sent)
        return Answer(cast(int, sent[0]["status"]), content)


async def _break(name: str, true: Answer, receive: Receive, send: Send) -> None:
    """Break off in the middle of the answer, at once, or when the client has had enough."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if name == "truncated":
        headers = [(b"content-length", str(len(true.body)).encode()), *true.headers]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        half = true.body[: len(true.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        if transport is not None:
            transport.close()
    elif name == "reset" and transport is not None:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, answer: Answer) -> None:
    headers = [(b"content-length", str(len(answer.body)).encode()), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _body(receive: Receive) -> bytes:
    content = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        content += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return content


def _replay(body: bytes, receive: Receive) -> Receive:
    """`receive` for the application, with the body already read from the wire."""
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return cast(Callable[[], Awaitable[Message]], again)
