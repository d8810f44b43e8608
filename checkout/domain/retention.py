"""How long personal details are kept, and by which law; one table for the worker and for requests.

Every term is a local day: the first on which the details are erased (152-ФЗ ст. 5 ч. 7).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from checkout.domain.transitions import State

UNPAID_DAYS = 30  # 152-ФЗ ст. 21 ч. 4 and 5: thirty days from the end of the purpose, of consent
ACCOUNTING_YEARS = 5  # НК РФ ст. 23 п. 1 пп. 8; 402-ФЗ ст. 29: after the reporting year
LIMITATION_YEARS = 3  # ГК РФ ст. 196

PURPOSE_GONE = "152-ФЗ, ст. 21 ч. 4"
CONSENT_GONE = "152-ФЗ, ст. 21 ч. 5"
ON_REQUEST = "152-ФЗ, ст. 21 ч. 5.1"
RECORDS = "НК РФ, ст. 23 п. 1 пп. 8; 402-ФЗ, ст. 29; ГК РФ, ст. 196"
CONTRACT = "152-ФЗ, ст. 6 ч. 1 п. 5"

MONEY_CAME = (
    "по заказу приходили деньги: документы учёта и доказательства того, что с ними стало, хранить "
    "обязательно"
)


@dataclass(frozen=True)
class Act:
    """An act of erasure: a fact of the ledger, by whose row it is numbered. `at` is UTC."""

    number: int
    at: datetime


@dataclass(frozen=True)
class Standing:
    """What decides how long an order's details are kept. Days are local.

    `last_day` is the package's; `pending` says that an attempt may still bring money, `case` that
    the contractor has something to decide. Of an order whose money did not fit, the last event is
    the end of its last case, or what went back after it.
    """

    state: State
    last_event: date
    last_day: date | None = None
    pending: bool = False
    case: bool = False
    consent_withdrawn: date | None = None


@dataclass(frozen=True)
class Term:
    """Details are erased on the day `until`, never while it is None.

    `reason` says why they go once the day has come, `duty` why they stay before it; both are
    Russian sentences without a full stop. `law` is the article of the erasure, `duty_law` of the
    duty.
    """

    until: date | None
    reason: str
    law: str
    duty: str
    duty_law: str

    def is_due(self, today: date) -> bool:
        """Whether the day has come."""
        return self.until is not None and self.until <= today


def origin_term(collected: date, days: int) -> Term:
    """From which address and browser: `days` at most, whatever becomes of the order.

    Erased on the morning of the last day, so that «not longer than» is kept to the hour.
    """
    return Term(
        collected + timedelta(days=days),
        "истёк срок хранения адреса и сведений о браузере",
        PURPOSE_GONE,
        "адрес и сведения о браузере нужны, чтобы отличить заказ от подделки",
        CONTRACT,
    )


def party_term(order: Standing) -> Term:
    """Who ordered; with it go letters, certificate, and whatever else names him.

    A withdrawn consent ends nothing that a paid contract or the law still asks for (ст. 9 ч. 2).
    """
    if order.last_day is not None:
        return _paid(order.last_day)
    if order.case:
        return _kept("по заказу идёт разбор: исполнитель ещё не решил, что с деньгами")
    if order.state is State.CASE and not order.pending:
        return replace(_paid(order.last_event), duty=MONEY_CAME)
    if order.state not in (State.CREATED, State.CANCELLED) or order.pending:
        return _kept("платёж по заказу ещё может пройти")
    return _unpaid(order)


def lets_go_on_request(order: Standing, today: date) -> bool:
    """Whether a request ends the keeping of who ordered now: nothing obliges us to keep it."""
    term = party_term(order)
    is_unpaid = order.last_day is None and order.state is not State.CASE
    return term.is_due(today) or (term.until is not None and is_unpaid)


def records_end(last_day: date) -> date:
    """The first day on which nothing obliges us to keep a package that ended on `last_day`.

    Five full years after the reporting year; never less than the limitation after the end.
    """
    return max(date(last_day.year + ACCOUNTING_YEARS + 1, 1, 1), _limitation_end(last_day))


def _limitation_end(last_day: date) -> date:
    """The day after the limitation's last; 29 February ends on the 28th (ГК РФ ст. 192 п. 3)."""
    year = last_day.year + LIMITATION_YEARS
    day = 28 if (last_day.month, last_day.day) == (2, 29) else last_day.day
    return date(year, last_day.month, day) + timedelta(days=1)


def _paid(last_day: date) -> Term:
    return Term(
        records_end(last_day),
        "истекли сроки хранения документов учёта и исковой давности",
        PURPOSE_GONE,
        "заказ оплачен: документы учёта и доказательства договора хранить обязательно",
        RECORDS,
    )


def _unpaid(order: Standing) -> Term:
    withdrawn = order.consent_withdrawn
    if withdrawn is not None and withdrawn >= order.last_event:
        since, reason, law = withdrawn, "согласие отозвано, заказ не оплачен", CONSENT_GONE
    else:
        since, reason, law = order.last_event, "заказ не оплачен, договора нет", PURPOSE_GONE
    until = since + timedelta(days=UNPAID_DAYS)
    return Term(until, reason, law, "заказ ещё можно оплатить", CONTRACT)


def _kept(duty: str) -> Term:
    return Term(None, "", "", duty, CONTRACT)
