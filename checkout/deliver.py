"""Send the due messages: composed once, kept as they will be sent, and each marked when taken.

A crash after sending and before marking sends that letter once more, the same bytes with the same
Message-ID. Who got what, when, and what the mail server said, are facts (clause 9.1 of the offer).
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from email.utils import parseaddr

import structlog

from checkout.begin import accepted_terms
from checkout.certify import certify, settlement
from checkout.close_case import open_ones
from checkout.compared import found
from checkout.domain.case import Case
from checkout.domain.details import letter_details
from checkout.domain.order import Order
from checkout.fiscalise import given_by
from checkout.mail.contractor_letters import Whose, case_for_contractor, head_for_contractor
from checkout.mail.letters import (
    Letter,
    Withdrawal,
    order_for_contractor,
    paid_letter,
    withdrawal_for_contractor,
    withdrawn_letter,
)
from checkout.mail.refund_letters import Returned, refund_for_contractor, refund_letter
from checkout.mail.smtp import MailError
from checkout.odd_money import currency_of, unfit
from checkout.remind_clients import KIND as ENDING
from checkout.remind_clients import letters_about_ending
from checkout.shop import Shop, new_id
from checkout.store import cases, correspondence, heads, letters, orders, reconciliations, refunds
from checkout.store import ledger as rows
from checkout.store.correspondence import Message
from checkout.store.engine import Tx
from checkout.store.letters import KeptLetter
from checkout.tell_odd_money import KIND as ODD_MONEY
from checkout.tell_odd_money import letters_about_odd_money
from checkout.tell_readdress import readdressed_letters
from checkout.tell_refusal import KINDS, letters_about
from checkout.who_ordered import Erased, known_party, reader
from offer.evidence.chain import digest, instant
from offer.evidence.settlement import LedgerRef, Settlement

log = structlog.get_logger()
AT_ONCE = 20
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
CODE = re.compile(r"\b[2-5]\d\d\b")


def deliver(shop: Shop) -> int:
    """Send what is due; returns how many letters left. What cannot be sent is tried again."""
    sent = 0
    for _ in range(AT_ONCE):
        if shop.ending.is_set():
            return sent
        message = shop.store.transact(correspondence.claim_message)
        if message is None:
            return sent
        sent += _send(shop, message)
    shop.wake.set()  # there may be more: after the payments that came meanwhile
    return sent


def _send(shop: Shop, message: Message) -> int:
    """Hand over what is not taken yet of a message; one reader's trouble is not another's."""
    try:
        waiting = [it for it in _kept(shop, message) if it.ledger is None]
    except MailError as error:
        _postpone(shop, message, error)
        return 0
    except Erased as gone:
        log.warning("letter has nobody to go to", message=message.id, why=str(gone))
        shop.store.transact(lambda tx: _nobody_to_tell(tx, message))
        return 0
    failures = [why for it in waiting if (why := _hand_over(shop, message, it))]
    if failures:
        _postpone(shop, message, failures[0])
    elif not waiting:
        # killed between the last letter and its message, or erased meanwhile: nothing is left
        shop.store.transact(lambda tx: correspondence.mark_sent(tx, message.id))
    return len(waiting) - len(failures)


def _nobody_to_tell(tx: Tx, message: Message) -> None:
    """Close a message whose reader is erased; money that came so late is the contractor's case."""
    rows.alone(tx)  # an erasure takes this lock first, and then the message's
    correspondence.mark_sent(tx, message.id)
    if message.kind != "paid" or message.order_id is None:
        return
    order = orders.by_id(tx, message.order_id)
    sentence = (
        f"Заказ {order.number} оплачен, когда личные данные по нему уже стёрты: писать некому. "
        f"Платёж {order.payment_id} — в личном кабинете ЮKassa: верните деньги или найдите клиента."
    )
    cases.open_case(
        tx,
        new_id(),
        kind="erased_client",
        subject=order.number,
        order_id=order.id,
        sentence=sentence,
    )


def _hand_over(shop: Shop, message: Message, letter: KeptLetter) -> MailError | None:
    try:
        answer = shop.mailer.send(letter.raw, to=letter.recipient)
    except MailError as error:
        if error.permanent and letter.refusal is None:
            refusal = str(error)
            shop.store.transact(lambda tx: _record_refused(tx, message, letter, refusal))
        return error
    shop.store.transact(lambda tx: _record_taken(tx, message, letter, answer))
    return None


def _record_taken(tx: Tx, message: Message, letter: KeptLetter, answer: str) -> None:
    rows.alone(tx)
    known = letters.of_message(tx, message.id)
    if not known:  # erased while it was on its way: the act says so, and nobody may be named again
        return
    if known[letter.number].ledger is None:
        row = _record(tx, message, letter, answer, outcome="taken")
        letters.mark_taken(tx, letter, row.number)
    if all(it.ledger for it in known if it.number != letter.number):
        correspondence.mark_sent(tx, message.id)


