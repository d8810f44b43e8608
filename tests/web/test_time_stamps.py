"""The daily head is dated by somebody else's clock; where it is not, that is said."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from checkout.gateway.time_stamps import LARGEST
from checkout.publish_head import publish_head
from checkout.shop import Shop
from checkout.stamp import stamp_head
from checkout.store import ledger, tables, time_stamps
from checkout.store.engine import Tx
from checkout.store.time_stamps import Stamped
from checkout.verify import BAD, verify
from checkout.worker import JOBS
from offer.evidence.stamping import stamped
from tests.authority import Authority, an_authority
from tests.town import Town

NOBODY = "http://127.0.0.1:9/"
DAY = date(2026, 11, 28)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with an_authority(tmp_path) as found:
        yield found


def published_head(town: Town, day: date = DAY) -> bytes:
    """Publish the newest row as the head of a day; the link that is to be stamped."""

    def publish(tx: Tx) -> bytes:
        row = ledger.append(tx, "case", {"kind": "something happened"})
        head = {"day": day, "at": tx.now, "number": row.number, "hash": row.hash}
        tx.connection.execute(insert(tables.heads), head)
        return row.link.encode()

    return town.shop.store.transact(publish)


def naming(town: Town, *urls: str) -> Shop:
    return replace(town.shop, settings=replace(town.shop.settings, time_stamp_urls=urls))


def tries(town: Town, day: date = DAY) -> list[Stamped]:
    return town.shop.store.read(lambda tx: time_stamps.of_day(tx, day))


def test_a_published_head_is_stamped_and_openssl_confirms_it(
    own_town: Town, authority: Authority, tmp_path: Path
) -> None:
    link = published_head(own_town)
    stamp_head(naming(own_town, authority.url))
    (stamp,) = tries(own_town)

    assert stamp.problem is None
    assert stamp.at is not None
    assert stamp.at.tzinfo == UTC
    assert stamp.answer == authority.kept[0]
    (tmp_path / "head").write_bytes(link)
    (tmp_path / "head.tsr").write_bytes(stamp.answer or b"")
    command = ["openssl", "ts", "-verify", "-data", "head", "-in", "head.tsr", "-CAfile"]
    said = subprocess.run(
        [*command, authority.certificate], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Verification: OK" in said.stdout


def test_a_stamp_says_of_which_bytes_it_is(own_town: Town, authority: Authority) -> None:
    link = published_head(own_town)
    stamp_head(naming(own_town, authority.url))
    answer = tries(own_town)[0].answer or b""

    assert stamped(answer, link)
    assert not stamped(answer, link + b" ")
    assert not stamped(b"no stamp", link)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"answer": b"no stamp"}, "поставлен не на эту голову"),
        ({"at": datetime(2020, 1, 1, tzinfo=UTC)}, "а записано 2020-01-01"),
    ],
)
def test_a_stamp_that_is_not_what_the_authority_gave_is_found(
    own_town: Town, authority: Authority, change: dict[str, Any], sentence: str
) -> None:
    published_head(own_town)
    stamp_head(naming(own_town, authority.url))
    store, zone = own_town.shop.store, own_town.shop.settings.zone
    assert [it.sentence for it in verify(store, zone) if it.mark == BAD] == []

    spoil = update(tables.time_stamps).values(**change)
    store.transact(lambda tx: tx.connection.execute(spoil))
    (found,) = [it.sentence for it in verify(store, zone) if it.mark == BAD]
    assert sentence in found


def test_a_head_is_stamped_once(own_town: Town, authority: Authority) -> None:
    published_head(own_town)
    for _ in range(3):
        stamp_head(naming(own_town, authority.url))
        own_town.clock.now += timedelta(hours=2)

    assert authority.asked == 1
    assert len(tries(own_town)) == 1


def test_the_next_server_is_asked_when_one_fails_and_the_failure_is_kept(
    own_town: Town, authority: Authority
) -> None:
    published_head(own_town)
    stamp_head(naming(own_town, NOBODY, authority.url, "http://127.0.0.1:9/never"))
    found = {it.server: it for it in tries(own_town)}

    assert set(found) == {NOBODY, authority.url}
    assert "не отвечает" in (found[NOBODY].problem or "")
    assert found[NOBODY].at is None
    assert found[authority.url].answer


def test_a_stamp_that_could_not_be_had_is_said_and_asked_for_again_in_an_hour(
    own_town: Town, authority: Authority
) -> None:
    published_head(own_town)
    shop = naming(own_town, NOBODY)
    stamp_head(shop)
    stamp_head(shop)
    own_town.clock.now += timedelta(hours=1)
    stamp_head(shop)

    assert [(it.answer, it.at) for it in tries(own_town)] == [(None, None)] * 2


@pytest.mark.parametrize(
    ("status", "answer", "sentence"),
    [
        (500, b"", "HTTP 500"),
        (302, b"", "HTTP 302"),
        (200, b"", "не похож"),
        (200, b"<html>", "не похож"),
        (200, b"\x30" * (LARGEST + 1), "слишком велик"),
        (200, bytes.fromhex("30053003020102"), "отказал"),
    ],
    ids=["broken", "elsewhere", "empty", "a page", "endless", "refused"],
)
def test_whatever_is_no_stamp_is_not_taken_for_one(
    own_town: Town, authority: Authority, status: int, answer: bytes, sentence: str
) -> None:
    published_head(own_town)
    authority.status, authority.answer = status, answer
    stamp_head(naming(own_town, authority.url))
    (tried,) = tries(own_town)

    assert tried.answer is None
    assert sentence in (tried.problem or "nothing")


def test_yesterdays_stamp_is_not_taken_for_todays(own_town: Town, authority: Authority) -> None:
    published_head(own_town)
    stamp_head(naming(own_town, authority.url))
    tomorrow = DAY + timedelta(days=1)
    published_head(own_town, tomorrow)
    authority.answer = authority.kept[0]
    stamp_head(naming(own_town, authority.url))
    (tried,) = tries(own_town, tomorrow)

    assert tried.answer is None
    assert "не совпало" in (tried.problem or "")


def test_without_a_server_in_the_settings_nobody_is_asked(own_town: Town) -> None:
    published_head(own_town)
    stamp_head(own_town.shop)

    assert tries(own_town) == []


def test_the_worker_stamps_after_everything_else(own_town: Town) -> None:
    assert JOBS[-1] is stamp_head


def test_the_archive_holds_the_stamp_on_its_last_link_and_verify_says_so(
    own_town: Town, authority: Authority, tmp_path: Path
) -> None:
    token = own_town.order()
    own_town.pay(token)
    own_town.work()
    own_town.clock.now += timedelta(days=1)
    shop = naming(own_town, authority.url)
    assert publish_head(shop)
    stamp_head(shop)
    data = own_town.client.get(f"/orders/{token}/evidence.zip").content
    (tmp_path / "evidence.zip").write_bytes(data)
    said = subprocess.run(
        [sys.executable, "-m", "offer", "verify", "evidence.zip"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "✓ time-stamp.tsr" in said.stdout, said.stdout
    assert "✗" not in said.stdout
    assert said.returncode == 0


def test_the_public_heads_say_which_day_has_a_stamp_and_why_another_has_none(
    own_town: Town, authority: Authority
) -> None:
    published_head(own_town)
    stamp_head(naming(own_town, NOBODY))
    tomorrow = DAY + timedelta(days=1)
    published_head(own_town, tomorrow)
    stamp_head(naming(own_town, NOBODY, authority.url))
    failed, done = own_town.client.get("/ledger/heads.json").json()["time_stamps"]

    assert (failed["day"], failed["server"], failed["at"]) == (DAY.isoformat(), NOBODY, None)
    assert "не отвечает" in failed["problem"]
    assert (done["day"], done["server"]) == (tomorrow.isoformat(), authority.url)
    assert done["at"].endswith("Z")
    assert done["problem"] is None
