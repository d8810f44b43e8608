"""A database as an earlier version left it, with one paid order in it.

The facts are those the first version wrote: who ordered and from where are one text behind one
salt, payments say nothing of whether they fit, certificates have no fact.
"""

import json
from datetime import date, timedelta
from typing import Any

from alembic import command
from sqlalchemy import Engine, MetaData, insert

from checkout.store import ledger
from checkout.store.engine import Store, Tx
from checkout.store.schema import _config
from offer.editions import sha256
from offer.evidence.chain import canonical, digest, instant
from offer.terms import read_terms
from tests.contract.simulated import NOON, StandingClock
from tests.town import text_of

EARLIER = ("0001", "0002")
PAPER = b"%PDF of the first version"
PARTY = {"kind": "person", "name": "Анна Каренина", "organisation": None, "inn": None, "kpp": None,
         "email": "anna@example.ru", "phone": None, "address": "192.0.2.7",
         "user_agent": "Firefox"}  # fmt: skip
STARTS, EXPIRES = NOON, NOON + timedelta(days=30)


def at_revision(engine: Engine, revision: str) -> None:
    """An empty database of this revision."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def sell(engine: Engine) -> None:
    """Fill it as one sale did: a row in every table."""
    known = MetaData()
    known.reflect(engine)
    Store(engine, StandingClock()).transact(lambda tx: _Sale(tx, known).make())


class _Sale:
    def __init__(self, tx: Tx, known: MetaData) -> None:
        self.tx, self.known = tx, known

    def make(self) -> None:
        self._archive()
        order = self._fact("order", self._order(), with_details=True)
        self._fact("consent", self._consent(order.number), with_details=True)
        paid = {"payment_id": "p-1", "captured_at": instant(STARTS), "amount_kopecks": 1_500_000}
        acceptance = self._fact("acceptance", {**self._acceptance(order), **paid})
        payment = self._fact("payment", {
            "order": "2026-0001", **paid, "status": "succeeded", "currency": "RUB",
            "method": "bank_card", "test": True, "answer_sha256": digest("{}"),
        })  # fmt: skip
        self._tables(order.number, acceptance.number, payment.number)

    def _fact(self, kind: str, fact: dict[str, Any], *, with_details: bool = False) -> Any:
        # the first version had no index by order
        row = ledger.rules.entry(kind, fact, at=self.tx.now, last=ledger.head(self.tx))
        self._add("ledger", **vars(row))
        if with_details:
            self._add("details", ledger=row.number, salt=f"salt {kind}", text=canonical(PARTY))
        return row

    def _details(self, kind: str) -> str:
        return digest(f"salt {kind}" + canonical(PARTY))

    def _order(self) -> dict[str, Any]:
        return {
            "order": "2026-0001", "what": "package", "hours": 5, "price_kopecks": 1_500_000,
            "edition": self._named("offer"), "party_kind": "person",
            "details_sha256": self._details("order"),
            "shown": {"label": "Принимаю", "button": "Оплатить", "page": "/checkout/5",
                      "last_day_if_paid_today": "2026-12-23"},
        }  # fmt: skip

    def _consent(self, order_row: int) -> dict[str, Any]:
        return {
            "order": "2026-0001", "order_row": order_row, "action": "given",
            "document": self._named("consent"), "label": "Даю согласие", "page": "/checkout/5",
            "details_sha256": self._details("consent"),
        }  # fmt: skip

    def _acceptance(self, order: Any) -> dict[str, Any]:
        edition = self._named("offer")
        del edition["document"]
        return {
            "order": "2026-0001", "order_row": order.number, "order_row_hash": order.hash,
            "edition": edition, "consent_sha256": sha256(text_of("consent")),
            "party_kind": "person", "details_sha256": self._details("order"),
            "labels": {"offer": "Принимаю", "button": "Оплатить"},
            "period": {"starts_at": instant(STARTS), "expires_at": instant(EXPIRES),
                       "last_day": "2026-12-22", "rule": "месяц", "provisional": False},
        }  # fmt: skip

    def _named(self, document: str) -> dict[str, Any]:
        return {"document": document, "number": 1, "sha256": sha256(text_of(document)),
                "tag_id": "d" * 40}  # fmt: skip

    def _archive(self) -> None:
        for document in ("offer", "consent"):
            data = text_of(document)
            terms = read_terms(data.decode(), "offer.md").terms if document == "offer" else None
            self._add("editions", document=document, number=1, sha256=sha256(data),
                      commit_id="c" * 40, tag_id="d" * 40, published_at=NOON, summary="Первая",
                      text=data, archived_at=NOON,
                      terms=json.dumps(terms.to_json()) if terms else None)  # fmt: skip

    def _tables(self, order: int, acceptance: int, payment: int) -> None:
        self._add("orders", id=1, number="2026-0001", token="token", form_attempt="form",
                  fingerprint="ab" * 32, state="paid", hours=5, price_kopecks=1_500_000, edition=1,
                  edition_sha256=sha256(text_of("offer")), consent=1,
                  consent_sha256=sha256(text_of("consent")), party_kind="person", ledger=order,
                  created_at=NOON, paid_at=STARTS, payment_id="p-1", test=True)  # fmt: skip
        self._add("attempts", id="a-1", order_id=1, body="{}", state="final", created_at=NOON,
                  payment_id="p-1", answer="{}", tries=0)  # fmt: skip
        self._add("packages", order_id=1, starts_at=STARTS, expires_at=EXPIRES,
                  last_day=date(2026, 12, 22), reason="месяц", provisional=False,
                  acceptance=acceptance, payment=payment)  # fmt: skip
        self._add("papers", order_id=1, sha256=sha256(PAPER), data=PAPER, made_at=NOON)
        self._add("messages", id="m-1", kind="paid", subject="2026-0001", order_id=1, text="",
                  staged_at=NOON, due_at=NOON, tries=1, sent_at=NOON, answer="250")  # fmt: skip
        self._add("inbox", event="payment.succeeded", object_id="p-1", body="{}", deliveries=1,
                  received_at=NOON)  # fmt: skip
        self._add("cases", kind="odd_money", subject="p-2", sentence="…", opened_at=NOON)

    def _add(self, table: str, **values: Any) -> None:
        """Insert into the table as this revision has it; moments as the code writes them."""
        from checkout.store import tables

        now = {it.name: it.type for it in tables.metadata.tables[table].c}
        there = self.known.tables[table]
        for column in there.c:
            column.type = now[column.name]
        self.tx.connection.execute(insert(there), values)
