"""Editions: the texts that became public, read from annotated tags of the repository.

An edition is a tag `offer/N` on the commit whose `docs/offer.md` became public; its date is the
moment of publication. The tags form a chain that any clone can check, and here it is checked.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from offer import git
from offer.clauses import decode
from offer.errors import OfferError
from offer.tags import Tag, parse_tag

DOCUMENTS = ("offer", "consent", "privacy")
CHANGES = ("price", "terms", "editorial")


@dataclass(frozen=True)
class Edition:
    """One text that became public.

    Two editions may have the same `sha256`: a text that was restored is a new edition.
    `published_at` is an aware UTC instant; `change` is None only for edition 1; `previous` is
    the object id of the previous edition's tag; `text` is the document's exact bytes;
    `pdf_sha256` the hash of its PDF, known to whoever builds a release and to no tag.
    """

    document: str
    number: int
    commit: str
    tag: str
    tag_id: str
    published_at: datetime
    sha256: str
    change: str | None
    summary: str
    previous: str | None
    text: bytes
    pdf_sha256: str | None = None


def source_path(document: str) -> str:
    """Where a document stands in the repository."""
    return f"docs/{document}.md"


def sha256(data: bytes) -> str:
    """The hash by which an edition's bytes are known, in 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def repository_at(path: Path) -> git.Repository:
    """The repository at `path` or above it; OfferError("no_repository") when there is none."""
    found = git.find(path)
    if found is None:
        raise OfferError("no_repository", f"{path} — не репозиторий git и не лежит внутри него.")
    return found


def read_editions(repository: Path, document: str) -> tuple[Edition, ...]:
    """All editions of a document, oldest first; () when there are none.

    Raises OfferError with one sentence when the tags are not an unbroken chain of editions or
    the repository lacks what they name.
    """
    return editions_of(repository_at(repository), document)


def editions_of(repository: git.Repository, document: str) -> tuple[Edition, ...]:
    """`read_editions` of a repository that is already found."""
    refs = _numbered(repository, document)
    tag_objects = repository.objects(ref.id for ref in refs)
    tags = [_tag(tag_objects[ref.id], ref.name.removeprefix("refs/tags/")) for ref in refs]
    path = source_path(document)
    names = [name for tag in tags for name in (tag.target, f"{tag.target}:{path}")]
    contents = repository.objects(names)
    editions: list[Edition] = []
    for ref, tag in zip(refs, tags, strict=True):
        if contents[tag.target] is None:
            raise OfferError("missing_commit", _lacks(repository, f"коммита метки {tag.name}"))
        text = contents[f"{tag.target}:{path}"]
        previous = editions[-1] if editions else None
        editions.append(_edition(ref.id, tag, text, previous))
    return tuple(editions)


def _numbered(repository: git.Repository, document: str) -> list[git.Ref]:
    """The refs of the editions 1..N in order."""
    prefix = f"refs/tags/{document}/"
    by_number: dict[int, git.Ref] = {}
    for ref in repository.refs(prefix):
        name, number = f"{document}/{ref.name.removeprefix(prefix)}", ref.name.removeprefix(prefix)
        if not number.isdecimal() or str(int(number)) != number or int(number) < 1:
            raise OfferError("stray_tag", f"Метка {name} — не номер редакции: удалите её.")
        if ref.kind != "tag":
            raise OfferError(
                "lightweight_tag",
                f"Метка {name} сделана не offer publish (она без даты и подписи редакции): "
                f"удалите её, git tag -d {name}.",
            )
        by_number[int(number)] = ref
    missing = [str(n) for n in range(1, max(by_number, default=0)) if n not in by_number]
    if missing:
        what = f"метки {document}/{missing[0]}, хотя есть {document}/{max(by_number)}"
        raise OfferError("gap", _lacks(repository, what))
    return [by_number[number] for number in sorted(by_number)]


def _lacks(repository: git.Repository, what: str) -> str:
    if repository.is_shallow():
        cure = "это неполная копия, дополните её: git fetch --unshallow --tags"
    else:
        cure = "получите метки с сервера, где публикуется оферта: git fetch --tags"
    return f"В репозитории нет {what}; {cure}."


def _tag(found: git.Object | None, name: str) -> Tag:
    tag = None if found is None else parse_tag(found.data, name)
    if tag is None or tag.target_kind != "commit":
        raise OfferError("broken_tag", f"Метка {name} указывает не на коммит: это не редакция.")
    if tag.name != name:
        raise OfferError(
            "moved_tag", f"Метка {name} перенесена: в ней записана редакция {tag.name}."
        )
    return tag


def _edition(tag_id: str, tag: Tag, text: git.Object | None, previous: Edition | None) -> Edition:
    document, _, number = tag.name.partition("/")
    if text is None or text.kind != "blob":
        path = source_path(document)
        raise OfferError("missing_file", f"В коммите метки {tag.name} нет файла {path}.")
    decode(text.data, f"{source_path(document)} в редакции {number}")
    edition = Edition(
        document=document,
        number=int(number),
        commit=tag.target,
        tag=tag.name,
        tag_id=tag_id,
        published_at=tag.at,
        sha256=sha256(text.data),
        change=tag.trailers.get("Change"),
        summary=tag.summary,
        previous=tag.trailers.get("Previous"),
        text=text.data,
    )
    _check_hash(edition, tag.trailers.get("Sha256"))
    _check_link(edition, previous)
    return edition


def _check_hash(edition: Edition, recorded: str | None) -> None:
    if edition.sha256 != recorded:
        raise OfferError(
            "wrong_hash",
            f"Метка {edition.tag} не от этого текста: в ней записан хеш {recorded}, "
            f"а у файла {edition.sha256}.",
        )


def _check_link(edition: Edition, previous: Edition | None) -> None:
    """An edition names the one before it, is not older, and only the first has no class."""
    if edition.previous != (previous.tag_id if previous else None):
        before = previous.tag if previous else "пустого места"
        raise OfferError(
            "broken_chain",
            f"Цепь редакций порвана: {edition.tag} продолжает не ту метку, что стоит "
            f"на месте {before}; метку удаляли или переносили.",
        )
    if previous and edition.published_at < previous.published_at:
        raise OfferError(
            "date_before_previous", f"Дата метки {edition.tag} раньше даты {previous.tag}."
        )
    if (edition.change is None) != (previous is None) or edition.change not in (None, *CHANGES):
        raise OfferError("broken_tag", f"В метке {edition.tag} неверная строка Change.")
