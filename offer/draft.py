"""The texts of a commit that differ from what is public → their next editions.

Planning them writes nothing, so that a push is judged and a draft shown by the very rules of
publishing; only then are they written, as tag objects that no ref names yet.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from offer import git
from offer.clauses import decode
from offer.editions import CHANGES, DOCUMENTS, Edition, sha256, source_path
from offer.errors import OfferError
from offer.limits import refuse_large
from offer.manifest import edition_terms
from offer.publishing.signing import write_signed_tag
from offer.reading.soundness import unreadable
from offer.summary import FIRST, change_class, check_editorial, summary
from offer.tags import ZONE, Tag, compose_tag, parse_tag
from offer.terms import Problem, Requisites, Terms, read_terms
from offer.wording import NBSP, moment


class UnsellableError(OfferError):
    """The offer's text cannot be sold by; `problems` say where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        one = len(problems) == 1
        super().__init__(
            "unsellable",
            problems[0].sentence if one else f"в тексте оферты ошибок: {len(problems)}.",
        )
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Draft:
    """What publishing a commit would make public; an edition's `tag_id` is still empty.

    `terms` are those of the commit's offer, which would be sold by.
    """

    editions: tuple[Edition, ...]
    terms: Terms


def next_editions(
    repository: git.Repository,
    commit: str,
    published: Mapping[str, Sequence[Edition]],
    now: datetime,
    *,
    sign: bool = False,
) -> tuple[Edition, ...]:
    """Editions for the documents whose bytes at `commit` are not those of the last edition.

    Their tag objects are written, signed if `sign`, without refs: nothing is public yet. Raises
    OfferError when a text cannot be published; what is in force then stays so.
    """
    draft = draft_of(repository, commit, published, now)
    return write_editions(repository, draft, sign=sign)


def draft_of(
    repository: git.Repository,
    commit: str,
    published: Mapping[str, Sequence[Edition]],
    now: datetime,
) -> Draft:
    """What `next_editions` would write, and its refusals; nothing is written."""
    texts = texts_of(repository, commit)
    _refuse_missing(texts, published)
    terms = _sellable(texts["offer"])
    drafts = [
        _draft(document, text, commit, published[document], now)
        for document, text in texts.items()
        if not published[document] or published[document][-1].text != text
    ]
    described = [_described(repository, draft, published[draft.document]) for draft in drafts]
    return Draft(tuple(described), terms)


def write_editions(
    repository: git.Repository, draft: Draft, *, sign: bool = False
) -> tuple[Edition, ...]:
    """The draft's editions with the ids of their tag objects, which now exist without refs."""
    seller = draft.terms.requisites
    return tuple(_tagged(repository, edition, seller, sign=sign) for edition in draft.editions)


def texts_of(repository: git.Repository, commit: str) -> dict[str, bytes]:
    """The documents that the commit has, by name.

    Raises OfferError for one that is no plain, readable text: a link, too large, not UTF-8.
    """
    names = {document: f"{commit}:{source_path(document)}" for document in DOCUMENTS}
    found = repository.objects(names.values())
    links = repository.links(commit, [source_path(document) for document in DOCUMENTS])
    texts: dict[str, bytes] = {}
    for document, name in names.items():
        blob = found[name]
        if blob is not None and blob.kind == "blob":
            refuse_large(blob.data, source_path(document))
            _refuse_link(document, links)
            _refuse_unreadable(document, decode(blob.data, source_path(document)))
            texts[document] = blob.data
    return texts


def _refuse_missing(texts: Mapping[str, bytes], published: Mapping[str, Sequence[Edition]]) -> None:
    """An offer there must be; another document may be absent until it was public once."""
    for document in DOCUMENTS:
        if document not in texts and (published[document] or document == "offer"):
            raise OfferError("missing_file", f"В коммите нет файла {source_path(document)}.")


def _refuse_unreadable(document: str, text: str) -> None:
    """The offer is judged with all its terms; the other documents at least by what they show."""
    found = unreadable(text) if document != "offer" else ()
    for wrong in found:
        where = f"{source_path(document)}, строка {wrong.place.line}"
        raise OfferError(wrong.code, f"{where}: {wrong.reason}.")


def _refuse_link(document: str, links: Container[str]) -> None:
    path = source_path(document)
    if path in links:
        sentence = f"{path} в коммите — символическая ссылка, а нужен сам файл с текстом."
        raise OfferError("link", sentence)


def _sellable(text: bytes) -> Terms:
    source = source_path("offer")
    reading = read_terms(decode(text, source), source)
    if reading.terms is None:
        raise UnsellableError(reading.problems)
    return reading.terms


