"""Links hold in any folder and under any prefix; those to the service stay with its address."""

import pytest

from offer.finishing.links import relative, rewritten

NAMES = {"/assets/clause.js": "/assets/clause.1a2b3c4d.js"}


@pytest.mark.parametrize(
    ("address", "page", "expected"),
    [
        ("/offer/", "offer/3/", "../"),
        ("/offer/#p-3-1", "offer/3/", "../#p-3-1"),
        ("/offer/3/#p-3-1", "offer/3/", "#p-3-1"),
        ("/offer/", "offer/", "./"),
        ("/offer/?a=1#b", "offer/", "./?a=1#b"),
        ("/", "offer/redline/1-2/", "../../../"),
        ("/", "", "./"),
        ("/offer/3/offer.md", "offer/3/", "offer.md"),
        ("/offer/3/offer.md", "offer/history/", "../3/offer.md"),
        ("/SHA256SUMS", "verify/", "../SHA256SUMS"),
        ("/offer/history/", "", "offer/history/"),
    ],
)
def test_a_page_finds_another_from_where_it_stands(address: str, page: str, expected: str) -> None:
    assert relative(address, page) == expected


@pytest.mark.parametrize(
    "link",
    [
        "/checkout/5",
        "/offer/compare?from=1&amp;to=2",
        "/offer/at/2026-11-22",
        "/orders/x",
        "//elsewhere.example/",
        "https://elsewhere.example/",
        "mailto:a@b.example",
        "#p-3-1",
    ],
)
def test_links_that_do_not_lead_to_a_page_of_the_site_are_left_alone(link: str) -> None:
    markup = f'<a href="{link}">'
    assert rewritten(markup, "offer/", NAMES) == markup


def test_only_attributes_of_tags_are_links() -> None:
    text = '<p title=\'href="/offer/"\'>Пишите href="/offer/" в тексте</p>'
    assert rewritten(text, "offer/", NAMES) == text


def test_an_address_that_begins_like_one_of_the_service_is_a_page() -> None:
    assert rewritten('<a href="/offer/attic/">', "", {}) == '<a href="offer/attic/">'


def test_the_canonical_link_says_where_the_text_stands_for_ever() -> None:
    markup = '<link rel="canonical" href="/offer/">'
    assert rewritten(markup, "offer/3/", NAMES) == markup


def test_assets_are_named_as_published_on_a_page_shown_at_any_address_too() -> None:
    markup = '<script src="/assets/clause.js" defer></script><a href="/offer/">'
    assert rewritten(markup, None, NAMES) == markup.replace("clause.js", "clause.1a2b3c4d.js")
    assert 'src="../assets/clause.1a2b3c4d.js"' in rewritten(markup, "offer/", NAMES)
