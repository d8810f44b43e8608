"""The terms by the words a person uses, each with the line that says it."""

from offer.values import Package, Place, Terms
from offer.wording import NBSP

NAMES = {
    "packages": "пакеты и цены",
    "prepayment_percent": "предоплата",
    "term_months": "срок пакета",
    "moves_to_working_day": "перенос конца срока",
    "pauses_at_limit": "пауза при исчерпании часов",
    "working_hours": "рабочее время",
    "unit_minutes": "единица учёта",
    "acceptance_working_days": "срок приёмки",
    "requisites": "реквизиты",
}


def placed(name: str, before: Terms | None, after: Terms | None) -> str:
    """«срок пакета (docs/offer.md, строка 47)»: a term that changed, and where it stands now."""
    place = _place(name, before, after) if after else None
    where = f" (docs/offer.md, строка{NBSP}{place.line})" if place else ""
    return f"{NAMES.get(name, name)}{where}"


def _place(name: str, before: Terms | None, after: Terms) -> Place | None:
    if name != "packages":
        return after.places.get(name)
    known = {_values(package) for package in before.packages} if before else set()
    fresh = [package for package in after.packages if _values(package) not in known]
    return (fresh or list(after.packages))[0].place


def _values(package: Package) -> tuple[int, int, int]:
    return package.hours, package.price_kopecks, package.extra_hour_kopecks