def _record_refused(tx: Tx, message: Message, letter: KeptLetter, answer: str) -> None:
    rows.alone(tx)
    known = letters.of_message(tx, message.id)
    if known and known[letter.number].refusal is None:
        row = _record(tx, message, letter, answer, outcome="refused")
        letters.mark_refused(tx, letter, row.number)


def _record(
    tx: Tx, message: Message, letter: KeptLetter, answer: str, *, outcome: str
) -> LedgerRef:
    hidden = letter_details(letter.recipient, answer, salt=secrets.token_hex(16))
    fact: dict[str, object] = {
        "kind": message.kind,
        "subject": message.subject,
        "message_id": letter.message_id,
        "letter_sha256": digest(letter.raw),
        "to_sha256": hidden.sha256,
        "staged_at": instant(message.staged_at),
        "outcome": outcome,
        "code": _code(answer),
    }
    if message.key is not None:
        fact["key_sha256"] = digest(message.key)
    if message.order_id is not None:
        fact["order"] = orders.by_id(tx, message.order_id).number
    row = rows.append(tx, "message", fact)
    rows.keep_details(tx, row.number, hidden)
    return row.ref


def _code(answer: str) -> str:
    found = CODE.search(answer)
    return found[0] if found else ""


def _postpone(shop: Shop, message: Message, error: MailError) -> None:
    # a refused recipient may be mended tomorrow; asking every minute mends nothing
    growing = min(FIRST_PAUSE * 2 ** min(message.tries, 10), LONGEST_PAUSE)
    pause = LONGEST_PAUSE if error.permanent else growing
    # the answer itself may name the address; it stands beside the message until that is sent
    log.warning("letter not sent", message=message.id, kind=message.kind, code=_code(str(error)))
    shop.store.transact(
        lambda tx: correspondence.postpone(tx, message.id, tx.now + pause, str(error))
    )


def _kept(shop: Shop, message: Message) -> list[KeptLetter]:
    """The letters of a message as they are sent at every try."""
    known = shop.store.read(lambda tx: letters.of_message(tx, message.id))
    if known:
        return known
    composed = [
        _composed(shop, message, number, letter)
        for number, letter in enumerate(_letters(shop, message))
    ]
    return shop.store.transact(lambda tx: letters.keep(tx, message.id, composed))


def _composed(shop: Shop, message: Message, number: int, letter: Letter) -> KeptLetter:
    domain = shop.settings.mail_from.rpartition("@")[2].rstrip(">")
    own = f".{number}" if number else ""
    message_id = f"<{message.id}{own}@{domain}>"
    raw = shop.mailer.compose(letter, message_id=message_id, date=message.staged_at)
    now = shop.store.clock()
    return KeptLetter(message.id, number, message_id, letter.to, raw, composed_at=now)


def _letters(shop: Shop, message: Message) -> list[Letter]:
    zone, compose = shop.settings.zone, COMPOSERS.get(message.kind)
    if compose:
        return compose(shop, message)
    order, facts = _facts(shop, message)
    facts = replace(facts, party=shop.store.read(lambda tx: reader(tx, order)))
    if message.kind == "paid":
        if message.key:  # none in what was staged before letters had keys
            facts = replace(facts, order_url=f"{facts.order_url}?letter={message.key}")
        if order.consent_withdrawn_at:
            facts = replace(facts, consent=None)  # there is nothing left to withdraw
        return [paid_letter(facts, certify(shop, order).data, zone=zone)]
    if message.kind == "order":
        return [
            order_for_contractor(facts, to=address, zone=zone)
            for address in _desk(shop, facts.terms.requisites.email)
        ]
    raise LookupError(f"no letter is written for a message of kind {message.kind}")


def _withdrawal(shop: Shop, message: Message) -> list[Letter]:
    """To the client and to the contractor: the consent is withdrawn."""
    said, zone = shop.store.read(lambda tx: _withdrawn(tx, shop, message)), shop.settings.zone
    desk = _desk(shop, _contact(shop))
    return [
        withdrawn_letter(said, zone=zone),
        *(withdrawal_for_contractor(said, to=address, zone=zone) for address in desk),
    ]


def _withdrawn(tx: Tx, shop: Shop, message: Message) -> Withdrawal:
    order, head = orders.by_id(tx, message.order_id or 0), rows.head(tx)
    if head is None:
        raise LookupError("a consent was withdrawn and the ledger is empty")
    url = f"{shop.settings.public_url}/orders/{order.token}?letter={message.key}"
    at = order.consent_withdrawn_at or message.staged_at
    return Withdrawal(
        reader(tx, order),
        order.number,
        url,
        at,
        head.ref,
        paid=order.paid_at is not None,
        test=order.test,
    )


