"""What machines find: pages of their own description, the sitemap, robots.txt, the packages."""

import re
from pathlib import Path

from offer import discovery
from offer.terms import read_terms
from tests.site import town


def test_every_page_that_may_be_found_describes_itself(site: Path) -> None:
    others = ("404.html", "memo/index.html")
    told = {path: page.meta("description") for path, page in town.pages(site) if path not in others}
    pages_of_one_text = {"offer/index.html": "offer/2/index.html"}
    pages_of_one_text |= {f"{it}/index.html": f"{it}/1/index.html" for it in ("consent", "privacy")}
    for path, same in pages_of_one_text.items():
        assert told.pop(same) == told[path]
    assert all(len(it) == 1 and it[0] for it in told.values())
    assert len({it[0] for it in told.values()}) == len(told)


def test_the_description_of_the_offer_says_what_it_sells(site: Path) -> None:
    [told] = town.page(site, "/offer/").meta("og:description")
    assert told.replace("\u00a0", " ").startswith(
        "2 часа — 7 000 ₽, 5 часов — 16 000 ₽, 10 часов — 20 000 ₽; 1 календарный месяц"
    )


def test_the_packages_are_told_to_machines_as_the_terms_say(site: Path, tree: Path) -> None:
    terms = read_terms((tree / "docs" / "offer.md").read_text("utf-8"), "offer.md").terms
    told = town.page(site, "/").ld
    assert terms is not None
    assert told is not None
    assert [(it["price"], it["priceCurrency"], it["url"]) for it in told["offers"]] == [
        (f"{it.price_kopecks // 100}.00", "RUB", f"/checkout/{it.hours}") for it in terms.packages
    ]
    assert told["provider"]["taxID"] == terms.requisites.inn
    assert "</" not in discovery.packages_ld(terms, "</script>", "")


def test_a_draft_offers_nothing_to_machines(next_draft: Path) -> None:
    assert town.page(next_draft, "/").ld is None
    assert town.page(next_draft, "/").meta("og:title") == []


def test_the_sitemap_names_the_pages_of_today_and_no_old_edition(
    tree: Path, tmp_path: Path
) -> None:
    town.git(tmp_path, "clone", "--quiet", str(tree), "tree")
    config = tmp_path / "tree" / "mkdocs.yml"
    config.write_text(f"site_url: https://shop.example/\n{config.read_text('utf-8')}", "utf-8")
    town.build(tmp_path / "tree", tmp_path / "site")
    sitemap = (tmp_path / "site" / "sitemap.xml").read_text("utf-8")
    documents = ("offer", "consent", "privacy")

    assert sorted(re.findall("<loc>https://shop.example/([^<]*)</loc>", sitemap)) == sorted(
        ["", "memo/", "requisites/", "verify/"]
        + [f"{document}/{page}" for document in documents for page in ("", "history/")]
    )
    robots = (tmp_path / "site" / "robots.txt").read_text("utf-8")
    assert robots.splitlines()[:2] == ["User-agent: *", "Disallow: /draft/"]
    assert "Sitemap: https://shop.example/sitemap.xml" in robots
    page = town.page(tmp_path / "site", "/offer/1/")
    assert page.meta("og:url") == ["https://shop.example/offer/"]
