"""Does an order agree with the ledger, both ways? Pure comparison of what is stored.

What the tables say of an order is only a view: the ledger decides.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from checkout.domain.stored import (
    StoredAttempt,
    StoredFact,
    StoredOrder,
    StoredPackage,
    Told,
    digest,
    part_of,
    told_instant,
)
from checkout.domain.unpaid import strangers, unpaid, yes_no
from offer import wording
from offer.evidence.chain import instant
from offer.periods import day_end

Pair = tuple[str, object, object]
PAID = ("paid", "refunded")


def disagreements(
    order: StoredOrder, facts: Sequence[StoredFact], *, is_erased: bool = False
) -> Iterator[str]:
    """Each thing in which an order and the facts about it differ, as the rest of a sentence.

    `is_erased`: an act has taken out who made it, and with that what answers said of his card.
    """
    decision = _newest([it for it in facts if it.kind == "order"])
    if decision is None:
        yield "в журнале нет факта этого заказа"
        return
    first = next(it for it in facts if it.kind == "order")
    yield from _differ([("время заказа", order.created_at, first.at), *_decided(order, decision)])
    yield from _consent(order, facts)
    yield from _email(order, facts)
    yield from _token(order, facts)
    yield from _attempts(order, facts, is_erased=is_erased)
    acceptances = [it for it in facts if it.kind == "acceptance"]
    payments = [it for it in facts if it.kind == "payment" and fits(it)]
    if order.state not in PAID:
        yield from _not_paid(order, acceptances, payments)
        if not acceptances:
            yield from _differ(unpaid(order, facts))
        return
    if order.state == "refunded" and not any(it.kind == "refund" for it in facts):
        yield "в таблице он возвращён, а факта возврата в журнале нет"
    if (len(acceptances), len(payments)) != (1, 1):
        yield (
            f"у оплаченного заказа в журнале фактов акцепта {len(acceptances)}, "
            f"фактов подошедшей оплаты {len(payments)}, а должно быть по одному"
        )
        return
    yield from _paid(order, decision, acceptances[0], payments[0])


def fits(payment: StoredFact) -> bool:
    """Whether a payment's fact tells of money that was taken as ordered."""
    return payment.told.get("status") == "succeeded" and payment.told.get("fits") is not False


def _newest(facts: Sequence[StoredFact]) -> StoredFact | None:
    return facts[-1] if facts else None


def _differ(pairs: Iterable[Pair]) -> Iterator[str]:
    for name, kept, told in pairs:
        if kept != told:
            yield f"{name}: в таблице {_said(kept)}, в журнале {_said(told)}"


def _said(value: object) -> str:
    words = {None: "ничего", True: "да", False: "нет"}
    if value is None or isinstance(value, bool):
        return words[value]
    text = str(value).encode(errors="replace").decode()
    return text if len(text) <= 80 else f"{text[:80]}…"


def _decided(order: StoredOrder, decision: StoredFact) -> list[Pair]:
    told, shown = decision.told, part_of(decision.told, "shown", "price")
    asked = told.get("price_kopecks")
    price = wording.money(asked) if isinstance(asked, int) else asked
    return [
        # the first version did not keep what was shown
        ("показанная клиенту цена", price if shown is None else shown, price),
        ("строка журнала", order.ledger, decision.number),
        (
            "что куплено",
            "package" if order.for_package is None else "extra",
            told.get("what", "package"),
        ),
        ("часы", order.hours, told.get("hours")),
        ("цена в копейках", order.price_kopecks, asked),
        ("номер редакции", order.edition, part_of(told, "edition", "number")),
        ("хеш редакции", order.edition_sha256, part_of(told, "edition", "sha256")),
        ("вид заказчика", order.party_kind, told.get("party_kind")),
    ]


def _consent(order: StoredOrder, facts: Sequence[StoredFact]) -> Iterator[str]:
    newest = _newest([it for it in facts if it.kind == "consent" and _stands(it, order)])
    given = newest and newest.told.get("action") == "given"
    document = part_of(newest.told, "document") if newest and given else None
    yield from _differ(
        [
            ("номер согласия", order.consent, part_of(document, "number")),
            ("хеш согласия", order.consent_sha256, part_of(document, "sha256")),
        ]
    )
    ever = [it for it in facts if it.kind == "consent" and it.told.get("action") == "withdrawn"]
    at = order.consent_withdrawn_at
    if at is None and ever:
        yield f"согласие отозвано строкой {ever[-1].number}, а в таблице этого нет"
    if at is not None and at not in [it.at for it in ever]:
        yield f"в таблице согласие отозвано {_said(at)}, а в журнале такого факта нет"


def _stands(consent: StoredFact, order: StoredOrder) -> bool:
    """Whether it was known when the order was last decided on, or was given with that decision."""
    row, given = consent.told.get("order_row"), consent.told.get("action") == "given"
    if not isinstance(row, int) or not isinstance(order.ledger, int):
        return False
    return row < order.ledger or (given and row == order.ledger)


def _email(order: StoredOrder, facts: Sequence[StoredFact]) -> Iterator[str]:
    confirmed = [it for it in facts if it.kind == "confirmation"]
    at = order.email_confirmed_at
    if at is None and confirmed:
        yield f"адрес подтверждён строкой {confirmed[0].number}, а в таблице этого нет"
    if at is not None and at not in [it.at for it in confirmed]:
        yield f"в таблице адрес подтверждён {_said(at)}, а в журнале такого факта нет"


def _token(order: StoredOrder, facts: Sequence[StoredFact]) -> Iterator[str]:
    """The secret address, whose hash earlier versions did not tell."""
    said = {it.told.get("token_sha256") for it in facts if it.kind == "order"} - {None}
    if said - {digest(order.token)}:
        yield "секретный адрес не тот, чей хеш в факте заказа"


