"""How long a client may take: to begin, to send his form, to take what he asked for.

uvicorn counts only the pause between two requests, and any byte ends it: a connection that says
nothing, or a byte a minute, would be kept for ever. Whoever takes too long is closed; the others
never wait for him, since no thread is held before a form is whole. Nor does httptools count what
it keeps of a request's head: here it is counted.
"""

import asyncio
from dataclasses import dataclass

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


@dataclass(frozen=True)
class Limits:
    """Seconds: to the end of a request's headers, for its body, for taking the answer."""

    head: float = 10.0
    body: float = 20.0
    answer: float = 120.0


LIMITS = Limits()
# Bytes of a request that are not its body: the address, all headers, what divides chunks, trailers.
LONGEST_HEAD = 64 * 1024


class Patient(HttpToolsProtocol):
    """One client's connection, which ends when he takes too long."""

    limits = LIMITS
    _waiting: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    _beside_body = _arrived = 0
    _has_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_a_request()

    def data_received(self, data: bytes) -> None:
        self._arrived = len(data)
        self._beside_body += len(data)
        super().data_received(data)
        is_asked = self.cycle is not None and not self.cycle.response_complete
        if is_asked:
            self._stop(self._waiting)
        if self._beside_body <= LONGEST_HEAD or self.transport.is_closing():
            return
        if is_asked:  # an answer may have begun
            self._say_good_bye()
        else:
            self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        # of what came before only this piece counts: the head may stand at its end
        self._beside_body = min(self._beside_body, self._arrived)
        self._has_head = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._has_head:  # nobody here asks for trailers
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._has_head = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._arrived -= len(body)
        self._beside_body -= len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._expect_him_to_take_it()
        elif self.cycle.response_complete:  # else the next request has come behind this one
            self._expect_a_request()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._expect_him_to_take_it()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_him_to_take_it()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop(self._taking)
        if self.transport.is_closing():  # he has taken some of it, and may stop again
            self._expect_him_to_take_it()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop(self._waiting)
        self._stop(self._taking)
        super().connection_lost(exc)

    def _expect_a_request(self) -> None:
        self._stop(self._waiting)
        self._waiting = self.loop.call_later(self.limits.head, self._say_good_bye)

    def _expect_him_to_take_it(self) -> None:
        self._stop(self._taking)
        self._taking = self.loop.call_later(self.limits.answer, self.transport.abort)

    def _say_good_bye(self) -> None:
        self.transport.close()  # what is written already still goes out
        self._expect_him_to_take_it()

    def _stop(self, timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


def patient(limits: Limits) -> type[Patient]:
    """The protocol for uvicorn, with these limits."""
    return type("Patient", (Patient,), {"limits": limits})
