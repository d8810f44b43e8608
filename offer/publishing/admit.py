"""Whether a push may be taken: what the server's `pre-receive` asks before git moves a ref.

A push of the public branch is held against everything that publishing would refuse before it
builds, so that the pusher reads the reason while his commit is still only his. Nothing is
written: git keeps the pushed objects apart (its quarantine) until the answer is yes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from offer import git
from offer.draft import UnsellableError, draft_of
from offer.editions import DOCUMENTS, Edition, editions_of, repository_at
from offer.errors import OfferError
from offer.publish import current_release

TAGS = "refs/tags/"
NOTHING_PUBLIC = "На сайте пока ничего не опубликовано."


@dataclass(frozen=True)
class RefUpdate:
    """One line that git hands to the hook; of a deletion `new` is all zeros."""

    new: str
    name: str

    @property
    def deletes(self) -> bool:
        return not self.new.strip("0")


def read_updates(lines: Iterable[str]) -> tuple[RefUpdate, ...]:
    """The lines «old new ref»; OfferError("not_a_push") for anything else."""
    fields = [line.split(maxsplit=2) for line in lines if line.strip()]
    if any(len(field) != 3 for field in fields):
        raise OfferError("not_a_push", "offer admit ждёт строки «old new ref», как их даёт git.")
    return tuple(RefUpdate(new, name.strip()) for _, new, name in fields)


def admit(
    repository: Path,
    lines: Iterable[str],
    *,
    now: Callable[[], datetime],
    ref: str = "main",
    to: Path | None = None,
) -> tuple[str, ...]:
    """What the pusher is told, last the edition in force; () when the push may be taken.

    `lines` are the hook's standard input, `ref` is the public branch, `to` the folder of releases.
    """
    try:
        found = repository_at(repository)
        reasons = [*_refusals(found, read_updates(lines), ref, now)]
    except OfferError as error:
        reasons = [error.sentence]
    if not reasons:
        return ()
    last = f"{reasons[0].rstrip('.')}. " if len(reasons) == 1 else "почему — сказано выше. "
    listed = reasons if len(reasons) > 1 else []
    return (*listed, f"ОТКЛОНЕНО: {last}{in_force(repository, to)}")


def in_force(repository: Path, to: Path | None) -> str:
    """«На сайте по-прежнему редакция 3.», by the site or, where it cannot be read, by the tags."""
    release = current_release(to) if to else None
    shown = release.current("offer") if release else None
    number = shown.number if shown else _newest_number(repository)
    return f"На сайте по-прежнему редакция {number}." if number else NOTHING_PUBLIC


def _newest_number(repository: Path) -> int | None:
    """By the names of the tags alone: their chain may be the very thing that is broken."""
    found = git.find(repository)
    names = [] if found is None else [ref.name for ref in found.refs(f"{TAGS}offer/")]
    numbers = [int(end) for name in names if (end := name.rpartition("/")[2]).isdecimal()]
    return max(numbers, default=None)


def _refusals(
    repository: git.Repository,
    updates: Sequence[RefUpdate],
    ref: str,
    now: Callable[[], datetime],
) -> Iterator[str]:
    for update in updates:
        if _is_edition(update.name):
            name = update.name.removeprefix(TAGS)
            yield f"{name} — метка редакции, её ставит только offer publish."
        elif update.name.startswith("refs/replace/"):
            yield f"{update.name} подменяет объекты git: такие ссылки здесь не принимаются."
        elif update.name == f"refs/heads/{ref}":
            yield from _of_public_branch(repository, update, ref, now)


def _is_edition(name: str) -> bool:
    """Also in other letters: where a file system knows no case, they are the same ref."""
    folded = name.casefold()
    refs = [f"{TAGS}{document}" for document in DOCUMENTS]
    return folded in refs or folded.startswith(tuple(f"{name}/" for name in refs))


def _of_public_branch(
    repository: git.Repository, update: RefUpdate, ref: str, now: Callable[[], datetime]
) -> Iterator[str]:
    if update.deletes:
        yield f"ветку {ref} удалить нельзя: из неё публикуется оферта."
        return
    try:
        draft_of(repository, update.new, _published(repository), now())
    except UnsellableError as error:
        yield from (problem.sentence for problem in error.problems)
    except OfferError as error:
        yield error.sentence


def _published(repository: git.Repository) -> Mapping[str, tuple[Edition, ...]]:
    return {document: editions_of(repository, document) for document in DOCUMENTS}
