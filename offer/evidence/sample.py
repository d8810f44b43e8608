"""A sample of certificate and archive: an invented client and payment, everything else real.

Made at publish of the edition in force, by the same code as those of a paid order, so that anybody
sees before he buys what he will hold. All its dates follow from the edition's own.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from offer import wording
from offer.addresses import page_url
from offer.editions import Edition
from offer.evidence import chain, facts
from offer.evidence.certificate import certificate
from offer.evidence.chain import Entry, Fact, canonical, digest
from offer.evidence.dossier import Dossier
from offer.evidence.redaction import redacted
from offer.evidence.settlement import EditionRef, Party, Settlement
from offer.evidence.takeout import Later, evidence_zip
from offer.periods import Period, decree_calendar, package_period
from offer.values import Package, Terms

CLIENT = Party(
    kind="person",
    name="Ромашкина Анна Сергеевна",
    organisation=None,
    inn=None,
    kpp=None,
    email="anna.romashkina@example.ru",
    phone="+7 900 000-00-00",
)
PAYMENT_ID = "00000000-000f-5000-8000-000000000000"
ORIGIN = canonical({"address": "192.0.2.1", "user_agent": "Образец"})
FACT_OF_ANOTHER = canonical({"sample": "запись другого заказа: здесь только её звено"})
SITE = "https://oferta.example"  # a site that was not told its own address


@dataclass(frozen=True)
class Sample:
    """The two files, as they stand on the site."""

    certificate: bytes
    archive: bytes


@dataclass(frozen=True)
class Invented:
    """What the sample is made of: the texts in force and what they sell."""

    offer: Edition
    consent: Edition | None
    terms: Terms
    package: Package
    paid_at: datetime
    period: Period
    url: str
    zone: ZoneInfo

    @property
    def order(self) -> str:
        """A number that no order has: they begin at 1."""
        return f"{self.paid_at.astimezone(self.zone):%Y}-0000"


def sample(
    offer: Edition, consent: Edition | None, terms: Terms, url: str | None, zone: ZoneInfo
) -> Sample:
    """The sample for the edition in force; `url` is the site's address without a slash at the end.

    The same editions and address give the same bytes.
    """
    case = _invented(offer, consent, terms, url or SITE, zone)
    rows = _rows(case)
    dossier = _dossier(case, rows)
    paper = certificate(dossier, zone=zone)
    made = facts.certificate_fact(case.order, digest(paper), len(paper), dossier.payment)
    kept = chain.entry("certificate", made, at=dossier.payment.at, last=dossier.payment)
    later = Later(
        certificate=paper,
        rows=(kept,),
        links=(*dossier.links, kept.link),
        origin=_salt("origin") + ORIGIN,
        head=_head(kept, zone),
    )
    return Sample(paper, evidence_zip(dossier, later, zone))


def _invented(
    offer: Edition, consent: Edition | None, terms: Terms, url: str, zone: ZoneInfo
) -> Invented:
    newest = max(offer.published_at, consent.published_at) if consent else offer.published_at
    paid_at = newest.replace(microsecond=0) + timedelta(hours=1)
    period = package_period(
        paid_at,
        terms.term_months,
        moves=terms.moves_to_working_day,
        zone=zone,
        calendar=decree_calendar(),
        settling=True,
    )
    return Invented(offer, consent, terms, terms.packages[-1], paid_at, period, url, zone)


def _salt(part: str) -> str:
    """Nobody's secret: it only has to look like one and be the same every time."""
    return digest(f"образец {part}")[:32]


def _details() -> str:
    return canonical(vars(CLIENT))


def _rows(case: Invented) -> tuple[Entry, ...]:
    """The sample's own ledger, with one row of another client between."""
    at, rows = case.paid_at - timedelta(minutes=5), list[Entry]()

    def append(kind: str, fact: Fact, after: timedelta) -> Entry:
        rows.append(chain.entry(kind, fact, at=at + after, last=rows[-1] if rows else None))
        return rows[-1]

    ordered = append("order", _order(case), timedelta())
    if case.consent is not None:
        append("consent", _consent(case, case.consent, ordered), timedelta())
    append("order", json.loads(FACT_OF_ANOTHER), timedelta(minutes=2))
    append("acceptance", _acceptance(case, ordered), timedelta(minutes=5, seconds=2))
    append("payment", _payment(case), timedelta(minutes=5, seconds=2))
    return tuple(rows)


