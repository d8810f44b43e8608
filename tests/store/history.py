"""A shop in which much has happened, and a hand that can spoil anything in its database."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select, text

from checkout.buy import Purchase, _place
from checkout.close_case import close_case
from checkout.publish_head import publish_head
from checkout.settle import record
from checkout.shop import Shop
from checkout.store import ledger, tables
from checkout.store.engine import Store
from checkout.verify import Remark, given_head, verify
from offer.evidence import chain
from offer.evidence.chain import digest
from tests.store import market
from tests.store.market import Waiting

ZONE = ZoneInfo("Europe/Moscow")
PAGE = b"<!doctype html>"


@dataclass(frozen=True)
class Sold:
    """The database of a shop in which much has happened."""

    store: Store

    @property
    def is_sqlite(self) -> bool:
        return self.store.engine.dialect.name == "sqlite"

    def remarks(self, *heads: str) -> list[Remark]:
        return verify(self.store, ZONE, [given_head(it) for it in heads])

    def wrong(self, *heads: str) -> list[str]:
        return [it.sentence for it in self.remarks(*heads) if it.mark == "✗"]

    def ask(self, statement: str, **values: object) -> list[Any]:
        with self.store.engine.connect() as connection:
            return [*connection.execute(text(statement), values)]

    @contextmanager
    def unprotected(self) -> Iterator[Connection]:
        """A hand that goes round every protection: triggers, foreign keys, checks."""
        with self.store.engine.connect() as connection:
            if self.is_sqlite:
                for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
                    connection.connection.driver_connection.execute(f"PRAGMA {pragma}")  # type: ignore[union-attr]
            with connection.begin():
                if not self.is_sqlite:
                    connection.execute(text("SET LOCAL session_replication_role = replica"))
                    connection.execute(text("SET LOCAL timezone = 'UTC'"))
                yield connection
            connection.invalidate()

    def spoil(self, *statements: str, **values: object) -> None:
        with self.unprotected() as connection:
            for statement in statements:
                connection.execute(text(statement), values)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever is spoilt inside is as it was afterwards."""
        everything = tables.metadata.sorted_tables
        with self.store.engine.connect() as connection:
            before = {it: [row._mapping for row in connection.execute(select(it))]
                      for it in everything}  # fmt: skip
        yield
        with self.unprotected() as connection:
            for table in reversed(everything):
                connection.execute(delete(table))
            for table in everything:
                if before[table]:
                    connection.execute(insert(table), [dict(row) for row in before[table]])


def with_consent(shop: Shop, purchase: Purchase) -> Purchase:
    release = shop.shelf.release()
    assert release is not None
    shown = replace(
        purchase.shown, consent_label="Даю согласие на обработку", page_sha256=digest(PAGE)
    )
    return replace(purchase, consent=release.current("consent"), shown=shown, html=PAGE)


def placed_with_consent(shop: Shop, form: str) -> Waiting:
    wanted = with_consent(shop, market.purchase(shop, form))
    return market.looked_at(shop, shop.store.transact(lambda tx: _place(tx, shop, wanted)))


def settled(shop: Shop, waiting: Waiting, **said: Any) -> Waiting:
    payment = replace(waiting.paid(said.pop("status", "succeeded")), **said)
    shop.store.transact(lambda tx: record(tx, shop, payment))
    return waiting


def history(shop: Shop) -> None:
    """Orders: 1 paid, with consent; 2 declined; 3 odd money; 4 waiting; and a stranger's money.

    The case of the odd money is closed.
    """
    settled(shop, placed_with_consent(shop, "paid"))
    publish_head(shop)
    settled(shop, market.waiting(shop, "declined"), status="canceled", cancellation_reason="3ds")
    settled(shop, market.waiting(shop, "odd"), amount_kopecks=1)
    waiting = market.waiting(shop, "waiting")
    stranger = replace(waiting.paid(), id="stranger", metadata={})
    shop.store.transact(lambda tx: record(tx, shop, stranger))
    close_case(shop.store, ZONE, 1, "вернули в кабинете")


def append(sold: Sold, kind: str, fact: Mapping[str, object]) -> int:
    """A fact more at the end of the ledger; its row."""
    return sold.store.transact(lambda tx: ledger.append(tx, kind, fact)).number


def retold(sold: Sold, number: int, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the fact of one row and make the whole chain after it anew, as whoever owns it can."""
    rows = sold.store.read(ledger.entries)
    kept, told = rows[: number - 1], [json.loads(it.fact) for it in rows[number - 1 :]]
    change(told[0])
    for row, fact in zip(rows[number - 1 :], told, strict=True):
        kept.append(chain.entry(row.kind, fact, at=row.at, last=kept[-1] if kept else None))
    for it in kept[number - 1 :]:
        sold.spoil(
            "UPDATE ledger SET fact = :fact, fact_sha256 = :sha, previous = :previous, "
            "hash = :hash WHERE number = :number",
            fact=it.fact,
            sha=it.fact_sha256,
            previous=it.previous,
            hash=it.hash,
            number=it.number,
        )


def prepare(folder: Path, database_url: str) -> None:
    """Make such a database, which nothing protects any more; tests take copies of it."""
    market.publish(folder)
    with market.opened(folder, database_url) as shop:
        history(shop)
        unprotect(Sold(shop.store))


def unprotect(sold: Sold) -> None:
    """Take the triggers away, as whoever forges would."""
    for table in ("ledger", "heads", "editions"):
        if sold.is_sqlite:
            sold.spoil(*(f"DROP TRIGGER {table}_no_{it}" for it in ("update", "delete", "insert")))
        else:
            sold.spoil(f"DROP TRIGGER {table}_no_rewrite ON {table}")
