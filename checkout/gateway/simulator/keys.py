"""The memory of idempotence keys: one key, one body, one result, for 24 hours."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from checkout.gateway.simulator.memory import Memory
from checkout.gateway.simulator.objects import Object
from checkout.gateway.simulator.rules import ObjectionError

REMEMBERED = timedelta(hours=24)


@dataclass(frozen=True)
class Reply:
    """An API answer: HTTP status and JSON."""

    status: int
    body: Object


@dataclass
class _Known:
    data: str
    since: datetime
    done: threading.Event = field(default_factory=threading.Event)
    reply: Reply | None = None


class Keys:
    """What was asked under each key and what came of it.

    `concurrent` is undocumented at YooKassa, so both are offered: the second request with a key
    that is still at work "waits" for the first one's result, or is "refused" with 400.
    """

    def __init__(self, memory: Memory) -> None:
        self.concurrent = "waits"
        self._memory = memory
        self._lock = threading.Lock()
        self._known = {key: _found(kept) for key, kept in memory.all("key").items()}

    def perform(self, key: str, data: str, now: datetime, act: Callable[[], Reply]) -> Reply:
        """The result of `act`, performed once per key; `data` is the request in canonical form."""
        known, first = self._claim(key, data, now)
        if first:
            return self._first(known, act)
        if known.data != data:
            raise ObjectionError(400, "Duplicate idempotence key", "Idempotence-Key")
        if not known.done.is_set() and self.concurrent == "refused":
            raise ObjectionError(400, "Idempotence key duplicated", "Idempotence-Key")
        known.done.wait()
        if known.reply is None:
            raise ObjectionError(500, "Try again")
        return known.reply

    def keep(self, key: str, data: str, now: datetime, reply: Reply) -> None:
        """Let the reply survive; called by `act`, together with what it changed."""
        since = now.isoformat()
        kept: Object = {"data": data, "since": since, "status": reply.status, "body": reply.body}
        self._memory.put("key", key, kept)

    def at_work(self) -> list[str]:
        """Keys whose first request has not been answered yet."""
        with self._lock:
            return [key for key, known in self._known.items() if not known.done.is_set()]

    def _claim(self, key: str, data: str, now: datetime) -> tuple[_Known, bool]:
        with self._lock:
            known = self._known.get(key)
            if known is not None and now < known.since + REMEMBERED:
                return known, False
            self._known[key] = _Known(data, now)
            return self._known[key], True

    def _first(self, known: _Known, act: Callable[[], Reply]) -> Reply:
        try:
            known.reply = act()
            return known.reply
        finally:
            known.done.set()


def _found(kept: Mapping[str, Any]) -> _Known:
    known = _Known(kept["data"], datetime.fromisoformat(kept["since"]))
    known.reply = Reply(kept["status"], kept["body"])
    known.done.set()
    return known
