"""Do the refunds in the table agree with the ledger, both ways? Pure comparison."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checkout.domain.receipts import nameless
from checkout.domain.stored import StoredFact, digest


@dataclass(frozen=True)
class StoredRefund:
    """A refund as stored; `ordered` and `ended` are rows of the ledger."""

    id: str
    payment_id: str
    amount_kopecks: int
    reason: str
    ends_package: bool
    body: str
    state: str
    refund_id: str | None
    answer: str | None
    ordered: int
    ended: int | None


@dataclass(frozen=True)
class StoredReturn:
    """An order whose money went back, or is said to have: its refunds, oldest first."""

    number: str
    payment_id: str | None
    state: str
    price_kopecks: int
    ended_at: str | None
    refunds: Sequence[StoredRefund]


def refund_disagreements(
    orders: Sequence[StoredReturn], facts: Sequence[StoredFact]
) -> Iterator[str]:
    """Each thing in which the refunds and the facts about them differ, as a sentence."""
    by_key: dict[str, list[StoredFact]] = {}
    for fact in facts:
        by_key.setdefault(str(fact.told.get("refund")), []).append(fact)
    for order in orders:
        for refund in order.refunds:
            told = by_key.pop(refund.id, [])
            for it in _refund(order, refund, {str(f.told.get("action")): f for f in told}):
                yield f"Заказ {order.number}, возврат {refund.id}: {it}."
        own = of_money(facts, order.number, order.payment_id)
        yield from (f"Заказ {order.number}: {it}." for it in _order(order, own))
    for key, told in by_key.items():
        yield f"Возврат {key}: в журнале есть (строка {told[0].number}), а в таблице его нет."


def _refund(
    order: StoredReturn, refund: StoredRefund, told: Mapping[str, StoredFact]
) -> Iterator[str]:
    # what was ordered at YooKassa itself begins with its end
    decided = told.get("ordered") or told.get("succeeded")
    end = told.get("succeeded") or told.get("cancelled")
    if decided is None:
        yield "в журнале нет факта о нём"
        return
    money = told.get("succeeded") or decided
    pairs = [
        ("заказ", order.number, decided.told.get("order")),
        ("строка решения", refund.ordered, decided.number),
        ("платёж", refund.payment_id, decided.told.get("payment_id")),
        ("сумма в копейках", refund.amount_kopecks, money.told.get("amount_kopecks")),
        ("закончить пакет", bool(refund.ends_package), decided.told.get("ends_package")),
        ("строка конца", refund.ended, end and end.number),
    ]
    if "ordered" in told:
        pairs.append(("основание", refund.reason, decided.told.get("reason")))
        pairs.append(("запрос", digest(nameless(refund.body)), decided.told.get("request_sha256")))
    if end is None and refund.state not in ("unsent", "open"):
        yield f"он {refund.state}, а в журнале о конце ничего нет"
    if end is not None:
        pairs += _ended(refund, end)
    yield from (
        f"{name}: в таблице {kept}, в журнале {said}" for name, kept, said in pairs if kept != said
    )


def _ended(refund: StoredRefund, end: StoredFact) -> Iterator[tuple[str, object, object]]:
    yield "состояние", refund.state, end.told.get("action")
    yield "номер в ЮKassa", refund.refund_id, end.told.get("refund_id")
    if "answer_sha256" in end.told:
        yield "ответ ЮKassa", digest(refund.answer or ""), end.told["answer_sha256"]


def _order(order: StoredReturn, facts: Sequence[StoredFact]) -> Iterator[str]:
    """Refunded is who got everything back; a package ends then, or when told to."""
    end = ended_by(facts, order.price_kopecks)
    ended_at = end.at if end and order.state in ("paid", "refunded") else None
    returned = sum(_amount(it) for it in facts)
    whole = returned >= order.price_kopecks
    if order.state in ("paid", "refunded") and (order.state == "refunded") != whole:
        yield f"он {order.state}, а возвращено {returned} коп. из {order.price_kopecks}"
    if order.ended_at != ended_at:
        yield f"пакет прекращён: в таблице {order.ended_at or 'нет'}, в журнале {ended_at or 'нет'}"


def of_money(facts: Sequence[StoredFact], order: str, payment_id: str | None) -> list[StoredFact]:
    """Those about the money an order was paid by; other money of it may have gone back too."""
    own = [it for it in facts if it.told.get("order") == order]
    return [it for it in own if it.told.get("payment_id", payment_id) == payment_id]


def ended_by(facts: Sequence[StoredFact], price_kopecks: int) -> StoredFact | None:
    """Which of an order's refunds ended its package: the first that says so or gives all back."""
    returned = 0
    for fact in facts:
        returned += _amount(fact)
        if fact.told.get("action") == "succeeded" and (
            returned >= price_kopecks or fact.told.get("ends_package") is True
        ):
            return fact
    return None


def _amount(fact: StoredFact) -> int:
    """What a fact says was given back."""
    amount = fact.told.get("amount_kopecks")
    return amount if fact.told.get("action") == "succeeded" and isinstance(amount, int) else 0
