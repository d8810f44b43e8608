"""A release that is not whole never sells: it is refused, seen on /healthz, and tried again."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
import structlog.testing
from starlette.testclient import TestClient

from checkout.app import create_app
from checkout.open import open_shop
from checkout.serve import gate_of
from offer.editions import sha256
from tests.town import SITE, Town, dearer, sum_again, text_of
from tests.web.buying import page_of
from tests.web.test_new_release import health, rewrite, turn

PATIENCE = 30  # seconds; only a service that waits for the proof keeps the test so long


def publish_damaged(town: Town, damage: Callable[[Path], object], **texts: bytes) -> Path:
    """Publish a release and damage it before the link is moved to it; the link's target."""
    kept = town.publisher.current.readlink()
    town.publisher.publish(**texts)
    made = town.publisher.current.readlink()
    turn(town.publisher, kept)
    damage(town.publisher.folder / made)
    turn(town.publisher, made)
    return made


@pytest.fixture
def restarted(own_town: Town) -> Iterator[Callable[[], TestClient]]:
    """Starts the service again at the same database and release."""
    with ExitStack() as ending:

        def start() -> TestClient:
            shop = open_shop(own_town.shop.settings, own_town.clock)
            ending.callback(shop.store.close)
            return TestClient(create_app(shop, gate_of(shop)), base_url=SITE)

        yield start


def half_copied(release: Path) -> None:
    (release / "index.html").unlink()


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a page missing": (half_copied, "нет файла index.html"),
    "half of a page": (
        lambda release: os.truncate(release / "index.html", 5),
        "index.html изменён",
    ),
    "a file nobody published": (
        lambda release: (release / "offer/1/offer.md.bak").write_bytes(b""),
        "offer/1/offer.md.bak",
    ),
    "a link to a file": (
        lambda release: (release / "passwd").symlink_to("/etc/passwd"),
        "passwd — ссылка",
    ),
    "a link to a folder": (lambda release: (release / "etc").symlink_to("/etc"), "etc — ссылка"),
    "a page become a link": (
        lambda release: (half_copied(release), (release / "index.html").symlink_to("release.json")),
        "index.html — ссылка",
    ),
    "no list of sums": (lambda release: (release / "SHA256SUMS").unlink(), "SHA256SUMS"),
    "half a list of sums": (
        lambda release: os.truncate(release / "SHA256SUMS", 100),
        "SHA256SUMS не читается",
    ),
    "a list of sums without its last": (
        lambda release: rewrite(
            release / "SHA256SUMS", lambda sums: b"".join(sums.splitlines(keepends=True)[:-1])
        ),
        "опубликован не был",
    ),
    "sums that are none": (
        lambda release: (release / "SHA256SUMS").write_bytes(b"\xff\n"),
        "SHA256SUMS не читается",
    ),
}


@pytest.mark.parametrize(("damage", "told"), DAMAGE.values(), ids=DAMAGE)
def test_a_release_that_is_not_as_published_is_refused(
    own_town: Town, damage: Callable[[Path], object], told: str
) -> None:
    assert health(own_town)[0] == 200
    with structlog.testing.capture_logs() as logged:
        publish_damaged(own_town, damage, offer=dearer())
        status, facts = health(own_town)
        health(own_town)

    assert status == 200
    assert facts["release"] == "release-1"
    assert told in str(facts["problems"])
    assert "Пока действует прежний выпуск, release-1." in str(facts["problems"])
    assert [it["event"] for it in logged if it["log_level"] == "error"] == ["release refused"]
    assert "15 000 ₽" in page_of(own_town.client.get("/checkout/5")).text


def test_a_release_whose_copying_ends_later_is_sold_by_within_a_minute(own_town: Town) -> None:
    page = b"<h1>Whole</h1>"
    own_town.publisher.files["index.html"] = page
    assert health(own_town)[1]["release"] == "release-1"
    made = publish_damaged(own_town, half_copied)
    refused = health(own_town)
    (own_town.publisher.folder / made / "index.html").write_bytes(page)
    own_town.clock.forward(minutes=1)
    own_town.work()

    assert refused[1]["release"] == "release-1"
    assert health(own_town)[1] == {**refused[1], "release": "release-2", "problems": []}


def test_a_pdf_that_is_not_the_one_in_the_manifest_is_refused(own_town: Town) -> None:
    own_town.publisher.files["offer/1/offer.pdf"] = b"%PDF-1.7 first"

    def swap(release: Path) -> None:
        (release / "offer/1/offer.pdf").write_bytes(b"%PDF-1.7 forged")
        sum_again(release)

    assert health(own_town)[0] == 200
    publish_damaged(own_town, swap)

    assert "offer/1/offer.pdf" in str(health(own_town)[1]["problems"])
    assert own_town.client.get("/offer/1/offer.pdf").status_code == 404


