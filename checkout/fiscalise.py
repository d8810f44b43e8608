"""What receipts there must be (54-ФЗ): of money that came, of money given back, of a settlement.

The first goes with the payment and is in its saved request; everything after follows from that
request, not from today's settings: what was begun by two receipts is ended by the second. Nothing
is asked here: see `register`.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from checkout.domain import receipts as rules
from checkout.domain.order import Order
from checkout.domain.payment import Payment
from checkout.domain.receipts import Json, Kind, Regime, Scheme
from checkout.domain.refund import Refund
from checkout.domain.transitions import ReceiptState, State
from checkout.doubt import is_doubted
from checkout.gateway.wire import receipt_request
from checkout.shop import SOON, Shop, new_id
from checkout.store import cases, ledger, orders, package_hours, receipts, refunds
from checkout.store.engine import Tx
from checkout.store.orders import Attempt
from checkout.store.receipts import Issued
from checkout.who_ordered import known_party
from offer.evidence import facts
from offer.wording import day, money

AT_ONCE = 20
INCOME, RETURNED = "npd_income", "npd_refund"
NPD_BY_DAY = 9  # 422-ФЗ ст. 14 ч. 3: of the month after


def regime(shop: Shop, now: datetime) -> Regime:
    """How receipts are given at this moment."""
    return shop.settings.regime_on(now.astimezone(shop.settings.zone).date())


def note_income(
    tx: Tx, shop: Shop, order: Order, attempt: Attempt, payment: Payment, *, until: datetime
) -> None:
    """Money came as ordered: its receipt is to be followed, or the contractor gives one himself.

    In the transaction that starts the package; `until` is when its term ends.
    """
    if rules.receipt_in(attempt.body) is None:
        if shop.settings.receipts is Scheme.NPD:
            _remind_of_income(tx, order, payment, shop.settings.zone)
        return
    _expect(tx, order, attempt, payment, until)


def note_odd_income(tx: Tx, order: Order, attempt: Attempt, payment: Payment) -> None:
    """Money came that does not fit: YooKassa gives its receipt all the same.

    Nothing will be done for it, so there is nothing to set it off by: it goes back, with the
    receipt of that, or whoever keeps it settles it himself.
    """
    if rules.receipt_in(attempt.body):
        _expect(tx, order, attempt, payment, None)


def _expect(
    tx: Tx, order: Order, attempt: Attempt, payment: Payment, over: datetime | None
) -> None:
    """The receipt that went with a payment is to be followed; `over` is when its service is."""
    line = rules.line_of(rules.receipt_in(attempt.body) or {})
    is_prepayment = line["payment_mode"] == rules.PREPAYMENT
    receipts.add(
        tx,
        {
            "id": new_id(),
            "order_id": order.id,
            "kind": Kind.PAYMENT,
            "subject": payment.id,
            "payment_id": payment.id,
            "amount_kopecks": payment.amount_kopecks,
            "mode": line["payment_mode"],
            "vat_code": line["vat_code"],
            "state": ReceiptState.PENDING,
            "next_look_at": tx.now + SOON,
            "settle_at": over if is_prepayment else None,
        },
    )


def receipt_of_refund(tx: Tx, order: Order, payment_id: str, amount_kopecks: int) -> Json | None:
    """The receipt that the request for a refund of a payment needs.

    None where the payment had none, and where all of it goes back as it came, to the address it
    came from: YooKassa makes that receipt of the payment's own.
    """
    paid, sent = receipts.of(tx, Kind.PAYMENT, payment_id), receipt_sent_with(tx, payment_id)
    if paid is None or sent is None:
        return None
    known, receipt = _as_it_is(tx, paid), to_its_reader(tx, order, sent)
    if known == paid and amount_kopecks == paid.amount_kopecks and receipt == sent:
        return None
    return rules.refund_receipt(receipt, amount_kopecks, mode=known.mode, vat_code=known.vat_code)


def receipt_sent_with(tx: Tx, payment_id: str) -> Json | None:
    """The receipt that went with a payment."""
    attempt = orders.attempt_paid_by(tx, payment_id)
    return rules.receipt_in(attempt.body) if attempt else None


def to_its_reader(tx: Tx, order: Order, receipt: Json) -> Json:
    """A receipt of an order with the address its letters go to: it may be mended since."""
    party = known_party(tx, order)
    return rules.addressed(receipt, party.email) if party else receipt


def _as_it_is(tx: Tx, paid: Issued) -> Issued:
    """The receipt whose money a refund gives back: the payment's, or its settlement's."""
    written = [it.written for it in receipts.of_payment(tx, paid.payment_id)]
    if rules.mode_of_refund(written) == paid.mode:
        return paid
    return receipts.of(tx, Kind.SETTLEMENT, paid.payment_id) or paid


def note_refund(tx: Tx, order: Order, refund: Refund, body: str) -> None:
    """Money went back: its receipt is to be followed. `body` is the request, "" if not ours.

    In the transaction that writes the refund, after it has ended the package if it does.
    """
    _set_off_extra_hours(tx, order)
    payment_id, amount_kopecks = refund.payment_id, refund.amount_kopecks
    paid = receipts.of(tx, Kind.PAYMENT, payment_id)
    if paid is None:
        if INCOME in cases.about(tx, payment_id):
            _remind_of_refund(tx, order, refund.id, amount_kopecks)
        return
    known, sent = _as_it_is(tx, paid), rules.receipt_in(body)
    line = rules.line_of(sent) if sent else {}
    receipts.add(
        tx,
        {
            "id": new_id(),
            "order_id": order.id,
            "kind": Kind.REFUND,
            "subject": refund.id,
            "payment_id": payment_id,
            "amount_kopecks": amount_kopecks,
            "mode": line.get("payment_mode", known.mode),
            "vat_code": line.get("vat_code", known.vat_code),
            "state": ReceiptState.PENDING,
            "next_look_at": tx.now + SOON,
        },
    )
    package = orders.package(tx, order.id)
    if paid.settle_at and package and package.ended_at:
        receipts.change(tx, paid.id, settle_at=tx.now)
    if _open(tx, payment_id) < 0:
        _lay(tx, order, "receipts_differ", payment_id, DIFFER.format(order.number))


def _set_off_extra_hours(tx: Tx, order: Order) -> None:
    """Extra hours end with their package: what was paid for them in advance is set off then too."""
    package = orders.package(tx, order.id)
    if package is None or package.ended_at is None:
        return
    for it in package_hours.extras_of(tx, order.id):
        paid = receipts.of(tx, Kind.PAYMENT, str(it.order.payment_id))
        if paid and paid.settle_at and paid.settle_at > tx.now:
            receipts.change(tx, paid.id, settle_at=tx.now)


def given_by(tx: Tx, payment_id: str) -> str:
    """Who gives the receipts of a payment: "fiscal", YooKassa does; "npd"; or "off"."""
    if receipts.of(tx, Kind.PAYMENT, payment_id):
        return "fiscal"
    return "npd" if INCOME in cases.about(tx, payment_id) else "off"


def settle_prepayments(shop: Shop) -> None:
    """Set off what was paid in advance for packages that are over: saved here, sent by `register`.

    Hours are not counted yet, so a package is over when its term is, or when money given back has
    ended it (54-ФЗ ст. 1.2; facts on law 5.5). A clock that is not believed ends none.
    """
    over = shop.store.read(lambda tx: receipts.to_settle(tx, AT_ONCE))
    if not over or is_doubted(shop, shop.store.clock().astimezone(shop.settings.zone).date()):
        return
    for it in over:
        shop.store.transact(lambda tx, it=it: _settle(tx, shop, it.id))  # type: ignore[misc]


def _settle(tx: Tx, shop: Shop, key: str) -> None:
    ledger.alone(tx)  # before the order, as settling a payment does
    found = receipts.by_key(tx, key)
    if found is None:
        return
    order = orders.locked(tx, found.order_id)
    paid = receipts.by_key(tx, key)  # the lock is held now
    if paid is None or paid.settle_at is None or paid.settle_at > tx.now:
        return
    if refunds.in_flight(tx, order.id):  # how much is left is not known before it has ended
        receipts.change(tx, key, settle_at=tx.now + SOON)
        return
    receipts.change(tx, key, settle_at=None)
    rest = _open(tx, paid.payment_id)
    if rest > 0 and order.state is State.PAID:
        _order_settlement(tx, order, paid, rest, regime(shop, tx.now).vat_code)


def _order_settlement(tx: Tx, order: Order, paid: Issued, rest: int, vat_code: int) -> None:
    receipt = receipt_sent_with(tx, paid.payment_id)
    if receipt is None or "customer" not in receipt:
        _lay(
            tx,
            order,
            "receipt_for_nobody",
            paid.payment_id,
            NOBODY.format(order.number, money(rest)),
        )
        return
    receipt = to_its_reader(tx, order, receipt)
    request = rules.settlement_receipt(receipt, paid.payment_id, rest, vat_code=vat_code)
    body, key = receipt_request(request), new_id()
    row = ledger.append(
        tx,
        "receipt",
        facts.receipt_ordered_fact(
            order.number,
            key,
            payment_id=paid.payment_id,
            amount_kopecks=rest,
            request=rules.nameless(body),
        ),
    )
    receipts.add(
        tx,
        {
            "id": key,
            "order_id": order.id,
            "kind": Kind.SETTLEMENT,
            "subject": paid.payment_id,
            "payment_id": paid.payment_id,
            "amount_kopecks": rest,
            "mode": rules.PAYMENT,
            "vat_code": vat_code,
            "body": body,
            "state": ReceiptState.UNSENT,
            "next_look_at": tx.now,
            "ordered": row.number,
        },
    )


def _open(tx: Tx, payment_id: str) -> int:
    return rules.open_prepayment(it.written for it in receipts.of_payment(tx, payment_id))


DIFFER = (
    "Заказ {0}: по чекам возвращена предоплата, которую уже зачли чеком полного расчёта. "
    "Проверьте чеки в личном кабинете ЮKassa и оформите чек коррекции."
)
NOBODY = (
    "Заказ {0}: пакет закончился, а почта покупателя стёрта, и чек полного расчёта на {1} послать "
    "некому. Оформите его сами в личном кабинете ЮKassa."
)
WHOM = {
    "person": "Покупатель — физическое лицо.",
    "sole_trader": "Покупатель — индивидуальный предприниматель: укажите его ИНН.",
    "company": "Покупатель — организация: укажите её ИНН и название.",
}


def _remind_of_income(tx: Tx, order: Order, payment: Payment, zone: ZoneInfo) -> None:
    until = _ninth(payment.captured_at or tx.now, zone)
    sentence = (
        f"Заказ {order.number}: получено {money(payment.amount_kopecks)}. Сформируйте чек в «Мой "
        f"налог» и передайте клиенту: сразу, не позднее {day(until)} (422-ФЗ, ст. 14). "
        f"{WHOM.get(order.party_kind, '')}"
    )
    _lay(tx, order, INCOME, payment.id, sentence.strip())


def _ninth(at: datetime, zone: ZoneInfo) -> date:
    paid = at.astimezone(zone).date()
    years, month = divmod(paid.month, 12)
    return date(paid.year + years, month + 1, NPD_BY_DAY)


def _remind_of_refund(tx: Tx, order: Order, refund_id: str, amount_kopecks: int) -> None:
    is_whole = amount_kopecks >= order.price_kopecks
    rest = "" if is_whole else " и сформируйте новый на сумму, которая осталась"
    sentence = (
        f"Заказ {order.number}: клиенту возвращено {money(amount_kopecks)}. Аннулируйте чек этого "
        f"дохода в «Мой налог»{rest} (422-ФЗ, ст. 15)."
    )
    _lay(tx, order, RETURNED, refund_id, sentence)


def _lay(tx: Tx, order: Order, kind: str, subject: str, sentence: str) -> None:
    cases.open_case(
        tx,
        new_id(),
        kind=kind,
        subject=subject,
        order_id=order.id,
        sentence=f"[ТЕСТ] {sentence}" if order.test else sentence,
    )
