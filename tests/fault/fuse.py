"""A shop whose every step may be its last: write transactions, calls of YooKassa, letters."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from checkout.shop import Shop

# the calls after which the world is another one, by the part of the shop they are made on
STEPS = {
    "store": ("transact", "together"),
    "yookassa": ("create_payment", "payment", "payments", "create_refund", "refund", "refunds"),
    "mailer": ("send",),
}


class Crash(Exception):  # noqa: N818 - the process died here
    """Nothing after this happened; what was committed before it stands."""


@dataclass
class Fuse:
    """Burns with each step of the shop; at the end of it the process dies."""

    left: int | None = None

    def burn(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Crash


class Fused:
    """A part of the shop whose calls may be the last: before they are made, or right after."""

    def __init__(self, real: object, fuse: Fuse, *steps: str) -> None:
        self._real, self._fuse, self._steps = real, fuse, steps

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._through(found) if name in self._steps else found

    def _through(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def burning(*given: Any, **named: Any) -> Any:
            self._fuse.burn()
            done = step(*given, **named)
            self._fuse.burn()
            return done

        return burning


def fused(shop: Shop, fuse: Fuse, *, yookassa: Any) -> Shop:
    """The same shop, asking this `yookassa`, and mortal."""
    parts = {"store": shop.store, "yookassa": yookassa, "mailer": shop.mailer}
    mortal = {name: Fused(part, fuse, *STEPS[name]) for name, part in parts.items()}
    return replace(shop, **cast(Any, mortal), glance=cast(Any, mortal["yookassa"]))