def _draft(
    document: str, text: bytes, commit: str, published: Sequence[Edition], now: datetime
) -> Edition:
    number = len(published) + 1
    return Edition(
        document=document,
        number=number,
        commit=commit,
        tag=f"{document}/{number}",
        tag_id="",
        published_at=now.replace(microsecond=0),
        sha256=sha256(text),
        change=None,
        summary=FIRST,
        previous=published[-1].tag_id if published else None,
        text=text,
    )


def _described(repository: git.Repository, draft: Edition, published: Sequence[Edition]) -> Edition:
    """The draft with its summary and class of change."""
    if not published:
        return draft
    last = published[-1]
    _check_clock(draft, last)
    messages = _since(repository, last, draft.commit)
    _check_labels(messages)
    # A label covers the commit that carries it, so one commit without it makes the edition more.
    editorial = bool(messages) and all(message.change == "editorial" for message in messages)
    change = change_class(_terms(last), _terms(draft), editorial=editorial)
    if editorial:
        check_editorial(decode(last.text, last.tag), decode(draft.text, draft.tag))
    written = next((message.summary for message in messages if message.summary), None)
    said = _summary(draft, published)
    # the author's words stand first; what happened to the prices is said whatever he wrote
    prices = f"{written}. {said}" if written and change == "price" else None
    described = replace(draft, change=change, summary=prices or written or said)
    _check_message(described)
    return described


def _check_message(draft: Edition) -> None:
    """What is written into a tag must be read from it again, or no edition could follow."""
    tag = _tag(draft)
    read = parse_tag(compose_tag(tag, tagger="?", email="?"), draft.tag)
    if (read.summary, read.trailers) != (tag.summary, tag.trailers):
        sentence = f"Строка Summary читается неоднозначно: «{draft.summary}». Напишите её иначе."
        raise OfferError("bad_summary", sentence)


def _since(repository: git.Repository, last: Edition, commit: str) -> Sequence[git.Message]:
    """What the commits said that made this text of the last one, newest first.

    Where the branch was rewritten, commits that were public already look new again: they end
    where the file is the last edition's.
    """
    path = source_path(last.document)
    messages = repository.messages(commit, last.commit, path)
    blobs = repository.objects(f"{message.commit}:{path}" for message in messages)
    texts = (blobs[f"{message.commit}:{path}"] for message in messages)
    known = (blob is not None and blob.data == last.text for blob in texts)
    return messages[: next((at for at, same in enumerate(known) if same), len(messages))]


def _check_labels(messages: Sequence[git.Message]) -> None:
    for message in messages:
        if message.change not in (None, *CHANGES):
            sentence = (
                f"В сообщении коммита {message.commit[:12]} стоит «Change: {message.change}». "
                "Помечать нужно только редакционную правку: «Change: editorial»; остальное "
                "видно по тексту."
            )
            raise OfferError("unknown_label", sentence)


def _check_clock(draft: Edition, last: Edition) -> None:
    if draft.published_at < last.published_at:
        sentence = (
            f"Часы этой машины показывают {moment(draft.published_at, ZONE)}, а редакция "
            f"{last.number} вышла {moment(last.published_at, ZONE)}: проверьте время."
        )
        raise OfferError("clock_behind", sentence)


def _summary(draft: Edition, published: Sequence[Edition]) -> str:
    last = published[-1]
    old, new = decode(last.text, last.tag), decode(draft.text, draft.tag)
    sentence = summary(old, new, _terms(last), _terms(draft))
    restored = [edition.number for edition in published if edition.sha256 == draft.sha256]
    return f"{sentence}; снова текст редакции{NBSP}{restored[-1]}" if restored else sentence


def _terms(edition: Edition) -> Terms | None:
    return edition_terms(edition) if edition.document == "offer" else None


def _tagged(
    repository: git.Repository, draft: Edition, tagger: Requisites, *, sign: bool
) -> Edition:
    """The edition with the id of its tag object, which now exists and which no ref names."""
    tag = _tag(draft)
    if sign:
        signed = write_signed_tag(repository, tag, tagger=tagger.name, email=tagger.email)
        return replace(draft, tag_id=signed)
    content = compose_tag(tag, tagger=tagger.name, email=tagger.email)
    return replace(draft, tag_id=repository.write_tag(content))


def _tag(draft: Edition) -> Tag:
    trailers = {"Sha256": draft.sha256, "Change": draft.change, "Previous": draft.previous}
    return Tag(
        target=draft.commit,
        target_kind="commit",
        name=draft.tag,
        at=draft.published_at,
        summary=draft.summary,
        trailers={key: value for key, value in trailers.items() if value is not None},
    )
