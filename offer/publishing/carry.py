"""What a release takes over from the one before it, byte for byte.

A page of an edition is made twice at most: when it becomes public and when it is replaced. A
redline, an exact text and a PDF are made once.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from offer.addresses import page_url, pdf_url, redline_url, source_url
from offer.editions import Edition
from offer.release import Release

SIBLINGS = (".br", ".gz")
_ASSET = re.compile(rb"assets/[A-Za-z0-9_-]+\.[0-9a-f]{8}\.[a-z]+")


def kept_pages(
    before: Release, sums: Mapping[str, str], editions: Mapping[str, Sequence[Edition]]
) -> frozenset[str]:
    """Addresses («offer/1/») of the pages of `before` that stay as they are.

    `sums` are the files of that release with their hashes, `editions` what is public now.
    """
    found = (page for document in editions for page in _lasting(before, editions, document))
    return frozenset(page for page in found if f"{page}index.html" in sums)


def kept_files(before: Release, sums: Mapping[str, str], pages: Iterable[str]) -> tuple[str, ...]:
    """Files of `before` to take over: these pages, every exact text and PDF, assets they use."""
    names = [f"{page}index.html" for page in pages]
    assets = _used(before.folder, names)
    papers = (
        url(document, edition.number).lstrip("/")
        for document, found in before.editions.items()
        for edition in found
        for url in (source_url, pdf_url)
    )
    wanted = (*sorted(names), *papers, *sorted(assets))
    return tuple(name for name in with_siblings(wanted) if name in sums)


def with_siblings(names: Iterable[str]) -> Iterator[str]:
    """Each name, followed by those of its compressed forms."""
    for name in names:
        yield name
        yield from (name + sibling for sibling in SIBLINGS)


def link(source: Path, target: Path, names: Iterable[str]) -> None:
    """Put the named files of one folder into another: a second name, or a copy where that fails."""
    made: set[Path] = set()
    for name in names:
        path = target / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.unlink(missing_ok=True)
        try:
            os.link(source / name, path)
        except OSError:
            shutil.copyfile(source / name, path)


def _lasting(
    before: Release, editions: Mapping[str, Sequence[Edition]], document: str
) -> Iterator[str]:
    old = len(before.editions[document])
    replaced = old if len(editions[document]) > old else None
    for number in range(1, old + 1):
        if number != replaced:
            yield page_url(document, number).lstrip("/")
        if number > 1:
            yield redline_url(document, number - 1, number).lstrip("/")


def _used(folder: Path, names: Iterable[str]) -> set[str]:
    """The assets that these files name, and those that the scripts among them name."""
    used: set[str] = set()
    reading = list(names)
    while reading:
        found = {asset.decode() for asset in _ASSET.findall((folder / reading.pop()).read_bytes())}
        reading += [asset for asset in found - used if asset.endswith(".js")]
        used |= found
    return used
