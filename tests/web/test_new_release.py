"""A release changes while the shop is open: the good one is sold by, the broken one refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from offer.editions import sha256
from tests.town import Publisher, Town, at_once, dearer, sum_again, text_of
from tests.web.buying import page_of


def rewrite(file: Path, change: Callable[[bytes], bytes]) -> None:
    file.write_bytes(change(file.read_bytes()))


def health(town: Town) -> tuple[int, dict[str, object]]:
    answer = town.client.get("/healthz")
    return answer.status_code, dict(answer.json())


def publish_broken(publisher: Publisher, file: str, change: Callable[[bytes], bytes]) -> None:
    """Publish edition 2 with one of its files, and its sum, changed before the link is moved."""
    kept = publisher.current.readlink()
    publisher.publish(offer=dearer())
    broken = publisher.current.readlink()
    turn(publisher, kept)
    rewrite(publisher.folder / broken / file, change)
    sum_again(publisher.folder / broken)
    turn(publisher, broken)


def turn(publisher: Publisher, release: Path) -> None:
    """Move the link `current` as `offer publish` does."""
    link = publisher.folder / "turning"
    link.symlink_to(release)
    link.replace(publisher.current)


def test_a_new_release_is_noticed_at_the_next_request(own_town: Town) -> None:
    before = page_of(own_town.client.get("/checkout/5")).text
    own_town.publisher.publish(offer=dearer())
    after = page_of(own_town.client.get("/checkout/5")).text

    assert "15 000 ₽" in before
    assert "16 000 ₽" not in before
    assert "16 000 ₽" in after
    assert "15 000 ₽" not in after
    assert health(own_town)[1]["edition"] == {"number": 2, "sha256": sha256(dearer())}


def test_the_static_site_is_that_of_the_new_release_too(own_town: Town) -> None:
    assert own_town.client.get("/offer/2/offer.md").status_code == 404
    own_town.publisher.publish(offer=dearer())

    assert own_town.client.get("/offer/2/offer.md").content == dearer()
    assert own_town.client.get("/offer/1/offer.md").content == text_of("offer")


BROKEN: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "bytes of the edition": ("offer/2/offer.md", lambda text: text + b" "),
    "bytes of an older edition": ("offer/1/offer.md", lambda text: text.replace(b"1", b"2")),
    "manifest that is no JSON": ("offer/editions.json", lambda text: text[:-1]),
    "empty manifest": ("offer/editions.json", lambda text: b""),
    "price in the manifest": (
        "offer/editions.json",
        lambda text: text.replace(b"1600000", b"100"),
    ),
    "consent's manifest": ("consent/editions.json", lambda text: b"{}"),
    "record of the release": ("release.json", lambda text: b"[]"),
}


@pytest.mark.parametrize(("file", "change"), BROKEN.values(), ids=BROKEN)
def test_a_broken_release_is_refused_and_the_old_one_sells_on(
    own_town: Town, file: str, change: Callable[[bytes], bytes]
) -> None:
    assert health(own_town)[0] == 200
    publish_broken(own_town.publisher, file, change)
    status, told = health(own_town)
    token = own_town.order()

    assert status == 200
    assert told["release"] == "release-1"
    assert told["problems"]
    assert own_town.facts(token)["price_kopecks"] == 1_500_000
    assert own_town.client.get("/offer/1/offer.md").content == text_of("offer")


def test_a_refused_release_is_forgotten_when_a_good_one_follows(own_town: Town) -> None:
    assert health(own_town)[0] == 200
    publish_broken(own_town.publisher, "offer/2/offer.md", lambda text: text + b" ")
    refused = health(own_town)[1]["problems"]
    own_town.publisher.publish()

    assert refused
    assert health(own_town) == (
        200,
        {
            "edition": {"number": 2, "sha256": sha256(dearer())},
            "release": "release-3",
            "problems": [],
        },
    )


def test_a_release_that_rewrites_a_published_edition_is_refused(own_town: Town) -> None:
    token = own_town.order()
    own_town.publisher.editions["offer"].clear()
    own_town.publisher.publish(offer=dearer("1 ₽"))
    status, told = health(own_town)

    assert status == 200
    assert told["edition"] == {"number": 1, "sha256": sha256(text_of("offer"))}
    assert "offer/1" in str(told["problems"])
    assert own_town.facts(token)["edition"]["sha256"] == sha256(text_of("offer"))
    assert "15 000 ₽" in page_of(own_town.client.get("/checkout/5")).text


def test_a_release_that_vanishes_leaves_the_shop_selling_by_what_it_proved(
    own_town: Town,
) -> None:
    assert health(own_town)[0] == 200
    own_town.publisher.current.unlink()
    status, told = health(own_town)

    assert status == 200
    assert told["problems"]
    assert own_town.order()


def test_an_order_reads_its_edition_from_the_archive_not_from_the_release(
    own_town: Town,
) -> None:
    token = own_town.order()
    publish_broken(own_town.publisher, "offer/1/offer.md", lambda text: b"")

    assert own_town.pay(token)["state"] == "paid"


def test_a_shop_without_an_edition_sells_nothing_and_says_why(own_town: Town) -> None:
    release = own_town.publisher.current.resolve()
    manifest = {"schema": 1, "document": "offer", "current": None, "editions": []}
    known = json.loads((release / "offer/editions.json").read_text())
    (release / "offer/editions.json").write_text(json.dumps({**known, **manifest}))
    sum_again(release)
    answer = own_town.client.get("/checkout/5")
    status, told = health(own_town)

    assert answer.status_code == 503
    assert "ещё не опубликовал" in page_of(answer).text
    assert status == 503
    assert told["problems"]


def test_forms_sent_while_the_release_changes_are_each_answered_by_one_edition(
    own_town: Town,
) -> None:
    forms = [own_town.form() for _ in range(6)]

    def publish() -> None:
        own_town.publisher.publish(offer=dearer())

    def send(number: int) -> int:
        return own_town.send(forms[number]).status_code

    jobs = [lambda number=number: send(number) for number in range(6)]
    answers = at_once(publish, *jobs)[1:]
    orders = [row for row in own_town.ledger() if row["kind"] == "order"]

    assert set(answers) <= {303, 409}
    assert len(orders) == answers.count(303)
    for order in orders:
        expected = 1_500_000 if order["edition"]["number"] == 1 else 1_600_000
        assert order["price_kopecks"] == expected


def test_an_older_release_put_back_is_refused_and_the_newest_edition_sells_on(
    own_town: Town,
) -> None:
    first = own_town.publisher.current.readlink()
    own_town.publisher.publish(offer=dearer())
    assert health(own_town)[1]["edition"] == {"number": 2, "sha256": sha256(dearer())}
    turn(own_town.publisher, first)
    status, told = health(own_town)

    assert status == 200
    assert told["edition"] == {"number": 2, "sha256": sha256(dearer())}
    assert "нет редакции offer/2" in str(told["problems"])
    assert "16 000 ₽" in page_of(own_town.client.get("/checkout/5")).text


def test_a_release_that_dates_a_published_edition_anew_is_refused(own_town: Town) -> None:
    assert health(own_town)[0] == 200
    manifest = own_town.publisher.current / "offer/editions.json"
    rewrite(manifest, lambda text: text.replace(b"2026-11-22", b"2020-01-01"))
    sum_again(own_town.publisher.current)
    told = health(own_town)[1]

    assert "дата" in str(told["problems"])
    assert "01.01.2020" not in page_of(own_town.client.get("/checkout/5")).text


def test_a_file_changed_on_disk_after_publishing_is_reported_until_it_is_mended(
    own_town: Town,
) -> None:
    text = own_town.publisher.current / "offer/1/offer.md"
    own_town.work()
    rewrite(text, lambda data: data.replace("15 000 ₽".encode(), "99 000 ₽".encode()))
    own_town.clock.forward(minutes=2)
    own_town.work()
    damaged = health(own_town)
    rewrite(text, lambda data: data.replace("99 000 ₽".encode(), "15 000 ₽".encode()))
    own_town.clock.forward(minutes=2)
    own_town.work()

    assert damaged[0] == 200
    assert "offer/1/offer.md изменён после публикации" in str(damaged[1]["problems"])
    assert health(own_town)[1]["problems"] == []


def test_a_loop_of_links_instead_of_a_release_leaves_the_shop_selling(own_town: Town) -> None:
    assert health(own_town)[0] == 200
    turn(own_town.publisher, Path("current"))
    status, told = health(own_town)

    assert status == 200
    assert told["problems"]
    assert own_town.client.get("/checkout/5").status_code == 200


def test_the_label_kept_is_the_one_shown_even_if_the_text_was_restored_since(
    own_town: Town,
) -> None:
    form = own_town.form()
    own_town.publisher.publish(offer=dearer())
    own_town.publisher.publish(offer=text_of("offer"))
    assert own_town.send({**form, "edition": "1"}).status_code == 303
    order = own_town.ledger()[0]

    assert "редакции\u00a01" in order["shown"]["label"]
    assert order["edition"]["number"] == 3
    assert order["edition"]["sha256"] == sha256(text_of("offer"))