def _order(case: Invented) -> Fact:
    until = wording.day(case.period.last_day)
    return facts.order_fact(
        case.order,
        hours=case.package.hours,
        price_kopecks=case.package.price_kopecks,
        edition=case.offer,
        party_kind=CLIENT.kind,
        details_sha256=digest(_salt("party") + _details()),
        origin_sha256=digest(_salt("origin") + ORIGIN),
        shown={
            "label": "Образец: слова у отметки об оферте",
            "consent_label": "Образец: слова у отметки о согласии" if case.consent else "",
            "button": f"Оплатить {wording.money(case.package.price_kopecks)}",
            "price": wording.money(case.package.price_kopecks),
            "until": until,
            "page": f"/checkout/{case.package.hours}",
            "rendered_at": chain.instant(case.paid_at - timedelta(minutes=9)),
            "page_sha256": None,
        },
        site=case.url,
        zone=case.zone.key,
        sample=True,
    )


def _consent(case: Invented, consent: Edition, ordered: Entry) -> Fact:
    return facts.consent_fact(
        case.order,
        order_row=ordered.number,
        document=consent,
        label="Образец: слова у отметки о согласии",
        page=f"/checkout/{case.package.hours}",
        details_sha256=digest(_salt("party") + _details()),
        origin_sha256=digest(_salt("origin") + ORIGIN),
    )


def _acceptance(case: Invented, ordered: Entry) -> Fact:
    return facts.acceptance_fact(
        case.order,
        ordered,
        json.loads(ordered.fact),
        edition=case.offer,
        consent_sha256=case.consent.sha256 if case.consent else None,
        amount_kopecks=case.package.price_kopecks,
        payment_id=PAYMENT_ID,
        captured_at=case.paid_at,
        period=case.period,
    )


def _payment(case: Invented) -> Fact:
    told = facts.told_of_payment(
        PAYMENT_ID,
        status="succeeded",
        amount_kopecks=case.package.price_kopecks,
        currency="RUB",
        method="bank_card",
        test=True,
        answer=_answer(case),
    )
    return facts.payment_fact(case.order, told, case.paid_at)


def _answer(case: Invented) -> str:
    """As YooKassa would answer."""
    kopecks = case.package.price_kopecks
    return redacted(
        canonical(
            {
                "id": PAYMENT_ID,
                "status": "succeeded",
                "paid": True,
                "test": True,
                "amount": {"value": f"{kopecks // 100}.{kopecks % 100:02d}", "currency": "RUB"},
                "created_at": chain.instant(case.paid_at - timedelta(minutes=4)),
                "captured_at": chain.instant(case.paid_at),
                "payment_method": {"type": "bank_card", "id": PAYMENT_ID},
                "metadata": {
                    "order": case.order,
                    "offer_edition": str(case.offer.number),
                    "offer_sha256": case.offer.sha256,
                    **({"consent_sha256": case.consent.sha256} if case.consent else {}),
                },
            }
        )
    )


def _dossier(case: Invented, rows: tuple[Entry, ...]) -> Dossier:
    return Dossier(
        settlement=_settlement(case, rows),
        rows=tuple(row for row in rows if row.fact != FACT_OF_ANOTHER),
        links=tuple(row.link for row in rows),
        offer=case.offer.text,
        consent=case.consent.text if case.consent else None,
        salt=_salt("party"),
        details=_details(),
        answer=_answer(case),
    )


def _settlement(case: Invented, rows: tuple[Entry, ...]) -> Settlement:
    acceptance, payment = rows[-2:]
    return Settlement(
        order_number=case.order,
        order_url="",
        hours=case.package.hours,
        price_kopecks=case.package.price_kopecks,
        extra_hour_kopecks=case.package.extra_hour_kopecks,
        edition=_ref(case.offer, case.url),
        consent=_ref(case.consent, case.url) if case.consent else None,
        party=CLIENT,
        terms=case.terms,
        payment_id=PAYMENT_ID,
        paid_at=case.paid_at,
        test=True,
        acceptance=acceptance.ref,
        head=payment.ref,
        sample=True,
        **vars(case.period),
    )


def _ref(edition: Edition, url: str) -> EditionRef:
    page = url + page_url(edition.document, edition.number)
    return EditionRef(edition.document, edition.number, edition.sha256, edition.published_at, page)


def _head(last: Entry, zone: ZoneInfo) -> Fact:
    return {
        "day": last.at.astimezone(zone).date().isoformat(),
        "at": chain.instant(last.at),
        "number": last.number,
        "hash": last.hash,
    }
