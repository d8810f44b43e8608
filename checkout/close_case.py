"""The contractor closes a case by his word: it was ended elsewhere, or there is nothing to do."""

from datetime import datetime
from zoneinfo import ZoneInfo

from checkout.domain import reasons
from checkout.domain.case import REFUSALS, By, Case
from checkout.domain.details import Part
from checkout.domain.errors import CheckoutError
from checkout.domain.refusal import name
from checkout.store import cases, ledger, orders, refusals
from checkout.store.engine import Store, Tx
from offer.wording import counted, day, moment


class CannotClose(CheckoutError):  # noqa: N818 - reads as what it is
    """Nothing was written down; the sentence says why."""

    code = "cannot_close"


def close_case(store: Store, zone: ZoneInfo, number: int, reason: str) -> str:
    """Close an open case; what to tell. Raises CannotClose."""
    return store.transact(lambda tx: _close(tx, zone, number, reasons.folded(reason)))


def _close(tx: Tx, zone: ZoneInfo, number: int, reason: str) -> str:
    ledger.alone(tx)
    case = cases.by_number(tx, number)
    if case is None:
        raise CannotClose(f"Дела №\u00a0{number} нет. Открытые покажет checkout cases.")
    if case.closing:
        at = moment(case.closing.at, zone)
        raise CannotClose(f"Дело №\u00a0{number} уже закрыто {at}: {case.closing.sentence}.")
    if case.kind in REFUSALS and _is_undecided(tx, case):
        ends = " или ".join(case.commands)
        raise CannotClose(f"Клиент ждёт решения об\u00a0отказе от\u00a0пакета: {ends}")
    if why := reasons.trouble(reason, _party(tx, case)):
        raise CannotClose(why)
    cases.end(tx, case, By.WORD, reason=reason)
    return f"✓ Дело №\u00a0{number} закрыто. {left(*cases.waiting(tx), zone)}"


def _is_undecided(tx: Tx, case: Case) -> bool:
    """Earlier versions closed no case: a refusal that they saw decided is listed still."""
    order = orders.by_number(tx, case.order) if case.order else None
    refusal = refusals.undecided(tx, order.id) if order else None
    return bool(order and refusal and case.subject == name(order.number, refusal.asked))


def _party(tx: Tx, case: Case) -> str | None:
    """Who ordered, whom the reason may not name."""
    order = orders.by_number(tx, case.order) if case.order else None
    kept = ledger.details(tx, order.ledger, Part.PARTY) if order else None
    return kept.text if kept else None


def open_ones(count: int, oldest: datetime | None, zone: ZoneInfo) -> str:
    """The same after «Открытых дел»: «нет», or how many and since when."""
    if oldest is None:
        return "нет"
    return f"{count}, самое раннее с\u00a0{day(oldest.astimezone(zone).date())}"


def left(count: int, oldest: datetime | None, zone: ZoneInfo) -> str:
    """How many cases are open, in a sentence."""
    if oldest is None:
        return "Открытых дел нет."
    since = day(oldest.astimezone(zone).date())
    return f"Открыто {counted(count, 'дело', 'дела', 'дел')}, самое раннее с\u00a0{since}."
