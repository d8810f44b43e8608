"""The Atom feed of a document (RFC 4287): each edition with what it changed, newest first."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from offer.addresses import page_url, source_url
from offer.changes.comparison import Side, compare_sides
from offer.changes.redline_html import redline_html
from offer.clauses import decode
from offer.editions import Edition
from offer.manifest import edition_terms
from offer.shelf import CHANGES, TITLES
from offer.summary import FIRST
from offer.values import Requisites
from offer.wording import NBSP, counted

ATOM: Final = "http://www.w3.org/2005/Atom"
NEWEST: Final = 30
SELLER: Final = "Исполнитель"
# Ours for ever: an id made from it and a tag's object id outlives any address of the site.
NAMES: Final = UUID("6f2b1f5e-5d0c-4c8e-9a55-0b9a7c1d3e42")
_XML: Final = "<?xml version='1.0' encoding='utf-8'?>\n"
_ENTRY: Final = re.compile(r"  <entry>\n    <id>([^<]*)</id>.*?\n  </entry>\n", re.DOTALL)
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# A reader that draws no line under or through words still has to tell old from new.
_SIGNS: Final = (
    (re.compile(r'<span class="visually-hidden">[^<]*</span>'), ""),
    (re.compile(r"<ins\b[^>]*>"), "<ins>[+"),
    (re.compile(r"<del\b[^>]*>"), "<del>[−"),
    (re.compile(r"</(ins|del)>"), r"]</\1>"),
)
_LEGEND: Final = (
    "<p><small>Обозначения: <ins>[+новые слова]</ins>, "
    "<del>[−слова, которых больше нет]</del>.</small></p>"
)


def atom(
    document: str,
    editions: Sequence[Edition],
    *,
    origin: str | None,
    seller: Requisites | None = None,
    earlier: bytes = b"",
) -> bytes:
    """`/{document}/feed.xml`: the newest 30 editions, whatever their number; same in, same out.

    `editions` are all of the document, oldest first. Links begin at `origin`
    (`https://example.ru`); without one they are relative to the feed's own address. The author
    is `seller`, else whoever the newest offer names. Entries of an `earlier` feed with the same
    links are taken over. Raises ValueError without any edition: a feed of nothing has no date.
    """
    if not editions:
        raise ValueError(f"no edition of {document} to make a feed of")
    root = f"{origin.rstrip('/')}/{document}/" if origin else ""
    feed = _feed(document, editions, root)
    _author(feed, seller or _seller(editions[-1]))
    known = {found[1]: found[0] for found in _ENTRY.finditer(earlier.decode())}
    pairs = list(zip([None, *editions], editions, strict=False))[-NEWEST:]
    entries = (
        known.get(_permanent(after.tag, after)) or _written(_entry(before, after, root), level=1)
        for before, after in reversed(pairs)
    )
    head, end = _written(feed, level=0).rsplit("</feed>", 1)
    return f"{_XML}{head}{''.join(entries)}</feed>{end}".encode()


def _written(element: ET.Element, *, level: int) -> str:
    ET.indent(element, level=level)
    return f"{'  ' * level}{ET.tostring(element, encoding='unicode').rstrip()}\n"


def _side(edition: Edition) -> Side:
    terms = edition_terms(edition) if edition.document == "offer" else None
    return Side(edition.document, edition.number, decode(edition.text, edition.tag), terms)


def _feed(document: str, editions: Sequence[Edition], root: str) -> ET.Element:
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "ru"})
    _say(feed, "id", _permanent(document, editions[0]))
    _say(feed, "title", f"{TITLES.get(document, document)}: редакции")
    _say(feed, "subtitle", _extent(len(editions)))
    _say(feed, "updated", editions[-1].published_at.isoformat())
    _link(feed, "self", f"{root}feed.xml", "application/atom+xml")
    _link(feed, "alternate", root or "./", "text/html")
    _link(feed, "archives", f"{root}history/", "text/html", title="Все редакции")
    return feed


def _extent(number: int) -> str:
    if number <= NEWEST:
        return "Каждая опубликованная редакция и что она изменила."
    newest = counted(NEWEST, "последняя редакция", "последние редакции", "последних редакций")
    rest = "остальные — на странице «Все редакции»"
    return f"Здесь {newest} из{NBSP}{number} и что каждая изменила; {rest}."


def _seller(newest: Edition) -> Requisites | None:
    terms = edition_terms(newest) if newest.document == "offer" else None
    return terms.requisites if terms else None


def _author(feed: ET.Element, seller: Requisites | None) -> None:
    author = ET.SubElement(feed, "author")
    _say(author, "name", seller.name if seller else SELLER)
    if seller:
        _say(author, "email", seller.email)


def _entry(before: Edition | None, edition: Edition, root: str) -> ET.Element:
    entry = ET.Element("entry")
    _say(entry, "id", _permanent(edition.tag, edition))
    _say(entry, "title", _title(edition))
    for name in ("published", "updated"):
        _say(entry, name, edition.published_at.isoformat())
    if edition.change:
        label = CHANGES.get(edition.change, edition.change)
        ET.SubElement(entry, "category", {"term": edition.change, "label": label})
    page, source = _places(edition, root)
    _link(entry, "alternate", page, "text/html")
    if before:
        change = f"{root}redline/{before.number}-{edition.number}/"
        _link(entry, "related", change, "text/html", title="Что изменилось, по пунктам")
    exact = f"Точный текст, SHA-256 {edition.sha256}"
    _link(entry, "related", source, "text/plain", title=exact, length=str(len(edition.text)))
    _say(entry, "summary", edition.summary)
    _say(entry, "content", _content(before, edition, root), type="html")
    return entry


def _permanent(name: str, edition: Edition) -> str:
    return uuid5(NAMES, f"{name} {edition.tag_id}").urn


def _title(edition: Edition) -> str:
    named = f"Редакция{NBSP}{edition.number}"
    return named if edition.summary == FIRST else f"{named}: {edition.summary}"


def _places(edition: Edition, root: str) -> tuple[str, str]:
    """Where its page and its exact text are."""
    document, number = edition.document, edition.number
    return _address(page_url(document, number), root), _address(source_url(document, number), root)


def _address(path: str, root: str) -> str:
    """A path from the site's root such as «/offer/3/», from `root` of its document."""
    return root + path.split("/", 2)[2]


