"""How any two editions of a document differ, neighbours or not, in either direction."""

import re
from dataclasses import dataclass, replace

from starlette.responses import Response

from checkout.shop import Shop
from checkout.web import pages, records
from checkout.web.answers import redirect
from checkout.web.asked import Asked
from checkout.web.record_views import Compared, ComparePage, Record
from offer.changes.comparison import Side, compare_sides, takes_too_long
from offer.clauses import decode
from offer.release import PublishedEdition, Release

NUMBER = re.compile(r"[0-9]{1,9}")
HASH = re.compile(r"[0-9a-f]{64}")

WHICH = "Выберите, какие редакции сравнить."
NOT_A_NUMBER = "«{typed}» — не номер редакции и не хеш SHA-256 её текста. Выберите из списка."
UNKNOWN = "Редакции {typed} нет: последняя опубликованная — {last}. Выберите из списка."
UNKNOWN_HASH = "Текста с хешем {typed} среди опубликованных нет. Выберите редакцию из списка."
SAME = "Это одна и та же редакция: сравнивать нечего. Выберите две разные."
SAME_TEXT = "Тексты этих редакций совпадают до последнего знака: прежний текст вернули."
SAME_WORDS = "Изменилось только оформление текста: слова те же."
TOO_LARGE = (
    "Эти тексты слишком велики и различаются слишком во многом, чтобы сравнить их, пока вы ждёте. "
    "Сохраните оба точных текста и сравните на своём компьютере."
)


@dataclass(frozen=True)
class Refused(Exception):  # noqa: N818 - read as «the request was refused»
    """What is asked for does not exist (404) or cannot be understood (422)."""

    sentence: str
    status: int


def compare(asked: Asked, shop: Shop) -> Response:
    """GET /{document}/compare?from=A&to=B: numbers or hashes; without `to` the one in force.

    Neighbours in their order lead to their page of the released site, which stays for ever.
    """
    return records.answer(asked, shop, _compare)


def _compare(asked: Asked, release: Release, record: Record) -> Response:
    first, second = (records.asked_for(asked, name) for name in ("from", "to"))
    current = record.current.number
    page = ComparePage(record, (max(1, current - 1), current))
    if not first and not second:
        return records.page(pages.compare(page))
    try:
        old = _edition(release, record, first)
        new = _edition(release, record, second or str(current))
    except Refused as no:
        refused = replace(page, sentence=no.sentence, wrong=True)
        return records.page(pages.compare(refused), no.status)
    page = replace(page, chosen=(old.number, new.number))
    if old.number == new.number:
        return records.page(pages.compare(replace(page, sentence=SAME)))
    permanent = _redline_page(release, old, new)
    if permanent and old.number < new.number:
        return redirect(permanent)
    return records.page(pages.compare(replace(page, compared=compared(old, new, permanent))))


def _edition(release: Release, record: Record, typed: str) -> PublishedEdition:
    """The edition of a number or a hash. Raises Refused with the sentence to show."""
    if not typed:
        raise Refused(WHICH, 422)
    if HASH.fullmatch(typed.lower()):
        found = release.edition(record.document, typed.lower())
        sentence = UNKNOWN_HASH.format(typed=typed)
    elif NUMBER.fullmatch(typed):
        found = record.numbered(int(typed))
        sentence = UNKNOWN.format(typed=typed, last=record.current.number)
    else:
        raise Refused(NOT_A_NUMBER.format(typed=records.shown(typed)), 422)
    if found is None:
        raise Refused(sentence, 404)
    return found


def _redline_page(release: Release, old: PublishedEdition, new: PublishedEdition) -> str | None:
    """The page of two neighbours on the released site; None where it has none."""
    first, second = sorted((old.number, new.number))
    path = f"{old.document}/redline/{first}-{second}/"
    return f"/{path}" if (release.folder / path / "index.html").is_file() else None


def compared(
    old: PublishedEdition, new: PublishedEdition, permanent: str | None = None
) -> Compared:
    """How two editions differ, unless that would take too long."""
    if old.sha256 == new.sha256:
        return Compared(old, new, None, SAME_TEXT, permanent)
    before, after = _side(old), _side(new)
    if takes_too_long(before.text, after.text):
        return Compared(old, new, None, TOO_LARGE, permanent)
    comparison = compare_sides(before, after)
    sentence = "" if comparison.told else SAME_WORDS
    return Compared(old, new, comparison, sentence, permanent)


def _side(edition: PublishedEdition) -> Side:
    text = decode(edition.text, edition.source)
    return Side(edition.document, edition.number, text, edition.terms)
