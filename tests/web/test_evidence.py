"""Certificate and archive of a paid order: whole, the same every time, and nobody else's."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pypdf
import pytest
from sqlalchemy import select, update

from checkout.certify import certify
from checkout.publish_head import publish_head
from checkout.stamp import stamp_head
from checkout.store import ledger, orders, tables
from checkout.store.engine import Tx
from checkout.take_out import take_out
from offer.evidence.chain import digest
from offer.evidence.examining import examine_zip
from offer.evidence.verdict import Mark
from tests.authority import an_authority
from tests.papers import pages_of
from tests.town import Town, a_town, at_once, text_of
from tests.web.buying import letters_to, page_of
from tests.web.test_shown import filled
from tests.web.test_time_stamps import naming

CLIENTS = 12


@pytest.fixture
def either_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """A town on each database."""
    with a_town(tmp_path, database_url) as town:
        yield town


def consent_of(town: Town) -> str:
    release = town.shop.shelf.release()
    assert release is not None
    consent = release.current("consent")
    assert consent is not None
    return consent.sha256


def paid(town: Town, **changes: str) -> str:
    token = town.order(**changes)
    town.pay(token)
    town.work()
    return token


def certificate_of(town: Town, token: str) -> bytes:
    answer = town.client.get(f"/orders/{token}/certificate.pdf")
    assert answer.status_code == 200
    return answer.content


def archive_of(town: Town, token: str) -> dict[str, bytes]:
    answer = town.client.get(f"/orders/{token}/evidence.zip")
    assert answer.status_code == 200
    number = town.facts(token)["number"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return {
            name.removeprefix(f"evidence-{number}/"): packed.read(name)
            for name in packed.namelist()
        }


def inside(pdf: bytes) -> dict[str, bytes]:
    attached = pypdf.PdfReader(io.BytesIO(pdf)).attachments
    return {name: copies[0] for name, copies in attached.items()}


def facts_of(files: dict[str, bytes], kind: str) -> list[dict[str, Any]]:
    return [json.loads(data) for name, data in files.items() if name.endswith(f"-{kind}.json")]


def text(pdf: bytes) -> str:
    return "\n".join(pages_of(pdf))


def test_keeping_a_certificate_is_a_fact_with_its_hash(own_town: Town) -> None:
    token = paid(own_town)
    pdf = certificate_of(own_town, token)
    (fact,) = [row for row in own_town.ledger() if row["kind"] == "certificate"]
    number = own_town.shop.store.read(lambda tx: tx.connection.execute(
        select(tables.papers.c.ledger)).scalar_one())  # fmt: skip
    row = own_town.shop.store.read(lambda tx: ledger.row(tx, number))

    assert (fact["sha256"], fact["bytes"]) == (digest(pdf), len(pdf))
    assert fact["order"] == own_town.facts(token)["number"]
    assert json.loads(row.fact)["sha256"] == fact["sha256"]


def test_made_at_once_by_several_it_is_one_certificate_and_one_fact(either_town: Town) -> None:
    token = either_town.order()
    either_town.pay(token)
    shop = either_town.shop
    order = shop.store.read(lambda tx: orders.by_token(tx, token))
    assert order is not None
    papers = at_once(*[lambda: certify(shop, order)] * 4)

    assert len({paper.data for paper in papers}) == 1
    assert [row["kind"] for row in either_town.ledger()].count("certificate") == 1


def test_made_a_year_later_from_the_same_rows_it_is_the_same_certificate(
    own_town: Town, tmp_path: Path
) -> None:
    token = paid(own_town, accept_consent=consent_of(own_town))
    first = certificate_of(own_town, token)
    own_town.shop.store.transact(lambda tx: tx.connection.execute(tables.papers.delete()))
    own_town.clock.forward(days=365)
    paid(own_town, name="Другой Клиент", email="other@example.ru")

    assert certificate_of(own_town, token) == first


def test_the_archive_holds_the_certificate_and_everything_after_it(own_town: Town) -> None:
    token = paid(own_town, accept_consent=consent_of(own_town))
    files = archive_of(own_town, token)
    pdf = certificate_of(own_town, token)
    (letter,) = letters_to(own_town, "anna@example.ru")
    (order,), (payment,) = facts_of(files, "order"), facts_of(files, "payment")

    assert files["certificate.pdf"] == pdf
    assert [it["sha256"] for it in facts_of(files, "certificate")] == [digest(pdf)]
    assert files["letters/001.eml"] == letter.raw
    assert "letters/002.eml" not in files, "the contractor's letter is not the client's"
    assert digest(letter.raw) in {it["letter_sha256"] for it in facts_of(files, "message")}
    assert files["offer.md"] == text_of("offer")
    assert files["consent.md"] == text_of("consent")
    assert digest(files["origin.txt"]) == order["origin_sha256"]
    assert digest(files["details.txt"]) == order["details_sha256"]
    assert digest(files["payment.json"]) == payment["answer_sha256"]
    shared = set(inside(pdf)) - {"links.jsonl", "README.txt", "SHA256SUMS"}
    assert {name: files[name] for name in shared} == {
        name: data for name, data in inside(pdf).items() if name in shared
    }


def test_the_page_he_decided_on_is_in_the_archive_with_its_hash(own_town: Town) -> None:
    html = own_town.client.get("/checkout/5").text
    token = own_town.token_of(own_town.send(filled(own_town, html)))
    own_town.pay(token)
    own_town.work()
    files = archive_of(own_town, token)
    (order,) = facts_of(files, "order")

    assert order["shown"]["page_sha256"] == sha256(files["order-page.html"]).hexdigest()
    assert "Хеш страницы заказа" not in files["README.txt"].decode()


def test_a_letter_laid_among_anothers_does_not_come_out_with_his(own_town: Town) -> None:
    anna, boris = paid(own_town), paid(own_town, name="Борис", email="boris@example.ru")
    messages, letters = tables.messages, tables.letters

    def lay(tx: Tx) -> None:
        of = {
            token: tx.connection.execute(
                select(messages.c.id).where(
                    messages.c.order_id == order_of(tx, token), messages.c.kind == "paid"
                )
            ).scalar_one()
            for token in (anna, boris)
        }
        moved = update(letters).where(letters.c.message == of[anna])
        laid = {"message": of[boris], "number": 9, "recipient": "boris@example.ru"}
        tx.connection.execute(moved.values(**laid))

    own_town.shop.store.transact(lay)
    files = archive_of(own_town, boris)
    assert [name for name in files if name.startswith("letters/")] == ["letters/001.eml"]
    assert b"anna@example.ru" not in b"".join(files.values())


def test_a_zone_set_later_changes_no_paper(own_town: Town) -> None:
    shop, token = own_town.shop, paid(own_town)
    elsewhere = replace(shop.settings, time_zone="Asia/Vladivostok")
    order = shop.store.read(lambda tx: orders.by_token(tx, token))
    assert order is not None
    checks = examine_zip(take_out(replace(shop, settings=elsewhere), order)).checks
    assert [str(it) for it in checks if it.mark is Mark.FAILS] == []


def order_of(tx: Tx, token: str) -> int:
    order = orders.by_token(tx, token)
    assert order is not None
    return order.id


def test_the_links_end_at_the_head_published_next(own_town: Town) -> None:
    token = own_town.order()
    own_town.pay(token)
    before = archive_of(own_town, token)
    own_town.work()
    own_town.clock.forward(days=1)
    paid(own_town, name="Другой Клиент", email="other@example.ru")
    own_town.clock.forward(days=1)
    publish_head(own_town.shop)
    files = archive_of(own_town, token)
    (head,) = json.loads(files["heads.json"])["heads"]
    links = files["links.jsonl"].decode().splitlines()
    published = own_town.client.get("/ledger/heads.json").json()["heads"]

    assert "heads.json" not in before
    assert "ещё не опубликована" in before["README.txt"].decode()
    assert head in published
    assert json.loads(links[-1])["number"] == head["number"]
    assert digest(links[-1]) == head["hash"]


def test_a_stamp_on_that_head_is_in_the_archive(own_town: Town, tmp_path: Path) -> None:
    token = paid(own_town)
    own_town.clock.forward(days=1)
    publish_head(own_town.shop)
    with an_authority(tmp_path) as authority:
        stamp_head(naming(own_town, authority.url))
    files = archive_of(own_town, token)

    assert "- Штамп времени —" not in files["README.txt"].decode()
    assert len(files["time-stamp.tsr"]) > 100


def test_nothing_of_another_client_is_in_certificate_or_archive(own_town: Town) -> None:
    town = own_town
    names = [f"Клиент{chr(0x410 + it)}{chr(0x430 + it)}ев Пётр" for it in range(CLIENTS)]
    mails = [
        f"client-{it:02}-{sha256(bytes([it])).hexdigest()[:6]}@example.ru" for it in range(CLIENTS)
    ]
    tokens = [
        town.send(
            town.form(name=names[it], email=mails[it], phone=f"+7 912 345-67-{it:02}"),
            headers={"user-agent": f"Browser-{mails[it]}"},
        )
        for it in range(CLIENTS)
    ]
    secrets = [town.token_of(answer) for answer in tokens]
    for token in (*secrets[::2], *secrets[1::2]):  # paid in another order than ordered
        town.pay(token)
    town.work()
    town.clock.forward(days=1)
    town.work()
    publish_head(town.shop)
    facts = [town.facts(token) for token in secrets]
    traces = [
        (
            names[it],
            mails[it],
            f"67-{it:02}",
            facts[it]["number"],
            facts[it]["payment_id"],
            secrets[it],
        )
        for it in range(CLIENTS)
    ]

    for mine, token in enumerate(secrets):
        files = archive_of(town, token)
        pdf = certificate_of(town, token)
        everything = b"\n".join([*files.values(), *inside(pdf).values(), text(pdf).encode()])
        assert mails[mine].encode() in everything
        for other, trace in enumerate(traces):
            if other != mine:
                assert [it for it in trace if it.encode() in everything] == []


@pytest.mark.parametrize("what", ["certificate.pdf", "evidence.zip"])
def test_there_is_none_before_the_money_and_none_at_a_foreign_address(
    town: Town, what: str
) -> None:
    token = town.order()
    assert town.client.get(f"/orders/{token}/{what}").status_code == 404
    assert town.client.get(f"/orders/nobodys/{what}").status_code == 404


def test_the_archive_is_kept_by_nobody_on_the_way_and_named_after_the_order(
    own_town: Town,
) -> None:
    token = paid(own_town)
    answer = own_town.client.get(f"/orders/{token}/evidence.zip")
    number = own_town.facts(token)["number"]

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/zip"
    assert f'filename="evidence-{number}.zip"' in answer.headers["content-disposition"]
    again = own_town.client.get(f"/orders/{token}/evidence.zip").content
    assert again == answer.content


def test_the_order_page_leads_to_the_archive(own_town: Town) -> None:
    token = paid(own_town)
    page = page_of(own_town.client.get(f"/orders/{token}"))
    (link,) = [it for it in page.all("a") if it.attributes["href"].endswith("evidence.zip")]
    assert link.text == "Все доказательства одним архивом (ZIP)"


def test_an_answer_hashed_whole_by_the_first_version_is_said_to_be_missing(own_town: Town) -> None:
    token = own_town.order()
    own_town.pay(token)

    def otherwise(tx: Tx) -> None:
        kept = tx.connection.execute(select(tables.attempts.c.answer)).scalar_one()
        other = json.dumps(json.loads(kept) | {"description": "что-то ещё"})
        tx.connection.execute(update(tables.attempts).values(answer=other))

    own_town.shop.store.transact(otherwise)
    files = archive_of(own_town, token)

    assert "payment.json" not in files
    assert "- Ответ ЮKassa — не приложен" in files["README.txt"].decode()


def test_a_paper_kept_by_the_first_version_stands_without_a_fact(own_town: Town) -> None:
    token = own_town.order()
    own_town.pay(token)
    kept = {"order_id": 1, "sha256": digest(b"old"), "data": b"old"}
    own_town.shop.store.transact(
        lambda tx: tx.connection.execute(tables.papers.insert().values(made_at=tx.now, **kept))
    )
    own_town.clock.now += timedelta(hours=1)

    assert certificate_of(own_town, token) == b"old"
    assert archive_of(own_town, token)["certificate.pdf"] == b"old"
    assert "certificate" not in {row["kind"] for row in own_town.ledger()}


def test_the_form_shows_a_certificate_where_the_site_has_a_sample(own_town: Town) -> None:
    without = own_town.client.get("/checkout/5").text
    own_town.publisher.files["sample/certificate.pdf"] = b"%PDF-"
    own_town.publisher.publish()
    page = page_of(own_town.client.get("/checkout/5"))

    assert "/sample/" not in without
    (link,) = [it for it in page.all("a") if "/sample/" in it.attributes.get("href", "")]
    assert own_town.client.get(link.attributes["href"]).status_code == 200
