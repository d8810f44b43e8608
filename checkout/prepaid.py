"""What there is to say of receipts, for `verify`: do they agree, and what stands prepaid still?"""

from collections.abc import Iterator, Sequence

from checkout.domain.receipt_agreement import (
    Prepayment,
    StoredReceipt,
    open_prepayments,
    receipt_disagreements,
)
from checkout.published import BAD, GOOD, UNKNOWN
from checkout.store import audit, audit_receipts
from checkout.store.engine import Tx
from offer.wording import counted, money


def remarks(tx: Tx) -> Iterator[tuple[str, str]]:
    """Mark and sentence, line by line; nothing where no receipt was ever given."""
    kept, cases = audit_receipts.kept_receipts(tx), audit_receipts.cases_of_receipts(tx)
    found = [*receipt_disagreements(kept, audit.facts_of_kind(tx, "receipt"), cases)]
    yield from ((BAD, it) for it in found)
    if found or not kept:
        return
    prepaid = open_prepayments(kept, cases)
    yield GOOD, _sums(kept, [it for it in prepaid if it.closed is None])
    for it in prepaid:
        if it.closed is not None:
            yield UNKNOWN, _left(it)


def _sums(kept: Sequence[StoredReceipt], prepaid: Sequence[Prepayment]) -> str:
    of = counted(len({it.order for it in prepaid}), "заказу", "заказам", "заказам")
    whole = money(sum(it.kopecks for it in prepaid))
    stands = f"открытой предоплаты {whole} по\u00a0{of}" if prepaid else "открытой предоплаты нет"
    return f"Чеки: {len(kept)}, сходятся с\u00a0журналом; {stands}."


def _left(it: Prepayment) -> str:
    return (
        f"Заказ {it.order}: предоплата {money(it.kopecks)} по\u00a0платежу {it.payment_id} чеком "
        f"не\u00a0зачтена и\u00a0не\u00a0возвращена, а\u00a0дело №\u00a0{it.closed} закрыто. "
        "Если чек дан без программы, это всё."
    )
