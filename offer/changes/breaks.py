"""A paragraph that was only parted, or joined with another: no word of it changed."""

from collections.abc import Iterator, Sequence

from offer.changes.blocks import Block
from offer.changes.words import words

# A paragraph is not looked for in more than so many others.
MOST = 6

Keys = tuple[str, ...]


def parted_alike(old: Sequence[Block], new: Sequence[Block]) -> list[Block]:
    """The old blocks with paragraphs parted as in the new text, where all their words stayed."""
    parts = {keys: run for run, keys in _runs(new)}
    known = {_keys(block) for block in new}
    joined = {keys: run for run, keys in _runs(old) if keys in known}
    found: list[Block] = []
    at = 0
    while at < len(old):
        taken = next((run for run in joined.values() if run.start == at), None)
        if taken:
            found += [block for block in new if _keys(block) == _keys_of(old[at : taken.stop])][:1]
            at = taken.stop
            continue
        keys = _keys(old[at])
        alike = parts.get(keys) if old[at].shape == "paragraph" and keys not in known else None
        found += new[alike.start : alike.stop] if alike else [old[at]]
        at += 1
    return found


def _runs(blocks: Sequence[Block]) -> Iterator[tuple[range, Keys]]:
    """Two or more paragraphs in a row, with all their words."""
    for start in range(len(blocks)):
        for stop in range(start + 2, min(start + MOST, len(blocks)) + 1):
            run = blocks[start:stop]
            if all(block.shape == "paragraph" for block in run):
                yield range(start, stop), _keys_of(run)


def _keys_of(blocks: Sequence[Block]) -> Keys:
    return tuple(key for block in blocks for key in _keys(block))


def _keys(block: Block) -> Keys:
    return tuple(word.key for cell in block.cells for word in words(cell))
