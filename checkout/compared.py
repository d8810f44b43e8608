"""What a comparison with YooKassa's lists found, and how the contractor is told it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from checkout.domain.payment import Payment
from checkout.domain.receipt import Receipt
from checkout.domain.refund import Refund
from checkout.explained import Difference
from checkout.store.reconciliations import Reconciliation
from offer.wording import counted, day, money, sums

YOUNG = {
    "Платёж": ("отменённый платёж", "отменённых платежа", "отменённых платежей"),
    "Возврат": ("возврат", "возврата", "возвратов"),
    "Чек": ("чек", "чека", "чеков"),
}


@dataclass
class Compared:
    """How much YooKassa listed, what money it moved, by its currency, and what differed.

    `explained` is what differs and a closed case tells of. What is too young to be held against
    ours is told: `young` payments, their money, and the rest by name.
    """

    payments: int = 0
    refunds: int = 0
    receipts: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    young: int = 0
    young_money: Counter[str] = field(default_factory=Counter)
    young_others: Counter[str] = field(default_factory=Counter)

    def note(self, found: Iterable[Difference]) -> None:
        """Add what differs."""
        for it in found:
            if it.closed is None:
                self.differences.append(it.sentence)
            else:
                self.explained.append(f"{it.sentence} Дело №\u00a0{it.closed} закрыто.")

    def pass_over(self, side: str, theirs: Payment | Refund | Receipt) -> None:
        """Add what may be known here any moment."""
        if isinstance(theirs, Payment) and theirs.status == "succeeded":
            self.young += 1
            self.young_money[theirs.currency] += theirs.amount_kopecks
        else:
            self.young_others[side] += 1


def sentences(compared: Compared, *, is_whole: bool = True) -> list[str]:
    """What to print of it: each difference, then what was compared."""
    differ = [f"✗ {it}" for it in compared.differences]
    payments = counted(compared.payments, "платёж", "платежа", "платежей")
    refunds = counted(compared.refunds, "возврат", "возврата", "возвратов")
    if not is_whole:
        return [*differ, f"До\u00a0этого сверено: {payments}, {refunds}."]
    taken, returned = (sums(it) or money(0) for it in (compared.taken, compared.returned))
    lists = f"В ЮKassa {payments}, получено {taken}; {refunds}, возвращено {returned}."
    if compared.receipts:
        lists += f" Чеков: {compared.receipts}."
    told = [*differ, *(f"· {it}" for it in compared.explained), *_young(compared)]
    if differ:
        return [*told, f"{lists} Найдено {_differences(len(differ))}."]
    same = "Остальное сходится." if told else "У нас то же."
    return [*told, f"✓ {lists} {same}"]


def _young(compared: Compared) -> Iterator[str]:
    """What was not compared yet: its notification is on its way, or the worker is about to ask."""
    if compared.young:
        payments = counted(compared.young, "платёж", "платежа", "платежей")
        came = sums(compared.young_money)
        yield f"· Моложе двух часов и\u00a0ещё не\u00a0сверено: {payments}, {came}."
    for name, number in compared.young_others.items():
        yield f"· Моложе суток и\u00a0ещё не\u00a0сверено: {counted(number, *YOUNG[name])}."


def found(made: Reconciliation) -> str:
    """What a daily comparison found, in a few words: «с 28.10.2026 расхождений нет»."""
    what = _differences(made.differences) if made.differences else "расхождений нет"
    return f"с {day(made.since)} {what}"


def _differences(number: int) -> str:
    return counted(number, "расхождение", "расхождения", "расхождений")
