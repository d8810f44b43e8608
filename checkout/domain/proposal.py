"""What leaving a package early comes to, by hours and by days: pure, whole kopecks, no float.

The client pays for what he used and gets the rest back (ЗоЗПП ст. 32, ГК РФ ст. 782 п. 1); of the
two ways to count it the better one for him is proposed (facts on law 4.3, 4.6). The commission of
YooKassa is the contractor's own cost and is not taken off.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from offer.periods import Period

# YooKassa leaves nothing or more than a rouble of a payment
SMALLEST_REST = 100
MINUTES = 60


@dataclass(frozen=True)
class Proposal:
    """Sums in kopecks of the whole price; `charged_minutes` are rounded up by the offer's unit.

    `days_left` of `days` do not count the day of leaving. `left` is what has not been given back,
    `proposed` what is to be given now. When `is_over`, 3.4 of the offer has taken the hours.
    """

    price: int
    hours: int
    spent_minutes: int
    charged_minutes: int
    by_hours: int
    days: int
    days_left: int
    by_days: int
    left: int
    proposed: int
    is_over: bool


def propose(
    *,
    price_kopecks: int,
    hours: int,
    spent_minutes: int,
    unit_minutes: int,
    period: Period,
    returned_kopecks: int,
    at: datetime,
    zone: ZoneInfo,
) -> Proposal:
    """What to give back to whoever leaves at `at`; after the term nothing is proposed."""
    charged = -(-spent_minutes // unit_minutes) * unit_minutes
    by_hours = price_kopecks - share(price_kopecks, charged, MINUTES * hours)
    paid_on = period.starts_at.astimezone(zone).date()
    days = (period.last_day - paid_on).days
    days_left = min(max((period.last_day - at.astimezone(zone).date()).days, 0), days)
    # hours added on the last day have no day to share
    by_days = share(price_kopecks, days_left, days) if days else 0
    left = price_kopecks - returned_kopecks
    is_over = at >= period.expires_at
    fair = 0 if is_over else min(max(by_hours, by_days) - returned_kopecks, left)
    return Proposal(
        price=price_kopecks,
        hours=hours,
        spent_minutes=spent_minutes,
        charged_minutes=charged,
        by_hours=by_hours,
        days=days,
        days_left=days_left,
        by_days=by_days,
        left=left,
        proposed=payable(max(fair, 0), left),
        is_over=is_over,
    )


def share(whole: int, part: int, of: int) -> int:
    """whole · part / of, halves up, never more than the whole."""
    return min((2 * whole * part + of) // (2 * of), whole)


def payable(amount: int, left: int) -> int:
    """The sum, or all of it where YooKassa would not leave so little; less than 1 ₽ is nothing."""
    if 0 < left - amount <= SMALLEST_REST:
        return left
    return amount if amount >= SMALLEST_REST else 0
