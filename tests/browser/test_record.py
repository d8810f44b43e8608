"""The public record as a reader meets it: every edition, what changed, which text is which."""

import hashlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.client import PHONE, a_client, press
from tests.browser.test_keyboard import Keyboard
from tests.story.driving import Demo

REDLINE = "/offer/redline/1-2/"
LOADED = "performance.getEntriesByType('resource').map(it => it.name.split('/').pop())"
# of FIPS 180-4 and its examples: nothing, one block, the edges of padding, several blocks
VECTORS = ["", "abc", "a" * 55, "a" * 56, "a" * 64, "оферта" * 1000]


@pytest.fixture
def reader(browser: Browser, old_editions: Demo) -> Iterator[Page]:
    """Somebody at a desk when an edition is no longer in force."""
    with a_client(browser, old_editions) as page:
        yield page


def test_from_the_history_to_the_changed_clause_with_the_keyboard_alone(
    reader: Page, demo: Demo
) -> None:
    keys = Keyboard(reader)
    reader.goto(f"{demo.facts['site']}/offer/")
    keys.follow("Редакции")
    reader.wait_for_url("**/offer/history/")
    keys.follow("Что изменилось")
    # of the newest edition, whichever that is: other tests publish in this shop, too
    reader.wait_for_url(re.compile(r"/offer/redline/\d+-\d+/$"))
    listed = reader.locator(".sentences a").first
    keys.to(listed)
    keys.press("Enter")

    target = reader.locator(f"[id='{reader.url.partition('#')[2]}']")
    expect(target).to_be_in_viewport()
    expect(target.locator("ins, del").first).to_be_visible()


def test_a_redline_is_read_on_a_phone_without_scripts_and_without_colours(
    browser: Browser, old_editions: Demo
) -> None:
    with a_client(browser, old_editions, viewport=PHONE, java_script_enabled=False) as page:
        page.goto(f"{old_editions.facts['site']}{REDLINE}")
        lines = [
            page.locator(f".redline {tag}").first.evaluate(
                "it => [getComputedStyle(it).textDecorationLine,"
                " getComputedStyle(it, '::before').content]"
            )
            for tag in ("ins", "del")
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        history = page.goto(f"{old_editions.facts['site']}/offer/history/")
        assert history is not None
        page.get_by_label("Что действовало в день").fill("2026-11-22")
        expect(page.get_by_role("button", name="Узнать")).to_be_visible()

    assert [line for line, _ in lines] == ["underline", "line-through"]
    assert ["+" in lines[0][1], "−" in lines[1][1]] == [True, True]
    assert wide <= 0


def verdict(page: Page) -> str:
    return page.get_by_role("status").inner_text().replace("\u00a0", " ")


def test_a_file_is_told_to_be_its_edition_or_none_without_leaving_the_browser(
    reader: Page, demo: Demo
) -> None:
    exact = demo.get("/offer/1/offer.md").content
    reader.goto(f"{demo.facts['site']}/verify/")
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url))
    reader.wait_for_load_state("networkidle")  # the icon of the tab comes when it likes
    asked.clear()
    said = reader.get_by_role("status")

    def give(content: bytes) -> None:
        file = {"name": "offer.md", "mimeType": "text/markdown", "buffer": content}
        reader.get_by_label("Выбрать файл").set_input_files(file)  # type: ignore[arg-type]

    give(exact)
    expect(said.get_by_role("heading")).to_have_text(
        re.compile("Это публичная оферта, редакция.1$")
    )
    assert hashlib.sha256(exact).hexdigest() in verdict(reader)
    assert "действовала с" in verdict(reader)
    assert said.get_by_role("link").evaluate("it => it.href") == f"{demo.facts['site']}/offer/1/"
    give(exact.replace(b"\n", b"\r\n"))
    expect(said.get_by_role("heading")).to_have_text("Слова те же, отличаются концы строк")
    give(exact.replace(b"15", b"14"))
    expect(said.get_by_role("heading")).to_have_text("Такого текста здесь не публиковали")
    assert asked == []


