"""Send a request that is saved: its key and exact bytes are committed, so it may be sent again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from checkout.ask import NOT_ABOUT_THE_REQUEST
from checkout.domain.errors import GatewayError, Refused
from checkout.store.engine import Store, Tx

T = TypeVar("T")


@dataclass(frozen=True)
class Saved(Generic[T]):
    """A saved request and what may become of it.

    `ask` sends it. `record` writes its answer down; `found` looks in YooKassa's list for what an
    earlier try did, and writes that down; `give_up` says why it came to nothing; `count_try` that
    nothing is known.
    """

    ask: Callable[[], T]
    record: Callable[[Tx, T], None]
    found: Callable[[], bool]
    give_up: Callable[[Tx, str], None]
    count_try: Callable[[Tx], None]


def send(store: Store, saved: Saved[T]) -> None:
    """Send it and write down what follows; what stood in the way is raised after that."""
    try:
        answer = saved.ask()
    except GatewayError as error:
        _not_done(store, saved, error)
        raise
    store.transact(lambda tx: saved.record(tx, answer))


def _not_done(store: Store, saved: Saved[T], error: GatewayError) -> None:
    if not isinstance(error, Refused) or error.status in NOT_ABOUT_THE_REQUEST:
        store.transact(saved.count_try)
    elif not saved.found():  # a try before this one may have been performed
        why = error.detail or f"HTTP {error.status}"
        store.transact(lambda tx: saved.give_up(tx, why))
