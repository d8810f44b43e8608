"""Compose the letters about a refusal of a package, as they are due."""

import json
from collections.abc import Sequence

from checkout.begin import accepted_terms
from checkout.domain.details import Part
from checkout.domain.refusal import Refusal, proposal_told, row_named
from checkout.mail.letters import Letter
from checkout.mail.refusal_letters import (
    Refused,
    answer_letter,
    refusal_for_contractor,
    refusal_letter,
    reminder_for_contractor,
)
from checkout.refuse import commands
from checkout.shop import Shop
from checkout.store import ledger, orders, refusals
from checkout.store.correspondence import Message
from checkout.store.engine import Tx
from checkout.who_ordered import known_party
from offer.wording import day

KINDS = ("refused", "answered", "reminder")


def letters_about(shop: Shop, message: Message, desk: Sequence[str]) -> list[Letter]:
    """A refusal goes to both, an answer to the client, a reminder to the contractor."""
    said, zone = shop.store.read(lambda tx: _told(tx, shop, message)), shop.settings.zone
    if message.kind == "reminder":
        today = message.staged_at.astimezone(zone).date()
        return [reminder_for_contractor(said, today, to=it, zone=zone) for it in desk]
    if message.kind == "answered":
        return [answer_letter(said, said.party, zone=zone)] if said.party else []
    return [
        *([refusal_letter(said, said.party, zone=zone)] if said.party else []),
        *(refusal_for_contractor(said, to=it, zone=zone) for it in desk),
    ]


def _told(tx: Tx, shop: Shop, message: Message) -> Refused:
    refusal, head = refusals.by_row(tx, row_named(message.subject)), ledger.head(tx)
    if refusal is None or head is None:
        raise LookupError(f"no refusal {message.subject} was made")
    order, fact = orders.by_id(tx, refusal.order_id), ledger.fact(tx, refusal.asked)
    asked_on = refusal.asked_at.astimezone(shop.settings.zone).date()
    proposal, party = proposal_told(fact), known_party(tx, order)
    key = f"?letter={message.key}" if message.key else ""
    return Refused(
        party=party,
        party_kind=party.kind if party else order.party_kind,
        order_number=order.number,
        order_url=f"{shop.settings.public_url}/orders/{order.token}{key}",
        at=refusal.asked_at,
        decide_by=refusal.decide_by,
        proposal=proposal,
        reason=reason_of(tx, refusal),
        answer=refusal.answer or "",
        commands=tuple(commands(order.number, proposal, day(asked_on))),
        head=head.ref,
        contact=accepted_terms(tx, order).requisites.email,
        test=order.test,
    )


def reason_of(tx: Tx, refusal: Refusal) -> str:
    """The client's own words; empty if he gave none, or they are erased."""
    kept = ledger.details(tx, refusal.asked, Part.REASON)
    return str(json.loads(kept.text)["reason"]) if kept else ""
