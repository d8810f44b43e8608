"""Which clause, bullet or row of an old text became which of the new one.

Best evidence first: the same words, the same name, mostly the same words, the same place between
neighbours. Candidates are found through the words they share, so that a thousand clauses that
have nothing in common cost no million comparisons.
"""

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

# What stands somewhere else is the same thing if this share of its words stayed, and what stands
# between the same neighbours if this share did.
ALIKE = 0.6
NEAR = 0.4
_COMMON = 24  # a word found in more items than this says nothing about any of them
_CANDIDATES = 8
_GAP = 400  # pairs compared between two neighbours

Pairs = dict[int, int]  # new index → old index
Slot = tuple[int | None, int | None]  # old and new index of one thing


@dataclass(frozen=True)
class Item:
    """Something to pair: the keys of its words and a name, such as the first cell of a row."""

    keys: tuple[str, ...]
    name: str = ""

    @cached_property
    def bag(self) -> Counter[str]:
        """Its words without punctuation, or with it if there is nothing else."""
        spoken = [key for key in self.keys if any(letter.isalnum() for letter in key)]
        return Counter(spoken or self.keys)


def likeness(old: Item, new: Item) -> float:
    """The share of words that both have, 0.0 to 1.0."""
    common = (old.bag & new.bag).total()
    return 2 * common / max(1, old.bag.total() + new.bag.total())


def pair_up(old: Sequence[Item], new: Sequence[Item]) -> Pairs:
    """The partners of blocks, rows or columns; whatever has none was removed or added."""
    pairs: Pairs = {}
    pair_equal(pairs, old, new, lambda item: item.keys or None)
    pair_equal(pairs, old, new, lambda item: item.name or None)
    pair_alike(pairs, old, new)
    _pair_between(pairs, old, new)
    return pairs


def pair_equal(
    pairs: Pairs, old: Sequence[Item], new: Sequence[Item], key: Callable[[Item], Hashable]
) -> None:
    """Adds pairs of what has the same key, in order; a key of None pairs nothing."""
    taken = set(pairs.values())
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for i, item in enumerate(old):
        if i not in taken:
            waiting[key(item)].append(i)
    for j, item in enumerate(new):
        if j not in pairs and key(item) is not None and waiting[key(item)]:
            pairs[j] = waiting[key(item)].popleft()


def pair_alike(
    pairs: Pairs,
    old: Sequence[Item],
    new: Sequence[Item],
    share: float = ALIKE,
    allowed: Callable[[int, int], bool] = lambda _i, _j: True,
) -> None:
    """Adds pairs that have at least `share` of their words in common, the most alike first."""
    taken = set(pairs.values())
    free = [i for i in range(len(old)) if i not in taken]
    scored = [
        (score, -abs(i - j), i, j)
        for i, j in candidates(free, [j for j in range(len(new)) if j not in pairs], old, new)
        if allowed(i, j) and (score := likeness(old[i], new[j])) >= share
    ]
    _take_best(pairs, scored)


def candidates(
    old_free: Sequence[int], new_free: Sequence[int], old: Sequence[Item], new: Sequence[Item]
) -> Iterator[tuple[int, int]]:
    """Old and new indices of items that share words few others have, at most eight for each new.

    `old_free` and `new_free` are the indices looked at.
    """
    having: dict[str, list[int]] = defaultdict(list)
    for i in old_free:
        for word in old[i].bag:
            having[word].append(i)
    rare = {word: found for word, found in having.items() if len(found) <= _COMMON}
    for j in new_free:
        shared = Counter(i for word in new[j].bag for i in rare.get(word, ()))
        yield from ((i, j) for i, _ in shared.most_common(_CANDIDATES))


def _pair_between(pairs: Pairs, old: Sequence[Item], new: Sequence[Item]) -> None:
    """Adds pairs of what stands between the same neighbours and kept some of its words."""
    taken = set(pairs.values())
    for olds, news in _gaps(pairs, len(old), len(new)):
        left = [i for i in olds if i not in taken]
        added = [j for j in news if j not in pairs]
        if len(left) * len(added) <= _GAP:
            scored = [
                (score, -abs((i - olds.start) - (j - news.start)), i, j)
                for i in left
                for j in added
                if (score := likeness(old[i], new[j])) >= NEAR
            ]
            _take_best(pairs, scored)


def _take_best(pairs: Pairs, scored: Sequence[tuple[float, int, int, int]]) -> None:
    taken = set(pairs.values())
    for _, _, i, j in sorted(scored, key=lambda it: (-it[0], -it[1], it[2], it[3])):
        if j not in pairs and i not in taken:
            pairs[j] = i
            taken.add(i)


def _gaps(pairs: Mapping[int, int], old: int, new: int) -> Iterator[tuple[range, range]]:
    """What lies between the pairs that kept their order."""
    moved = moved_items(pairs)
    kept = [(i, j) for j, i in sorted(pairs.items()) if j not in moved]
    start_i, start_j = 0, 0
    for i, j in [*kept, (old, new)]:
        yield range(start_i, i), range(start_j, j)
        start_i, start_j = i + 1, j + 1


def moved_items(pairs: Mapping[int, int]) -> set[int]:
    """The new indices of the fewest pairs that must have moved for the others to keep order."""
    order = sorted(pairs.items())
    tails: list[int] = []  # the smallest old index that ends a kept run of each length
    ends: list[int] = []  # and where in `order` it stands
    before: list[int] = []
    for at, (_, i) in enumerate(order):
        length = bisect_left(tails, i)
        tails[length : length + 1] = [i]
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [at]
    kept, at = set[int](), ends[-1] if ends else -1
    while at >= 0:
        kept.add(order[at][0])
        at = before[at]
    return set(pairs) - kept


def in_order(pairs: Mapping[int, int], old: int, new: int, moved: Collection[int]) -> list[Slot]:
    """Everything in the order of the new text; what was removed stands where it stood."""
    place = {i: j for j, i in pairs.items() if j not in moved}
    partnered = set(pairs.values())
    removed: dict[int, list[int]] = defaultdict(list)
    after = -1
    for i in range(old):
        after = place.get(i, after)
        if i not in partnered:
            removed[after].append(i)
    slots: list[Slot] = [(i, None) for i in removed[-1]]
    for j in range(new):
        slots.append((pairs.get(j), j))
        slots += [(i, None) for i in removed[j]]
    return slots
