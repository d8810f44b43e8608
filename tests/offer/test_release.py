"""The service sells by a release only when its bytes and its terms are what it says."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from offer.clauses import decode
from offer.editions import sha256
from offer.errors import OfferError
from offer.manifest import badge
from offer.release import load_release
from offer.terms import read_terms
from tests.offer.repository import CONSENT, OFFER, START, make_sandbox


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release with two editions of the offer and one of the consent."""
    sandbox = make_sandbox(tmp_path_factory.mktemp("published"))
    sandbox.commit({"docs/consent.md": CONSENT})
    sandbox.publish()
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "16 000 ₽"))})
    return sandbox.publish(days=1).release.folder


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """A copy that the test may damage."""
    return shutil.copytree(published, tmp_path / "release")


def edit(folder: Path, change: Callable[[dict[str, Any]], object], document: str = "offer") -> None:
    path = folder / document / "editions.json"
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def refusal(folder: Path) -> str:
    with pytest.raises(OfferError) as caught:
        load_release(folder)
    assert caught.value.code == "release_broken"
    return caught.value.sentence


def test_a_release_says_what_is_in_force(published: Path) -> None:
    release = load_release(published)
    offer, consent = release.current("offer"), release.current("consent")

    assert release.current("privacy") is None
    assert consent is not None
    assert offer is not None
    assert offer.terms is not None
    assert (offer.number, offer.tag, offer.change) == (2, "offer/2", "price")
    assert (offer.page, offer.source) == ("/offer/2/", "/offer/2/offer.md")
    assert [package.price_kopecks for package in offer.terms.packages][1] == 1_600_000
    assert (consent.text, consent.terms) == (CONSENT.encode(), None)
    assert release.editions["offer"][0].published_at == START
    assert release.id == release.folder.name
    assert release.edition("offer", offer.sha256) == offer
    assert release.edition("offer", "0" * 64) is None


def test_the_terms_of_every_edition_are_in_the_manifest(published: Path) -> None:
    rows = json.loads((published / "offer/editions.json").read_text())["editions"]
    terms = read_terms(decode(OFFER.encode(), "offer"), "offer").terms

    assert terms is not None
    assert rows[0]["terms"] == terms.to_json()
    assert rows[0]["published_at"] == "2026-11-22T09:00:00+00:00"
    assert rows[0]["pdf"] == "/offer/1/offer.pdf"
    assert rows[0]["pdf_sha256"] == sha256((published / "offer/1/offer.pdf").read_bytes())
    assert (
        "terms" not in json.loads((published / "consent/editions.json").read_text())["editions"][0]
    )


@pytest.mark.parametrize("number", [1, 2])
def test_one_other_byte_in_any_edition_is_refused(folder: Path, number: int) -> None:
    path = folder / f"offer/{number}/offer.md"
    path.write_bytes(path.read_bytes() + b"\n")

    assert f"offer/{number}/offer.md" in refusal(folder)


def test_a_price_edited_in_the_manifest_is_refused(folder: Path) -> None:
    def cheaper(value: dict[str, Any]) -> None:
        value["editions"][-1]["terms"]["packages"][0]["price_kopecks"] = 100

    edit(folder, cheaper)

    assert "условия" in refusal(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(schema=2),
        lambda value: value.update(document="consent"),
        lambda value: value.update(current=1),
        lambda value: value.pop("editions"),
        lambda value: value["editions"].pop(0),
        lambda value: value["editions"].reverse(),
        lambda value: value["editions"][-1].update(source="/../../etc/passwd"),
        lambda value: value["editions"][-1].update(number="two"),
        lambda value: value["editions"][-1].update(published_at="2026-11-22T09:00:00"),
        lambda value: value["editions"][-1].update(published_at=None),
        lambda value: value["editions"][-1].update(change="huge"),
        lambda value: value["editions"][-1].update(terms=None),
        lambda value: value["editions"][-1].update(terms=[]),
        lambda value: value["editions"][-1].pop("tag_id"),
    ],
)
def test_a_manifest_of_another_shape_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    edit(folder, change)

    assert refusal(folder)


@pytest.mark.parametrize(
    "path", ["offer/editions.json", "privacy/editions.json", "offer/1/offer.md", "release.json"]
)
def test_a_missing_file_is_named(folder: Path, path: str) -> None:
    (folder / path).unlink()

    assert path in refusal(folder)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff"])
def test_a_file_that_is_no_manifest_is_refused(folder: Path, content: bytes) -> None:
    (folder / "offer/editions.json").write_bytes(content)

    assert refusal(folder)


def test_no_release_at_all_is_refused(tmp_path: Path) -> None:
    assert "nothing" in refusal(tmp_path / "nothing")


def test_a_link_is_resolved_once(published: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(published)

    assert load_release(tmp_path / "current").folder == published.resolve()


def test_the_badge_shows_the_day_in_the_contractors_zone() -> None:
    late = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)

    assert badge(3, late, "9f2c41ab" + "0" * 56, ZoneInfo("Europe/Moscow")) == (
        "Редакция\u00a03 · 23.11.2026 · 9f2c\u00a041ab"
    )
