"""What an edition changed, in one sentence, and the class of the change."""

from collections.abc import Iterator, Sequence

from offer.errors import OfferError
from offer.redline import ClauseChange, redline
from offer.term_names import placed
from offer.terms import Package, Terms
from offer.wording import NBSP, hours, money

FIRST = "Первая редакция"
ONLY_MARKS = "Изменено только оформление текста"
NAMED_CLAUSES = 8

VERBS = {
    "changed": ("изменён", "изменены", "изменена преамбула"),
    "added": ("добавлен", "добавлены", "добавлена преамбула"),
    "removed": ("исключён", "исключены", "исключена преамбула"),
}


def summary(old: str, new: str, before: Terms | None, after: Terms | None) -> str:
    """«5 часов: 15 000 ₽ → 16 000 ₽; изменены пп. 3.1, 3.4», from two texts and their terms.

    The terms are None for a document that has none.
    """
    prices = list(_package_changes(before, after)) if before and after else []
    parts = [*prices, *_clause_changes(redline(old, new))]
    sentence = "; ".join(parts) or ONLY_MARKS
    return sentence[0].upper() + sentence[1:]


def change_class(before: Terms | None, after: Terms | None, *, editorial: bool) -> str:
    """`price` when the packages differ, else `terms`; `editorial` only if the author says so.

    `editorial` is that word of the author. Raises OfferError("not_editorial") when a term that
    the shop reads is another than it was: such a text must not go out as a mere correction.
    """
    differing = _differing(before, after)
    if not editorial:
        return "price" if "packages" in differing else "terms"
    if differing:
        sentence = (
            "Правка названа редакционной (Change: editorial), но условия изменились: "
            f"{', '.join(placed(name, before, after) for name in differing)}. "
            "Уберите эту строку из сообщения: git commit --amend."
        )
        raise OfferError("not_editorial", sentence)
    return "editorial"


def _differing(before: Terms | None, after: Terms | None) -> list[str]:
    old, new = _values(before), _values(after)
    return [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]


def _values(terms: Terms | None) -> dict[str, object]:
    """The terms without the places where they were read."""
    return {} if terms is None else _without_places(terms.to_json())


def _without_places(value: dict[str, object]) -> dict[str, object]:
    return {k: _bare(v) for k, v in value.items() if k not in ("clause", "line")}


def _bare(value: object) -> object:
    if isinstance(value, dict):
        return _without_places(value)
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _package_changes(before: Terms, after: Terms) -> Iterator[str]:
    for package in after.packages:
        old = before.package(package.hours)
        if old is None:
            price = money(package.price_kopecks)
            yield f"новый пакет: {hours(package.hours)}{NBSP}— {price}"
        else:
            yield from _price_changes(old, package)
    kept = {package.hours for package in after.packages}
    gone = [package for package in before.packages if package.hours not in kept]
    yield from (f"больше нет пакета «{hours(package.hours)}»" for package in gone)


def _price_changes(old: Package, new: Package) -> Iterator[str]:
    name = hours(new.hours)
    if old.price_kopecks != new.price_kopecks:
        yield f"{name}: {money(old.price_kopecks)} → {money(new.price_kopecks)}"
    if old.extra_hour_kopecks != new.extra_hour_kopecks:
        was, now = money(old.extra_hour_kopecks), money(new.extra_hour_kopecks)
        yield f"{name}: дополнительный час {was} → {now}"


def _clause_changes(changes: Sequence[ClauseChange]) -> Iterator[str]:
    for kind, (one, many, preamble) in VERBS.items():
        numbers = list(dict.fromkeys(change.number for change in changes if change.kind == kind))
        named = [number for number in numbers if number]
        if len(named) == 1:
            yield f"{one} п.{NBSP}{named[0]}"
        elif named:
            yield f"{many} пп.{NBSP}{_listed(named)}"
        if len(named) < len(numbers):
            yield preamble


def _listed(numbers: Sequence[str]) -> str:
    rest = len(numbers) - NAMED_CLAUSES
    return ", ".join(numbers[:NAMED_CLAUSES]) + (f" и{NBSP}ещё{NBSP}{rest}" if rest > 0 else "")
