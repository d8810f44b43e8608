"""From when until when, by the facts and the accepted text; and the package of extra hours."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from offer.errors import OfferError
from offer.evidence import dossier as the
from offer.evidence.bundle import Bundle, Fact, Link, moment
from offer.evidence.strict_json import MISSING, at, number_at, same, text_at
from offer.evidence.verdict import Check, fails, holds, unknown
from offer.periods import day_end, decree_calendar, package_period
from offer.wording import day

MOST_HOLIDAYS = 15  # days in a row that a term can be moved by
CLOCKS_APART = timedelta(days=1)  # the seller's, YooKassa's and git's


def package_named(bundle: Bundle) -> Iterator[Check]:
    """The acceptance that extra hours name as their package's is a row before their order.

    What that row tells is not here: its hash fixes it, and the package's own certificate holds it.
    """
    order = bundle.order
    if order is None:
        return
    named, is_extra = at(order.value, "for_package"), same(at(order.value, "what"), "extra")
    if is_extra != (named is not MISSING):
        yield fails(order.name, "пакет (for_package) называют дополнительные часы, и только они")
    if not is_extra or named is MISSING:
        return
    number = number_at(named, "acceptance", "number")
    if wrong := _not_the_packages(bundle, order, named):
        yield fails(order.name, f"запись № {number} названа акцептом пакета, а {wrong}")
    else:
        sentence = f"акцепт пакета — запись № {number} с\u00a0тем\u00a0же хешем, до\u00a0заказа"
        yield holds(order.name, sentence)


def _not_the_packages(bundle: Bundle, order: Fact, named: object) -> str | None:
    """Why the row that a fact names as a package's acceptance is none, if it is none."""
    link = _accepted(bundle)
    if link is None or not same(at(named, "acceptance", "hash"), link.hash):
        return "записи с\u00a0таким номером и\u00a0хешем в\u00a0links.jsonl нет"
    if link.kind != "acceptance":
        return f"она другого рода: {link.kind}"
    if link.number >= order.number:
        return "она не\u00a0раньше заказа дополнительных часов"
    own = any(it.number == link.number for it in bundle.facts)
    if own or same(at(named, "order"), at(order.value, "order")):
        return "она этого\u00a0же заказа"
    return None


def _accepted(bundle: Bundle) -> Link | None:
    """The row that extra hours name as their package's acceptance."""
    value = bundle.order.value if bundle.order else None
    return bundle.by_number.get(number_at(value, "for_package", "acceptance", "number"))


def term(bundle: Bundle) -> Iterator[Check]:
    """The package runs as long as the accepted text says, and nothing came before its cause."""
    accepted = bundle.acceptance
    captured = moment(text_at(accepted.value, "captured_at")) if accepted else None
    if accepted is None or captured is None:
        return
    began = _package_paid(bundle)
    if began and not _in_time(accepted.value, captured):
        yield fails(the.ACCEPTANCE, "дополнительные часы оплачены, когда пакет уже закончился")
    if not _in_order(_causes(bundle, captured)):
        yield fails(the.ACCEPTANCE, "оферта, заказ и оплата — не в этом порядке по времени")
    yield from _ends(bundle, accepted, captured)
    said, due = text_at(accepted.value, "period", "last_day"), _last_day(bundle, began or captured)
    if due is None:
        return
    days = _apart(said, due)
    if days > MOST_HOLIDAYS:
        sentence = f"по тексту оферты пакет действует до {day(due)}, а в акцепте другой день"
        yield fails(the.ACCEPTANCE, sentence)
    elif days:
        yield unknown(
            the.ACCEPTANCE,
            f"по тексту оферты и по сегодняшнему календарю последний день — {day(due)}: "
            "праздники с тех пор переносили, или календарь был другим",
        )


def _causes(bundle: Bundle, captured: datetime) -> Iterator[datetime | None]:
    """When each thing happened that the next one rests on."""
    yield moment(text_at(bundle.summary, "edition", "published_at"))
    if began := _package_paid(bundle):
        package = _accepted(bundle)
        yield began
        yield moment(package.at) if package else None
    ordered = bundle.by_number.get(bundle.order.number) if bundle.order else None
    yield moment(ordered.at) if ordered else None
    yield captured


def _in_order(times: Iterator[datetime | None]) -> bool:
    known = [it for it in times if it is not None]
    return all(a - b <= CLOCKS_APART for a, b in pairwise(known))


def _ends(bundle: Bundle, accepted: Fact, captured: datetime) -> Iterator[Check]:
    """A term runs from the payment to 24:00 of its last day (ГК 194), extra hours' too."""
    period = at(accepted.value, "period")
    if moment(text_at(period, "starts_at")) != captured:
        yield fails(the.ACCEPTANCE, "срок начинается не\u00a0с\u00a0оплаты (period.starts_at)")
    end = _midnight(bundle, text_at(period, "last_day"))
    if end is not None and moment(text_at(period, "expires_at")) != end:
        sentence = "срок кончается не\u00a0в\u00a024:00 последнего дня (period.expires_at)"
        yield fails(the.ACCEPTANCE, sentence)


def _midnight(bundle: Bundle, last_day: str) -> datetime | None:
    """24:00 of a day by the clock of the papers; None where day or zone is not read."""
    try:
        return day_end(date.fromisoformat(last_day), ZoneInfo(text_at(bundle.summary, "zone")))
    except (ValueError, OSError, OverflowError, ZoneInfoNotFoundError):
        return None


def _package_paid(bundle: Bundle) -> datetime | None:
    """When the package of these extra hours was paid: its term is theirs. None of a package."""
    return moment(text_at(bundle.order.value, "for_package", "paid_at")) if bundle.order else None


def _in_time(accepted: object, captured: datetime) -> bool:
    end = moment(text_at(accepted, "period", "expires_at"))
    return end is None or captured < end


def _apart(said: str, due: date) -> int:
    try:
        return abs((due - date.fromisoformat(said)).days)
    except ValueError:
        return MOST_HOLIDAYS + 1


def _last_day(bundle: Bundle, captured: datetime) -> date | None:
    """None where the text or the zone is not read: that is said elsewhere."""
    if bundle.terms is None:
        return None
    try:
        return package_period(
            captured,
            bundle.terms.term_months,
            moves=bundle.terms.moves_to_working_day,
            zone=ZoneInfo(text_at(bundle.summary, "zone")),
            calendar=decree_calendar(),
            settling=True,
        ).last_day
    except (OfferError, ValueError, OSError, OverflowError, ZoneInfoNotFoundError):
        return None
