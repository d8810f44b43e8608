"""YooKassa asked by somebody who waits long for an answer, but not for one that never comes.

A short timeout alone would take an answer that a busy machine gives late for silence.
"""

from typing import Any

from tests.contract.simulated import Simulated

LONG_ENOUGH, NOT_LONG = (20.0, 60.0), (20.0, 0.25)  # seconds, to connect and to wait
ASKED = {
    "create_payment": "POST /payments",
    "payment": "GET /payments/{id}",
    "payments": "GET /payments",
    "create_refund": "POST /refunds",
    "refund": "GET /refunds/{id}",
    "refunds": "GET /refunds",
}


class Hasty:
    """A client with two measures of patience; which one, the simulator's own plans decide."""

    def __init__(self, yookassa: Simulated) -> None:
        self._yookassa = yookassa
        self._patient = yookassa.client(timeouts=LONG_ENOUGH)
        self._hasty = yookassa.client(timeouts=NOT_LONG)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hasty if self._would_hang(name) else self._patient, name)

    def _would_hang(self, name: str) -> bool:
        if not self._yookassa.ordered.startswith("hang"):
            return False
        fault = self._yookassa.control("GET", "/fault")
        return fault["times"] > 0 and fault["on"] in ("*", ASKED[name])
