"""Do the refusals in the table agree with the ledger, both ways? Pure comparison."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checkout.domain.refund_agreement import ended_by, of_money
from checkout.domain.stored import StoredFact


@dataclass(frozen=True)
class StoredRefusal:
    """A refusal as stored, with its order; `asked` and `ended` are rows of the ledger."""

    order: str
    payment_id: str | None
    price_kopecks: int
    asked: int
    asked_at: str
    decide_by: str
    by_hours_kopecks: int
    by_days_kopecks: int
    proposed_kopecks: int
    answer: str | None
    ended: int | None
    ended_at: str | None


def refusal_disagreements(
    kept: Sequence[StoredRefusal], facts: Sequence[StoredFact], refunds: Sequence[StoredFact]
) -> Iterator[str]:
    """Each thing in which refusals and the facts about them differ, as a sentence."""
    asked = {it.number: it for it in facts if it.told.get("action") == "asked"}
    answers = [it for it in facts if it.told.get("action") == "answered"]
    for refusal in kept:
        own = [it for it in answers if it.told.get("asked") == refusal.asked]
        end = _end(refusal, own, refunds)
        for it in _refusal(refusal, asked.pop(refusal.asked, None), end):
            yield f"Заказ {refusal.order}, отказ от пакета (строка {refusal.asked}): {it}."
    known = {it.asked for it in kept}
    lost = [*asked.values(), *(it for it in answers if it.told.get("asked") not in known)]
    for fact in lost:
        yield f"Отказ от пакета: в журнале есть (строка {fact.number}), а в таблице его нет."


def _end(
    refusal: StoredRefusal, answers: Sequence[StoredFact], refunds: Sequence[StoredFact]
) -> StoredFact | None:
    """What decided it: an answer to it, or the refund that ended the package."""
    own = of_money(refunds, refusal.order, refusal.payment_id)
    refund = ended_by(own, refusal.price_kopecks)
    later = [it for it in (*answers, refund) if it is not None and it.number > refusal.asked]
    return min(later, key=lambda it: it.number, default=None)


def _refusal(
    refusal: StoredRefusal, fact: StoredFact | None, end: StoredFact | None
) -> Iterator[str]:
    if fact is None:
        yield "в журнале нет факта о нём"
        return
    told = fact.told
    pairs = [
        ("заказ", refusal.order, told.get("order")),
        ("время", refusal.asked_at, fact.at),
        ("срок ответа", refusal.decide_by, told.get("decide_by")),
        ("сумма по часам", refusal.by_hours_kopecks, told.get("by_hours_kopecks")),
        ("сумма по дням", refusal.by_days_kopecks, told.get("by_days_kopecks")),
        ("предложено", refusal.proposed_kopecks, told.get("proposed_kopecks")),
        ("строка решения", refusal.ended, end and end.number),
        ("время решения", refusal.ended_at, end and end.at),
        ("ответ", refusal.answer, end.told.get("text") if end else None),
    ]
    yield from (
        f"{name}: в таблице {kept}, в журнале {said}" for name, kept, said in pairs if kept != said
    )
