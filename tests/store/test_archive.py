"""Every PDF an edition ever had is kept beside its text; what is archived is never rewritten."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from checkout.open import open_shop
from checkout.shop import Shop
from checkout.store import archive, ledger, tables
from checkout.store.engine import Store
from offer.editions import DOCUMENTS, sha256
from tests.contract.simulated import StandingClock
from tests.store import market, racing
from tests.store.market import NOWHERE
from tests.store.test_schema import EDITION, NOON, _said
from tests.town import Publisher, dearer, settings_of, text_of

FIRST, ANEW, SECOND = b"%PDF-1.7 first", b"%PDF-1.7 first, made anew", b"%PDF-1.7 second"


@pytest.fixture
def publisher(tmp_path: Path, clock: StandingClock) -> Publisher:
    """Whose first release has a PDF of the offer and none of the rest."""
    publisher = Publisher(tmp_path / "site", clock, files={"offer/1/offer.pdf": FIRST})
    publisher.folder.mkdir()
    publisher.publish(**{document: text_of(document) for document in DOCUMENTS})
    return publisher


@pytest.fixture
def shop(publisher: Publisher, store: Store, database_url: str, clock: StandingClock) -> Shop:
    """The shop that reads what the publisher makes, at the database of `store`."""
    settings = settings_of(publisher.folder, database_url, f"{NOWHERE}/v3", "smtp://127.0.0.1:9")
    shop = open_shop(settings, clock)
    shop.store.close()
    return Shop(
        **{**vars(shop), "store": store, "shelf": type(shop.shelf)(settings.release, store)}
    )


def kept(store: Store) -> list[tuple[str, int, bytes]]:
    it = tables.edition_pdfs.c
    rows = select(it.document, it.number, it.data, it.sha256).order_by(it.archived_at)
    found = store.read(lambda tx: tx.connection.execute(rows).all())
    assert [row.sha256 for row in found] == [sha256(row.data) for row in found]
    return [(row.document, row.number, row.data) for row in found]


def newest(store: Store, number: int = 1) -> tuple[str | None, str | None]:
    edition = store.read(lambda tx: archive.edition(tx, "offer", number))
    return edition.pdf, edition.pdf_sha256


def told(store: Store) -> list[tuple[str, int, str, str]]:
    found = store.read(lambda tx: ledger.facts(tx, "edition"))
    return [(it["document"], it["number"], it["sha256"], it["published_at"]) for it in found]


def test_every_edition_archived_is_a_fact_once(shop: Shop, publisher: Publisher) -> None:
    shop.shelf.release()
    first = told(shop.store)
    publisher.publish(offer=dearer())
    shop.shelf.release()
    publisher.publish()
    shop.shelf.release()

    assert [it[:2] for it in first] == [("consent", 1), ("offer", 1), ("privacy", 1)]
    assert told(shop.store) == [
        *first, ("offer", 2, sha256(dearer()), "2026-11-22T09:00:02.412Z")
    ]  # fmt: skip
    assert shop.store.read(lambda tx: ledger.facts(tx, "edition"))[-1] == {
        "document": "offer", "number": 2, "sha256": sha256(dearer()),
        "tag_id": sha256(dearer() + b"offer/2")[:40], "commit": sha256(b"offer/2")[:40],
        "published_at": "2026-11-22T09:00:02.412Z", "change": "price", "summary": "Изменены цены",
    }  # fmt: skip


def test_editions_archived_before_they_were_facts_become_facts_with_the_next_load(
    shop: Shop, publisher: Publisher
) -> None:
    with shop.store.engine.begin() as connection:
        connection.execute(insert(tables.editions), {
            "document": "offer", "number": 1, "sha256": sha256(text_of("offer")),
            "commit_id": "c", "tag_id": sha256(text_of("offer") + b"offer/1")[:40],
            "published_at": publisher.editions["offer"][0].published_at, "summary": "Первая",
            "text": text_of("offer"), "archived_at": NOON,
        })  # fmt: skip
    shop.shelf.release()

    facts = shop.store.read(lambda tx: ledger.facts(tx, "edition"))
    assert sorted((it["document"], it["summary"]) for it in facts) == [
        ("consent", "Первая редакция"), ("offer", "Первая"), ("privacy", "Первая редакция")
    ]  # fmt: skip


def load(barrier: Any, folder: Path, database_url: str) -> None:
    barrier.wait(racing.PATIENCE)
    with market.opened(folder, database_url):
        pass


def test_processes_that_load_a_release_at_once_tell_each_edition_once(
    publisher: Publisher, store: Store, tmp_path: Path, database_url: str
) -> None:
    assert racing.together(3, load, tmp_path, database_url) == []

    assert [it[:2] for it in told(store)] == [("consent", 1), ("offer", 1), ("privacy", 1)]


def test_the_pdf_of_an_edition_is_archived_when_its_release_is_first_seen(shop: Shop) -> None:
    shop.shelf.release()

    assert kept(shop.store) == [("offer", 1, FIRST)]
    assert newest(shop.store) == ("/offer/1/offer.pdf", sha256(FIRST))
    assert shop.store.read(lambda tx: archive.edition(tx, "consent", 1)).pdf is None
    assert shop.shelf.offer() == shop.store.read(lambda tx: archive.edition(tx, "offer", 1))


def test_a_pdf_made_anew_is_kept_beside_the_first(
    shop: Shop, publisher: Publisher, clock: StandingClock
) -> None:
    shop.shelf.release()
    clock.forward(minutes=1)
    publisher.files |= {"offer/1/offer.pdf": ANEW, "offer/2/offer.pdf": SECOND}
    publisher.publish(offer=dearer())
    shop.shelf.release()
    publisher.publish()
    shop.shelf.release()

    assert sorted(kept(shop.store)) == sorted(
        [("offer", 1, FIRST), ("offer", 1, ANEW), ("offer", 2, SECOND)]
    )
    assert newest(shop.store) == ("/offer/1/offer.pdf", sha256(ANEW))
    assert newest(shop.store, 2) == ("/offer/2/offer.pdf", sha256(SECOND))


def test_a_pdf_that_came_after_its_edition_was_archived_is_archived_too(
    shop: Shop, publisher: Publisher
) -> None:
    publisher.files.clear()
    publisher.publish()
    shop.shelf.release()
    assert kept(shop.store) == []
    publisher.files["consent/1/consent.pdf"] = SECOND
    publisher.publish()
    shop.shelf.release()

    assert kept(shop.store) == [("consent", 1, SECOND)]


def test_two_processes_that_notice_one_release_archive_it_once(
    shop: Shop, publisher: Publisher
) -> None:
    """The second has asked what is missing before the first has kept it."""
    release = shop.shelf.release()
    assert release is not None
    edition = release.current("offer")
    assert edition is not None
    shop.store.transact(lambda tx: archive.keep_pdfs(tx, [(edition, FIRST)]))

    assert kept(shop.store) == [("offer", 1, FIRST)]


# --- what is archived stays

PDF: Mapping[str, Any] = {
    "document": "offer",
    "number": 1,
    "sha256": sha256(FIRST),
    "data": FIRST,
    "archived_at": NOON,
}
REWRITES = {
    f"{how} {table}": statement.format(table=table, value=value)
    for table, value in (("editions", "text"), ("edition_pdfs", "data"))
    for how, statement in {
        "update": "UPDATE {table} SET {value} = 'forged'",
        "update of another column": "UPDATE {table} SET archived_at = archived_at",
        "delete": "DELETE FROM {table} WHERE number = 1",
        "upsert": "INSERT INTO {table} SELECT * FROM {table} WHERE true "
        "ON CONFLICT (document, number{key}) DO UPDATE SET {value} = 'forged'".replace(
            "{key}", ", sha256" if table == "edition_pdfs" else ""
        ),
    }.items()
}
ONLY_SQLITE = {
    "replace an edition": "REPLACE INTO editions SELECT document, number, sha256, commit_id, "
    "tag_id, published_at, change, summary, 'forged', terms, archived_at FROM editions",
    "replace a pdf": "INSERT OR REPLACE INTO edition_pdfs SELECT document, number, sha256, "
    "'forged', archived_at FROM edition_pdfs",
    "replace a pdf by its row id": "INSERT OR REPLACE INTO edition_pdfs (rowid, document, number, "
    "sha256, data, archived_at) SELECT rowid, document, number, replace(hex(zeroblob(32)), '00', "
    "'cd'), 'forged', archived_at FROM edition_pdfs",
    "update or replace": "UPDATE OR REPLACE edition_pdfs SET data = 'forged'",
}
ONLY_POSTGRESQL = {
    "truncate": "TRUNCATE editions CASCADE",
    "truncate pdfs": "TRUNCATE edition_pdfs",
    "merge": "MERGE INTO edition_pdfs USING (SELECT 1 AS n) AS it ON edition_pdfs.number = it.n "
    "WHEN MATCHED THEN DELETE",
}


@pytest.fixture
def archived(engine: Engine) -> Engine:
    with engine.begin() as connection:
        connection.execute(insert(tables.editions), EDITION)
        connection.execute(insert(tables.edition_pdfs), PDF)
    return engine


def said_to(engine: Engine, statements: Mapping[str, str]) -> dict[str, str]:
    """What the database answers to each attempt; the archive must be as it was after all."""
    said = {how: _said(engine, statement) for how, statement in statements.items()}
    with engine.connect() as connection:
        assert connection.execute(select(tables.editions.c.text)).scalars().all() == [b"text"]
        assert connection.execute(select(tables.edition_pdfs.c.data)).scalars().all() == [FIRST]
    return {how: it for how, it in said.items() if "append-only" not in it}


def test_what_is_archived_cannot_be_rewritten(archived: Engine) -> None:
    assert said_to(archived, REWRITES) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlites_own_ways_to_replace_the_archive_are_closed(archived: Engine) -> None:
    assert said_to(archived, ONLY_SQLITE) == {}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresqls_own_ways_to_remove_from_the_archive_are_closed(archived: Engine) -> None:
    assert said_to(archived, ONLY_POSTGRESQL) == {}


def test_a_pdf_of_no_edition_and_a_shortened_hash_are_refused(archived: Engine) -> None:
    for changes in ({"number": 2}, {"sha256": "ab"}):
        with pytest.raises(DBAPIError), archived.begin() as connection:
            connection.execute(insert(tables.edition_pdfs), {**PDF, **changes})


def test_another_pdf_of_the_edition_is_another_row(archived: Engine) -> None:
    with archived.begin() as connection:
        connection.execute(
            insert(tables.edition_pdfs), {**PDF, "sha256": sha256(ANEW), "data": ANEW}
        )
        count = connection.execute(text("SELECT count(*) FROM edition_pdfs")).scalar_one()

    assert count == 2
