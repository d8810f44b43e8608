"""The pages of a branch that is not public, at an address nobody can guess.

Drafts stand beside the releases: `TO/drafts/<token>` is a link, switched as `TO/current` is. The
token of a branch is kept while the branch is there, so its address stays the same. A draft makes
no edition, and nothing of a release is touched.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from offer import git
from offer.clauses import decode
from offer.draft import UnsellableError, draft_of, texts_of
from offer.editions import DOCUMENTS, Edition, editions_of, repository_at, source_path
from offer.errors import OfferError
from offer.publishing.carry import kept_files, kept_pages, link
from offer.publishing.continuity import before
from offer.publishing.handover import Handover
from offer.publishing.sources import build_draft
from offer.shelf import CHANGES, TITLES
from offer.summary import summary
from offer.wording import NBSP

TOKEN_BYTES = 16
DRAFT_REDLINE = "offer/redline/draft/"
TOKEN = re.compile(r"[0-9a-f]{32}")
REMOVED = "Черновик убран: ветки {} больше нет."


@dataclass(frozen=True)
class _Place:
    """Where the draft of one branch stands: `token` is None before its first build."""

    drafts: Path
    ref: str
    token: str | None

    @property
    def token_file(self) -> Path:
        return self.drafts / f".token-{quote(self.ref, safe='')}"

    def address(self, url: str | None) -> str:
        """For the browser where the site's address is known, else the folder."""
        return f"{url.rstrip('/')}/draft/{self.token}/" if url else f"{self.drafts}/{self.token}/"


def show_draft(
    repository: Path,
    to: Path,
    *,
    now: Callable[[], datetime],
    ref: str = "draft",
    url: str | None = None,
) -> tuple[str, ...]:
    """Make `to/drafts/<token>/` what the branch `ref` is now; what the person reads, address last.

    A branch that is gone takes its draft with it. A text that cannot be sold by is shown with its
    problems. Raises OfferError when there is nothing to show; an earlier draft then still stands.
    """
    found = repository_at(repository)
    (to / "drafts").mkdir(parents=True, exist_ok=True)
    with _turn(to / "drafts"):
        place = _place(to / "drafts", ref)
        commit = found.commit(f"refs/heads/{ref}")
        if commit is None:
            return _remove(place)
        return _show(found, place, commit, now(), url)


def _show(
    repository: git.Repository, place: _Place, commit: str, now: datetime, url: str | None
) -> tuple[str, ...]:
    texts = texts_of(repository, commit)
    if "offer" not in texts:
        raise OfferError("missing_file", f"В ветке {place.ref} нет файла docs/offer.md.")
    published = {document: editions_of(repository, document) for document in DOCUMENTS}
    said = _judged(repository, commit, texts, published, now)
    place = _with_token(place)
    address = place.address(url)
    at = address if url else None
    with _workshop(place) as workshop:
        last = before(place.drafts.parent)
        pages = kept_pages(last.release, last.sums, published) if last else frozenset[str]()
        handover = Handover(published, pages)
        site = build_draft(repository, commit, texts, handover, url=at, workshop=workshop)
        if last:
            link(last.release.folder, site, kept_files(last.release, last.sums, pages))
        folder = _switch(place, site)
    if (folder / DRAFT_REDLINE / "index.html").is_file():
        said = (*said, f"Что изменилось: {address}{DRAFT_REDLINE}")
    return (*said, f"Черновик: {address}")


def _judged(
    repository: git.Repository,
    commit: str,
    texts: Mapping[str, bytes],
    published: Mapping[str, Sequence[Edition]],
    now: datetime,
) -> tuple[str, ...]:
    """What publishing this commit would make, or why it would be refused."""
    try:
        planned = draft_of(repository, commit, published, now).editions
    except UnsellableError as error:
        problems = [problem.sentence for problem in error.problems]
        return (*_refused(problems), *_changed_clauses(texts["offer"], published["offer"]))
    except OfferError as error:
        return _refused([error.sentence])
    return tuple(_planned(edition) for edition in planned) or (
        "Тексты те же, что опубликованы: новой редакции не будет.",
    )


def _refused(reasons: Sequence[str]) -> tuple[str, ...]:
    return ("Опубликовать этот черновик нельзя:", *(f"  • {reason}" for reason in reasons))


def _changed_clauses(text: bytes, published: Sequence[Edition]) -> tuple[str, ...]:
    if not published:
        return ()
    last = published[-1]
    old, new = decode(last.text, last.tag), decode(text, source_path("offer"))
    return (f"По сравнению с{NBSP}редакцией{NBSP}{last.number}: {summary(old, new, None, None)}.",)


def _planned(edition: Edition) -> str:
    kind = f" — {CHANGES[edition.change]}" if edition.change else ""
    title = TITLES[edition.document]
    return f"{title}, будет редакция{NBSP}{edition.number}{kind}. {edition.summary}."


@contextmanager
def _workshop(place: _Place) -> Iterator[Path]:
    workshop = place.drafts / f".building-{place.token}"
    workshop.mkdir()
    try:
        yield workshop
    finally:
        shutil.rmtree(workshop)


def _switch(place: _Place, site: Path) -> Path:
    """Put the new pages beside the draft that stands, then switch its link; their folder."""
    earlier = _sites(place)
    made = place.drafts / f".site-{place.token}-{secrets.token_hex(4)}"
    site.rename(made)
    fresh = place.drafts / f".link-{place.token}"
    fresh.symlink_to(made.name)
    os.replace(fresh, place.drafts / str(place.token))
    for folder in earlier:
        shutil.rmtree(folder)
    return made


def _remove(place: _Place) -> tuple[str, ...]:
    if place.token is None:
        raise OfferError("no_branch", f"В репозитории нет ветки {place.ref}.")
    (place.drafts / place.token).unlink(missing_ok=True)
    for folder in _sites(place):
        shutil.rmtree(folder)
    place.token_file.unlink()
    return (REMOVED.format(place.ref),)


def _place(drafts: Path, ref: str) -> _Place:
    place = _Place(drafts, ref, None)
    try:
        kept = place.token_file.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return place
    return _Place(drafts, ref, kept if TOKEN.fullmatch(kept) else None)


def _with_token(place: _Place) -> _Place:
    """The place with its token, drawn and written down if the branch had none."""
    if place.token:
        return place
    token = secrets.token_hex(TOKEN_BYTES)
    fresh = place.drafts / ".token"
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{token}\n")
    os.replace(fresh, place.token_file)
    return _Place(place.drafts, place.ref, token)


def _sites(place: _Place) -> list[Path]:
    return list(place.drafts.glob(f".site-{place.token}-*"))


@contextmanager
def _turn(drafts: Path) -> Iterator[None]:
    """One draft at a time, and what a build that died left behind is swept away."""
    with (drafts / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in drafts.glob(".building-*"):
            shutil.rmtree(left)
        for left in drafts.glob(".link-*"):
            left.unlink()
        yield
