"""Which case tells of a difference: of one fault there is one, and once closed it explains it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checkout.domain.case import Case
from checkout.domain.differences import OurReceipt, receipt_differences
from checkout.domain.receipt import Receipt
from checkout.register import listed
from checkout.shop import new_id
from checkout.store import cases, ledger
from checkout.store.engine import Tx

LONGEST_NAME = 58  # what else is found of one thing is named by it and a number


@dataclass(frozen=True)
class Difference:
    """One difference, as a sentence; `closed` is the case by whose end it is explained."""

    sentence: str
    closed: int | None = None


def laid(tx: Tx, kind: str, name: str, sentences: Sequence[str]) -> list[Difference]:
    """What differs in one thing, laid before the contractor where no case tells of it yet.

    What was found after its case was closed, and is not what that one told, opens another.
    """
    about = cases.ever_about(tx, kind, name)
    news = [it for it in sentences if _telling(about, it) is None]
    if news and all(it.closing for it in about):
        subject = f"{name[:LONGEST_NAME]}/{len(about) + 1}" if about else name
        told = " ".join(news)
        cases.open_case(tx, new_id(), kind=kind, subject=subject, order_id=None, sentence=told)
    return [difference(it, _telling(about, it)) for it in sentences]


def difference(sentence: str, case: Case | None) -> Difference:
    """One that this case tells of."""
    return Difference(sentence, case.number if case and case.closing else None)


def _telling(about: Sequence[Case], sentence: str) -> Case | None:
    return next((it for it in about if sentence in it.sentence), None)


def case_of_sum(tx: Tx, receipt: Receipt, ours: OurReceipt, sentence: str) -> Case | None:
    """The case of a receipt that was registered in another sum, if a difference is just that."""
    kept = listed(tx, receipt)
    if kept is None or kept.ended is None:
        return None
    if ledger.fact(tx, kept.ended).get("registered_kopecks") != receipt.amount_kopecks:
        return None
    as_told = replace(ours, amount_kopecks=receipt.amount_kopecks)
    if sentence in receipt_differences(receipt, as_told, tx.now):
        return None
    return cases.named(tx, "receipts_differ", kept.id)
