"""GET /offer/at/DATE: what was in force on a day, told to people and to programs."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from checkout.app import create_app
from checkout.releases import Shelf
from checkout.serve import gate_of
from tests.town import Town
from tests.web.page_reading import Page, read

JSON = {"accept": "application/json"}


def at(town: Town, day: str, document: str = "offer", **options: object) -> httpx2.Response:
    return town.client.get(f"/{document}/at/{day}", **options)  # type: ignore[arg-type]  # httpx's own


def shown(town: Town, day: str, *, status: int = 200) -> Page:
    answer = at(town, day)
    assert answer.status_code == status, answer.text
    return read(answer.text)


def found(page: Page) -> list[tuple[str, str]]:
    """The editions of the page with their times."""
    names = [it.text for it in page.all("h2") if it.text.startswith("Редакция")]
    times = [it.text for it in page.elements if it.attributes.get("class") == "then-times"]
    return list(zip(names, times, strict=True))


def test_a_day_with_one_edition_has_it_for_all_its_hours(chronicle: Town) -> None:
    page = shown(chronicle, "2026-11-25")

    assert page.one("h1").text == "Что действовало 25 ноября 2026"
    assert found(page) == [("Редакция 3", "с 00:00 до 24:00 (МСК)")]
    assert "Весь день действовала одна редакция: 3." in page.text
    assert "по московскому времени" in page.text


def test_a_day_of_changes_has_every_edition_with_its_times(chronicle: Town) -> None:
    page = shown(chronicle, "2026-11-22")

    assert found(page) == [
        ("Редакция 1", "с 00:00 до 12:00 (МСК)"),
        ("Редакция 2", "с 12:00 до 17:00 (МСК)"),
        ("Редакция 3", "с 17:00 до 24:00 (МСК)"),
    ]
    assert "За этот день действовали 3 редакции" in page.text
    assert "22.11.2026, 12:00:02 (МСК)" in page.text


def test_each_edition_leads_to_its_page_its_text_and_what_is_otherwise_today(
    chronicle: Town,
) -> None:
    page = shown(chronicle, "2026-11-22")
    links = [it.attributes["href"] for it in page.all("a")]

    for number in (1, 2, 3):
        assert f"/offer/{number}/" in links
        assert f"/offer/{number}/offer.md" in links
        assert f"/offer/compare?from={number}" in links
        assert chronicle.publisher.editions["offer"][number - 1].sha256 in page.text
    assert "/offer/1/offer.pdf" not in links


def test_a_pdf_is_linked_where_the_release_has_one(own_town: Town) -> None:
    own_town.publisher.files["offer/1/offer.pdf"] = b"%PDF-"
    own_town.publisher.publish()
    day = (own_town.clock.now - timedelta(days=1)).date().isoformat()

    assert shown(own_town, day).all("a", href="/offer/1/offer.pdf")


def test_today_is_told_as_far_as_it_has_come(chronicle: Town) -> None:
    page = shown(chronicle, "2026-12-03")

    assert found(page) == [("Редакция 4", "с 00:00 (МСК) и до сих пор")]
    assert "День ещё идёт: ответ дан 03.12.2026, 14:03 (МСК)." in page.text
    assert "Действует с" in page.text
    assert not page.all("a", href="/offer/compare?from=4")


def test_the_day_of_the_first_edition_says_that_there_was_none_before(chronicle: Town) -> None:
    page = shown(chronicle, "2026-11-20")

    assert found(page) == [("Редакция 1", "с 12:00 до 24:00 (МСК)")]
    assert "до неё документа не было" in page.text


def test_a_day_that_has_not_come_is_said_to_be_unknown(chronicle: Town) -> None:
    page = shown(chronicle, "2026-12-04", status=416)

    assert page.one("h1").text == "День ещё не наступил: 4 декабря 2026"
    assert "не знает никто" in page.text
    assert page.all("a", href="/offer/4/")
    assert found(page) == []


def test_a_day_before_the_first_edition_has_none(chronicle: Town) -> None:
    page = shown(chronicle, "2026-11-19", status=404)

    assert page.one("h1").text == "Редакций ещё не было: 19 ноября 2026"
    assert "Первая редакция опубликована 20.11.2026, 12:00:01 (МСК)" in page.text
    assert page.all("a", href="/offer/1/")


@pytest.mark.parametrize(
    "typed", ["31.02.2026", "2026-13-01", "вчера", "22-11-2026", "<b>", "0000-00-00"]
)
def test_what_is_no_date_gets_a_hint_and_the_form(chronicle: Town, typed: str) -> None:
    page = shown(chronicle, typed, status=422)

    assert f"«{typed}» — не дата" in page.text
    assert "Пример: 22.11.2026" in page.text
    assert page.one("input", type="date").attributes["name"] == "date"


@pytest.mark.parametrize(
    "address",
    [
        "/offer/at/22.11.2026",
        "/offer/at/2026-11-22/",
        "/offer/at?date=2026-11-22",
        "/offer/at?date=22.11.2026",
        "/offer/at/?date=2026-11-22",
    ],
)
def test_a_day_has_one_address(chronicle: Town, address: str) -> None:
    answer = chronicle.client.get(address)

    assert (answer.status_code, answer.headers["location"]) == (303, "/offer/at/2026-11-22")


def test_the_bare_address_asks_for_a_day(chronicle: Town) -> None:
    for address in ("/offer/at", "/offer/at/"):
        page = read(chronicle.client.get(address).text)
        form = page.one("form")

        assert (form.attributes["method"], form.attributes["action"]) == ("get", "/offer/at")
        assert page.one("input", name="date")


def test_a_program_gets_the_same_answer_as_json(chronicle: Town) -> None:
    answer = at(chronicle, "2026-11-22", headers=JSON)
    second = chronicle.publisher.editions["offer"][1]
    said = answer.json()

    assert (said["document"], said["date"], said["time_zone"]) == (
        "offer",
        "2026-11-22",
        "Europe/Moscow",
    )
    assert [it["number"] for it in said["editions"]] == [1, 2, 3]
    assert said["editions"][1] == {
        "number": 2,
        "sha256": second.sha256,
        "from": "2026-11-22T12:00:02+03:00",
        "until": "2026-11-22T17:00:03+03:00",
    }
    assert at(chronicle, "2026-12-03", headers=JSON).json()["editions"][0]["until"] is None


@pytest.mark.parametrize(
    ("day", "status"), [("2026-12-04", 416), ("2026-11-19", 404), ("someday", 422)]
)
def test_a_program_is_told_why_there_is_no_edition(chronicle: Town, day: str, status: int) -> None:
    answer = at(chronicle, day, headers=JSON)

    assert answer.status_code == status
    assert answer.json()["editions"] == []
    assert answer.json()["error"]


def test_the_page_is_of_the_release_and_not_for_a_search_engine(chronicle: Town) -> None:
    answer = at(chronicle, "2026-11-22")
    page = read(answer.text)

    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-cache", "accept")
    assert page.one("meta", name="robots").attributes["content"] == "noindex"
    assert page.one(rel="canonical").attributes["href"] == ("http://127.0.0.1/offer/at/2026-11-22")


def test_consent_and_privacy_have_their_days_and_nothing_else_has(chronicle: Town) -> None:
    answers = [at(chronicle, "2026-12-02", it) for it in ("consent", "privacy", "terms")]

    assert [it.status_code for it in answers] == [200, 404, 404]
    assert "Согласие на\u00a0обработку" in answers[0].text
    assert "Редакций ещё нет" in answers[1].text


def test_without_a_release_nothing_is_guessed(own_town: Town, tmp_path: Path) -> None:
    empty = replace(own_town.shop, shelf=Shelf(tmp_path / "nothing", own_town.shop.store))
    client = TestClient(create_app(empty, gate_of(empty)))

    for address in ("/offer/at/2026-11-22", "/offer/compare"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert "Сайт ещё загружается" in answer.text
