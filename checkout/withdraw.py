"""Withdraw the consent to the processing of personal data, as easily as it was given.

152-ФЗ ст. 9 ч. 2; facts on law 6.3. What was paid goes on: a contract needs no consent (ст. 6 ч. 1
п. 5), so neither the package nor the order nor its papers change.
"""

import secrets

from checkout.domain.details import Details, origin_details, party_details
from checkout.domain.labels import WITHDRAW_CONSENT
from checkout.domain.order import Order
from checkout.shop import Shop, new_id, new_key
from checkout.store import archive, correspondence, ledger, orders
from checkout.store.engine import Tx
from checkout.who_ordered import known_party
from offer.evidence.facts import consent_fact
from offer.evidence.settlement import Party
from offer.release import PublishedEdition


def withdraw_consent(shop: Shop, token: str, *, address: str, user_agent: str) -> bool:
    """Withdraw an order's consent; False if there is none, or it is withdrawn already."""
    whence = origin_details(address, user_agent, salt=secrets.token_hex(16))
    done = shop.store.transact(lambda tx: _withdraw(tx, token, whence))
    if done:
        shop.wake.set()
    return done


def _withdraw(tx: Tx, token: str, whence: Details) -> bool:
    ledger.alone(tx)
    found = orders.by_token(tx, token)
    order = orders.locked(tx, found.id) if found else None
    if order is None or order.consent is None or order.consent_withdrawn_at:
        return False
    who = known_party(tx, order)
    if who is None:  # what the consent was about is erased
        return False
    _record(tx, order, archive.edition(tx, "consent", order.consent), (who, whence))
    orders.change(tx, order.id, consent_withdrawn_at=tx.now)
    correspondence.stage(
        tx, new_id(), kind="withdrawn", subject=order.number, order_id=order.id, key=new_key()
    )
    return True


def _record(tx: Tx, order: Order, consent: PublishedEdition, by: tuple[Party, Details]) -> None:
    who, whence = party_details(by[0], salt=secrets.token_hex(16)), by[1]
    fact = consent_fact(
        order.number,
        order_row=order.ledger,
        document=consent,
        label=WITHDRAW_CONSENT,
        page=f"/orders/{order.number}",  # its secret address would stand in the ledger for ever
        details_sha256=who.sha256,
        origin_sha256=whence.sha256,
        action="withdrawn",
    )
    row = ledger.append(tx, "consent", fact)
    ledger.keep_details(tx, row.number, who)
    ledger.keep_details(tx, row.number, whence)
