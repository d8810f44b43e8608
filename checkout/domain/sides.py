"""Side rows beside the facts that hold their salted hashes, and what was erased by which act.

An act of erasure is a fact of its own; its number is that of its row.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from checkout.domain.details import Part
from checkout.domain.stored import StoredFact, Told

# where a fact holds the hash of each part of its own side rows
HASHES = {
    Part.PARTY: "details_sha256",
    Part.ORIGIN: "origin_sha256",
    Part.LETTER: "to_sha256",
    Part.REASON: "reason_sha256",
}
OWN: Mapping[str, tuple[Part, ...]] = {
    "order": (Part.PARTY, Part.ORIGIN),
    "consent": (Part.PARTY, Part.ORIGIN),
    "confirmation": (Part.ORIGIN,),
    "correction": (Part.PARTY, Part.ORIGIN),
    "message": (Part.LETTER,),
    "refusal": (Part.REASON, Part.ORIGIN),
}
Place = tuple[int, str]


@dataclass
class Erased:
    """What all acts together have erased: the newest act for each thing.

    `replaced` has the hash a side row has since a part of its text was taken out; `orders` are
    those of which nobody knows any more who made them.
    """

    rows: dict[Place, int] = field(default_factory=dict)
    replaced: dict[Place, str] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)
    papers: dict[str, int] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)


def erased(acts: Iterable[StoredFact]) -> Erased:
    """What these acts, oldest first, say they have erased."""
    found = Erased()
    for act in acts:
        for it in _objects(act.told, "rows"):
            found.rows[_place(it)] = act.number
        if any(it.get("part") == Part.PARTY for it in _objects(act.told, "rows")):
            found.orders[str(act.told.get("order"))] = act.number
        for it in _objects(act.told, "replaced"):
            found.replaced[_place(it)] = str(it.get("sha256"))
        found.letters |= dict.fromkeys(_texts(act.told, "letters"), act.number)
        found.papers |= dict.fromkeys(_texts(act.told, "papers"), act.number)
    return found


def side_row_troubles(
    number: int, kind: str, told: Told, kept: Mapping[str, str], gone: Erased
) -> Iterator[str]:
    """What is wrong with the side rows of a row; `kept` has the hash of each by its part."""
    for part in OWN.get(kind, ()):
        said = told.get(HASHES[part])
        if said is None:  # the first version kept where from and who in one
            continue
        place, act = (number, str(part)), gone.rows.get((number, str(part)))
        if part not in kept:
            if act is None:
                yield f"строка {number}: нет личных данных ({part}), и акта об этом нет"
        elif act is not None:
            yield f"строка {number}: по акту № {act} данные ({part}) стёрты, а они на месте"
        elif kept[part] != gone.replaced.get(place, said):
            yield f"строка {number}: личные данные ({part}) не те, чей хеш в факте"


def without_hash(kind: str, told: Told, kept: Iterable[str]) -> list[str]:
    """The parts of a row's side rows that no fact vouches for."""
    known = {str(part) for part in OWN.get(kind, ()) if told.get(HASHES[part]) is not None}
    return sorted(set(kept) - known)


def _place(told: Told) -> Place:
    row = told.get("row")
    return (row if isinstance(row, int) else 0, str(told.get("part")))


def _objects(told: Told, key: str) -> list[Told]:
    listed = told.get(key)
    return [it for it in listed if isinstance(it, dict)] if isinstance(listed, list) else []


def _texts(told: Told, key: str) -> list[str]:
    listed = told.get(key)
    return [it for it in listed if isinstance(it, str)] if isinstance(listed, list) else []
