"""GET /offer/compare: any edition against any other, in any order, or a form that helps."""

import re

import httpx2
import pytest

from checkout.app import COMPARING_THREADS, ROUTES
from offer.changes.redline_html import redline_html
from offer.redline import compare as compare_texts
from tests.town import Town, dearer, text_of
from tests.web.page_reading import Page, read

FIRST, SECOND, THIRD = text_of("offer"), dearer(), dearer("17 000 ₽")


def compare(town: Town, query: str = "", document: str = "offer") -> httpx2.Response:
    return town.client.get(f"/{document}/compare{query}")


def shown(town: Town, query: str = "", *, status: int = 200) -> Page:
    answer = compare(town, query)
    assert answer.status_code == status, answer.text
    return read(answer.text)


def chosen(page: Page) -> dict[str, str]:
    """What the two lists of the form have chosen."""
    picked = [it.attributes["value"] for it in page.all("option") if "selected" in it.attributes]
    return dict(zip((it.attributes["name"] for it in page.all("select")), picked, strict=True))


def statement(page: Page) -> str:
    """The sentence beside the form when there is nothing to compare."""
    (notice,) = [it for it in page.elements if "notice" in it.attributes.get("class", "").split()]
    return notice.text


def test_two_editions_that_are_no_neighbours_are_compared_as_the_site_compares(
    chronicle: Town,
) -> None:
    html = compare(chronicle, "?from=1&to=3").text
    page = read(html)

    assert page.one("h1").text == "Что изменилось между редакциями 1 и 3"
    assert redline_html(compare_texts(FIRST.decode(), THIRD.decode())) in html
    assert "15 000 ₽" in page.all("del")[-1].text
    assert "17 000 ₽" in page.all("ins")[-1].text
    assert chosen(page) == {"from": "1", "to": "3"}


def test_the_changes_are_told_first_and_lead_to_the_numbered_edition(chronicle: Town) -> None:
    html = compare(chronicle, "?from=1&to=3").text

    assert "5\u00a0часов: 15\u00a0000\u00a0₽ → 17\u00a0000\u00a0₽" in html
    assert html.index("→ 17") < html.index('href="/offer/3/#p-3-1"') < html.index("Обозначения")


def test_a_newer_edition_may_be_held_against_an_older_one(chronicle: Town) -> None:
    page = shown(chronicle, "?from=3&to=1")

    assert "17 000 ₽" in page.all("del")[-1].text
    assert "Сравнение идёт назад" in statement(page)
    assert page.all("a", href="/offer/compare?from=1&to=3")


def test_without_a_second_edition_the_one_in_force_is_meant(chronicle: Town) -> None:
    page = shown(chronicle, "?from=1")

    assert page.one("h1").text == "Что изменилось между редакциями 1 и 4"
    assert "действует" in page.text


def test_an_edition_may_be_named_by_its_hash(chronicle: Town) -> None:
    first, third, second = (chronicle.publisher.editions["offer"][at].sha256 for at in (0, 2, 1))

    assert chosen(shown(chronicle, f"?from={first}&to={third.upper()}")) == {"from": "1", "to": "3"}
    assert chosen(shown(chronicle, f"?from=1&to={second}")) == {"from": "1", "to": "4"}


def test_a_text_that_was_brought_back_differs_in_nothing(chronicle: Town) -> None:
    page = shown(chronicle, "?from=2&to=4")

    assert statement(page).startswith("Тексты этих редакций совпадают до последнего знака")
    assert not page.all("del")


def test_the_bare_address_is_a_form_that_works_without_a_script(chronicle: Town) -> None:
    page = shown(chronicle)
    form = page.one("form")

    assert (form.attributes["method"], form.attributes["action"]) == ("get", "/offer/compare")
    assert [it.attributes["value"] for it in page.all("option")] == ["4", "3", "2", "1"] * 2
    assert chosen(page) == {"from": "3", "to": "4"}


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("?from=2&to=2", 200, "Это одна и та же редакция"),
        ("?from=4", 200, "Это одна и та же редакция"),
        ("?from=9", 404, "Редакции 9 нет: последняя опубликованная — 4"),
        ("?from=1&to=0", 404, "Редакции 0 нет"),
        ("?from=1&to=999999999", 404, "Редакции 999999999 нет"),
        (f"?from={'a' * 64}", 404, f"Текста с хешем {'a' * 64} среди опубликованных нет"),
        ("?from=&to=2", 422, "Выберите, какие редакции сравнить"),
        ("?from=-1", 422, "«-1» — не номер редакции"),
        ("?from=1.0", 422, "«1.0» — не номер редакции"),
        ("?from=¹", 422, "«¹» — не номер редакции"),
        ("?from=9999999999", 422, "не номер редакции"),
        ("?from=<script>alert(1)</script>", 422, "«<script>alert(1)</script>» — не номер"),
        ("?from=1&to=../../etc/passwd", 422, "«../../etc/passwd» — не номер"),
    ],
)
def test_what_cannot_be_compared_is_said_beside_the_form(
    chronicle: Town, query: str, status: int, said: str
) -> None:
    page = shown(chronicle, query, status=status)

    assert said in statement(page)
    assert len(page.all("select")) == 2
    assert len(page.all("script")) == 1  # ours


