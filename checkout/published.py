"""What was made public, held against the facts that vouch for it: heads, time stamps, editions.

Earlier versions wrote no such facts: what is older than the first of them is said to be so.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from checkout.domain.stored import StoredFact, raw, told_instant
from checkout.store import audit, audit_published
from checkout.store.audit_published import StoredEdition, StoredHead, StoredStamp
from checkout.store.engine import Tx
from offer.clauses import decode
from offer.errors import OfferError
from offer.evidence.chain import instant, link_json
from offer.evidence.stamping import stamped
from offer.terms import Terms, read_terms
from offer.wording import counted

GOOD, BAD, UNKNOWN = "✓", "✗", "!"
Said = tuple[str, str]


def heads(tx: Tx) -> Iterator[Said]:
    """Every published head stands in the ledger, was told when it was published, and no other."""
    kept, facts = audit_published.published_heads(tx), audit.facts_of_kind(tx, "head")
    told = {str(it.told.get("day")): it for it in facts}
    since = min(told, default=None)
    bad = [*_not_rows(kept), *_out_of_order(kept), *_not_told(kept, told), *_stamps(tx, kept)]
    yield from ((BAD, it) for it in bad)
    old = sum(1 for it in kept if since is None or it.day < since)
    if old:
        yield UNKNOWN, f"Голов, опубликованных до того, как о них стали писать факты: {old}."
    if kept and not bad:
        days = counted(len(kept), "день", "дня", "дней")
        yield GOOD, f"Опубликованные головы за {days} стоят в журнале."


def _not_rows(kept: Iterable[StoredHead]) -> Iterator[str]:
    for it in kept:
        if it.hash != it.row_hash:
            here = f"её хеш {it.row_hash}" if it.row_hash else "такой строки нет"
            sentence = f"опубликована строка {it.number} с хешем {it.hash}, а в журнале {here}"
            yield f"Голова за {it.day}: {sentence}."
        elif it.row_at is not None and it.at < it.row_at:
            yield f"Голова за {it.day}: опубликована раньше, чем сделана строка {it.number}."


def _out_of_order(kept: Sequence[StoredHead]) -> Iterator[str]:
    for before, it in pairwise(kept):
        if not (_at_least(it.number, before.number) and before.at <= it.at):
            yield f"Голова за {it.day}: старше головы за {before.day}, хотя день позже."


def _at_least(number: object, before: object) -> bool:
    return isinstance(number, int) and isinstance(before, int) and number >= before


def _not_told(kept: Sequence[StoredHead], told: Mapping[str, StoredFact]) -> Iterator[str]:
    since = min(told, default=None)
    for it in kept:
        fact = told.get(it.day)
        if fact is None:
            if since is not None and it.day > since:
                yield f"Голова за {it.day}: факта о том, что она опубликована, нет."
        elif (it.number, it.hash) != (fact.told.get("number"), fact.told.get("hash")):
            yield f"Голова за {it.day}: не та, что в строке {fact.number}."
        elif it.at != fact.at:
            yield f"Голова за {it.day}: опубликована {it.at}, а в строке {fact.number} — {fact.at}."
    for day in sorted(told.keys() - {it.day for it in kept}):
        yield f"Головы за {day} нет, а строка {told[day].number} о ней есть."


def _stamps(tx: Tx, kept: Iterable[StoredHead]) -> Iterator[str]:
    """A stamp is one of its head's very link, and the time beside it is the stamp's own."""
    numbers = {it.day: it.number for it in kept}
    for stamp in audit_published.time_stamps(tx):
        number = numbers.get(stamp.day)
        row = audit.row(tx, number) if isinstance(number, int) else None
        link = row and told_instant(row.at)
        if row is None or link is None:
            yield f"Штамп времени за {stamp.day}: головы, на которую он поставлен, нет."
            continue
        data = link_json(row.number, link, row.kind, row.fact_sha256, row.previous).encode()
        yield from _stamp(stamp, data)


def _stamp(stamp: StoredStamp, link: bytes) -> Iterator[str]:
    at = stamped(stamp.answer, link)
    if at is None:
        yield f"Штамп времени за {stamp.day}: поставлен не на эту голову."
    elif instant(at) != told_instant(stamp.at):
        yield f"Штамп времени за {stamp.day}: его время — {instant(at)}, а записано {stamp.at}."


def editions(tx: Tx, archived: Iterable[StoredEdition]) -> Iterator[Said]:
    """Every archived edition is the one its fact tells of, and means what its own bytes say."""
    kept = {it.name: it for it in archived}
    facts = audit.facts_of_kind(tx, "edition")
    told = {f"{it.told.get('document')}/{it.told.get('number')}": it for it in facts}
    bad = [*_not_archived(tx, kept.values()), *_not_as_told(kept, told)]
    yield from ((BAD, it) for it in bad)
    if kept and not told:
        yield UNKNOWN, f"Редакций, о которых ещё нет фактов: {len(kept)}."
    if not bad:
        yield GOOD, f"Архив редакций: {len(kept)}, байты сходятся с хешами."


def _not_archived(tx: Tx, kept: Iterable[StoredEdition]) -> Iterator[str]:
    texts = [*kept]
    for words, listed in (
        ("Байты архивных редакций не сходятся с их хешами", [
            it.name for it in texts if it.made != it.sha256
        ]),
        ("Условия архивных редакций не те, что в их тексте", [
            it.name for it in texts if not _means_its_text(tx, it)
        ]),
        ("PDF архивных редакций не сходятся со своими хешами", [
            f"{name}/{n}" for name, n, said, made in audit_published.archived_pdfs(tx)
            if said != made
        ]),
    ):  # fmt: skip
        if listed:
            yield f"{words}: {', '.join(listed)}."


def _means_its_text(tx: Tx, edition: StoredEdition) -> bool:
    """The terms are read from the archived bytes once more; only an offer has any."""
    if edition.document != "offer":
        return edition.terms is None
    try:
        text = decode(audit_published.text(tx, edition.document, edition.number), edition.name)
        kept = Terms.from_json(json.loads(raw(edition.terms or "")))
    except (OfferError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return False
    return read_terms(text, edition.name).terms == kept


def _not_as_told(
    kept: Mapping[str, StoredEdition], told: Mapping[str, StoredFact]
) -> Iterator[str]:
    for name, fact in told.items():
        edition = kept.get(name)
        if edition is None:
            yield f"Редакции {name} из строки {fact.number} в архиве нет."
        else:
            differs = [word for word, here, there in _pairs(edition, fact) if here != there]
            if differs:
                yield f"Редакция {name} не та, что в строке {fact.number}: {', '.join(differs)}."
    if told:
        for name in kept.keys() - told.keys():
            yield f"Редакция {name} есть в архиве, а факта о ней нет."


def _pairs(edition: StoredEdition, fact: StoredFact) -> list[tuple[str, object, object]]:
    return [
        ("хеш", edition.sha256, fact.told.get("sha256")),
        ("метка", edition.tag_id, fact.told.get("tag_id")),
        ("коммит", edition.commit_id, fact.told.get("commit")),
        ("дата", told_instant(edition.published_at), fact.told.get("published_at")),
        ("вид изменения", edition.change, fact.told.get("change")),
        ("сводка", edition.summary, fact.told.get("summary")),
    ]
