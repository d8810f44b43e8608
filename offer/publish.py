"""Publishing: the pushed text becomes the next edition, and the site switches to it at once.

The order makes it safe: until the refs of the tags exist nothing has happened, and once they do,
the next publish finishes whatever a crash left undone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from offer import git
from offer.editions import DOCUMENTS, Edition, editions_of, repository_at
from offer.errors import OfferError
from offer.publishing import releases
from offer.publishing.sources import building

if TYPE_CHECKING:
    from offer.release import PublishedEdition, Release


@dataclass(frozen=True)
class Order:
    """What to publish: `ref` of the repository into `to`, for the address `url` if it is known.

    `push` names the git remote that gets the new tags before the site switches; `sign` has the
    tags signed with the key that git's configuration names.
    """

    repository: git.Repository
    to: Path
    ref: str = "main"
    url: str | None = None
    push: str | None = None
    sign: bool = False


@dataclass(frozen=True)
class Published:
    """What a publish did: `created` are the new editions, `switched` whether the site changed.

    `reprinted` are editions whose PDF had to be made anew and has another hash than before.
    """

    release: "Release"
    created: tuple[Edition, ...]
    switched: bool
    reprinted: "tuple[PublishedEdition, ...]" = ()


def publish(
    repository: Path,
    to: Path,
    *,
    now: Callable[[], datetime],
    ref: str = "main",
    url: str | None = None,
    push: str | None = None,
    sign: bool = False,
) -> Published:
    """Publish what `ref` is now into `to`: `to/releases/<id>/` and the link `to/current`.

    `now` is asked once it is this publish's turn; for the rest see Order. Raises OfferError, and
    then the site shows what it showed before.
    """
    address = url.rstrip("/") if url else None
    order = Order(repository_at(repository), to.absolute(), ref, address, push, sign)
    with releases.turn(order.to):
        commit = commit_of(order.repository, ref)
        return _nothing_to_do(order, commit) or _publish(order, commit, now())


def current_release(to: Path) -> "Release | None":
    """The release that `to` shows, or None: never published, or damaged."""
    from offer.release import load_release

    try:
        return load_release(to / releases.CURRENT)
    except OfferError:
        return None


def commit_of(repository: git.Repository, ref: str) -> str:
    """The commit of a branch, or of any other name; OfferError("no_commit")."""
    commit = repository.commit(f"refs/heads/{ref}") or repository.commit(ref)
    if commit is None:
        raise OfferError("no_commit", f"В репозитории нет ветки {ref}.")
    return commit


def _nothing_to_do(order: Order, commit: str) -> Published | None:
    """The site already shows this commit and every edition, and is whole."""
    if releases.shown(order.to) != (commit, order.url):
        return None
    from offer.publishing.continuity import before, is_shown

    last = before(order.to)
    if last is None or not is_shown(order.to, last, public_editions(order.repository)):
        return None
    return Published(last.release, (), switched=False)


def _publish(order: Order, commit: str, now: datetime) -> Published:
    with releases.workshop(order.to) as workshop:
        cache = order.to / ".templates"
        with building(order.repository, commit, order.url, workshop, cache) as begun:
            # imported late on purpose: MkDocs is starting on the other core meanwhile
            from offer.publishing.next_release import make

            made = make(order, commit, begun, workshop, now)
        _make_public(order, made.created)
        made.release.folder.rename(order.to / "releases" / made.release.id)
    releases.switch(order.to, made.release.id)
    releases.prune(order.to, made.release.id)
    return replace(made, release=made.release.at(order.to / "releases" / made.release.id))


def public_editions(repository: git.Repository) -> dict[str, tuple[Edition, ...]]:
    """Every document's editions, oldest first."""
    return {document: editions_of(repository, document) for document in DOCUMENTS}


def _make_public(order: Order, created: Sequence[Edition]) -> None:
    """Create the tags, all or none; whoever keeps them elsewhere gets them before the site."""
    refs = {f"refs/tags/{edition.tag}": edition.tag_id for edition in created}
    try:
        order.repository.create_refs(refs)
    except git.GitError as error:
        names = ", ".join(edition.tag for edition in created)
        sentence = f"Метку {names} поставить не удалось: {error.stderr or error.sentence}"
        raise OfferError("ref_taken", sentence) from error
    if order.push:
        _push(order.repository, order.push, refs)


def _push(repository: git.Repository, remote: str, created: Mapping[str, str]) -> None:
    try:
        repository.push_tags(remote, DOCUMENTS)
    except git.GitError as error:
        repository.delete_refs(created)
        sentence = (
            f"Метки редакций не приняты там, где хранится репозиторий ({remote}): "
            f"{error.stderr or error.sentence} Получите тамошние (git fetch --tags {remote}) "
            "и повторите."
        )
        raise OfferError("push_rejected", sentence) from error
