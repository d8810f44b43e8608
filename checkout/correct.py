"""A client gives his details anew; what stood before stays where it was recorded.

A correction is a fact with side rows of its own. Orders made before keep what they were made
with: a certificate names whom the offer was accepted by. The next order begins with the new ones.
"""

import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from checkout.domain.account import Account
from checkout.domain.details import Part, origin_details, party_details
from checkout.shop import Shop
from checkout.store import accounts, ledger, orders
from checkout.store.engine import Tx
from checkout.who_ordered import known_party
from offer.evidence.chain import Entry
from offer.evidence.settlement import Party


@dataclass(frozen=True)
class Whence:
    """From where a client asks."""

    address: str
    user_agent: str


@dataclass(frozen=True)
class Told:
    """Details as a client gave them: when, and in which row of the ledger; of which order, if of
    one."""

    at: datetime
    row: int
    order: str | None
    party: Party


def correct(shop: Shop, account: Account, party: Party, whence: Whence) -> bool:
    """Write down new details of an account; False if they are the ones that are known."""
    return shop.store.transact(lambda tx: correct_account(tx, account, party, whence))


def correct_account(
    tx: Tx, account: Account, party: Party, whence: Whence, *, is_first: bool = False
) -> bool:
    """The same within a transaction; whoever signs up `first` changes nothing that is known."""
    ledger.alone(tx)
    party, before = replace(party, email=account.email), history(tx, account)
    if before and (is_first or before[0].party == party):
        return False
    fact: dict[str, object] = {"account": account.id}
    row = record(tx, fact, party, whence, instead_of=before[0].row if before else None)
    accounts.keep_correction(tx, row.number, account.id)
    return True


def record(
    tx: Tx, about: dict[str, object], party: Party, whence: Whence, *, instead_of: int | None
) -> Entry:
    """Append the fact of a correction; `about` says whether of an account or of an order."""
    who = party_details(party, salt=secrets.token_hex(16))
    origin = origin_details(whence.address, whence.user_agent, salt=secrets.token_hex(16))
    fact = {
        **about,
        "instead_of": instead_of,
        "party_kind": party.kind,
        "details_sha256": who.sha256,
        "origin_sha256": origin.sha256,
    }
    row = ledger.append(tx, "correction", fact)
    ledger.keep_details(tx, row.number, who)
    ledger.keep_details(tx, row.number, origin)
    return row


def details_of(tx: Tx, account: Account, browser_sha256: str | None = None) -> Party | None:
    """A client's details as he corrected them last, else as he paid by them last; of what one
    browser ordered, if it is named."""
    told = history(tx, account, browser_sha256)
    return told[0].party if told else None


def history(tx: Tx, account: Account, browser_sha256: str | None = None) -> list[Told]:
    """All details a client gave: his corrections, then his paid packages, each newest first.

    Anybody may order in his name, and what only repeats his words, extra hours, tells nothing
    new; so neither what is unpaid nor what is extra is his word. Those erased are not among them.
    """
    paid = accounts.paid_packages(tx, account.id, browser_sha256)
    ordered = [it for token in paid if (it := _ordered(tx, token))]
    if browser_sha256 is not None:
        return _newest_first(ordered)
    rows = accounts.corrections_of(tx, account.id)
    return _newest_first([it for row in rows if (it := _told(tx, row))]) + _newest_first(ordered)


def _newest_first(told: list[Told]) -> list[Told]:
    return sorted(told, key=lambda it: it.row, reverse=True)


def _ordered(tx: Tx, token: str) -> Told | None:
    order = orders.by_token(tx, token)
    party = known_party(tx, order) if order else None
    if order is None or party is None:
        return None
    return Told(order.created_at, order.ledger, order.number, party)


def _told(tx: Tx, number: int) -> Told | None:
    kept = ledger.details(tx, number, Part.PARTY)
    if kept is None:
        return None
    row, known = ledger.row(tx, number), json.loads(kept.text)
    party = Party(**{name: known[name] for name in Party.__dataclass_fields__})
    return Told(row.at, number, json.loads(row.fact).get("order"), party)
