"""Pages keep to a strict content policy and to their own address, and read without a script."""

from pathlib import Path
from urllib.parse import urlsplit

from tests.site import town

NOT_FETCHED = ("canonical", "alternate")
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


def test_no_page_carries_a_script_or_a_style_of_its_own(site: Path) -> None:
    for path, page in town.pages(site):
        assert page.scripts_with_text == [], path
        assert page.all("style") == [], path
        inline = [
            name
            for element in page.elements
            for name in element.attributes
            if name == "style" or name.startswith("on")
        ]
        assert inline == [], path


def test_no_page_fetches_anything_from_another_host(site: Path) -> None:
    for path, page in town.pages(site):
        for element in page.elements:
            address = element.attributes.get(FETCHED.get(element.tag, ""), "")
            if element.attributes.get("rel") not in NOT_FETCHED:
                assert not urlsplit(address).netloc, (path, address)
    for sheet in (site / "assets").glob("*.css"):
        assert "url(" not in sheet.read_text("utf-8")
        assert "@import" not in sheet.read_text("utf-8")


def test_everything_a_page_fetches_is_there(site: Path) -> None:
    for path, page in town.pages(site):
        fetched = [
            element.attributes[FETCHED[element.tag]]
            for element in page.elements
            if FETCHED.get(element.tag, "") in element.attributes
            and element.attributes.get("rel") not in NOT_FETCHED
        ]
        assert fetched, path
        for address in fetched:
            assert (site / address.lstrip("/")).is_file(), (path, address)


def test_the_look_is_the_file_the_checkout_serves_too(site: Path) -> None:
    ours = town.ROOT / "offer" / "look" / "house.css"
    assert (site / "assets" / "house.css").read_bytes() == ours.read_bytes()


def test_every_page_names_the_seller_and_leads_to_consent_privacy_and_requisites(
    site: Path,
) -> None:
    for path, page in town.pages(site):
        assert "ИНН 230909098157" in page.words, path
        assert {"/consent/", "/privacy/", "/requisites/"} <= set(page.links()), path