def test_a_long_word_is_repeated_only_as_far_as_it_helps(chronicle: Town) -> None:
    assert "я" * 41 not in compare(chronicle, f"?from={'я' * 4_000}").text


def test_neighbours_lead_to_their_page_of_the_site_where_it_has_one(own_town: Town) -> None:
    own_town.publisher.publish(offer=SECOND)
    own_town.publisher.publish(offer=THIRD)
    before = compare(own_town, "?from=1&to=2")
    _make_redline_page(own_town, "1-2")
    own_town.publisher.publish()

    assert before.status_code == 200
    for query in ("?from=1&to=2", f"?from={own_town.publisher.editions['offer'][0].sha256}&to=2"):
        answer = compare(own_town, query)
        assert (answer.status_code, answer.headers["location"]) == (303, "/offer/redline/1-2/")
    assert compare(own_town, "?from=1&to=3").status_code == 200
    assert compare(own_town, "?from=2&to=3").status_code == 200


def test_neighbours_backwards_name_the_page_that_stays(own_town: Town) -> None:
    _make_redline_page(own_town, "1-2")
    own_town.publisher.publish(offer=SECOND)
    page = shown(own_town, "?from=2&to=1")

    assert page.all("a", href="/offer/redline/1-2/")
    assert page.one(rel="canonical").attributes["href"].endswith("/offer/redline/1-2/")


def _make_redline_page(town: Town, name: str) -> None:
    """From the next release on."""
    town.publisher.files[f"offer/redline/{name}/index.html"] = b"<h1>Redline</h1>"


def test_texts_too_large_to_compare_at_once_are_offered_to_take_home(own_town: Town) -> None:
    words = text_of("privacy").decode().split()
    for step in (3, 5):
        clauses = (
            " ".join(words[(at * step) % len(words)] for at in range(n, n + 100))
            for n in range(300)
        )
        text = "\n\n".join(
            f"{n // 90 + 1}.{n % 90 + 1}. {it} {step}" for n, it in enumerate(clauses)
        )
        own_town.publisher.publish(privacy=f"# Политика\n\n{text}\n".encode())
    page = read(compare(own_town, "?from=2&to=3", "privacy").text)

    assert statement(page).startswith("Эти тексты слишком велики")
    assert page.all("a", href="/privacy/2/privacy.md")
    assert page.all("a", href="/privacy/3/privacy.md")


def test_comparing_has_threads_of_its_own_so_that_the_site_stays_quick() -> None:
    rows = {it.path: it.compares for it in ROUTES}

    assert [path for path, compares in rows.items() if compares] == ["/{document}/compare"]
    assert COMPARING_THREADS < 4


def test_the_page_is_of_the_release_and_not_for_a_search_engine(chronicle: Town) -> None:
    answer = compare(chronicle, "?from=1&to=3")
    page = read(answer.text)

    assert answer.headers["cache-control"] == "no-cache"
    assert page.one("meta", name="robots").attributes["content"] == "noindex"
    assert page.one(rel="canonical").attributes["href"] == (
        "http://127.0.0.1/offer/compare?from=1&to=3"
    )
    assert (
        read(compare(chronicle).text)
        .one(rel="canonical")
        .attributes["href"]
        .endswith("/offer/compare")
    )


def test_consent_and_privacy_are_compared_too_and_nothing_else_is(chronicle: Town) -> None:
    assert re.search(r"Согласие на\sобработку", compare(chronicle, "", "consent").text)
    assert "Редакций ещё нет" in compare(chronicle, "", "privacy").text
    assert [compare(chronicle, "", it).status_code for it in ("consent", "privacy", "terms")] == [
        200,
        404,
        404,
    ]
