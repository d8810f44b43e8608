"""Pages keep to a strict content policy and to their own address, and read without a script."""

import hashlib
import re
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlsplit

from tests.site import town

ADDRESS = re.compile(r"url\([\"']?([a-z]+:\w*)?")
NOT_FETCHED = ("canonical", "alternate")
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


def test_no_page_carries_a_script_or_the_style_of_one_element(site: Path) -> None:
    for path, page in town.pages(site):
        assert page.scripts_with_text == [], path
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
        assert "@import" not in page.style, path
        assert set(ADDRESS.findall(page.style)) <= {"data:image"}, path


def test_the_only_style_of_a_page_is_its_own_and_its_policy_names_it_first(site: Path) -> None:
    for path, page in town.pages(site):
        digest = b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
        policies = [
            place
            for place, element in enumerate(page.elements)
            if element.attributes.get("content") == f"style-src 'sha256-{digest}'"
        ]
        styles = [place for place, it in enumerate(page.elements) if it.tag == "style"]
        assert len(policies) == len(styles) == 1, path
        assert policies < styles, path
        assert "stylesheet" not in {it.attributes.get("rel") for it in page.all("link")}, path


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
            assert (site / page.led_to(address).lstrip("/")).is_file(), (path, address)


def test_every_asset_a_page_fetches_is_named_by_its_content(site: Path) -> None:
    for asset in (it for it in (site / "assets").iterdir() if it.suffix not in (".br", ".gz")):
        digest = hashlib.sha256(asset.read_bytes()).hexdigest()[:8]
        assert digest in asset.name.split(".") or asset.name == "favicon.svg"


def test_every_page_names_the_seller_and_leads_to_consent_privacy_and_requisites(
    site: Path,
) -> None:
    for path, page in town.pages(site):
        assert "ИНН 230909098157" in page.words, path
        assert {"/consent/", "/privacy/", "/requisites/"} <= set(page.links()), path
