"""One settled order for the tests of papers and letters; every test changes what it needs."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from offer.evidence.settlement import EditionRef, LedgerRef, Party, Settlement
from offer.periods import decree_calendar, package_period
from offer.terms import Terms, read_terms

MOSCOW = ZoneInfo("Europe/Moscow")
PAID_AT = datetime(2026, 11, 22, 11, 3, 27, tzinfo=UTC)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


OFFER = (Path(__file__).parents[1] / "data" / "offer.md").read_text(encoding="utf-8")
OFFER_HASH = digest(OFFER)


def _terms() -> Terms:
    terms = read_terms(OFFER, "offer.md").terms
    assert terms is not None
    return terms


TERMS = _terms()

PERSON = Party(
    kind="person",
    name="Мария Сергеевна Ковалёва",
    organisation=None,
    inn=None,
    kpp=None,
    email="m.kovaleva@example.ru",
    phone="+7 900 123-45-67",
)
COMPANY = Party(
    kind="company",
    name="Пётр Ильич Воскресенский-Богоявленский",
    organisation="Общество с ограниченной ответственностью «Северо-Западная строительная компания»",
    inn="7707083893",
    kpp="770701001",
    email="p.voskresensky@example.ru",
    phone=None,
)


def settlement(**changes: Any) -> Settlement:
    """The issue's own example: 5 hours paid 22.11.2026, until 22.12.2026."""
    paid_at = changes.get("paid_at", PAID_AT)
    period = package_period(
        paid_at, 1, moves=True, zone=MOSCOW, calendar=decree_calendar(), settling=True
    )
    published = datetime(2026, 11, 20, 7, tzinfo=UTC)
    facts = Settlement(
        order_number="26-0001",
        order_url="https://oferta.example/orders/QmFzZTY0dG9rZW4tMjItY2hhcnM",
        hours=5,
        price_kopecks=15_000_00,
        extra_hour_kopecks=3_000_00,
        edition=EditionRef("offer", 3, OFFER_HASH, published, "https://oferta.example/offer/3/"),
        consent=EditionRef(
            "consent", 1, digest("consent"), published, "https://oferta.example/consent/1/"
        ),
        party=PERSON,
        terms=TERMS,
        payment_id="2c1f0e9a-000f-5000-8000-1f0c3d5b7a99",
        paid_at=paid_at,
        test=False,
        starts_at=period.starts_at,
        expires_at=period.expires_at,
        last_day=period.last_day,
        reason=period.reason,
        provisional=period.provisional,
        acceptance=LedgerRef(3, digest("acceptance")),
        head=LedgerRef(4, digest("head")),
    )
    return replace(facts, **changes)
