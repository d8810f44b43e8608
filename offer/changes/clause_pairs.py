"""Which clause became which, whatever its number, and which ones moved.

Numbers are a tree: clause 3.4 belongs to section 3. A section that moved takes its clauses with
it; a clause moved when it stands in another section or elsewhere among its neighbours. A clause
that only got another number because something was inserted before it did not move.
"""

from collections import defaultdict, deque
from collections.abc import Sequence

from offer.changes.block_changes import keys_of
from offer.changes.blocks import read_blocks
from offer.changes.pairing import NEAR, Item, Pairs, moved_items, pair_alike, pair_equal
from offer.clauses import Clause


def pair_clauses(old: Sequence[Clause], new: Sequence[Clause]) -> Pairs:
    """New index → old index of the same clause; the others were removed or added."""
    pairs: Pairs = {}
    _pair_texts(pairs, old, new)
    before, after = _items(old, set(pairs.values())), _items(new, set(pairs))
    pair_equal(pairs, before, after, lambda item: (item.keys, item.name) if item.keys else None)
    pair_equal(pairs, before, after, lambda item: item.keys or None)
    pair_alike(pairs, before, after)
    old_parents, new_parents = parents(old), parents(new)

    def siblings(i: int, j: int) -> bool:
        return _parent_then(pairs, new_parents[j]) == old_parents[i]

    pair_alike(pairs, before, after, NEAR, siblings)
    _pair_places(pairs, _places(old, old_parents), _places(new, new_parents))
    return pairs


def moved_clauses(pairs: Pairs, old: Sequence[Clause], new: Sequence[Clause]) -> set[int]:
    """The new indices of the clauses that moved, a section standing for all that is in it."""
    old_parents, new_parents = parents(old), parents(new)
    families: dict[int, Pairs] = defaultdict(dict)
    moved = set()
    for j, i in pairs.items():
        if _parent_then(pairs, new_parents[j]) == old_parents[i]:
            families[new_parents[j]][j] = i
        else:
            moved.add(j)
    return moved.union(*(moved_items(family) for family in families.values()))


def parents(clauses: Sequence[Clause]) -> list[int]:
    """The index of the clause that each belongs to; -1 for a section and the preamble."""
    found = []
    seen: dict[str, int] = {}
    for at, clause in enumerate(clauses):
        above = clause.number.rpartition(".")[0]
        found.append(seen.get(above, -1) if above else -1)
        seen[clause.number] = at
    return found


def _parent_then(pairs: Pairs, parent: int) -> int | None:
    """The old index of a new parent: -1 of no parent, None of one that is new."""
    return -1 if parent == -1 else pairs.get(parent)


def _pair_texts(pairs: Pairs, old: Sequence[Clause], new: Sequence[Clause]) -> None:
    """Most clauses are the same to the letter: those need no look at their words."""
    _pair_by(
        pairs,
        [(it.number, it.title, it.text) for it in old],
        [(it.number, it.title, it.text) for it in new],
    )
    _pair_by(pairs, [(it.title, it.text) for it in old], [(it.title, it.text) for it in new])


def _pair_by(pairs: Pairs, old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]) -> None:
    taken = set(pairs.values())
    places: dict[tuple[str, ...], deque[int]] = defaultdict(deque)
    for i, key in enumerate(old):
        if i not in taken and key[-1] + key[-2]:
            places[key].append(i)
    for j, key in enumerate(new):
        if j not in pairs and places[key]:
            pairs[j] = places[key].popleft()


def _items(clauses: Sequence[Clause], done: set[int]) -> list[Item]:
    nothing = Item(())
    return [
        nothing if at in done else Item(keys_of(read_blocks(clause)), clause.number)
        for at, clause in enumerate(clauses)
    ]


def _pair_places(
    pairs: Pairs, old: Sequence[tuple[int, str]], new: Sequence[tuple[int, str]]
) -> None:
    """A clause rewritten from beginning to end keeps its number within its section."""
    taken = set(pairs.values())
    free: dict[tuple[int | None, str], int] = {
        place: i for i, place in enumerate(old) if i not in taken
    }
    for j, (parent, last) in enumerate(new):
        place = (_parent_then(pairs, parent), last)
        if j not in pairs and place in free:
            pairs[j] = free.pop(place)


def _places(clauses: Sequence[Clause], above: Sequence[int]) -> list[tuple[int, str]]:
    """Of each clause its section and its number within it."""
    return [
        (parent, clause.number.rpartition(".")[2])
        for parent, clause in zip(above, clauses, strict=True)
    ]
