"""What the pages of the public record show: any two editions compared, a day looked up.

Instants are aware. Nothing here decides anything.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from offer.changes.comparison import Comparison
from offer.release import PublishedEdition
from offer.shelf import TITLES
from offer.values import Requisites


@dataclass(frozen=True)
class Record:
    """A document's editions, newest first and at least one, and the house they stand in.

    `now` is the moment of the answer.
    """

    document: str
    editions: tuple[PublishedEdition, ...]
    zone: ZoneInfo
    now: datetime
    public_url: str
    test: bool
    requisites: Requisites | None

    @property
    def title(self) -> str:
        """The document's name."""
        return TITLES[self.document]

    @property
    def current(self) -> PublishedEdition:
        """The edition in force."""
        return self.editions[0]

    def numbered(self, number: int) -> PublishedEdition | None:
        """The edition of this number."""
        return next((it for it in self.editions if it.number == number), None)


@dataclass(frozen=True)
class Compared:
    """Two editions as asked for, and how they differ.

    `comparison` is None where the texts are too large to compare while the reader waits; then,
    and where nothing differs, `sentence` says so. `permanent` is the page of the released site
    that compares the same two, if there is one.
    """

    old: PublishedEdition
    new: PublishedEdition
    comparison: Comparison | None
    sentence: str
    permanent: str | None

    @property
    def backwards(self) -> bool:
        """Whether the newer edition is held against the older one."""
        return self.old.number > self.new.number


@dataclass(frozen=True)
class ComparePage:
    """The form that chooses two editions; above it what they differ in, or what is wrong."""

    record: Record
    chosen: tuple[int, int]
    compared: Compared | None = None
    sentence: str = ""
    wrong: bool = False

    @property
    def canonical(self) -> str:
        """The one address of this page."""
        address = f"{self.record.public_url}/{self.record.document}/compare"
        if self.compared is None:
            return address
        if self.compared.permanent:
            return self.record.public_url + self.compared.permanent
        return f"{address}?from={self.compared.old.number}&to={self.compared.new.number}"


@dataclass(frozen=True)
class InForceThen:
    """An edition in force on the day: at which `times` of it, and from when until when at all.

    `difference` leads to its comparison with the edition in force now; None for that one.
    """

    edition: PublishedEdition
    times: str
    since: datetime
    until: datetime | None
    pdf: str | None
    difference: str | None


@dataclass(frozen=True)
class DayPage:
    """What was in force on a day: `heading` and `sentence` say it, `found` has the editions.

    `day` is None while none was asked for, or none of the calendar; `wrong` then says which.
    `instead` is the edition to read where none was in force.
    """

    record: Record
    day: date | None
    heading: str
    sentence: str
    found: tuple[InForceThen, ...] = ()
    instead: PublishedEdition | None = None
    wrong: bool = False

    @property
    def canonical(self) -> str:
        """The one address of this page."""
        address = f"{self.record.public_url}/{self.record.document}/at"
        return f"{address}/{self.day.isoformat()}" if self.day else address
