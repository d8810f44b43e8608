"""Which text stands where: the edition in force, the ones it replaced, and drafts."""

from pathlib import Path

from tests.site import town

DEARER = "16 000 ₽"


def robots(page: town.Html) -> list[str]:
    return [
        element.attributes["content"]
        for element in page.all("meta")
        if element.attributes.get("name") == "robots"
    ]


def canonical(page: town.Html) -> list[str]:
    return [
        element.attributes["href"]
        for element in page.all("link")
        if element.attributes.get("rel") == "canonical"
    ]


def test_the_offer_page_is_the_newest_edition(site: Path) -> None:
    page = town.page(site, "/offer/")
    assert "Редакция 2 · 22.11.2026 · " in page.words
    assert "Действует с 22.11.2026, 12:00 (МСК)" in page.words
    assert DEARER in page.words
    assert robots(page) == []


def test_an_old_edition_names_the_one_that_replaced_it_and_when(site: Path) -> None:
    page = town.page(site, "/offer/1/")
    assert "Эта редакция больше не действует" in page.words
    assert "22.11.2026, 12:00 (МСК) её заменила редакция 2" in page.words
    assert {"/offer/2/", "/offer/"} <= set(page.links())
    assert robots(page) == ["noindex"]
    assert canonical(page) == ["/offer/"]
    assert DEARER not in page.words


def test_the_edition_in_force_has_no_banner_at_its_own_address(site: Path) -> None:
    page = town.page(site, "/offer/2/")
    assert "больше не действует" not in page.words
    assert robots(page) == []


def test_every_clause_has_its_anchor_on_every_page_of_the_text(site: Path) -> None:
    for address in ("/offer/", "/offer/1/", "/offer/2/"):
        assert {"p-3", "p-3-1", "p-3-4", "p-11"} <= town.page(site, address).ids()


def test_a_clause_number_links_to_the_numbered_edition(site: Path) -> None:
    page = town.page(site, "/offer/")
    numbers = [
        page.led_to(element.attributes["href"])
        for element in page.all("a")
        if element.attributes.get("class") == "clause-number"
    ]
    assert "/offer/2/#p-3-1" in numbers
    assert [link for link in numbers if not link.startswith("/offer/2/#p-")] == []


def test_the_five_answers_stand_above_the_text_with_their_clauses(site: Path) -> None:
    page = town.page(site, "/offer/")
    for words in (
        "5 часов — 16 000 ₽",
        "1 календарный месяц с момента оплаты",
        "Наименьшая единица — 5 минут",
        "1 рабочий день на замечания",
    ):
        assert words in page.words
    for clause in ("3-1", "3-2", "3-3", "3-6", "5-2", "6-1"):
        assert f"/offer/2/#p-{clause}" in page.links()


def test_the_history_lists_every_edition_with_its_hash_newest_first(site: Path) -> None:
    words = town.page(site, "/offer/history/").words
    assert 0 < words.index("Редакция 2") < words.index("Редакция 1")
    assert "5 часов: 15 000 ₽ → 16 000 ₽" in words
    assert "изменились цены" in words
    assert "Первая редакция" in words


def test_without_git_the_text_is_shown_as_a_draft(draft: Path) -> None:
    page = town.page(draft, "/offer/")
    assert "Проект редакции 1 — не опубликовано" in page.words
    assert not (draft / "offer" / "1").exists()
    assert "Ещё не опубликована ни одна редакция" in town.page(draft, "/offer/history/").words


def test_a_text_that_differs_from_the_newest_edition_is_a_draft_of_the_next(
    next_draft: Path,
) -> None:
    page = town.page(next_draft, "/offer/")
    assert "Проект редакции 3 — не опубликовано" in page.words
    assert "Сейчас действует редакция 2" in page.words
    assert "17 000 ₽" in page.words
    assert "16 000 ₽" in town.page(next_draft, "/offer/2/").words
    assert "Проект" not in town.page(next_draft, "/consent/").words
