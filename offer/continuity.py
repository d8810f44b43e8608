"""Whatever was public stays public: the release before, and the next one held against it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from offer import releases
from offer.editions import DOCUMENTS, Edition
from offer.errors import OfferError
from offer.release import PublishedEdition, Release, load_release, prove_files, read_sums


@dataclass(frozen=True)
class Before:
    """The release that the next one continues.

    `sums` are its files with their hashes, {} when one of them is not as it was published:
    then nothing is taken over from it.
    """

    release: Release
    sums: Mapping[str, str]


def before(to: Path) -> Before | None:
    """The newest release that can still be read, the one that is shown first of all."""
    kept = (to / "releases" / name for name in reversed(releases.names(to)))
    for folder in (to / releases.CURRENT, *kept):
        with suppress(OfferError):
            release = load_release(folder)
            return Before(release, _sums(release))
    return None


def is_shown(to: Path, last: Before, editions: Mapping[str, Sequence[Edition]]) -> bool:
    """Whether the site shows this release, undamaged, and it has all these editions."""
    in_place = Path(os.path.realpath(to / releases.CURRENT)) == last.release.folder
    has = {d: [e.tag_id for e in last.release.editions[d]] for d in DOCUMENTS}
    wanted = {d: [e.tag_id for e in editions[d]] for d in DOCUMENTS}
    return in_place and bool(last.sums) and has == wanted


def prove(made: Release, last: Release | None) -> None:
    """Hold a release against the one before it.

    Raises OfferError("rewritten") that names the first edition whose tag (which fixes commit and
    date), text or date is another, or which is gone.
    """
    kept = {edition.tag: edition for edition in _editions(made)}
    for old in _editions(last) if last else ():
        new = kept.get(old.tag)
        if new is None or new.tag_id != old.tag_id:
            sentence = (
                f"Редакция {old.tag} опубликована, но её метку в репозитории удалили или "
                f"перенесли. Верните её: git update-ref refs/tags/{old.tag} {old.tag_id}."
            )
            raise OfferError("rewritten", sentence)
        if (new.sha256, new.published_at) != (old.sha256, old.published_at):
            sentence = f"Текст или дата редакции {old.tag} не те, что были опубликованы."
            raise OfferError("rewritten", sentence)


def reprinted(made: Release, last: Release | None) -> tuple[PublishedEdition, ...]:
    """Editions whose PDF had to be made anew and came out with another hash."""
    printed = {edition.tag: edition.pdf_sha256 for edition in _editions(last)} if last else {}
    return tuple(
        edition
        for edition in _editions(made)
        if printed.get(edition.tag) not in (None, edition.pdf_sha256)
    )


def _sums(release: Release) -> Mapping[str, str]:
    try:
        prove_files(release.folder)
    except OfferError:
        return {}
    return read_sums(release.folder)


def _editions(release: Release) -> Iterator[PublishedEdition]:
    return (edition for document in DOCUMENTS for edition in release.editions[document])
