"""The evidence archive of a paid order: everything there is about it, in one file."""

from checkout.certify import certify, dossier, zone_of
from checkout.domain.details import Part
from checkout.domain.order import Order
from checkout.settings import Settings
from checkout.shop import Shop
from checkout.store import heads, ledger, letters, time_stamps
from checkout.store.correspondence import Paper
from checkout.store.engine import Tx
from checkout.store.heads import Head
from offer.evidence.chain import digest, instant
from offer.evidence.dossier import Dossier, fact, first_link
from offer.evidence.takeout import Later, evidence_zip


def take_out(shop: Shop, order: Order) -> bytes:
    """The archive (ZIP) of a paid order; the certificate is made now if it is not there yet."""
    paper = certify(shop, order)
    case, later = shop.store.read(lambda tx: _all_of(tx, shop.settings, order, paper))
    return evidence_zip(case, later, zone_of(case, shop.settings))


def _all_of(tx: Tx, settings: Settings, order: Order, paper: Paper) -> tuple[Dossier, Later]:
    case = dossier(tx, settings, order)
    rows = ledger.of_order(tx, order.number)
    head = heads.covering(tx, rows[-1].number)
    last = head.number if head else rows[-1].number
    origin = ledger.details(tx, order.ledger, Part.ORIGIN)
    sent = {fact(row).get("letter_sha256") for row in rows if row.kind == "message"}
    kept = letters.to_client(tx, order.id, case.settlement.party.email)
    later = Later(
        certificate=paper.data,
        rows=tuple(row for row in rows if row.number > case.payment.number),
        links=ledger.links(tx, first_link(case.settlement, rows), last),
        letters=tuple(raw for raw in kept if digest(raw) in sent),
        origin=origin.salt + origin.text if origin else None,
        page=ledger.shown(tx, order.ledger),
        head=_published(head) if head else None,
        stamp=_stamp(tx, head) if head else None,
    )
    return case, later


def _stamp(tx: Tx, head: Head) -> bytes | None:
    """How somebody else dated the head, if anybody did."""
    tries = time_stamps.of_day(tx, head.day)
    return next((it.answer for it in tries if it.answer and it.at), None)


def _published(head: Head) -> dict[str, object]:
    """As /ledger/heads.json has it."""
    return {
        "day": head.day.isoformat(),
        "at": instant(head.at),
        "number": head.number,
        "hash": head.hash,
    }
