"""Is the machine's clock believed? What a wrong one writes for ever waits for a person's word.

A head is published every day, so a last one of weeks ago means that the service stood still, or
that the clock has jumped. Nobody can tell which but a person; until he does no head is published
and nothing is erased, because neither can be taken back. Selling and settling go on.
"""

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from checkout.domain.case import By
from checkout.domain.errors import CheckoutError
from checkout.shop import Shop, new_id
from checkout.store import cases, correspondence, heads, ledger
from checkout.store.engine import Store, Tx
from offer.evidence.chain import instant
from offer.wording import day as in_words

# Erased a fortnight early is no harm: the shortest term the law sets is thirty days.
LONGEST_SILENCE = timedelta(days=14)
A_DAY = timedelta(days=1)


class NotToday(CheckoutError):  # noqa: N818 - reads as what it is
    """The person who vouches for the clock names another day than the clock does."""

    code = "not_today"


def is_doubted(shop: Shop, today: date) -> bool:
    """Whether the clock says that weeks have passed since the last head (or row, without any)."""
    return shop.store.read(lambda tx: last_before_doubt(tx, shop, today)) is not None


def last_before_doubt(tx: Tx, shop: Shop, today: date) -> date | None:
    """The day after which nothing happened for so long; None without doubt."""
    return None if shop.clock_is_moved else _unbelievable(tx, today, shop.settings.zone)


def _unbelievable(tx: Tx, today: date, zone: ZoneInfo) -> date | None:
    """The last day on which something is known to have happened, if it is too long ago.

    The newest head tells, and the rows since, one after another: a wrong clock may have dated a
    head or a row, and was put right by the next one.
    """
    head = heads.newest(tx)
    rows = ledger.moments(tx, after=head.number if head else 0)
    days = [*([head.day] if head else []), *(it.astimezone(zone).date() for it in rows)]
    for day, next_day in pairwise([*(it for it in days if it <= today), today]):
        if next_day - day > LONGEST_SILENCE:
            return day
    return None


def ask_about_clock(tx: Tx, last: date, today: date) -> None:
    """Lay it before the contractor, once for each silence."""
    sentence = (
        f"Часы сервера показывают {in_words(today)}, а последняя запись о работе сервиса — от "
        f"{in_words(last)}. Либо он столько не работал, либо часы врут. Пока это не ясно, "
        "головы не публикуются и личные данные не стираются: ни то ни другое не вернуть. "
        f"Если на сервере верное число, введите: checkout confirm-clock {today.isoformat()}"
    )
    cases.open_case(
        tx, new_id(), kind="clock_jump", subject=last.isoformat(), order_id=None, sentence=sentence
    )


def tell_of_tomorrow(tx: Tx) -> None:
    """The clock was ahead and is right again: say so, in a row of today that a head can name."""
    row = ledger.head(tx, besides="head")
    if row is None or row.at - tx.now < A_DAY:
        return
    sentence = (
        f"Строка {row.number} журнала помечена временем {instant(row.at)}, которое ещё не настало: "
        "часы сервера спешили. Сейчас они идут верно, и журнал продолжается. Проверьте, откуда "
        "сервер берёт время."
    )
    subject = f"row {row.number}"
    cases.open_case(
        tx, new_id(), kind="clock_ahead", subject=subject, order_id=None, sentence=sentence
    )


def confirm_clock(store: Store, zone: ZoneInfo, said: date) -> str:
    """A person says that today is `said`: publish the head of today. Raises NotToday."""
    today = store.clock().astimezone(zone).date()
    if said != today:
        raise NotToday(
            f"Часы сервера показывают {in_words(today)}, а вы — {in_words(said)}. "
            "Поправьте часы: тогда подтверждать нечего."
        )
    head = store.transact(lambda tx: _publish(tx, today, zone))
    if head is None:
        return "✓ Часам и так верят: ничего не изменилось."
    return f"✓ Голова за {in_words(today)} опубликована: часам снова верят, всё идёт своим чередом."


def _publish(tx: Tx, today: date, zone: ZoneInfo) -> heads.Head | None:
    ledger.alone(tx)
    cases.close_kind(tx, "clock_jump", By.CLOCK)
    if _unbelievable(tx, today, zone) is None:
        return None
    head = heads.publish(tx, today)
    if head:
        stage_head(tx, today)
    return head


def stage_head(tx: Tx, today: date) -> None:
    """The daily letter about the head of `today`."""
    correspondence.stage(tx, new_id(), kind="head", subject=today.isoformat(), order_id=None)