# --- nobody waits


def test_while_a_release_is_being_proved_the_others_go_on_with_the_old_one(own_town: Town) -> None:
    """Its record is a pipe, so whoever reads it stays there until the test writes into it."""
    assert health(own_town)[0] == 200
    pipe = own_town.publisher.folder / "releases/release-2/release.json"

    def turn_into_pipe(release: Path) -> None:
        (release / "release.json").unlink()
        os.mkfifo(pipe)

    publish_damaged(own_town, turn_into_pipe, offer=dearer())
    noticing = threading.Thread(target=own_town.shop.shelf.release)
    noticing.start()
    answers: list[httpx2.Response] = []
    asking = threading.Thread(
        target=lambda: answers.extend(own_town.client.get(it) for it in ("/checkout/5", "/"))
    )
    with pipe.open("wb"):  # opened once the release is being read
        asking.start()
        asking.join(PATIENCE)
        answered = [it.status_code for it in answers]
    noticing.join()
    asking.join()

    assert answered == [200, 200]
    assert "15 000 ₽" in page_of(answers[0]).text
    assert health(own_town)[1]["problems"]


# --- started beside a damaged release


def test_after_a_restart_beside_a_damaged_release_the_one_before_it_sells_on(
    own_town: Town, restarted: Callable[[], TestClient]
) -> None:
    assert health(own_town)[0] == 200
    publish_damaged(own_town, half_copied, offer=dearer())
    client = restarted()
    told = client.get("/healthz")

    assert told.status_code == 200
    assert told.json()["release"] == "release-1"
    assert told.json()["edition"] == {"number": 1, "sha256": sha256(text_of("offer"))}
    assert "нет файла index.html" in str(told.json()["problems"])
    assert "Пока действует прежний выпуск, release-1." in str(told.json()["problems"])
    assert client.get("/checkout/5").status_code == 200


def test_an_older_release_does_not_sell_by_an_edition_known_to_be_replaced(
    own_town: Town, restarted: Callable[[], TestClient]
) -> None:
    own_town.publisher.publish(offer=dearer())
    assert health(own_town)[1]["release"] == "release-2"
    half_copied(own_town.publisher.current)
    client = restarted()

    assert client.get("/healthz").status_code == 503
    assert client.get("/checkout/5").status_code == 503
    assert "нет файла index.html" in str(client.get("/healthz").json()["problems"])


def test_of_older_releases_the_newest_good_one_is_taken(
    own_town: Town, restarted: Callable[[], TestClient]
) -> None:
    own_town.publisher.publish(offer=dearer())
    assert health(own_town)[1]["release"] == "release-2"
    own_town.publisher.publish()
    half_copied(own_town.publisher.current)
    publish_damaged(own_town, half_copied)
    turned_back = restarted()

    assert turned_back.get("/healthz").json()["release"] == "release-2"
    assert turned_back.get("/healthz").json()["edition"]["number"] == 2


def test_a_link_to_a_release_that_is_gone_is_a_damaged_release(
    own_town: Town, restarted: Callable[[], TestClient]
) -> None:
    assert health(own_town)[0] == 200
    own_town.publisher.publish()
    shutil.rmtree(own_town.publisher.current.resolve())
    running, started = health(own_town), restarted().get("/healthz")

    for status, facts in (running, (started.status_code, started.json())):
        assert status == 200
        assert facts["release"] == "release-1"
        assert "не читается" in str(facts["problems"])


def test_a_link_taken_away_stops_selling_at_the_next_start(
    own_town: Town, restarted: Callable[[], TestClient]
) -> None:
    assert health(own_town)[0] == 200
    own_town.publisher.current.unlink()
    answer = restarted().get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["release"] is answer.json()["edition"] is None
    assert "не читается" in str(answer.json()["problems"])


def test_a_shop_started_before_the_first_publish_says_so_and_sells_once_it_is_there(
    own_town: Town, restarted: Callable[[], TestClient]
) -> None:
    kept = own_town.publisher.current.readlink()
    own_town.publisher.current.unlink()
    client = restarted()
    before = client.get("/healthz").status_code, client.get("/").status_code
    turn(own_town.publisher, kept)

    assert before == (503, 404)
    assert client.get("/healthz").status_code == 200
    assert client.get("/").status_code == 200
