"""A whole dossier for the tests of papers and checkers: a chain in which others' rows stand too."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from offer.evidence import chain, facts
from offer.evidence.chain import Entry, Fact, canonical, digest
from offer.evidence.dossier import Dossier
from offer.evidence.redaction import redacted
from offer.evidence.settlement import EditionRef, ForPackage, Settlement
from offer.periods import Period
from offer.wording import money
from tests.mail.facts import OFFER, settlement

SALT = "5a" * 16
CONSENT = b"consent"  # the text whose hash the settlement of the tests has
SHOWN: dict[str, Any] = {
    "label": "Принимаю оферту в редакции 3",
    "consent_label": "Даю согласие",
    "button": f"Оплатить {money(15_000_00)}",
    "price": money(15_000_00),
    "until": "22.12.2026",
    "page": "/checkout/5",
    "rendered_at": "2026-11-22T10:58:00.000Z",
    "page_sha256": digest("page"),
}
STRANGER = {"order": "26-0099", "name": "Чужой Человек", "payment_id": "чужой платёж"}


@dataclass(frozen=True)
class Named:
    """An edition as facts name it."""

    document: str
    number: int
    sha256: str
    tag_id: str
    published_at: datetime


def dossier(
    *, shown: dict[str, Any] = SHOWN, others: int = 2, tries: int = 0, **changes: Any
) -> Dossier:
    """The order of `tests.mail.facts`, `others` rows of strangers before its acceptance.

    `tries` are decisions that came to nothing before the one that was paid.
    """
    told = settlement(**changes)
    case = _Case(told, shown)
    rows = case.rows(others, tries, PACKAGE if told.for_package else ())
    acceptance, payment = rows[-2:]
    own = tuple(row for row in rows if json.loads(row.fact)["order"] == told.order_number)
    first = rows.index(PACKAGE[-2] if told.for_package else own[0])
    return Dossier(
        settlement=replace(told, acceptance=acceptance.ref, head=payment.ref),
        rows=own,
        links=tuple(row.link for row in rows[first:]),
        offer=OFFER.encode(),
        consent=CONSENT if told.consent else None,
        salt=SALT,
        details=case.details,
        answer=case.answer,
    )


@dataclass(frozen=True)
class _Case:
    told: Settlement
    shown: dict[str, Any]

    @property
    def details(self) -> str:
        return canonical(vars(self.told.party))

    @property
    def answer(self) -> str:
        return redacted(json.dumps(self.payment()))

    def payment(self) -> dict[str, Any]:
        """As YooKassa answers, card and all."""
        told = self.told
        metadata = {"order": told.order_number, "offer_sha256": told.edition.sha256}
        if told.consent:
            metadata["consent_sha256"] = told.consent.sha256
        return {
            "id": told.payment_id,
            "status": "succeeded",
            "paid": True,
            "amount": {"value": f"{told.price_kopecks // 100}.00", "currency": "RUB"},
            "captured_at": chain.instant(told.paid_at),
            "test": told.test,
            "metadata": metadata,
            "payment_method": {
                "type": "bank_card",
                "id": told.payment_id,
                "saved": False,
                "title": "Bank card *4477",
                "card": {"first6": "555555", "last4": "4477"},
            },
            "authorization_details": {"rrn": "10000000000", "auth_code": "000000"},
        }

    def rows(self, others: int, tries: int, before: Sequence[Entry] = ()) -> list[Entry]:
        rows = [*before]
        at = self.told.paid_at - timedelta(minutes=5)

        def append(kind: str, fact: Fact) -> Entry:
            moment = at + timedelta(seconds=len(rows))
            rows.append(chain.entry(kind, fact, at=moment, last=rows[-1] if rows else None))
            return rows[-1]

        append("order", STRANGER)
        for _ in range(tries):
            append("order", self._order())
        ordered = append("order", self._order())
        if self.told.consent:
            append("consent", self._consent(self.told.consent, ordered))
        for _ in range(others):
            append("order", STRANGER)
        append("acceptance", self._acceptance(ordered))
        append("payment", self._paid())
        return rows

    def _order(self) -> Fact:
        return facts.order_fact(
            self.told.order_number,
            hours=self.told.hours,
            price_kopecks=self.told.price_kopecks,
            edition=_named(self.told.edition),
            party_kind=self.told.party.kind,
            details_sha256=digest(SALT + self.details),
            origin_sha256=digest("origin"),
            shown=self.shown,
            site=self.told.edition.site,
            zone="Europe/Moscow",
            sample=self.told.sample,
            for_package=self.told.for_package,
        )

    def _consent(self, consent: EditionRef, ordered: Entry) -> Fact:
        return facts.consent_fact(
            self.told.order_number,
            order_row=ordered.number,
            document=_named(consent),
            label="Даю согласие",
            page="/checkout/5",
            details_sha256=digest("other salt"),
            origin_sha256=digest("origin"),
        )

    def _acceptance(self, ordered: Entry) -> Fact:
        told = self.told
        return facts.acceptance_fact(
            told.order_number,
            ordered,
            json.loads(ordered.fact),
            edition=_named(told.edition),
            consent_sha256=told.consent.sha256 if told.consent else None,
            amount_kopecks=told.price_kopecks,
            payment_id=told.payment_id,
            captured_at=told.paid_at,
            period=Period(
                told.starts_at, told.expires_at, told.last_day, told.reason, told.provisional
            ),
        )

    def _paid(self) -> Fact:
        told = facts.told_of_payment(
            self.told.payment_id,
            status="succeeded",
            amount_kopecks=self.told.price_kopecks,
            currency="RUB",
            method="bank_card",
            test=self.told.test,
            answer=self.answer,
        )
        return facts.payment_fact(self.told.order_number, told, self.told.paid_at)


def _named(edition: EditionRef) -> Named:
    return Named(edition.document, edition.number, edition.sha256, "7a" * 20, edition.published_at)


# The order of `tests.mail.facts`, its acceptance and payment last; extra hours are for it.
PACKAGE = tuple(_Case(settlement(), SHOWN).rows(others=2, tries=0))
OF_PACKAGE = ForPackage("26-0001", 5, settlement().paid_at, PACKAGE[-2].ref)