def test_a_hash_is_known_whole_by_its_badge_and_as_sha256sum_prints_it(
    reader: Page, demo: Demo
) -> None:
    editions = demo.get("/offer/editions.json").json()["editions"]
    known = editions[-1]["sha256"]
    reader.goto(f"{demo.facts['site']}/verify/")
    for typed, expected in (
        (known, f"Это публичная оферта, редакция {editions[-1]['number']}"),
        (f"{known}  offer.md\n", "Это публичная оферта, редакция"),
        (f"{known[:4]}\u00a0{known[4:8]}", "Хеш начинается так же"),
        ("0" * 64, "Такого текста здесь не публиковали"),
        ("", "Проверять пока нечего"),
    ):
        reader.get_by_label("Хеш SHA-256 или сам текст").fill(typed)
        press(reader, "Проверить")
        expect(reader.get_by_role("status")).to_contain_text(expected)


def test_where_the_browser_has_no_sha256_the_pages_own_is_right(reader: Page, demo: Demo) -> None:
    reader.goto(f"{demo.facts['site']}/verify/")
    ours = reader.evaluate(
        "texts => texts.map(it => sha256.ours(new TextEncoder().encode(it)))", VECTORS
    )
    assert ours == [hashlib.sha256(it.encode()).hexdigest() for it in VECTORS]


def test_without_scripts_the_hashes_are_there_to_be_compared_by_eye(
    browser: Browser, old_editions: Demo
) -> None:
    with a_client(browser, old_editions, java_script_enabled=False) as page:
        page.goto(f"{old_editions.facts['site']}/verify/")
        words = page.locator("main").inner_text()
        expect(page.get_by_label("Выбрать файл")).to_be_hidden()
        page.goto(f"{old_editions.facts['site']}/offer/")
        expect(page.get_by_label("Найти в оферте")).to_be_hidden()

    for document in ("offer", "consent", "privacy"):
        manifest = old_editions.get(f"/{document}/editions.json").json()
        assert [it for it in manifest["editions"] if it["sha256"] not in words] == []
    assert "sha256sum offer.md" in words


def test_search_finds_clauses_by_any_form_of_a_word_and_loads_nothing_before(
    reader: Page, demo: Demo
) -> None:
    keys = Keyboard(reader)
    reader.goto(f"{demo.facts['site']}/offer/")
    assert not re.search("lunr|clauses|search", " ".join(reader.evaluate(LOADED)))
    keys.to(reader.get_by_label("Найти в оферте"))
    found = reader.locator(".search__found")
    for typed, clause in (
        ("неиспользованные часы", "п. 3.4"),
        ("предоплата", "п. 3.2"),
        ("битрикс", "п. 5.1"),
        ("п. 6.1", "п. 6.1"),
    ):
        reader.get_by_label("Найти в оферте").fill(typed)
        expect(found.get_by_role("link").filter(has_text=clause)).to_have_count(1)
    reader.get_by_label("Найти в оферте").fill("велосипед")
    expect(found.get_by_role("status")).to_have_text("Ничего не найдено")
    reader.get_by_label("Найти в оферте").fill("аннулируются")
    expect(found.locator("mark")).to_have_text("аннулируются")
    keys.press("Enter")
    expect(found.get_by_role("link")).to_be_focused()
    keys.press("Enter")
    assert reader.url.endswith("/offer/#p-3-4")
    expect(found).to_be_hidden()


def test_the_contents_mark_the_section_that_is_being_read(reader: Page, demo: Demo) -> None:
    reader.goto(f"{demo.facts['site']}/offer/#p-6")
    current = reader.locator(".contents--beside [aria-current]")
    expect(current).to_have_text(re.compile("Приёмка работ"))
    reader.locator("#p-3-4").evaluate("it => it.scrollIntoView()")
    expect(current).to_have_text(re.compile("Порядок оказания услуг"))
