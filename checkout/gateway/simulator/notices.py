"""Notifications to the shop's address: real HTTP POSTs from a thread of their own.

As YooKassa does: plain text of an event and the object at the moment of its change, unsigned,
without Content-Length; only 200 counts as taken, anything else is sent again by the schedule.
"""

import heapq
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

import requests

from checkout.gateway.simulator.objects import Object

# Published gaps of YooKassa (10, 42, 84, 168, 672, 5376, 86016 s), ten times as fast.
REDELIVERY = (1.0, 4.2, 8.4, 16.8, 67.2, 537.6, 8601.6)
MODES = ("now", "never", "twice", "late", "reordered")
WATCH_EVERY = 1.0  # seconds; how soon an expired payment is noticed when nobody asks
_TIMEOUTS = (3.05, 10.0)
_KEPT = 500


@dataclass(frozen=True)
class Notice:
    """One body to deliver, and how often that failed."""

    event: str
    object_id: str
    body: bytes
    failed: int = 0


def notice(event: str, shown: Object) -> Notice:
    body = {"type": "notification", "event": event, "object": shown}
    return Notice(event, str(shown["id"]), json.dumps(body).encode())


class Notices:
    """Delivers what it is told, in the way `deliver` says:

    now — at once; never — not at all; twice — the same body two times; late — kept until
    `release` or `late_after` seconds; reordered — followed by a stale
    payment.waiting_for_capture of the same payment, which has moved on by then (of a refund: by
    the same event with the object still pending).
    Choosing another mode releases what is kept; "never" throws it away.
    """

    def __init__(
        self,
        url: str | None,
        *,
        redelivery: Sequence[float] = REDELIVERY,
        late_after: float | None = None,
    ) -> None:
        self.deliver = "now"
        self._url = url
        self._redelivery = redelivery
        self._late_after = late_after
        self._due: list[tuple[float, int, Notice]] = []
        self._kept: list[Notice] = []
        self._sent: deque[Object] = deque(maxlen=_KEPT)
        self._order = count()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self, watch: Callable[[], None]) -> None:
        """Begin to deliver; `watch` is called whenever there is nothing to do."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, args=[watch], name="simulator notices")
        self._thread.start()

    def stop(self) -> None:
        """Deliver nothing more; returns when the thread has ended."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def tell(self, event: str, shown: Object) -> None:
        """Deliver this event the way that is chosen now; returns at once."""
        told = notice(event, shown)
        with self._changed:
            if self._url is None or self.deliver == "never":
                return
            if self.deliver == "late":
                self._keep(told)
            else:
                self._enqueue(told)
            if self.deliver == "twice":
                self._enqueue(told)
            if self.deliver == "reordered":
                self._enqueue(_stale(event, shown))

    def choose(self, mode: str) -> None:
        """Deliver by `mode` (one of MODES) from now on."""
        with self._changed:
            self.deliver = mode
            if mode == "never":
                self._kept.clear()
                self._due.clear()
        if mode != "late":
            self.release()

    def release(self) -> None:
        """Deliver at once whatever is kept or to be sent again."""
        with self._changed:
            late = [told for _, _, told in sorted(self._due, key=lambda due: due[:2])]
            kept, self._kept, self._due = late + self._kept, [], []
            for told in kept:
                self._enqueue(told)

    def state(self) -> Object:
        """What is kept, what is to be sent (again), and every attempt so far."""
        with self._changed:
            return {
                "deliver": self.deliver,
                "kept": [_named(told) for told in self._kept],
                "due": [_named(told) for _, _, told in sorted(self._due, key=lambda due: due[:2])],
                "sent": list(self._sent),
            }

    def _keep(self, told: Notice) -> None:
        if self._late_after is None:
            self._kept.append(told)
        else:
            self._enqueue(told, self._late_after)

    def _enqueue(self, told: Notice, after: float = 0.0) -> None:
        heapq.heappush(self._due, (time.monotonic() + after, next(self._order), told))
        self._changed.notify()

    def _run(self, watch: Callable[[], None]) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while not self._stopping:
                told = self._next()
                if told is None:
                    watch()
                else:
                    self._post(session, told)

    def _next(self) -> Notice | None:
        """What is due, or None after a while without."""
        with self._changed:
            wait = self._due[0][0] - time.monotonic() if self._due else WATCH_EVERY
            if wait > 0 and not self._stopping:
                self._changed.wait(min(wait, WATCH_EVERY))
            if self._stopping or not self._due or self._due[0][0] > time.monotonic():
                return None
            return heapq.heappop(self._due)[2]

    def _post(self, session: requests.Session, told: Notice) -> None:
        outcome = self._attempt(session, told)
        with self._changed:
            self._sent.append(_named(told) | {"outcome": outcome})
            if outcome != 200 and told.failed < len(self._redelivery):
                again = Notice(told.event, told.object_id, told.body, told.failed + 1)
                self._enqueue(again, self._redelivery[told.failed])

    def _attempt(self, session: requests.Session, told: Notice) -> int | str:
        """The status of the answer, or the kind of failure."""
        try:
            with session.post(
                str(self._url),
                data=iter([told.body]),  # an iterator goes out chunked
                headers={"Content-Type": "application/json", "Connection": "close"},
                timeout=_TIMEOUTS,
                allow_redirects=False,
                stream=True,
            ) as response:
                return response.status_code
        except requests.RequestException as error:
            return type(error).__name__


def _stale(event: str, shown: Object) -> Notice:
    if event.startswith("refund."):  # of a refund there is no other event
        return notice(event, shown | {"status": "pending"})
    waiting = shown | {"status": "waiting_for_capture", "paid": True}
    return notice("payment.waiting_for_capture", waiting)


def _named(told: Notice) -> Object:
    return {"event": told.event, "id": told.object_id, "failed": told.failed}
