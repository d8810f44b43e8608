"""An edition as a PDF for reading and printing, and as the picture that stands for its link.

Neither is evidence: the bytes of the Markdown are, and the paper says so. What is made here
depends on the edition and the site's address alone, never on what is in force today, so it can
be made again anywhere with the same bytes.
"""

from functools import lru_cache
from pathlib import Path

from offer import wording
from offer.addresses import page_url, source_url
from offer.clauses import decode
from offer.editions import Edition
from offer.manifest import badge, edition_terms
from offer.paper import picture, typeset
from offer.papers.paper_blocks import Block, read_blocks
from offer.papers.runs import plain
from offer.shelf import TITLES
from offer.tags import ZONE
from offer.wording import NBSP

PAPERS = Path(__file__).parent
SITE_NAME = "Техническая поддержка amoCRM"
MOST_PACKAGES = 4
LONGEST_NAME = 300


def edition_pdf(edition: Edition, url: str | None) -> bytes:
    """A PDF/A-2u of A4 pages, dated by the edition's tag; `url` is the site's address if known.

    On every page: the edition, its address, the hash of its text, the page's number. The PDF has
    no tags: what a screen reader should read is the page of the edition, which is HTML.
    """
    address = _address(url, page_url(edition.document, edition.number))
    blocks = read_blocks(decode(edition.text, edition.tag), address)
    title, rest = _titled(edition.document, blocks)
    return typeset(
        _template("edition"),
        {
            "title": title,
            "badge": _badge(edition),
            "address": address,
            "hash": f"SHA-256: {edition.sha256}",
            "keywords": [f"sha256:{edition.sha256}", edition.tag],
            "facts": _facts(edition, address),
            "evidence": _evidence(edition, url),
            "blocks": rest,
        },
        title=f"{title[:LONGEST_NAME]}. {_badge(edition)}".replace(NBSP, " "),
        author="",
        stamp=edition.published_at,
        standards=("a-2u",),
        tagged=False,
    )


def preview_png(edition: Edition, url: str | None) -> bytes:
    """A picture of exactly 1200 × 630 pixels for the link of an edition of the offer.

    Packages are shown when the terms can be read.
    """
    terms = edition_terms(edition) if edition.document == "offer" else None
    packages = terms.packages if terms else ()
    return picture(
        _template("preview"),
        {
            "site": SITE_NAME,
            "title": TITLES[edition.document],
            "badge": _badge(edition),
            "address": _bare(_address(url, page_url(edition.document, edition.number))),
            "packages": [
                {"hours": wording.hours(it.hours), "price": wording.money(it.price_kopecks)}
                for it in packages[:MOST_PACKAGES]
            ],
        },
    )


@lru_cache
def _template(name: str) -> str:
    return (PAPERS / f"{name}.typ").read_text(encoding="utf-8")


def _address(url: str | None, path: str) -> str:
    """The absolute address, or the path where the site's is not known."""
    return (url or "").rstrip("/") + path


def _bare(address: str) -> str:
    """An address as people say it, without the scheme."""
    return address.partition("://")[2] or address


def _badge(edition: Edition) -> str:
    return badge(edition.number, edition.published_at, edition.sha256, ZONE)


def _titled(document: str, blocks: list[Block]) -> tuple[str, list[Block]]:
    """The text's own title, taken out of its blocks when it stands first."""
    first = blocks[0] if blocks else {}
    if first.get("kind") != "heading" or first.get("level") != 1 or first.get("number"):
        return TITLES[document], blocks
    title = plain(first["runs"])
    return title, blocks[1:]


def _facts(edition: Edition, address: str) -> list[tuple[str, str]]:
    """Labels and values of the block below the title."""
    return [
        ("Редакция", str(edition.number)),
        ("Опубликована", wording.moment(edition.published_at, ZONE)),
        ("Адрес", address),
        ("SHA-256", edition.sha256),
    ]


def _evidence(edition: Edition, url: str | None) -> list[str]:
    """What proves the text and how to check it, a paragraph each."""
    name = f"{edition.document}.md"
    source = _bare(_address(url, source_url(edition.document, edition.number)))
    check = _bare(_address(url, "/verify/"))
    return [
        f"Доказательством служат байты файла {name}; этот PDF сделан из{NBSP}него для{NBSP}чтения "
        f"и{NBSP}печати.",
        f"Проверить: команда sha256sum для{NBSP}файла {source} даёт тот{NBSP}же хеш; "
        f"то{NBSP}же скажет страница {check}",
    ]
