"""A certificate and an archive with everything in them, and ways to spoil them."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from unittest.mock import patch

import pypdf

from offer.evidence import agreeing, archive_checks, chain, checking, facts
from offer.evidence import certificate as certificate_module
from offer.evidence.archive import archive
from offer.evidence.bundle import Bundle
from offer.evidence.certificate import certificate
from offer.evidence.chain import Entry, canonical, digest
from offer.evidence.dossier import SUMS, Dossier, checksums
from offer.evidence.examining import examine_pdf, examine_zip
from offer.evidence.takeout import Later, attachments, evidence_zip, takeout
from offer.evidence.verdict import Check, Mark
from offer.paper import Attachment, typeset
from offer.periods import day_end
from tests.dossiers import SHOWN, dossier
from tests.mail.facts import MOSCOW, PAID_AT

LETTER = b"From: a@example.ru\r\n\r\nPaid.\r\n"
PAGE = b"<!doctype html><p>page</p>"
FOLDER = "evidence-26-0001"


@lru_cache(maxsize=1)
def whole() -> Dossier:
    return dossier(shown=SHOWN | {"page_sha256": digest(PAGE)})


@lru_cache(maxsize=1)
def paper() -> bytes:
    return certificate(whole(), zone=MOSCOW)


@lru_cache(maxsize=1)
def _entries() -> dict[str, bytes]:
    return takeout(whole(), later_of(whole(), paper()), MOSCOW)


def later_of(case: Dossier, made: bytes) -> Later:
    """What comes after a payment: the certificate `made` of it, a letter, the head of the night."""
    rows, order = list[Entry](), case.settlement.order_number

    def append(kind: str, fact: dict[str, Any]) -> None:
        last = rows[-1] if rows else case.payment
        rows.append(chain.entry(kind, fact, at=case.payment.at, last=last))

    append(
        "certificate", dict(facts.certificate_fact(order, digest(made), len(made), case.payment))
    )
    append("message", {"order": order, "kind": "paid", "letter_sha256": digest(LETTER)})
    night = day_end(case.payment.at.astimezone(MOSCOW).date(), MOSCOW) + timedelta(seconds=5)
    head = {
        "day": night.astimezone(MOSCOW).date().isoformat(),
        "at": chain.instant(night),
        "number": rows[-1].number,
        "hash": rows[-1].hash,
    }
    return Later(
        certificate=made,
        rows=tuple(rows),
        links=(*case.links, *(row.link for row in rows)),
        letters=(LETTER,),
        origin="origin",
        page=PAGE,
        head=head,
    )


def entries() -> dict[str, bytes]:
    """The files of the archive, to be changed."""
    return dict(_entries())


def attached() -> dict[str, bytes]:
    """The files of the certificate, to be changed."""
    return attachments(whole(), MOSCOW)


def listed_anew(files: dict[str, bytes]) -> dict[str, bytes]:
    """As a forger who knows sha256sum would leave them."""
    return {**files, SUMS: checksums(files)}


def zipped(files: Mapping[str, bytes]) -> bytes:
    return archive(files, FOLDER)


def packed(add: Callable[[zipfile.ZipFile], None]) -> bytes:
    """A ZIP made by hand."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        add(opened)
    return made.getvalue()


def edited(files: dict[str, bytes], name: str, *path: str, value: object) -> dict[str, bytes]:
    """One value in a JSON file changed, canonical again, and SHA256SUMS with it."""
    whole_value = json.loads(files[name])
    part = whole_value
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return listed_anew({**files, name: canonical(whole_value).encode()})


def pdf_of(files: Mapping[str, bytes], text: str = "текст") -> bytes:
    """A PDF by the same program with these files inside, its own hash right."""
    return typeset(
        "#data.text",
        {"text": text},
        title="t",
        author="",
        stamp=PAID_AT,
        standards=("a-3b",),
        attached=[
            Attachment(name, data, "text/plain", "data", "d") for name, data in files.items()
        ],
        knows_its_hash=True,
    )


def forged(files: Mapping[str, bytes] | None = None, **changes: Any) -> bytes:
    """A certificate whose pages say something else than its files; its own hash is right.

    `files` are attached instead of those of the evidence.
    """
    case, inside = whole(), files or attached()
    other = replace(case, settlement=replace(case.settlement, **changes))
    with patch.object(certificate_module, "attachments", lambda *_: dict(sorted(inside.items()))):
        return certificate(other, zone=MOSCOW)


def rewritten(change: Callable[[pypdf.PdfWriter], None]) -> bytes:
    """The certificate after a change by another PDF program; its own hash made anew."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(paper()))
    change(writer)
    made = io.BytesIO()
    writer.write(made)
    return sealed_anew(made.getvalue())


def sealed_anew(pdf: bytes) -> bytes:
    """As a forger who knows how it is counted would leave it."""
    (own,) = set(re.findall(rb"SHA256-([0-9a-f]{64})", pdf))
    zeroed = pdf.replace(own, b"0" * 64)
    return zeroed.replace(b"0" * 64, digest(zeroed).encode())


def failed(checks: Iterable[Check]) -> dict[str, str]:
    """What does not hold, by what it is about."""
    said: dict[str, str] = {}
    for it in checks:
        if it.mark is Mark.FAILS:
            said[it.about] = f"{said.get(it.about, '')} {it.sentence}".strip()
    return said


def wrong_in_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """All that is checked of an archive but its certificate by itself, which takes a while."""
    bundle = Bundle(files)
    allowed = checking.IN_THE_ARCHIVE
    checks = (*checking.shared(bundle, allowed), *agreeing.agreements(bundle))
    found = (*archive_checks.later(bundle), *archive_checks.certificate(bundle))
    return failed((*checks, *found, *archive_checks.remade(bundle)))


def wrong_in_zip(files: Mapping[str, bytes]) -> dict[str, str]:
    return failed(examine_zip(zipped(files)).checks)


def wrong_in_both(case: Dossier) -> tuple[str, str]:
    """What does not hold of the certificate and of the archive that a forger makes of a case."""
    made = certificate(case, zone=MOSCOW)
    archived = evidence_zip(case, later_of(case, made), MOSCOW)
    examined = (examine_pdf(made), examine_zip(archived))
    of_pdf, of_zip = ("; ".join(failed(it.checks).values()) for it in examined)
    return of_pdf, of_zip


def wrong_in_pdf(data: bytes) -> dict[str, str]:
    return failed(examine_pdf(data).checks)


def streams(pdf: bytes) -> dict[str, range]:
    """Where the bytes of each attachment stand in the certificate, those stored as they are."""
    found = {}
    for name, data in attached().items():
        start = pdf.find(b"stream\n" + data + b"\nendstream")
        if start >= 0:
            found[name] = range(start + 7, start + 7 + len(data))
    return found


def packed_streams(pdf: bytes) -> list[range]:
    """Where the compressed attachments stand."""
    pattern = rb"/Type/EmbeddedFile/Filter/FlateDecode.*?/Length (\d+)>>\s*stream\n"
    return [range(it.end(), it.end() + int(it[1])) for it in re.finditer(pattern, pdf, re.DOTALL)]
