"""Which text stands where: the edition in force, the ones it replaced, and drafts."""

import re
from pathlib import Path

from tests.site import town

DEARER = "16 000 ₽"


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
    assert page.meta("robots") == []


def test_an_old_edition_names_the_one_that_replaced_it_and_when(site: Path) -> None:
    page = town.page(site, "/offer/1/")
    assert "Эта редакция больше не действует" in page.words
    assert "22.11.2026, 12:00 (МСК) её заменила редакция 2" in page.words
    assert {"/offer/2/", "/offer/"} <= set(page.links())
    assert page.meta("robots") == ["noindex"]
    assert canonical(page) == ["/offer/"]
    assert DEARER not in page.words


def test_the_edition_in_force_has_no_banner_at_its_own_address(site: Path) -> None:
    page = town.page(site, "/offer/2/")
    assert "больше не действует" not in page.words
    assert page.meta("robots") == []


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


def test_what_becomes_of_unused_hours_is_answered_in_the_words_of_its_clause(site: Path) -> None:
    words = town.page(site, "/offer/").words
    assert "Остаток часов «Часы, которые Заказчик не использовал до конца срока" in words


def test_the_history_lists_every_edition_newest_first_with_all_there_is_of_it(site: Path) -> None:
    page = town.page(site, "/offer/history/")
    assert 0 < page.words.index("Редакция 2") < page.words.index("Редакция 1")
    assert "22.11.2026, 12:00 (МСК) · изменились цены 5 часов: 15 000 ₽ → 16 000 ₽" in page.words
    assert "Первая редакция" in page.words
    links = ["/offer/2/", "/offer/redline/1-2/", "/offer/2/offer.md", "/offer/1/"]
    assert [link for link in page.links() if link in links] == links
    assert {"edition-1", "edition-2"} <= page.ids()


def test_the_history_asks_what_was_in_force_on_a_day(site: Path) -> None:
    for document in ("offer", "privacy"):
        page = town.page(site, f"/{document}/history/")
        assert [it.attributes for it in page.all("form")] == [
            {"class": "at-date", "action": f"/{document}/at", "method": "get"}
        ]
        assert [it.attributes["type"] for it in page.all("input")] == ["date"]


def test_a_redline_names_both_editions_the_kind_of_change_and_every_changed_clause(
    site: Path,
) -> None:
    page = town.page(site, "/offer/redline/1-2/")
    assert "Что изменилось: редакция 1 → 2" in page.words
    assert "Редакция 1 · 20.11.2026" in page.words
    assert "Редакция 2 · 22.11.2026" in page.words
    assert "Вид правки изменились цены" in page.words
    assert {"/offer/1/", "/offer/2/", "/offer/compare?from=1&to=2"} <= set(page.links())
    assert "Изменённые пункты 5 часов: 15 000 ₽ → 16 000 ₽" in page.words
    assert re.search(r"удалено: 15 000 ₽.* добавлено: 16 000 ₽", page.words)
    assert re.search(r"Без изменений: [^:]*разделы 4–11", page.words)
    assert page.meta("robots") == []


def test_pages_lead_from_an_edition_to_what_it_changed_and_to_what_changed_after_it(
    site: Path,
) -> None:
    redline = "/offer/redline/1-2/"
    assert redline in town.page(site, "/offer/").links()
    assert redline in town.page(site, "/offer/2/").links()
    assert redline in town.page(site, "/offer/1/").links()
    assert not (site / "consent/redline").exists()


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


def test_every_page_of_a_draft_says_so_and_asks_not_to_be_found(next_draft: Path) -> None:
    for path, page in town.pages(next_draft):
        assert "Черновик, не опубликовано" in page.words, path
        assert {"/offer/", "/offer/redline/draft/"} <= set(page.links()), path
        assert page.meta("robots") == ["noindex"], path
        assert canonical(page) == [], path
    assert "<loc>" not in (next_draft / "sitemap.xml").read_text("utf-8")


def test_a_draft_is_shown_beside_the_edition_in_force(next_draft: Path) -> None:
    page = town.page(next_draft, "/offer/redline/draft/")
    assert "Что изменится: редакция 2 → 3" in page.words
    assert "Проект редакции 3 — не опубликовано" in page.words
    assert re.search(r"удалено: 16 000 ₽.* добавлено: 17 000 ₽", page.words)
    told = "Что изменится 5 часов: 16 000 ₽ → 17 000 ₽"
    assert told in town.page(next_draft, "/offer/").words
