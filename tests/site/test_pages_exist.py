"""Every address the site promises exists, leads on, and is the same on every build."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from mkdocs.config import load_config

from tests.site import town

OWN_ADDRESSES = [
    "/",
    "/404.html",
    "/requisites/",
    "/offer/",
    "/offer/1/",
    "/offer/2/",
    "/offer/history/",
    "/offer/redline/1-2/",
    "/consent/",
    "/consent/1/",
    "/consent/history/",
    "/privacy/",
    "/privacy/1/",
    "/privacy/history/",
    "/verify/",
]
SERVICE = re.compile(r"/checkout/|/account$|/(?:offer|consent|privacy)/(?:compare|at)$")


@pytest.mark.parametrize("address", OWN_ADDRESSES)
def test_every_promised_page_stands_at_its_address(site: Path, address: str) -> None:
    assert town.page(site, address).all("h1")


def test_served_bytes_hash_to_what_their_page_and_the_manifest_say(site: Path) -> None:
    manifest = json.loads((site / "offer" / "editions.json").read_text("utf-8"))
    for edition in manifest["editions"]:
        bytes_served = (site / edition["source"].lstrip("/")).read_bytes()
        assert hashlib.sha256(bytes_served).hexdigest() == edition["sha256"]
        assert edition["sha256"] in town.page(site, edition["page"]).words


def leads_somewhere(site: Path, here: str, link: str) -> bool:
    address, _, anchor = link.partition("#")
    if SERVICE.match(address.split("?")[0]) or link.startswith(("tel:", "mailto:", "https://")):
        return True
    target = site / address.lstrip("/")
    target = target / "index.html" if target.is_dir() else target
    if not address:
        target = site / here
    if not target.is_file():
        return False
    return not anchor or anchor in town.Html(target.read_text("utf-8")).ids()


@pytest.mark.parametrize("built", ["site", "draft", "next_draft"])
def test_no_link_of_any_page_is_broken(built: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(built)
    links = {(path, link) for path, page in town.pages(folder) for link in page.links()}
    broken = sorted((path, link) for path, link in links if not leads_somewhere(folder, path, link))
    assert broken == []


@pytest.mark.usefixtures("papers_anew")
def test_two_builds_from_nothing_in_two_clones_are_byte_identical(
    tree: Path, tmp_path: Path
) -> None:
    town.git(tmp_path, "clone", "--quiet", str(tree), "clone")
    here = town.publish_at(tree, tmp_path / "here", town.day(23))
    there = town.publish_at(tmp_path / "clone", tmp_path / "elsewhere/deeper", town.day(24))

    assert (there / "SHA256SUMS").read_bytes() == (here / "SHA256SUMS").read_bytes()


@pytest.mark.usefixtures("papers_anew")
def test_a_new_edition_changes_no_old_page_but_the_one_it_replaces(
    site: Path, tree: Path, tmp_path: Path
) -> None:
    town.git(tmp_path, "clone", "--quiet", str(tree), "tree")
    town.reword(tmp_path / "tree", "dudkinanton@bk.ru", "anton@bk.ru")
    consent = tmp_path / "tree/docs/consent.md"
    consent.write_text(f"{consent.read_text('utf-8')}\nЕщё слово.\n", "utf-8")
    town.commit(tmp_path / "tree", "Write from another address")
    shutil.copytree(site.parents[1], tmp_path / "public", symlinks=True)
    carried = town.publish_at(tmp_path / "tree", tmp_path / "public", town.day(24))
    afresh = town.publish_at(tmp_path / "tree", tmp_path / "nothing-before", town.day(25))
    ours = [path.relative_to(afresh) for path in sorted(afresh.rglob("*.html"))]
    old = [it for it in ours if re.search(r"/(?:\d|\d-\d)/", str(it)) and (site / it).exists()]

    assert len(old) == 5
    changed = [str(it) for it in old if (afresh / it).read_bytes() != (site / it).read_bytes()]
    assert changed == ["consent/1/index.html", "offer/2/index.html"]
    # taken over or made from nothing, a page is the same
    assert [it for it in ours if (afresh / it).read_bytes() != (carried / it).read_bytes()] == []


def test_the_site_is_not_built_over_the_folder_that_holds_its_theme() -> None:
    config = load_config(config_file=str(town.ROOT / "mkdocs.yml"))
    assert Path(config["site_dir"]) == town.ROOT / "build" / "site"


def test_a_build_by_hand_has_the_exact_bytes_too(site: Path, next_draft: Path) -> None:
    for source in ("offer/1/offer.md", "offer/2/offer.md", "consent/1/consent.md"):
        assert (next_draft / source).read_bytes() == (site / source).read_bytes()
