"""The public texts of one document as pages show them: every edition, and the draft if any."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from offer import wording
from offer.addresses import page_url, pdf_url, redline_url, source_url
from offer.clauses import Clause, decode, read_clauses
from offer.editions import Edition, source_path
from offer.manifest import badge
from offer.terms import Reading, Terms, read_terms

TITLES = {
    "offer": "Публичная оферта",
    "consent": "Согласие на обработку персональных данных",
    "privacy": "Политика обработки персональных данных",
}
CHANGES = {
    "price": "изменились цены",
    "terms": "изменились условия",
    "editorial": "редакционная правка",
}


@dataclass(frozen=True)
class Shown:
    """One text as pages show it: an edition, or the draft that is to become the next one."""

    document: str
    number: int
    text: str
    edition: Edition | None
    zone: ZoneInfo

    @property
    def draft(self) -> bool:
        """A draft has no date and no hash, and nobody can buy by it."""
        return self.edition is None

    @property
    def address(self) -> str:
        """The page of this text; an edition's is for ever."""
        return f"/{self.document}/" if self.draft else page_url(self.document, self.number)

    @property
    def source(self) -> str:
        """Where the exact bytes of an edition are served."""
        return source_url(self.document, self.number)

    @property
    def pdf(self) -> str | None:
        """Where the same text is for paper; None until one has been made."""
        made = self.edition is not None and self.edition.pdf_sha256 is not None
        return pdf_url(self.document, self.number) if made else None

    @property
    def redline(self) -> str | None:
        """The page that shows what this text changed; None for a first edition."""
        if self.number == 1:
            return None
        if self.draft:
            return f"/{self.document}/redline/draft/"
        return redline_url(self.document, self.number - 1, self.number)

    @property
    def badge(self) -> str:
        """The words by which this text is named everywhere."""
        if self.edition is None:
            return f"Проект редакции {self.number} — не опубликовано"
        edition = self.edition
        return badge(edition.number, edition.published_at, edition.sha256, self.zone)

    @property
    def since(self) -> str:
        """When it was published: «22.11.2026, 14:03 (МСК)»; empty for a draft."""
        return wording.moment(self.edition.published_at, self.zone) if self.edition else ""

    @property
    def change(self) -> str:
        """What kind of change brought this edition, in words; empty for the first and a draft."""
        kind = self.edition.change if self.edition else None
        return CHANGES.get(kind, kind) if kind else ""

    @cached_property
    def reading(self) -> Reading | None:
        """The terms this text states or why they cannot be read; None unless it is an offer."""
        if self.document != "offer":
            return None
        return read_terms(self.text, source_path(self.document))

    @property
    def terms(self) -> Terms | None:
        """None for any document but the offer, and for an offer that cannot be read."""
        return self.reading.terms if self.reading else None

    @cached_property
    def clauses(self) -> Mapping[str, Clause]:
        """Clauses by number."""
        return {clause.number: clause for clause in read_clauses(self.text)}

    def link(self, number: str) -> str:
        """The address of a clause, of the numbered edition where there is one."""
        anchor = self.clauses[number].anchor if number in self.clauses else ""
        return f"{self.address}#{anchor}"


@dataclass(frozen=True)
class Shelf:
    """Every public text of one document, oldest first, and the draft if there is one."""

    document: str
    editions: tuple[Shown, ...]
    draft: Shown | None

    @property
    def title(self) -> str:
        """The document's name in lists and in the browser's tab."""
        return TITLES.get(self.document, self.document)

    @property
    def newest(self) -> Shown | None:
        """The edition in force."""
        return self.editions[-1] if self.editions else None

    @property
    def front(self) -> Shown | None:
        """What `/{document}/` shows: the draft while one is being written, else the edition."""
        return self.draft or self.newest

    def successor(self, shown: Shown) -> Shown | None:
        """The edition that replaced this one; None for the one in force and for a draft."""
        return self.editions[shown.number] if shown.number < len(self.editions) else None

    def predecessor(self, shown: Shown) -> Shown | None:
        """The edition before this text; None for the first."""
        return self.editions[shown.number - 2] if shown.number > 1 else None

    def in_force_at(self, instant: datetime) -> Shown | None:
        """The edition in force at an aware instant; None before the first."""
        count = bisect_right(self.editions, instant, key=_published_at)
        return self.editions[count - 1] if count else None


def _published_at(shown: Shown) -> datetime:
    """The instant of an edition; a draft, which has none, stands on no shelf of editions."""
    if shown.edition is None:
        raise ValueError(shown)
    return shown.edition.published_at


def shelf(document: str, editions: Sequence[Edition], work: bytes | None, zone: ZoneInfo) -> Shelf:
    """`work` is the text being written; byte for byte the newest edition, it is no draft.

    Raises OfferError if a text is not UTF-8.
    """
    shown = tuple(
        Shown(document, edition.number, decode(edition.text, edition.tag), edition, zone)
        for edition in editions
    )
    if work is None or (editions and work == editions[-1].text):
        return Shelf(document, shown, None)
    number = editions[-1].number + 1 if editions else 1
    text = decode(work, source_path(document))
    return Shelf(document, shown, Shown(document, number, text, None, zone))
