"""Publishing: the pushed text becomes the next edition, and the site switches to it at once.

The order makes it safe: until the refs of the tags exist nothing has happened, and once they do,
the next publish finishes whatever a crash left undone.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from offer import git
from offer.build import Plan, build_release
from offer.draft import next_editions
from offer.editions import DOCUMENTS, Edition, editions_of, repository_at
from offer.errors import OfferError
from offer.release import Release, load_release

KEPT_RELEASES = 5
WORKSHOP = ".building-"


@dataclass(frozen=True)
class Published:
    """What a publish did: `created` are the new editions, `switched` whether the site changed."""

    release: Release
    created: tuple[Edition, ...]
    switched: bool


def publish(
    repository: Path,
    to: Path,
    *,
    now: Callable[[], datetime],
    ref: str = "main",
    url: str | None = None,
    sign: bool = False,
) -> Published:
    """Publish what `ref` is now into `to`: `to/releases/<id>/` and the link `to/current`.

    `now` is asked once it is this publish's turn; `url` is the site's address, where it is known;
    `sign` signs the tags of the editions with the key that git's configuration names.
    Raises OfferError, and then the site shows what it showed before.
    """
    found = repository_at(repository)
    (to / "releases").mkdir(parents=True, exist_ok=True)
    with _turn(to):
        return _publish(found, to, ref, url, now(), sign=sign)


def current_release(to: Path) -> Release | None:
    """The release that `to` shows, or None: never published, or damaged."""
    try:
        return load_release(to / "current")
    except OfferError:
        return None


def _publish(
    repository: git.Repository, to: Path, ref: str, url: str | None, now: datetime, *, sign: bool
) -> Published:
    _sweep(to)
    commit = repository.commit(f"refs/heads/{ref}") or repository.commit(ref)
    if commit is None:
        raise OfferError("no_commit", f"В репозитории нет ветки {ref}.")
    published = {document: editions_of(repository, document) for document in DOCUMENTS}
    created = next_editions(repository, commit, published, now, sign=sign)
    editions = _joined(published, created)
    before = current_release(to)
    if before and (before.commit, before.url) == (commit, url) and _shows(before, editions):
        return Published(before, (), switched=False)
    plan = Plan(_next_id(to, commit), commit, url, editions)
    folder = _make(repository, to, plan, created, before)
    _switch(to, plan.id)
    _prune(to, plan.id)
    return Published(load_release(folder), created, switched=True)


def _make(
    repository: git.Repository,
    to: Path,
    plan: Plan,
    created: Sequence[Edition],
    before: Release | None,
) -> Path:
    """Build and prove the release, then make its editions public; the folder it stands in."""
    workshop = to / "releases" / f"{WORKSHOP}{plan.id}"
    workshop.mkdir()
    try:
        site = build_release(repository, plan, workshop)
        _prove(load_release(site), before)
        _create_refs(repository, created)
        return site.rename(to / "releases" / plan.id)
    finally:
        shutil.rmtree(workshop)


def _create_refs(repository: git.Repository, created: Sequence[Edition]) -> None:
    refs = {f"refs/tags/{edition.tag}": edition.tag_id for edition in created}
    try:
        repository.create_refs(refs)
    except git.GitError as error:
        names = ", ".join(edition.tag for edition in created)
        sentence = f"Метку {names} поставить не удалось: {error.stderr or error.sentence}"
        raise OfferError("ref_taken", sentence) from error


def _prove(made: Release, before: Release | None) -> None:
    """Whatever was public stays public, under the same tag (which fixes commit, date and hash)."""
    old = [] if before is None else [e for document in DOCUMENTS for e in before.editions[document]]
    kept = {e.tag: e.tag_id for document in DOCUMENTS for e in made.editions[document]}
    for edition in old:
        if kept.get(edition.tag) != edition.tag_id:
            sentence = (
                f"Редакция {edition.tag} опубликована, но её метку в репозитории удалили или "
                f"перенесли. Верните её: git update-ref refs/tags/{edition.tag} {edition.tag_id}."
            )
            raise OfferError("rewritten", sentence)


def _shows(release: Release, editions: Mapping[str, Sequence[Edition]]) -> bool:
    shown = {d: [e.tag_id for e in release.editions[d]] for d in DOCUMENTS}
    return shown == {d: [e.tag_id for e in editions[d]] for d in DOCUMENTS}


def _joined(
    published: Mapping[str, Sequence[Edition]], created: Sequence[Edition]
) -> dict[str, tuple[Edition, ...]]:
    return {
        document: (*found, *(edition for edition in created if edition.document == document))
        for document, found in published.items()
    }


@contextmanager
def _turn(to: Path) -> Iterator[None]:
    """One publish at a time; the system frees the lock of a process that died."""
    with (to / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(to: Path) -> None:
    for left in (to / "releases").glob(f"{WORKSHOP}*"):
        shutil.rmtree(left)


def _next_id(to: Path, commit: str) -> str:
    """Releases sort in the order they were made: «000007-1a2b3c4d5e6f»."""
    made = [int(name.split("-")[0]) for name in _releases(to)]
    return f"{max(made, default=0) + 1:06d}-{commit[:12]}"


def _releases(to: Path) -> list[str]:
    names = [path.name for path in (to / "releases").iterdir()]
    return sorted(name for name in names if name.split("-")[0].isdecimal())


def _switch(to: Path, release_id: str) -> None:
    fresh = to / ".current"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("releases") / release_id)
    os.replace(fresh, to / "current")


def _prune(to: Path, current: str) -> None:
    """Older releases go; a service may just be reading one of the last."""
    for name in _releases(to)[:-KEPT_RELEASES]:
        if name != current:
            shutil.rmtree(to / "releases" / name)
