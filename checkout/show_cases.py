"""What waits for the contractor, oldest first, each with the command that ends it."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from checkout.close_case import left
from checkout.domain.case import Case
from checkout.store import cases
from checkout.store.engine import Store, Tx
from offer.wording import moment


def show_cases(store: Store, zone: ZoneInfo, *, ended_too: bool) -> list[str]:
    """Lines to print: of the open ones, and of those that have ended if they are asked for."""
    return store.read(lambda tx: [*_lines(tx, zone, ended_too=ended_too)])


def _lines(tx: Tx, zone: ZoneInfo, *, ended_too: bool) -> Iterator[str]:
    for case in cases.ever(tx) if ended_too else cases.opened(tx):
        yield f"№\u00a0{case.number} · {moment(case.opened_at, zone)}"
        yield f"  {case.sentence}"
        yield from (f"  {it}" for it in _end(case, zone))
        yield ""
    yield left(*cases.waiting(tx), zone)


def _end(case: Case, zone: ZoneInfo) -> Iterator[str]:
    if case.closing:
        yield f"✓ Закрыто {moment(case.closing.at, zone)}: {case.closing.sentence}."
        return
    for number, command in enumerate(case.commands):
        yield f"{'или' if number else 'Закончить'}: {command}"
