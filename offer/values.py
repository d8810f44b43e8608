"""What an offer's text obliges to, as plain values. `offer.terms` reads them from the text.

Money is integer kopecks, time spent is integer minutes. Every value knows its clause and line.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import time
from typing import Any


@dataclass(frozen=True)
class Place:
    """Where a value was read: clause number ("3.1") and 1-based line of the file."""

    clause: str
    line: int


@dataclass(frozen=True)
class Package:
    hours: int
    price_kopecks: int
    extra_hour_kopecks: int
    place: Place


@dataclass(frozen=True)
class WorkingHours:
    """`days` are ISO weekdays 1..7 in ascending order; the day ends at `end`, exclusive."""

    days: tuple[int, ...]
    start: time
    end: time


@dataclass(frozen=True)
class Requisites:
    name: str
    inn: str
    account: str
    bank: str
    bic: str
    correspondent_account: str
    phone: str
    email: str
    ogrnip: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class Terms:
    """All that the program needs to know of one edition of the offer.

    `moves_to_working_day`: whether a term that ends on a day off ends on the next working day,
    as article 193 of the Civil Code has it unless clause 3.3 says otherwise.
    `places` maps the name of every field but `packages` to where it was read.
    """

    packages: tuple[Package, ...]
    prepayment_percent: int
    term_months: int
    moves_to_working_day: bool
    pauses_at_limit: bool
    working_hours: WorkingHours
    unit_minutes: int
    acceptance_working_days: int
    requisites: Requisites
    places: Mapping[str, Place]

    def package(self, hours: int) -> Package | None:
        return next((package for package in self.packages if package.hours == hours), None)

    def to_json(self) -> dict[str, object]:
        """JSON values; every key called `clause` or `line` names a place, all else is values."""
        values: dict[str, object] = {
            "packages": packages_json(self.packages),
            **{name: getattr(self, name) for name in PLAIN_FIELDS},
            "working_hours": working_hours_json(self.working_hours),
            "requisites": asdict(self.requisites),
        }
        return values | places_json(self.places)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Terms":
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError on another shape."""
        hours = value["working_hours"]
        return cls(
            packages=tuple(
                Package(
                    hours=package["hours"],
                    price_kopecks=package["price_kopecks"],
                    extra_hour_kopecks=package["extra_hour_kopecks"],
                    place=Place(package["clause"], package["line"]),
                )
                for package in value["packages"]
            ),
            **{name: value[name] for name in PLAIN_FIELDS},
            working_hours=WorkingHours(
                days=tuple(hours["days"]),
                start=time.fromisoformat(hours["from"]),
                end=time.fromisoformat(hours["to"]),
            ),
            requisites=Requisites(**value["requisites"]),
            places={
                name: Place(clause, value["line"][name]) for name, clause in value["clause"].items()
            },
        )


PLAIN_FIELDS = (
    "prepayment_percent",
    "term_months",
    "moves_to_working_day",
    "pauses_at_limit",
    "unit_minutes",
    "acceptance_working_days",
)


@dataclass(frozen=True)
class Problem:
    """Why a text cannot be sold by: a Russian sentence with file, line, found and expected."""

    code: str
    sentence: str
    clause: str
    line: int


@dataclass(frozen=True)
class Reading:
    """`terms` is None exactly when there are problems; `partial` is their JSON as far as read."""

    terms: Terms | None
    partial: dict[str, object]
    problems: tuple[Problem, ...]


def packages_json(packages: tuple[Package, ...]) -> list[dict[str, object]]:
    return [
        {
            "hours": package.hours,
            "price_kopecks": package.price_kopecks,
            "extra_hour_kopecks": package.extra_hour_kopecks,
            "clause": package.place.clause,
            "line": package.place.line,
        }
        for package in packages
    ]


def working_hours_json(hours: WorkingHours) -> dict[str, object]:
    return {
        "days": list(hours.days),
        "from": hours.start.strftime("%H:%M"),
        "to": hours.end.strftime("%H:%M"),
    }


def places_json(places: Mapping[str, Place]) -> dict[str, object]:
    return {
        "clause": {name: place.clause for name, place in places.items()},
        "line": {name: place.line for name, place in places.items()},
    }
