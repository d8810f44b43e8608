"""Where a package is in its life: derived from its facts and the clock, stored nowhere."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from offer.periods import Period
from offer.wording import day, minutes

MINUTES = 60
# until work is written down here, the hours left are those that were bought
WORK_NOT_COUNTED = (
    "Время работы программа пока не считает: его учитывает исполнитель, и на него часов меньше."
)
# days before the last one on which the client is reminded; «ending soon» begins with the first
REMINDERS = (7, 3, 1)


class Stage(StrEnum):
    """What a client can be told of his package's time and hours."""

    RUNNING = "running"
    ENDING_SOON = "ending soon"
    USED_UP = "used up"
    ENDED = "ended"
    STOPPED = "stopped"


@dataclass(frozen=True)
class PackageLife:
    """A package at a moment, its paid extra hours counted in. Minutes are whole, never negative.

    `left_minutes` of an ended package are frozen: shown, never deleted (facts on law 4.4).
    `stopped_on` is the local day on which money given back ended it before its time.
    """

    stage: Stage
    total_minutes: int
    used_minutes: int
    last_day: date
    stopped_on: date | None = None

    @property
    def left_minutes(self) -> int:
        """What is not used yet, or was not when the package ended."""
        return max(self.total_minutes - self.used_minutes, 0)

    @property
    def is_running(self) -> bool:
        """Whether it can still be worked by, or would be if hours were left."""
        return self.stage in (Stage.RUNNING, Stage.ENDING_SOON, Stage.USED_UP)

    @property
    def has_hours(self) -> bool:
        """Whether hours of it can be used now."""
        return self.stage in (Stage.RUNNING, Stage.ENDING_SOON)


def package_life(
    *,
    hours: int,
    used_minutes: int,
    period: Period,
    ended_at: datetime | None,
    now: datetime,
    zone: ZoneInfo,
) -> PackageLife:
    """The life of a package of `hours`, its extra ones among them, at `now`."""
    stopped = ended_at is not None and ended_at < period.expires_at
    stopped_on = ended_at.astimezone(zone).date() if stopped and ended_at else None
    left, today = hours * MINUTES - used_minutes, now.astimezone(zone).date()
    soon = today >= period.last_day - timedelta(days=REMINDERS[0])
    stages = (
        (stopped, Stage.STOPPED),
        (now >= period.expires_at, Stage.ENDED),
        (left <= 0, Stage.USED_UP),
        (soon, Stage.ENDING_SOON),
    )
    stage = next((it for holds, it in stages if holds), Stage.RUNNING)
    return PackageLife(stage, hours * MINUTES, used_minutes, period.last_day, stopped_on)


def in_a_line(life: PackageLife) -> str:
    """The one line a client reads first: «3 ч 25 мин до 22.12.2026»."""
    left, last = minutes(life.left_minutes), day(life.last_day)
    return {
        Stage.RUNNING: f"{left} до\u00a0{last}",
        Stage.ENDING_SOON: f"{left} до\u00a0{last}, пакет скоро закончится",
        Stage.USED_UP: f"Часы израсходованы, пакет действует до\u00a0{last}",
        Stage.ENDED: f"Закончился {last}, осталось {left}"
        if life.left_minutes
        else f"Закончился {last}, часы израсходованы",
        Stage.STOPPED: f"Прекращён {day(life.stopped_on or life.last_day)}",
    }[life.stage]


def reminder_due(last_day: date, today: date) -> int | None:
    """Which reminder is due today: the latest only, however long nobody looked; None if none."""
    left = (last_day - today).days
    if left < 0:
        return None
    return min((it for it in REMINDERS if left <= it), default=None)


def reminder_named(number: str, days: int) -> str:
    """What a reminder is called among messages: each is sent once."""
    return f"{number}/{days}"
