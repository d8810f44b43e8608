"""All that is attached to a certificate, and all that lies in the evidence archive, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from offer.evidence import dossier as the
from offer.evidence.archive import archive
from offer.evidence.chain import Entry, canonical
from offer.evidence.dossier import Dossier, evidence_of
from offer.evidence.readme import archive_readme, certificate_readme

Head = Mapping[str, object]  # day, at, number, hash: a line of /ledger/heads.json


@dataclass(frozen=True)
class Later:
    """What there is besides the dossier when the archive is made.

    `rows` are the order's own rows after the payment; `links` begin as the dossier's and go to the
    row that `head` published, or to its last own row while none is published. `letters` are as they
    were sent. `origin` is salt and text; `stamp` is a time-stamping server's whole answer (RFC
    3161) to the link that is the head's. These, the page and the head are None where there is none.
    """

    certificate: bytes
    rows: tuple[Entry, ...]
    links: tuple[str, ...]
    letters: tuple[bytes, ...] = ()
    origin: str | None = None
    page: bytes | None = None
    head: Head | None = None
    stamp: bytes | None = None


def attachments(dossier: Dossier, zone: ZoneInfo) -> dict[str, bytes]:
    """The files attached to the certificate."""
    files = evidence_of(dossier, zone)
    files[the.README] = certificate_readme(dossier, zone)
    files[the.SUMS] = the.checksums(files)
    return dict(sorted(files.items()))


def takeout(dossier: Dossier, later: Later, zone: ZoneInfo) -> dict[str, bytes]:
    """The files of the evidence archive."""
    files = evidence_of(dossier, zone) | {
        the.fact_name(row): row.fact.encode() for row in later.rows
    }
    files[the.LINKS] = the.lines(later.links)
    files[the.CERTIFICATE] = later.certificate
    for number, raw in enumerate(later.letters, 1):
        files[f"letters/{number:03d}.eml"] = raw
    if later.origin is not None:
        files[the.ORIGIN] = later.origin.encode()
    if later.page is not None:
        files[the.PAGE] = later.page
    if later.head is not None:
        files[the.HEADS] = canonical({"schema": 1, "heads": [later.head]}).encode()
    if later.stamp is not None:
        files[the.STAMP] = later.stamp
    files[the.README] = archive_readme(dossier, files, later.rows, zone)
    files[the.SUMS] = the.checksums(files)
    return dict(sorted(files.items()))


def folder_of(order_number: str) -> str:
    """The folder everything lies in when the archive is unpacked, and the archive's own name."""
    return f"evidence-{order_number}"


def evidence_zip(dossier: Dossier, later: Later, zone: ZoneInfo) -> bytes:
    """The evidence archive."""
    return archive(takeout(dossier, later, zone), folder_of(dossier.settlement.order_number))
