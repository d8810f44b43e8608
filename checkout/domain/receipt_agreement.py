"""Do the receipts in the table agree with the ledger, both ways, and do their sums? Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checkout.domain.receipts import PREPAYMENT, Kind, Written, nameless, open_prepayment
from checkout.domain.stored import StoredFact, digest, part_of, told_instant
from checkout.domain.transitions import ReceiptState


@dataclass(frozen=True)
class StoredReceipt:
    """A receipt as stored; `ordered` and `ended` are rows of the ledger.

    `pays` is the payment its order was paid by: what came besides is set off by nothing.
    """

    order: str
    id: str
    kind: str
    subject: str
    payment_id: str
    amount_kopecks: int
    mode: str
    body: str
    state: str
    receipt_id: str | None
    document: str | None
    storage: str | None
    attribute: str | None
    registered_at: str | None
    answer: str | None
    settle_at: str | None
    ordered: int | None
    ended: int | None
    pays: str | None
    instead_of: str | None = None


Pair = tuple[str, object, object]


@dataclass(frozen=True)
class Laid:
    """A case about a receipt's payment, or a receipt that failed: its number, whether it ended."""

    number: int
    is_closed: bool


Cases = Mapping[tuple[str, str], Laid]  # by kind and subject
ODD, FAILED, NOBODY = "odd_money", "receipt_failed", "receipt_for_nobody"


@dataclass(frozen=True)
class Prepayment:
    """Kopecks paid in advance that no registered receipt has set off or given back.

    `closed` is the case by whose end the contractor has said that nothing will.
    """

    order: str
    payment_id: str
    kopecks: int
    closed: int | None


def open_prepayments(receipts: Sequence[StoredReceipt], cases: Cases) -> list[Prepayment]:
    """What stands open, a payment each.

    A settlement that failed, and whose case was closed by a word, was given without the program.
    """
    found = []
    for payment_id, own in _by_payment(receipts).items():
        done = [it for it in _standing(own) if _is_done(it, cases)]
        rest = open_prepayment(Written(it.kind, it.mode, it.amount_kopecks) for it in done)
        if rest > 0:
            ended = [cases.get((kind, payment_id)) for kind in (ODD, NOBODY)]
            closed = next((it.number for it in ended if it and it.is_closed), None)
            found.append(Prepayment(own[0].order, payment_id, rest, closed))
    return found


def _is_done(it: StoredReceipt, cases: Cases) -> bool:
    if it.kind != Kind.SETTLEMENT or it.state == ReceiptState.REGISTERED:
        return True
    case = cases.get((FAILED, it.id))
    return it.state == ReceiptState.FAILED and case is not None and case.is_closed


def _by_payment(receipts: Sequence[StoredReceipt]) -> dict[str, list[StoredReceipt]]:
    by_payment: dict[str, list[StoredReceipt]] = {}
    for it in receipts:
        by_payment.setdefault(it.payment_id, []).append(it)
    return by_payment


def _standing(own: Sequence[StoredReceipt]) -> list[StoredReceipt]:
    """Those no other was given instead of, but for any whose sum is spoilt."""
    replaced = {it.instead_of for it in own}
    return [it for it in own if it.id not in replaced and isinstance(it.amount_kopecks, int)]


def receipt_disagreements(
    receipts: Sequence[StoredReceipt], facts: Sequence[StoredFact], cases: Cases
) -> Iterator[str]:
    """Each thing in which the receipts and the facts about them differ, as a sentence.

    What `cases` lay before the contractor, for there is nobody to send it to, is not settled.
    """
    by_key: dict[str, list[StoredFact]] = {}
    for fact in facts:
        by_key.setdefault(str(fact.told.get("receipt")), []).append(fact)
    for it in receipts:
        told = {str(f.told.get("action")): f for f in by_key.pop(it.id, [])}
        for name, kept, said in _pairs(it, told):
            if kept != said:
                yield (
                    f"Заказ {it.order}, чек {it.id}: {name}: в таблице {kept}, в журнале {said}."
                )
    for key, left in by_key.items():
        yield f"Чек {key}: в журнале есть (строка {left[0].number}), а в таблице его нет."
    for payment_id, own in _by_payment(receipts).items():
        is_laid = (NOBODY, payment_id) in cases
        found = _sums(own, is_laid=is_laid)
        yield from (f"Заказ {own[0].order}, чеки платежа {payment_id}: {it}." for it in found)


def _pairs(it: StoredReceipt, told: Mapping[str, StoredFact]) -> Iterator[Pair]:
    decided, end = told.get("ordered"), told.get("registered") or told.get("failed")
    yield "строка решения", it.ordered, decided and decided.number
    yield "строка конца", it.ended, end and end.number
    if decided:
        yield "платёж", it.payment_id, decided.told.get("payment_id")
        yield "сумма в копейках", it.amount_kopecks, decided.told.get("amount_kopecks")
        yield "запрос", digest(nameless(it.body)), decided.told.get("request_sha256")
        yield "заказ", it.order, decided.told.get("order")
        yield "вид", it.kind, decided.told.get("of")
        yield "вместо какого", it.instead_of, decided.told.get("instead_of")
    if end is None:
        is_open = it.state in ("unsent", "pending")
        yield "состояние", it.state, it.state if is_open else "о конце ничего нет"
        return
    yield "состояние", it.state, end.told.get("action")
    for name, kept, key in (
        ("заказ", it.order, "order"),
        ("вид", it.kind, "of"),
        ("о чём", it.subject, "subject"),
        ("номер в ЮKassa", it.receipt_id, "receipt_id"),
    ):
        yield name, kept, end.told.get(key)
    if "answer_sha256" in end.told:
        yield "ответ ЮKassa", digest(it.answer or ""), end.told["answer_sha256"]
        yield "сумма в копейках", it.amount_kopecks, end.told.get("amount_kopecks")
        yield from _fiscal(it, end)


def _fiscal(it: StoredReceipt, end: StoredFact) -> Iterator[Pair]:
    at = told_instant(it.registered_at)
    for name, kept, key in (
        ("номер документа", it.document, "document"),
        ("фискальный накопитель", it.storage, "storage"),
        ("фискальный признак", it.attribute, "attribute"),
        ("время регистрации", at, "registered_at"),
    ):
        yield name, kept, part_of(end.told, "fiscal", key)


def _sums(own: Sequence[StoredReceipt], *, is_laid: bool) -> Iterator[str]:
    """Once nothing waits to be set off, no prepayment is open; it never is less than nothing.

    `is_laid`: the contractor sets it off himself.
    """
    replaced = {it.instead_of for it in own}
    whole = _standing(own)
    own = [it for it in own if it.id not in replaced]
    rest = open_prepayment(Written(it.kind, it.mode, it.amount_kopecks) for it in whole)
    waits = any(it.settle_at is not None for it in own)
    is_own = any(it.payment_id == it.pays for it in own)
    if rest < 0 or (rest and not waits and is_own and not is_laid):
        yield f"незачтённой предоплаты {rest} коп., а должно быть 0"
    paid = [it for it in own if it.kind == Kind.PAYMENT]
    if len(paid) != 1:
        yield f"чеков самого платежа {len(paid)}, а должен быть один"
    elif waits and paid[0].mode != PREPAYMENT:
        yield "зачитывать нечего: платёж не был предоплатой"
