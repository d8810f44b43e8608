"""Do orders of extra hours agree with the packages they are for, and with their facts? Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checkout.domain.stored import StoredFact, part_of, told_instant


@dataclass(frozen=True)
class StoredExtra:
    """An order of extra hours beside the package it is for, as stored.

    `ends` are the end, exclusive, and the last day of the extra hours, `package_ends` those of the
    package; None where nothing was started. `acceptance` is the package's row of the ledger.
    """

    number: str
    paid_at: str | None
    ends: tuple[str | None, str | None]
    edition_sha256: str
    package_number: str
    package_hours: int
    package_paid_at: str | None
    package_ends: tuple[str | None, str | None]
    package_edition_sha256: str
    package_is_extra: bool
    acceptance: int | None
    acceptance_hash: str | None


def extra_disagreements(kept: Sequence[StoredExtra], facts: Sequence[StoredFact]) -> Iterator[str]:
    """Each thing in which extra hours and their packages differ, as a sentence.

    `facts` are the decisions to buy them.
    """
    for extra in kept:
        own = [it for it in facts if it.told.get("order") == extra.number]
        for it in (*_with_package(extra), *(it for fact in own for it in _with_fact(extra, fact))):
            yield f"Заказ {extra.number}, дополнительные часы: {it}."


def _with_package(extra: StoredExtra) -> Iterator[str]:
    if extra.package_is_extra or extra.acceptance is None:
        yield f"заказ {extra.package_number}, к которому они куплены, не пакет"
    if extra.edition_sha256 != extra.package_edition_sha256:
        yield "куплены по другой редакции, чем пакет"
    if extra.ends == (None, None):
        return
    if extra.ends != extra.package_ends:
        yield f"заканчиваются {extra.ends[1]}, а пакет — {extra.package_ends[1]}"
    if (extra.paid_at or "") >= (extra.package_ends[0] or ""):
        yield "оплачены, когда пакет уже закончился"


def _with_fact(extra: StoredExtra, fact: StoredFact) -> Iterator[str]:
    told = part_of(fact.told, "for_package")
    pairs = (
        ("заказ пакета", extra.package_number, part_of(told, "order")),
        ("часы пакета", extra.package_hours, part_of(told, "hours")),
        ("оплата пакета", told_instant(extra.package_paid_at), part_of(told, "paid_at")),
        ("строка акцепта", extra.acceptance, part_of(told, "acceptance", "number")),
        ("хеш акцепта", extra.acceptance_hash, part_of(told, "acceptance", "hash")),
    )
    yield from (
        f"{name}: в таблице {here}, в журнале {said}" for name, here, said in pairs if here != said
    )
