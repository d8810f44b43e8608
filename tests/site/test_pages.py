"""Which pages follow from which editions, without building any."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from offer.editions import DOCUMENTS, Edition, sha256
from offer.pages import Page, site_pages
from offer.shelf import Shelf, shelf
from offer.storefront import example
from tests.site import town

ZONE = ZoneInfo("Europe/Moscow")
START = datetime(2026, 11, 20, 9, tzinfo=UTC)
TEXTS = {name: (town.ROOT / "tests/data" / f"{name}.md").read_bytes() for name in DOCUMENTS}
CHEAP, DEAR = "15 000 ₽".encode(), "16 000 ₽".encode()


def edition(document: str, number: int, text: bytes) -> Edition:
    return Edition(
        document=document,
        number=number,
        commit="c" * 40,
        tag=f"{document}/{number}",
        tag_id="t" * 40,
        published_at=START + timedelta(days=number),
        sha256=sha256(text),
        change="price" if number > 1 else None,
        summary="",
        previous=None,
        text=text,
    )


def shelves(count: int, **changes: object) -> dict[str, Shelf]:
    """`count` editions of the offer, every second one dearer, and one of each other document."""
    text = TEXTS["offer"].replace("\u00a0".encode(), b" ")
    texts = [text if number % 2 else text.replace(CHEAP, DEAR) for number in range(1, count + 1)]
    offers = [replace(edition("offer", n, it), **changes) for n, it in enumerate(texts, start=1)]  # type: ignore[arg-type]
    return {
        "offer": shelf("offer", offers, None, ZONE),
        **{it: shelf(it, [edition(it, 1, TEXTS[it])], None, ZONE) for it in DOCUMENTS[1:]},
    }


def made(shelves: dict[str, Shelf], *carried: str) -> dict[str, Page]:
    return {it.address: it for it in site_pages(shelves, example, carried)}


def test_pages_that_stand_already_are_left_out_and_their_texts_unread() -> None:
    town_of_four = shelves(4)
    carried = ("offer/1/", "offer/2/", "offer/redline/1-2/", "consent/1/")
    everything = made(shelves(4))
    pages = made(town_of_four, *carried, "offer/redline/2-3/")

    assert set(everything) - set(pages) == {*carried, "offer/redline/2-3/"}
    read = [it.number for it in town_of_four["offer"].editions if "reading" in it.__dict__]
    assert 2 not in read


def test_every_two_neighbours_have_a_redline() -> None:
    assert [it for it in made(shelves(4)) if "redline" in it] == [
        "offer/redline/1-2/",
        "offer/redline/2-3/",
        "offer/redline/3-4/",
    ]


def test_an_old_page_names_the_seller_of_its_own_day() -> None:
    town_of_two = shelves(2)
    text = town_of_two["offer"].editions[1].text.replace("+7 938 478 10 91", "+7 938 478 10 92")
    offers = [town_of_two["offer"].editions[0].edition, edition("offer", 2, text.encode())]
    pages = made(town_of_two | {"offer": shelf("offer", [it for it in offers if it], None, ZONE)})
    phones = {at: it.seller.phone for at, it in pages.items() if it.seller}

    assert phones["offer/1/"] == phones["consent/1/"] == "+7 938 478 10 91"
    assert phones["offer/2/"] == phones["offer/redline/1-2/"] == "+7 938 478 10 92"
    assert phones["consent/"] == phones[""] == "+7 938 478 10 92"


def test_a_pdf_is_offered_once_it_has_been_made() -> None:
    assert [it.pdf for it in shelves(1)["offer"].editions] == [None]
    assert [it.pdf for it in shelves(1, pdf_sha256="f" * 64)["offer"].editions] == [
        "/offer/1/offer.pdf"
    ]
