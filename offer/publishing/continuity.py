"""Whatever was public stays public: the release before, and the next one held against it."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from offer.editions import DOCUMENTS, Edition
from offer.errors import OfferError
from offer.publishing import releases
from offer.release import PublishedEdition, Release, load_release, prove_files


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


def prove(made: Iterable[Edition | PublishedEdition], last: Before | None) -> None:
    """Hold the editions of the next release against the one before it.

    Raises OfferError("rewritten") that names the first edition whose tag (which fixes commit and
    date), text or date is another, or which is gone.
    """
    kept = {edition.tag: edition for edition in made}
    for old in editions_in(last.release) if last else ():
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


def reprinted(made: Release, last: Before | None) -> tuple[PublishedEdition, ...]:
    """Editions whose PDF had to be made anew and came out with another hash."""
    known = editions_in(last.release) if last else ()
    printed = {edition.tag: edition.pdf_sha256 for edition in known}
    return tuple(
        edition
        for edition in editions_in(made)
        if printed.get(edition.tag) not in (None, edition.pdf_sha256)
    )


def _sums(release: Release) -> Mapping[str, str]:
    try:
        return prove_files(release.folder)
    except OfferError:
        return {}


def editions_in(release: Release) -> Iterator[PublishedEdition]:
    """The editions of every document."""
    return (edition for document in DOCUMENTS for edition in release.editions[document])