def _refund(shop: Shop, message: Message) -> list[Letter]:
    """To the client, unless he is erased, and to the contractor: money was given back."""
    said, zone = shop.store.read(lambda tx: _returned(tx, shop, message)), shop.settings.zone
    desk = _desk(shop, _contact(shop))
    return [
        *([refund_letter(said, said.party, zone=zone)] if said.party else []),
        *(refund_for_contractor(said, to=address, zone=zone) for address in desk),
    ]


def _returned(tx: Tx, shop: Shop, message: Message) -> Returned:
    order, head = orders.by_id(tx, message.order_id or 0), rows.head(tx)
    refund, package = refunds.by_key(tx, message.subject), orders.package(tx, order.id)
    if head is None or refund is None or refund.ended is None:
        raise LookupError(f"no refund {message.subject} was made")
    return Returned(
        party=known_party(tx, order),
        order_number=order.number,
        order_url=f"{shop.settings.public_url}/orders/{order.token}?letter={message.key}",
        refund_id=refund.refund_id or "",
        amount_kopecks=refund.amount_kopecks,
        currency=currency_of(tx, order, refund.payment_id),
        left_kopecks=_not_returned(tx, order, refund.payment_id),
        is_own=refund.payment_id == order.payment_id and order.paid_at is not None,
        reason=refund.reason,
        method=orders.method(orders.attempt_paid_by(tx, refund.payment_id)),
        at=rows.row(tx, refund.ended).at,
        ended_at=package.ended_at if package else None,
        receipt=given_by(tx, refund.payment_id),
        head=head.ref,
        contact=accepted_terms(tx, order).requisites.email,
        test=order.test,
    )


def _not_returned(tx: Tx, order: Order, payment_id: str) -> int:
    odd = unfit(tx, order, payment_id)
    whole = odd.amount_kopecks if odd else order.price_kopecks
    return whole - refunds.returned(tx, payment_id)


def _refusal(shop: Shop, message: Message) -> list[Letter]:
    return letters_about(shop, message, _desk(shop, _contact(shop)))


def _facts(shop: Shop, message: Message) -> tuple[Order, Settlement]:
    if message.order_id is None:
        raise LookupError(f"message {message.id} names no order")
    order_id = message.order_id
    order = shop.store.read(lambda tx: orders.by_id(tx, order_id))
    return order, shop.store.read(lambda tx: settlement(tx, shop.settings, order))


def _cases(shop: Shop, message: Message) -> list[Letter]:
    head, case, whose = shop.store.read(
        lambda tx: (rows.head(tx), _case(tx, message), _whose(tx, shop, message))
    )
    return [
        case_for_contractor(
            message.subject,
            message.text,
            head=head.ref if head else None,
            to=to,
            whose=whose,
            number=case.number if case else None,
            commands=case.commands if case else (),
        )
        for to in _desk(shop, _contact(shop))
    ]


def _case(tx: Tx, message: Message) -> Case | None:
    kind, _, subject = message.subject.partition(":")
    return cases.named(tx, kind, subject)


def _whose(tx: Tx, shop: Shop, message: Message) -> Whose:
    if message.order_id is None:
        return Whose(shop.settings.test)
    order = orders.by_id(tx, message.order_id)
    url = f"{shop.settings.public_url}/orders/{order.token}"
    return Whose(order.test, order.number, url, known_party(tx, order))


def _head(shop: Shop, message: Message) -> list[Letter]:
    day = date.fromisoformat(message.subject)
    head = shop.store.read(lambda tx: heads.of_day(tx, day))
    if head is None:
        raise LookupError(f"no head was published on {day}")
    made = shop.store.read(lambda tx: reconciliations.of_day(tx, day))
    books = found(made) if made else None
    waiting = open_ones(*shop.store.read(cases.waiting), shop.settings.zone)
    return [
        head_for_contractor(
            head.day, head.number, head.hash, to=address, books=books, cases=waiting
        )
        for address in _desk(shop, _contact(shop))
    ]


def _contact(shop: Shop) -> str | None:
    offer = shop.shelf.offer()
    return offer.terms.requisites.email if offer and offer.terms else None


def _desk(shop: Shop, contact: str | None) -> tuple[str, ...]:
    """Where the contractor reads his letters: the desk's addresses, else clause 11 of the offer."""
    if shop.settings.desk_emails:
        return shop.settings.desk_emails
    return (contact,) if contact else (parseaddr(shop.settings.mail_from)[1],)


# of what is not about an order just paid
COMPOSERS: Mapping[str, Callable[[Shop, Message], list[Letter]]] = {
    "case": _cases,
    "head": _head,
    "withdrawn": _withdrawal,
    "refunded": _refund,
    ENDING: letters_about_ending,
    "readdressed": readdressed_letters,
    ODD_MONEY: letters_about_odd_money,
    **dict.fromkeys(KINDS, _refusal),
}
