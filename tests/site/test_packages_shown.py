"""The front page sells what the terms say, and only when they are in force."""

from pathlib import Path

from offer.terms import read_terms
from offer.wording import hours, money
from tests.site import town


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_cards_say_what_the_terms_of_the_edition_in_force_say(site: Path, tree: Path) -> None:
    terms = read_terms((tree / "docs" / "offer.md").read_text("utf-8"), "offer.md").terms
    assert terms is not None
    page = town.page(site, "/")
    for package in terms.packages:
        card = (
            f"{hours(package.hours)} {money(package.price_kopecks)} "
            f"Цена часа в пакете {money(package.price_kopecks // package.hours)} "
            f"Дополнительный час {money(package.extra_hour_kopecks)}"
        )
        assert plain(card) in page.words
        assert plain(f"Выбрать {hours(package.hours)}") in page.words
        assert f"/checkout/{package.hours}" in page.links()


def test_the_example_of_the_term_counts_from_the_day_of_publication(site: Path) -> None:
    words = town.page(site, "/").words
    assert "оплата 22.11.2026 — до 22.12.2026 включительно" in words


def test_unused_hours_are_answered_in_the_words_of_the_offer(site: Path) -> None:
    page = town.page(site, "/")
    assert "Что будет с неиспользованными часами?" in page.words
    assert {"/offer/2/#p-3-4", "/offer/2/#p-3-6"} <= set(page.links())


def test_a_draft_cannot_be_bought(draft: Path, next_draft: Path) -> None:
    for built in (draft, next_draft):
        page = town.page(built, "/")
        assert "не опубликовано" in page.words
        assert "купить по нему нельзя" in page.words
        assert [link for link in page.links() if "checkout" in link] == []


def test_a_draft_whose_terms_cannot_be_read_says_why_and_shows_no_price(tmp_path: Path) -> None:
    tree = town.lay_out(tmp_path / "tree")
    town.reword(tree, "15 000 ₽", "по договорённости")
    town.build(tree, tmp_path / "site")
    page = town.page(tmp_path / "site", "/")
    assert "Условия не читаются, поэтому пакеты не показаны" in page.words
    assert "п. 3.1" in page.words
    assert "checkout" not in " ".join(page.links())


def test_the_requisites_are_those_of_the_text(site: Path) -> None:
    page = town.page(site, "/requisites/")
    for words in ("40802810720000480414", "044525104", "+7 938 478 10 91", "dudkinanton@bk.ru"):
        assert words in page.words
    assert {"tel:+79384781091", "mailto:dudkinanton@bk.ru", "/offer/2/#p-11"} <= set(page.links())
