"""Walk the chain of the ledger as it is stored, and say what in a row is not as it was written.

A row is right when its number follows, its fact has its hash, it names the row before it, and its
own hash covers all of that. When it is not, whichever single change explains it is named.
"""

from collections.abc import Callable

from checkout.domain.stored import MOMENT, StoredRow, digest, instant, shown
from offer.evidence.chain import BEFORE_THE_FIRST, link_json

KINDS = (
    "edition",
    "order",
    "consent",
    "acceptance",
    "payment",
    "refund",
    "receipt",
    "refusal",
    "certificate",
    "message",
    "confirmation",
    "correction",
    "case",
    "erasure",
    "head",
)
NAMES = {
    "at": "время (at)",
    "kind": "вид (kind)",
    "fact": "факт (fact)",
    "fact_sha256": "хеш факта (fact_sha256)",
    "previous": "хеш предыдущей строки (previous)",
    "hash": "хеш строки (hash)",
}
Next = Callable[[], StoredRow | None]


def wrong(row: StoredRow, before: StoredRow | None, after: Next) -> str | None:
    """What is wrong with the row that should follow `before`; None when it does follow.

    `after` finds the next row, which remembers this one's hash; it is asked in trouble only.
    """
    number, previous = (before.number + 1, before.hash) if before else (1, BEFORE_THE_FIRST)
    if row.number != number:
        return _gap(row.number, before)
    fact_sha256, hash_now = digest(row.fact), link_hash(row)
    if row.fact_sha256 == fact_sha256 and row.previous == previous and row.hash == hash_now:
        return None
    told = (
        _unreadable_time(row)
        or _wrong_fact(row, fact_sha256, hash_now)
        or _wrong_previous(row, previous, hash_now)
        or _wrong_link(row, hash_now, after())
    )
    return f"Строка {number}: {told}."


def link_hash(row: StoredRow) -> str | None:
    """The hash of the row's own link; None when it has no time or kind that could be hashed."""
    at = instant(row.at)
    if at is None or not row.kind.isprintable():
        return None
    return digest(link_json(row.number, at, row.kind, row.fact_sha256, row.previous))


def _gap(number: int, before: StoredRow | None) -> str:
    if before is None:
        return f"Нет строки 1: журнал начинается строкой {number}."
    return f"Нет строки {before.number + 1}: после строки {before.number} идёт строка {number}."


def _unreadable_time(row: StoredRow) -> str | None:
    if instant(row.at) is not None:
        return None
    if MOMENT.fullmatch(row.at):
        return f"{NAMES['at']} изменено: {shown(row.at)} точнее миллисекунды"
    return f"{NAMES['at']} не читается: {shown(row.at)}"


def _wrong_fact(row: StoredRow, fact_sha256: str, hash_now: str | None) -> str | None:
    if row.fact_sha256 == fact_sha256:
        return None
    if link_hash(row._replace(fact_sha256=fact_sha256)) == row.hash:
        return f"изменён {NAMES['fact_sha256']}: факт остался прежним"
    if hash_now == row.hash:
        return f"изменён {NAMES['fact']}: у него другой хеш, чем записан рядом"
    return f"{NAMES['fact']} и {NAMES['fact_sha256']} не сходятся, и хеш строки не их"


def _wrong_previous(row: StoredRow, previous: str, hash_now: str | None) -> str | None:
    if row.previous == previous:
        return None
    if link_hash(row._replace(previous=previous)) == row.hash:
        return f"изменён {NAMES['previous']}"
    if hash_now == row.hash and row.number > 1:
        return (
            f"{NAMES['previous']} не тот, что у строки {row.number - 1}: предыдущая строка "
            "переписана вместе со своим хешем, или эта поставлена вместо другой"
        )
    return f"{NAMES['previous']} не сходится, и хеш строки не её"


def _wrong_link(row: StoredRow, hash_now: str | None, after: StoredRow | None) -> str:
    for kind in KINDS:
        if kind != row.kind and link_hash(row._replace(kind=kind)) == row.hash:
            return f"изменён {NAMES['kind']}: был «{kind}», записан {shown(row.kind)}"
    if after and after.previous == hash_now:
        return f"изменён {NAMES['hash']}: следующая строка помнит другой"
    if after and after.previous == row.hash and row.kind in KINDS:
        return f"изменено {NAMES['at']}: остальное сходится, хеш строки прежний"
    return (
        f"{NAMES['hash']} не сходится с её содержанием: изменены {NAMES['at']}, "
        f"{NAMES['kind']} {shown(row.kind)} или сам хеш"
    )