def _content(before: Edition | None, edition: Edition, root: str) -> str:
    """HTML that says everything without a style: the summary, the clauses, the words."""
    page, source = _places(edition, root)
    parts = [f"<p><strong>{escape(edition.summary)}</strong></p>"]
    if before:
        parts += _changes(before, edition, root)
    parts.append(
        f'<p><a href="{escape(page)}">Читать редакцию{NBSP}{edition.number}</a> · '
        f'<a href="{escape(source)}">Точный текст</a>, SHA-256 <code>{edition.sha256}</code></p>'
    )
    return "\n".join(parts)


def _changes(before: Edition, after: Edition, root: str) -> Iterator[str]:
    found = compare_sides(_side(before), _side(after))
    changed = [it for it in found.changes if it.kind != "same" or it.renumbered]
    if found.told:
        clauses = ((it.sentence, _address(it.path, root)) for it in found.told)
        items = (f'<li><a href="{href}">{escape(words)}</a></li>' for words, href in clauses)
        yield f"<ul>{''.join(items)}</ul>"
    if changed:
        marked = redline_html(changed)
        for mark, sign in _SIGNS:
            marked = mark.sub(sign, marked)
        yield _LEGEND
        yield marked


def _link(parent: ET.Element, rel: str, href: str, kind: str, **more: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "href": href, "type": kind} | more)


def _say(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    """An element with text; a letter that XML cannot hold becomes the sign of a lost one."""
    ET.SubElement(parent, name, attributes).text = _NOT_XML.sub("\ufffd", text)
