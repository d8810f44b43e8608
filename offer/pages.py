"""Which pages the public site has and what each of them shows: editions in, pages out.

Pure: no theme, no MkDocs, no git, no clock. The site's hooks hand these values to its templates.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from offer import storefront
from offer.clauses import Clause, with_anchors
from offer.periods import Calendar
from offer.shelf import Shelf, Shown
from offer.values import Requisites

# Only to show on a first draft, which has no date yet, how a term is counted.
BEFORE_ANY_EDITION = datetime(2026, 11, 22, 9, tzinfo=UTC)
ON_UNUSED_HOURS = "3.4"
_OWN_LINK = re.compile(r"\]\(#(p-[0-9-]+)\)(?=\{ \.clause-number \})")


@dataclass(frozen=True)
class Page:
    """One page: where its Markdown pretends to lie, its address, its template and its view.

    `source` is at the top of docs/ for every edition, so that a relative link in the text
    («privacy.md») leads to the same place from each of them. `markdown` is None where docs/ has
    the text and the view only adds to it.
    """

    source: str
    address: str
    template: str
    title: str
    markdown: str | None
    view: Mapping[str, object]


def site_pages(shelves: Mapping[str, Shelf], calendar: Calendar) -> tuple[Page, ...]:
    """Every page of the site, by address from its root («offer/3/»)."""
    offer = shelves["offer"]
    documents = (page for shelf in shelves.values() for page in _document_pages(shelf))
    return (
        Page("index.md", "", "home.html", "Пакеты и цены", None, home_view(offer, calendar)),
        *documents,
        Page(
            "requisites.md",
            "requisites/",
            "requisites.html",
            "Реквизиты",
            None,
            requisites_view(offer),
        ),
    )


def _document_pages(shelf: Shelf) -> Iterator[Page]:
    if shelf.front is None:
        return
    yield _text_page(shelf, shelf.front, f"{shelf.document}.md", f"{shelf.document}/")
    for shown in shelf.editions:
        source = f"{shelf.document}-{shown.number}.md"
        yield _text_page(shelf, shown, source, shown.address.lstrip("/"))
    yield Page(
        source=f"{shelf.document}-history.md",
        address=f"{shelf.document}/history/",
        template="history.html",
        title=f"{shelf.title}: все редакции",
        markdown="",
        view={"shelf": shelf},
    )


def _text_page(shelf: Shelf, shown: Shown, source: str, address: str) -> Page:
    markdown = with_anchors(shown.text)
    if shown.address != f"/{address}":
        # What is copied from the page of the edition in force must still be true after the next.
        markdown = _OWN_LINK.sub(rf"]({shown.address}#\1)", markdown)
    return Page(
        source=source,
        address=address,
        template="document.html",
        title=shelf.title if shown.draft else f"{shelf.title}, редакция {shown.number}",
        markdown=markdown,
        view={
            "shelf": shelf,
            "shown": shown,
            "successor": shelf.successor(shown),
            "answers": storefront.answers(shown.terms) if shown.terms else (),
            "problems": problems(shown),
        },
    )


def home_view(offer: Shelf, calendar: Calendar) -> Mapping[str, object]:
    """The packages of the text that is shown; only those of an edition in force can be bought."""
    shown = offer.front
    terms = shown.terms if shown else None
    view: dict[str, object] = {"shelf": offer, "shown": shown, "problems": problems(shown)}
    if shown is None or terms is None:
        return view
    newest = offer.newest
    when = newest.edition.published_at if newest and newest.edition else BEFORE_ANY_EDITION
    return view | {
        "sellable": not shown.draft,
        "cards": storefront.cards(terms),
        "length": storefront.length_in_words(terms),
        "term": storefront.term_in_words(terms),
        "term_clauses": storefront.clauses_of(terms, "term_months"),
        "example": storefront.example(terms, when, shown.zone, calendar),
        "quotes": _on_unused_hours(shown, storefront.clauses_of(terms, "pauses_at_limit")),
    }


def _on_unused_hours(shown: Shown, pause: tuple[str, ...]) -> tuple[Clause, ...]:
    numbers = dict.fromkeys((ON_UNUSED_HOURS, *pause))
    return tuple(shown.clauses[number] for number in numbers if number in shown.clauses)


def requisites_view(offer: Shelf) -> Mapping[str, object]:
    """The requisites the shown text names, with the clause that names them."""
    shown = offer.front
    view: dict[str, object] = {"shelf": offer, "shown": shown, "problems": problems(shown)}
    if shown is None or shown.terms is None:
        return view
    return view | {
        "rows": storefront.requisites_rows(shown.terms.requisites),
        "clauses": storefront.clauses_of(shown.terms, "requisites"),
    }


def problems(shown: Shown | None) -> tuple[object, ...]:
    """Why the terms of an offer cannot be read; () when they can or when it is no offer."""
    return shown.reading.problems if shown and shown.reading else ()


def seller(offer: Shelf) -> Requisites | None:
    """Who sells, for the foot of every page: by the shown text, else by the edition in force."""
    readable = (shown.terms for shown in (offer.front, offer.newest) if shown and shown.terms)
    return next((terms.requisites for terms in readable), None)