def _attempts(order: StoredOrder, facts: Sequence[StoredFact], *, is_erased: bool) -> Iterator[str]:
    """Each decision made one attempt, and each payment told of is one's, with the same answer."""
    decisions = sum(it.kind == "order" for it in facts)
    if len(order.attempts) != decisions:
        yield f"попыток оплаты {len(order.attempts)}, а решений в журнале {decisions}"
    strange = strangers(facts)
    told = {
        str(it.told.get("payment_id")): it
        for it in facts
        if it.kind == "payment" and str(it.told.get("payment_id")) not in strange
    }
    known = {str(it.payment_id): it for it in order.attempts if it.state == "final"}
    for payment_id in sorted(told.keys() - known.keys()):
        yield f"о платеже {_said(payment_id)} есть строка {told[payment_id].number}, а попытки нет"
    for payment_id in sorted(known.keys() & told.keys()):
        if not is_erased and not _answered(known[payment_id], told[payment_id]):
            yield f"ответ ЮKassa о платеже {_said(payment_id)} не тот, чей хеш в журнале"


def _answered(attempt: StoredAttempt, payment: StoredFact) -> bool:
    return payment.told.get("answer_sha256") in attempt.answers


def _not_paid(
    order: StoredOrder, acceptances: Sequence[StoredFact], payments: Sequence[StoredFact]
) -> Iterator[str]:
    for fact in (*acceptances, *payments):
        yield f"строка {fact.number} ({fact.kind}) говорит об оплате, а заказ — {order.state}"
    if order.package:
        yield f"есть пакет, а заказ — {order.state}"


def _paid(
    order: StoredOrder, decision: StoredFact, acceptance: StoredFact, payment: StoredFact
) -> Iterator[str]:
    paid_at = told_instant(order.paid_at)
    yield from _differ(
        [
            ("номер платежа", order.payment_id, acceptance.told.get("payment_id")),
            ("время оплаты", paid_at, acceptance.told.get("captured_at")),
            ("пробный", bool(order.test), payment.told.get("test")),
            ("причина", order.reason, None),
            ("деньги взяты", yes_no(order.money_taken), None),
        ]
    )
    for name, fact, told in _told_twice(order, decision, acceptance, payment):
        if fact != told:
            yield f"{name}: в акцепте {_said(fact)}, а должно быть {_said(told)}"
    if order.package is None:
        yield f"акцепт есть (строка {acceptance.number}), а пакета нет"
        return
    yield from _differ(_started(order.package, acceptance, payment))


def _told_twice(
    order: StoredOrder, decision: StoredFact, acceptance: StoredFact, payment: StoredFact
) -> list[Pair]:
    """What the acceptance says beside what the decision and the payment say."""
    told, decided, paid = acceptance.told, decision.told, payment.told
    return [
        ("строка заказа", told.get("order_row"), decision.number),
        ("хеш строки заказа", told.get("order_row_hash"), decision.hash),
        *(
            (f"редакция ({key})", part_of(told, "edition", key), part_of(decided, "edition", key))
            for key in ("number", "sha256", "tag_id")
        ),
        ("согласие", told.get("consent_sha256"), order.consent_sha256),
        ("вид заказчика", told.get("party_kind"), decided.get("party_kind")),
        ("хеш личных данных", told.get("details_sha256"), decided.get("details_sha256")),
        *_shown(told, decided),
        ("сумма", told.get("amount_kopecks"), decided.get("price_kopecks")),
        ("сумма платежа", told.get("amount_kopecks"), paid.get("amount_kopecks")),
        ("валюта платежа", "RUB", paid.get("currency")),
        ("платёж", told.get("payment_id"), paid.get("payment_id")),
        ("время платежа", told.get("captured_at"), paid.get("captured_at")),
        *_term(told, decided),
    ]


def _term(told: Told, decided: Told) -> list[Pair]:
    """A term runs from the payment to 24:00 of its last day (ГК 194) by the clock of the papers."""
    period = part_of(told, "period")
    starts = ("начало срока", part_of(period, "starts_at"), told.get("captured_at"))
    end = _end(part_of(period, "last_day"), decided.get("zone"))
    ends = ("конец срока", part_of(period, "expires_at"), end)
    return [starts, ends] if "zone" in decided else [starts]  # the first version did not tell it


def _end(last_day: object, zone: object) -> str:
    try:
        return instant(day_end(date.fromisoformat(str(last_day)), ZoneInfo(str(zone))))
    except (ValueError, OSError, OverflowError, ZoneInfoNotFoundError):
        return "24:00 последнего дня"


def _shown(told: Told, decided: Told) -> list[Pair]:
    """What the client saw; the first version took two labels of it into the acceptance."""
    if "labels" not in told:
        return [("показанное клиенту", told.get("shown"), decided.get("shown"))]
    return [
        ("подпись", part_of(told, "labels", "offer"), part_of(decided, "shown", "label")),
        ("кнопка", part_of(told, "labels", "button"), part_of(decided, "shown", "button")),
    ]


def _started(package: StoredPackage, acceptance: StoredFact, payment: StoredFact) -> list[Pair]:
    period = part_of(acceptance.told, "period")
    return [
        ("строка акцепта у пакета", package.acceptance, acceptance.number),
        ("строка оплаты у пакета", package.payment, payment.number),
        ("начало пакета", told_instant(package.starts_at), part_of(period, "starts_at")),
        ("конец пакета", told_instant(package.expires_at), part_of(period, "expires_at")),
        ("последний день пакета", package.last_day, part_of(period, "last_day")),
        ("правило срока", package.reason, part_of(period, "rule")),
        ("предварительный срок", bool(package.provisional), part_of(period, "provisional")),
    ]
