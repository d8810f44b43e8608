"""The files of one acceptance, each exactly the bytes whose hash stands elsewhere (decision 0011).

The certificate carries them as attachments; the evidence archive holds them and what came after.
Nothing here reads a database or a clock: the same values give the same files.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from offer.evidence.chain import Entry, canonical, digest, instant
from offer.evidence.settlement import EditionRef, Settlement

SCHEMA = 1
# How certificate and README look. Whoever changes a byte of either raises it: `offer verify` makes
# both again and must know whether it can (decision 0011).
FORM = 1
OFFER, CONSENT = "offer.md", "consent.md"
LINKS, DETAILS, PAYMENT = "links.jsonl", "details.txt", "payment.json"
ACCEPTANCE, README, SUMS = "acceptance.json", "README.txt", "SHA256SUMS"
CERTIFICATE, ORIGIN, PAGE, HEADS = "certificate.pdf", "origin.txt", "order-page.html", "heads.json"
STAMP = "time-stamp.tsr"
# The archive goes on where the certificate ends: more links, another list, another explanation.
NOT_THE_SAME_IN_BOTH = (LINKS, README, SUMS)


@dataclass(frozen=True)
class Dossier:
    """An acceptance and everything it rests on.

    `rows` are the order's own rows, oldest first, the last one being the payment's; `links` are the
    links of all rows from `first_link` to the head, others' rows too. `details` is who
    ordered, salt and text. `answer` is the redacted answer of YooKassa, None where the ledger holds
    the hash of something else (the first version's rows).
    """

    settlement: Settlement
    rows: tuple[Entry, ...]
    links: tuple[str, ...]
    offer: bytes
    consent: bytes | None
    salt: str
    details: str
    answer: str | None

    @property
    def acceptance(self) -> Entry:
        return self._row(self.settlement.acceptance.number)

    @property
    def payment(self) -> Entry:
        return self._row(self.settlement.head.number)

    @property
    def order(self) -> Entry:
        """The decision that was paid for: an order tried again has several."""
        return self._row(fact(self.acceptance)["order_row"])

    @property
    def consent_row(self) -> Entry | None:
        """The consent standing with that decision: given with it, or before and not withdrawn."""
        row, told = self.order.number, [it for it in self.rows if it.kind == "consent"]
        earlier = [it for it in told if fact(it)["order_row"] < row]
        given = [it for it in told if fact(it)["order_row"] == row and gives(it)]
        newest = [*earlier, *given][-1:]
        return newest[0] if newest and gives(newest[0]) else None

    def _row(self, number: int) -> Entry:
        return next(row for row in self.rows if row.number == number)


def first_link(settlement: Settlement, rows: Sequence[Entry]) -> int:
    """Where the links of an order begin: at its first row, or at its package's acceptance.

    Extra hours name that row by its hash, so that whoever checks them must see it.
    """
    package = settlement.for_package
    return package.acceptance.number if package else rows[0].number


def gives(row: Entry) -> bool:
    """Whether a consent's row gives it, rather than withdraws it."""
    return bool(fact(row)["action"] == "given")


def fact(row: Entry) -> dict[str, Any]:
    """A row's fact as values."""
    value = json.loads(row.fact)
    assert isinstance(value, dict), "facts are objects"  # noqa: S101
    return value


def fact_name(row: Entry) -> str:
    """«fact-000012-acceptance.json»."""
    return f"fact-{row.number:06d}-{row.kind}.json"


def evidence_of(dossier: Dossier, zone: ZoneInfo) -> dict[str, bytes]:
    """The files that certificate and archive share, without README.txt and SHA256SUMS."""
    files = {
        OFFER: dossier.offer,
        **{fact_name(row): row.fact.encode() for row in dossier.rows},
        LINKS: lines(dossier.links),
        DETAILS: f"{dossier.salt}{dossier.details}".encode(),
        ACCEPTANCE: canonical(acceptance(dossier, zone)).encode(),
    }
    if dossier.consent is not None:
        files[CONSENT] = dossier.consent
    if dossier.answer is not None:
        files[PAYMENT] = dossier.answer.encode()
    return files


def lines(links: Sequence[str]) -> bytes:
    """Links one a line; a line without its line end is what is hashed."""
    return "".join(f"{link}\n" for link in links).encode()


def checksums(files: Mapping[str, bytes]) -> bytes:
    """As `sha256sum` prints them, for `sha256sum -c`."""
    names = sorted(name for name in files if name != SUMS)
    return "".join(f"{digest(files[name])}  {name}\n" for name in names).encode()


def acceptance(dossier: Dossier, zone: ZoneInfo) -> dict[str, object]:
    """The acceptance said once for programs: acceptance.json, schema 1.

    `zone` is that of the papers; the times here are UTC.
    """
    accepted, paid, facts = fact(dossier.acceptance), fact(dossier.payment), dossier.settlement
    ordered, consented = fact(dossier.order), dossier.consent_row
    consent = fact(consented)["document"] if consented else None
    return {
        "schema": SCHEMA,
        "form": FORM,
        "zone": zone.key,
        "order": facts.order_number,
        "what": ordered.get("what", "package"),
        **({"for_package": ordered["for_package"]} if "for_package" in ordered else {}),
        "hours": ordered["hours"],
        "price_kopecks": ordered["price_kopecks"],
        "currency": paid["currency"],
        "edition": _edition(facts.edition, accepted["edition"]["tag_id"]),
        "consent": _edition(facts.consent, consent["tag_id"])
        if facts.consent and consent
        else None,
        "accepted_at": accepted["captured_at"],
        "payment_id": accepted["payment_id"],
        "test": paid["test"],
        "sample": facts.sample,
        "shown": accepted.get("shown"),
        "period": accepted["period"],
        "party": vars(facts.party),
        "details": {"salt": dossier.salt, "sha256": accepted["details_sha256"]},
        "seller": vars(facts.terms.requisites),
        "ledger": _ledger(dossier),
    }


def _edition(edition: EditionRef, tag_id: str) -> dict[str, object]:
    return {
        "document": edition.document,
        "number": edition.number,
        "sha256": edition.sha256,
        "tag_id": tag_id,
        "published_at": instant(edition.published_at),
        "url": edition.url,
    }


def _ledger(dossier: Dossier) -> dict[str, object]:
    payment = vars(dossier.payment.ref)
    return {
        "order": vars(dossier.order.ref),
        "consent": vars(dossier.consent_row.ref) if dossier.consent_row else None,
        "acceptance": vars(dossier.acceptance.ref),
        "payment": payment,
        "head": payment,
    }
