"""The feed is valid Atom, the same for ever, and says what changed to any reader."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import pytest
from lxml import etree, html

from offer.editions import Edition, sha256
from offer.feed import NEWEST, atom
from tests.offer.repository import CONSENT, OFFER, START

GRAMMAR = Path(__file__).parents[1] / "data" / "atom.rng"
ORIGIN = "https://example.ru"
NAMES = {"a": "http://www.w3.org/2005/Atom"}
# RFC 3339: a date, a time to the second, an offset
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
STANDING = "15 000 ₽"


def edition(number: int, text: str, *, document: str = "offer", summary: str = "") -> Edition:
    first = number == 1
    return Edition(
        document=document,
        number=number,
        commit=f"{number:040x}",
        tag=f"{document}/{number}",
        tag_id=sha256(f"{document}/{number}".encode())[:40],
        published_at=START + timedelta(days=number),
        sha256=sha256(text.encode()),
        change=None if first else "price",
        summary=summary or ("Первая редакция" if first else "5 часов: 15 000 ₽ → 16 000 ₽"),
        previous=None,
        text=text.encode(),
    )


def dearer(number: int) -> Edition:
    """An edition whose price of five hours nobody else has."""
    return edition(number, OFFER.replace(STANDING, f"{14 + number} 000 ₽"))


@cache
def editions(number: int = 3) -> tuple[Edition, ...]:
    return tuple(dearer(it) for it in range(1, number + 1))


def feed(found: Sequence[Edition], origin: str | None = ORIGIN) -> etree._Element:
    return etree.fromstring(atom(found[0].document, found, origin=origin))


def said(element: etree._Element, path: str) -> list[str]:
    found = element.xpath(path, namespaces=NAMES)
    assert isinstance(found, list)
    return [str(it) for it in found]


def broken_rules(data: bytes, address: str) -> list[str]:
    """What a validator would find at a feed fetched from `address`: RFC 4287 and its grammar."""
    grammar = etree.RelaxNG(etree.parse(GRAMMAR))
    root = etree.fromstring(data)
    faults = [] if grammar.validate(root) else [str(it) for it in grammar.error_log]
    ids = said(root, "//a:id/text()")
    faults += [f"id twice: {it}" for it, number in Counter(ids).items() if number > 1]
    faults += [f"id is no absolute IRI: {it}" for it in ids if not urlsplit(it).scheme]
    dates = said(root, "//a:updated/text() | //a:published/text()")
    faults += [f"no RFC 3339 date: {it}" for it in dates if not INSTANT.fullmatch(it)]
    if not said(root, "/a:feed/a:author/a:name/text()"):
        faults.append("nobody is the author")
    own = [urljoin(address, it) for it in said(root, "/a:feed/a:link[@rel='self']/@href")]
    faults += [] if own == [address] else [f"the feed calls itself {own}"]
    for part in root.xpath("/a:feed | //a:entry", namespaces=NAMES):
        kinds = Counter(said(part, "a:link[@rel='alternate']/@type"))
        faults += [f"{number} alternates of {it}" for it, number in kinds.items() if number > 1]
        if not kinds:
            faults.append("no alternate link")
    return faults


@pytest.mark.parametrize("number", [1, 2, NEWEST + 3])
@pytest.mark.parametrize("origin", [ORIGIN, f"{ORIGIN}/", None])
def test_a_validator_finds_nothing(number: int, origin: str | None) -> None:
    data = atom("offer", editions(number), origin=origin)

    assert broken_rules(data, f"{ORIGIN}/offer/feed.xml") == []


def test_the_validator_of_these_tests_finds_what_is_wrong() -> None:
    data = atom("offer", editions(), origin=ORIGIN)
    address = f"{ORIGIN}/offer/feed.xml"
    first = said(etree.fromstring(data), "//a:entry/a:id/text()")[0]

    for old, new in (
        ("<updated>2026", "<updated>on 2026"),
        ("<author>.*</author>", ""),
        ("urn:uuid:", ""),
        (said(etree.fromstring(data), "/a:feed/a:id/text()")[0], first),
        ('rel="self"', 'rel="via"'),
        ('rel="related"', 'rel="alternate"'),
        ("<title>", "<title type='page'>"),
    ):
        spoilt = re.sub(old, new, data.decode(), flags=re.DOTALL).encode()
        assert spoilt != data
        assert broken_rules(spoilt, address) != [], old


def test_the_newest_edition_comes_first() -> None:
    root = feed(editions())

    assert [it.replace("\u00a0", " ") for it in said(root, "//a:entry/a:title/text()")] == [
        "Редакция 3: 5 часов: 15 000 ₽ → 16 000 ₽",
        "Редакция 2: 5 часов: 15 000 ₽ → 16 000 ₽",
        "Редакция 1",
    ]
    assert said(root, "/a:feed/a:updated/text()") == said(root, "//a:entry[1]/a:updated/text()")
    assert said(root, "//a:entry[1]/a:published/text()") == ["2026-11-25T09:00:00+00:00"]


def test_an_entry_leads_to_its_edition_its_redline_and_its_exact_text() -> None:
    newest = editions()[-1]
    links = {
        (it.get("rel"), it.get("type")): it
        for it in feed(editions()).xpath("//a:entry[1]/a:link", namespaces=NAMES)
    }

    assert {kind: it.get("href") for kind, it in links.items()} == {
        ("alternate", "text/html"): f"{ORIGIN}/offer/3/",
        ("related", "text/html"): f"{ORIGIN}/offer/redline/2-3/",
        ("related", "text/plain"): f"{ORIGIN}/offer/3/offer.md",
    }
    exact = links["related", "text/plain"]
    assert newest.sha256 in (exact.get("title") or "")
    assert exact.get("length") == str(len(newest.text))


def test_a_change_has_its_class_and_a_label_for_people() -> None:
    root = feed([*editions(2), replace(editions()[2], change="editorial")])

    assert said(root, "//a:category/@term") == ["editorial", "price"]
    assert said(root, "//a:category/@label") == ["редакционная правка", "изменились цены"]


def test_without_an_origin_links_lead_from_the_feed_itself_wherever_it_lies() -> None:
    root = feed(editions(), origin=None)
    moved = "file:///disk/copy/offer/feed.xml"
    content = html.fromstring(said(root, "//a:entry[1]/a:content/text()")[0])
    links = [*said(root, "//a:link/@href"), *said(content, ".//a/@href")]

    assert {urljoin(moved, it) for it in links} >= {
        moved,
        "file:///disk/copy/offer/",
        "file:///disk/copy/offer/history/",
        "file:///disk/copy/offer/3/",
        "file:///disk/copy/offer/3/#p-3-1",
        "file:///disk/copy/offer/redline/2-3/",
    }
    assert not [it for it in links if it.startswith(("/", "http"))]


def test_ids_outlive_another_address_and_another_mailbox() -> None:
    mailbox = [replace(it, text=it.text.replace(b"dudkinanton@", b"anton@")) for it in editions()]
    ids = said(feed(editions()), "//a:id/text()")

    assert said(feed(editions(), origin="https://other.example"), "//a:id/text()") == ids
    assert said(feed(mailbox), "//a:id/text()") == ids
    assert said(feed(editions(2)), "//a:id/text()") == [ids[0], *ids[2:]]
    assert [UUID(it.removeprefix("urn:uuid:")).version for it in ids] == [5, 5, 5, 5]


def test_the_same_editions_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    once = atom("offer", editions(), origin=ORIGIN)
    monkeypatch.setenv("TZ", "Asia/Vladivostok")

    assert atom("offer", list(editions()), origin=ORIGIN) == once


def test_of_many_editions_the_old_ones_are_not_even_read() -> None:
    unreadable = replace(dearer(1), text=b"\xff")  # whoever reads it is stopped
    root = feed([*[unreadable] * 1_000, *editions(NEWEST + 1)])
    extent = said(root, "//a:subtitle/text()")[0].replace("\u00a0", " ")

    assert len(said(root, "//a:entry/a:id/text()")) == NEWEST
    assert len(said(root, "//a:entry/a:link[contains(@href, '/redline/')]/@href")) == NEWEST
    assert "30 последних редакций из 1031" in extent
    assert said(root, "//a:link[@rel='archives']/@href") == [f"{ORIGIN}/offer/history/"]


def test_the_content_says_what_changed_to_a_reader_without_styles() -> None:
    (content,) = said(feed(editions()), "//a:entry[1]/a:content/text()")
    page = html.fromstring(content)
    words = " ".join(page.text_content().split())

    assert said(page, ".//del//text()")[1:] == ["[−16\u00a0000\u00a0₽]"]
    assert said(page, ".//ins//text()")[1:] == ["[+17\u00a0000\u00a0₽]"]
    assert (
        said(page, ".//li/a/text()")[0] == "5\u00a0часов: 16\u00a0000\u00a0₽ → 17\u00a0000\u00a0₽"
    )
    assert said(page, ".//li/a/@href")[0] == f"{ORIGIN}/offer/3/#p-3-1"
    assert "удалено:" not in words  # said by signs here, not by words that a style would hide
    assert "[−16 000 ₽] [+17 000 ₽]" in words
    assert editions()[-1].sha256 in words


def test_the_first_edition_says_that_it_is_the_first_and_compares_nothing() -> None:
    (content,) = said(feed(editions(1)), "//a:entry/a:content/text()")

    assert "Первая редакция" in content
    assert "<ins>" not in content
    assert said(feed(editions(1)), "//a:entry/a:link[@rel='related']/@type") == ["text/plain"]


def test_the_author_is_whoever_the_newest_offer_names() -> None:
    assert said(feed(editions()), "/a:feed/a:author/*/text()") == [
        "Индивидуальный предприниматель Дудкин Антон Александрович",
        "dudkinanton@bk.ru",
    ]


def test_a_document_without_terms_has_a_feed_too() -> None:
    other = CONSENT.replace("письма", "письма и звонки")
    found = [
        edition(1, CONSENT, document="consent"),
        edition(2, other, document="consent", summary="Изменён п. 1.1"),
    ]
    data = atom("consent", found, origin=ORIGIN)

    assert broken_rules(data, f"{ORIGIN}/consent/feed.xml") == []
    assert said(feed(found), "//a:entry[1]/a:link[@rel='alternate']/@href") == [
        f"{ORIGIN}/consent/2/"
    ]


def test_hostile_words_stay_words_and_signs_that_xml_forbids_do_not_break_it() -> None:
    hostile = "5 часов\x0b]]>&lt;<script>alert(1)</script>\uffff"
    text = OFFER.replace(STANDING, f"{STANDING} {hostile}")
    found = [*editions(1), edition(2, text, summary=hostile)]
    data = atom("offer", found, origin=ORIGIN)
    (content,) = said(etree.fromstring(data), "//a:entry[1]/a:content/text()")

    assert broken_rules(data, f"{ORIGIN}/offer/feed.xml") == []
    assert not said(html.fromstring(content), ".//script")
    assert "alert(1)" in html.fromstring(content).text_content()


def test_a_document_without_editions_has_no_feed() -> None:
    with pytest.raises(ValueError, match="no edition"):
        atom("consent", [], origin=ORIGIN)
