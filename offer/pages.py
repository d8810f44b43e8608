"""Which pages the public site has and what each of them shows: editions in, pages out.

Pure: no theme, no MkDocs, no git, no clock. The site's hooks hand these values to its templates.
The page of an edition depends on its own text and on what replaced it, a redline on its two
texts: never on what is in force today, because such pages outlive the release that made them.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from offer import storefront
from offer.changes.edition_changes import EditionChanges
from offer.clauses import Clause, with_anchors
from offer.shelf import Shelf, Shown
from offer.values import Requisites, Terms

# Only to show on a first draft, which has no date yet, how a term is counted.
BEFORE_ANY_EDITION = datetime(2026, 11, 22, 9, tzinfo=UTC)
_OWN_LINK = re.compile(r"\]\(#(p-[0-9-]+)\)(?=\{ \.clause-number \})")

Example = Callable[[Terms, datetime, ZoneInfo], str | None]


@dataclass(frozen=True)
class Page:
    """One page: where its Markdown pretends to lie, its address, its template and its view.

    `source` is at the top of docs/ for every edition, so that a relative link in the text
    («privacy.md») leads to the same place from each of them. `markdown` is None where docs/ has
    the text and the view only adds to it. `canonical` is the address that stands for this page
    elsewhere; `listed` says whether search engines are led to it, `noindex` asks them to keep
    away; `seller` is whom its foot names.
    """

    source: str
    address: str
    template: str
    title: str
    description: str
    markdown: str | None
    view: Mapping[str, object]
    seller: Requisites | None
    canonical: str
    listed: bool = True
    noindex: bool = False


def site_pages(
    shelves: Mapping[str, Shelf], example: Example, carried: Container[str] = ()
) -> tuple[Page, ...]:
    """Every page of the site, by address from its root («offer/3/»).

    Of the addresses in `carried` the pages stand already: they are left out, unread. `example`
    shows the term on a payment at a moment: storefront.example with its calendar.
    """
    return (
        _home_page(shelves["offer"], example),
        *(page for shelf in shelves.values() for page in _document_pages(shelves, shelf, carried)),
        _verify_page(shelves),
        _requisites_page(shelves["offer"]),
    )


def _document_pages(
    shelves: Mapping[str, Shelf], shelf: Shelf, carried: Container[str]
) -> Iterator[Page]:
    if shelf.front is None:
        return
    yield _front_page(shelves, shelf, shelf.front)
    for shown in shelf.editions:
        if shown.address.lstrip("/") not in carried:
            yield _edition_page(shelves, shelf, shown)
    for shown in (*shelf.editions, *((shelf.draft,) if shelf.draft else ())):
        if shown.redline and shown.redline.lstrip("/") not in carried:
            yield _redline_page(shelves, shelf, shown)
    yield _history_page(shelves, shelf)


def _front_page(shelves: Mapping[str, Shelf], shelf: Shelf, shown: Shown) -> Page:
    address = f"{shelf.document}/"
    markdown = with_anchors(shown.text)
    if not shown.draft:
        # What is copied from the page of the edition in force must still be true after the next.
        markdown = _OWN_LINK.sub(rf"]({shown.address}#\1)", markdown)
    return Page(
        source=f"{shelf.document}.md",
        address=address,
        template="document.html",
        title=shelf.title if shown.draft else f"{shelf.title}, редакция {shown.number}",
        description=_description(shelf, shown),
        markdown=markdown,
        view={**_text_view(shelf, shown), "front": True},
        seller=seller(shelves["offer"]),
        canonical=address,
    )


def _edition_page(shelves: Mapping[str, Shelf], shelf: Shelf, shown: Shown) -> Page:
    return Page(
        source=f"{shelf.document}-{shown.number}.md",
        address=shown.address.lstrip("/"),
        template="document.html",
        title=f"{shelf.title}, редакция {shown.number}",
        description=_description(shelf, shown),
        markdown=with_anchors(shown.text),
        view=_text_view(shelf, shown),
        seller=_seller_then(shelves["offer"], shown),
        canonical=f"{shelf.document}/",
        listed=False,
        noindex=shelf.successor(shown) is not None,
    )


def _description(shelf: Shelf, shown: Shown) -> str:
    """What a search engine shows under the title: the packages of an offer, and which text."""
    said = f"{storefront.packages_in_words(shown.terms)}. " if shown.terms else f"{shelf.title}. "
    return f"{said}{shown.badge}"


def _text_view(shelf: Shelf, shown: Shown) -> Mapping[str, object]:
    before = shelf.predecessor(shown) if shown.draft else None
    answers = storefront.answers(shown.terms, tuple(shown.clauses.values())) if shown.terms else ()
    return {
        "shelf": shelf,
        "shown": shown,
        "successor": shelf.successor(shown),
        "changed": EditionChanges(before, shown) if before else None,
        "answers": answers,
        "problems": problems(shown),
    }


def _redline_page(shelves: Mapping[str, Shelf], shelf: Shelf, new: Shown) -> Page:
    old = shelf.editions[new.number - 2]
    address = (new.redline or "").lstrip("/")
    numbers = f"{old.number} → {new.number}"
    summary = f": {new.edition.summary}" if new.edition else ""
    return Page(
        source=address.rstrip("/").replace("/", "-") + ".md",
        address=address,
        template="redline.html",
        title=f"Что изменилось: {shelf.title.lower()}, редакция {numbers}",
        description=f"{shelf.title}, редакция {numbers}{summary}",
        markdown="",
        view={"shelf": shelf, "changed": EditionChanges(old, new), "problems": problems(new)},
        seller=_seller_then(shelves["offer"], new),
        canonical=address,
        listed=False,
    )


def _history_page(shelves: Mapping[str, Shelf], shelf: Shelf) -> Page:
    address = f"{shelf.document}/history/"
    return Page(
        source=f"{shelf.document}-history.md",
        address=address,
        template="history.html",
        title=f"{shelf.title}: все редакции",
        description=f"{shelf.title}: каждая редакция с датой, правкой, хешем и точным текстом.",
        markdown="",
        view={"shelf": shelf},
        seller=seller(shelves["offer"]),
        canonical=address,
    )


def _verify_page(shelves: Mapping[str, Shelf]) -> Page:
    return Page(
        source="verify.md",
        address="verify/",
        template="verify.html",
        title="Проверить текст",
        description="Какая это редакция: проверка файла или хеша прямо в браузере.",
        markdown="",
        view={"shelves": [shelf for shelf in shelves.values() if shelf.editions]},
        seller=seller(shelves["offer"]),
        canonical="verify/",
    )


def _home_page(offer: Shelf, example: Example) -> Page:
    return Page(
        source="index.md",
        address="",
        template="home.html",
        title="Пакеты и цены",
        description="",
        markdown=None,
        view=home_view(offer, example),
        seller=seller(offer),
        canonical="",
    )


def home_view(offer: Shelf, example: Example) -> Mapping[str, object]:
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
        "example": example(terms, when, shown.zone),
        "quotes": _on_unused_hours(shown, storefront.clauses_of(terms, "pauses_at_limit")),
    }


def _on_unused_hours(shown: Shown, pause: tuple[str, ...]) -> tuple[Clause, ...]:
    unused = storefront.on_unused_hours(tuple(shown.clauses.values()))
    numbers = dict.fromkeys((*((unused.number,) if unused else ()), *pause))
    return tuple(shown.clauses[number] for number in numbers if number in shown.clauses)


def _requisites_page(offer: Shelf) -> Page:
    return Page(
        source="requisites.md",
        address="requisites/",
        template="requisites.html",
        title="Реквизиты",
        description="Реквизиты исполнителя из текста действующей оферты.",
        markdown=None,
        view=requisites_view(offer),
        seller=seller(offer),
        canonical="requisites/",
    )


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
    """Who sells, by the shown text, else by the edition in force."""
    readable = (shown.terms for shown in (offer.front, offer.newest) if shown and shown.terms)
    return next((terms.requisites for terms in readable), None)


def _seller_then(offer: Shelf, shown: Shown) -> Requisites | None:
    """Who sold on the day of this edition, for a page that outlives him; today's of a draft."""
    if shown.edition is None:
        return seller(offer)
    then = offer.in_force_at(shown.edition.published_at)
    return then.terms.requisites if then and then.terms else None
