"""What is checked of an evidence archive beyond its certificate's files."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from offer.evidence import dossier as the
from offer.evidence.bundle import Bundle, Link, moment
from offer.evidence.chain import digest, instant
from offer.evidence.checking import LETTER, sums
from offer.evidence.remaking import NotRemadeError, archive_again
from offer.evidence.stamping import stamped
from offer.evidence.strict_json import NotCanonicalError, at, parsed, same, text_at
from offer.evidence.verdict import Check, Mark, fails, holds, judged, unknown
from offer.wording import counted

ARCHIVE = "архив"
HEAD_PARTS = {"day", "at", "number", "hash"}
CLOCKS_APART = timedelta(minutes=5)  # the authority's and the seller's
TO_THE_SELLER = ("order", "case", "head", "reminder")  # kinds of letters that no client gets


def later(bundle: Bundle) -> Iterator[Check]:
    """Letters, origin, page and published head against the facts."""
    yield from letters(bundle)
    yield from origin(bundle)
    yield from page(bundle)
    yield from heads(bundle)
    yield from stamp(bundle)


def remade(bundle: Bundle) -> Iterator[Check]:
    """Each file is the one that this program makes of the others.

    Where one is spoilt or has gone, the rest would be made otherwise, and be blamed for it.
    """
    if bundle.spoilt or any(it.mark is Mark.FAILS for it in sums(bundle)):
        return
    names = sorted(name for name in bundle.files if LETTER.fullmatch(name))
    try:
        again = archive_again(bundle, names)
    except NotRemadeError as error:
        yield fails(ARCHIVE, f"составить его заново из его файлов нельзя: {error}")
        return
    both = {*bundle.files, *again} - {the.SUMS}  # the list was checked line by line
    wrong = [it for it in sorted(both) if bundle.files.get(it) != again.get(it)]
    for name in wrong:
        yield fails(name, "не тот файл, который составляется по фактам")
    if not wrong:
        yield holds(ARCHIVE, "каждый файл тот, который составляется по фактам")


def certificate(bundle: Bundle) -> Iterator[Check]:
    """The PDF is the one whose hash is in the ledger."""
    yield from bundle.lacks(the.CERTIFICATE)
    data = bundle.files.get(the.CERTIFICATE)
    if data is None:
        return
    kept = [it for it in bundle.facts if it.kind == "certificate"]
    if not kept:
        yield fails(the.CERTIFICATE, "факта о нём нет")
    else:
        right = any(same(digest(data), at(it.value, "sha256")) for it in kept)
        right = right and any(same(len(data), at(it.value, "bytes")) for it in kept)
        yield judged(
            the.CERTIFICATE,
            right,
            "то свидетельство, чей хеш стоит в журнале",
            "хеш не тот, что в факте о нём",
        )


def same_inside(bundle: Bundle, inside: Mapping[str, bytes]) -> Iterator[Check]:
    """The files inside the certificate are those beside it."""
    differs = [
        name
        for name, attached in inside.items()
        if name not in the.NOT_THE_SAME_IN_BOTH and bundle.files.get(name) != attached
    ]
    short, long = inside.get(the.LINKS, b""), bundle.files.get(the.LINKS, b"")
    if not (short and long.startswith(short)):
        differs.append(the.LINKS)
    if differs:
        said = ", ".join(differs)
        yield fails(the.CERTIFICATE, f"внутри другое, чем рядом в архиве: {said}")
    else:
        yield holds(the.CERTIFICATE, "файлы внутри него те же, что рядом в архиве")


def letters(bundle: Bundle) -> Iterator[Check]:
    """Each letter is one that a fact has the hash of."""
    sent = {text_at(it.value, "letter_sha256") for it in bundle.facts if it.kind == "message"}
    found = {name: data for name, data in bundle.files.items() if LETTER.fullmatch(name)}
    strange = [name for name, data in found.items() if digest(data) not in sent]
    for name in strange:
        yield fails(name, "такого письма нет ни в одном факте (letter_sha256)")
    twice = [name for name in found if list(found.values()).count(found[name]) > 1]
    for name in twice[1:]:
        yield fails(name, f"то же письмо, что {twice[0]}")
    if found and not (strange or twice):
        many = counted(len(found), "письмо", "письма", "писем")
        yield holds("письма", f"{many}, каждое названо в факте своим хешем")
    yield from _absent_letters(bundle, found)
    if not found and not any(LETTER.fullmatch(name) for name in bundle.spoilt):
        yield unknown("письма", "в архиве их нет: ещё не отправлены или не сохранены")


def _absent_letters(bundle: Bundle, found: Mapping[str, bytes]) -> Iterator[Check]:
    """Those to the client that a server took and that are not here."""
    here = {digest(data) for data in found.values()}
    absent = [
        it
        for it in bundle.facts
        if it.kind == "message"
        and text_at(it.value, "kind") not in TO_THE_SELLER
        and text_at(it.value, "outcome") == "taken"
        and text_at(it.value, "letter_sha256") not in here
    ]
    if found and absent:
        rows = ", ".join(f"№\u00a0{it.number}" for it in absent)
        yield unknown("письма", f"не приложено то, что отправлено по записям {rows}")


def origin(bundle: Bundle) -> Iterator[Check]:
    """The address the order came from."""
    data, order = bundle.files.get(the.ORIGIN), bundle.order
    if data is None or order is None:
        if the.ORIGIN not in bundle.spoilt:
            yield unknown(the.ORIGIN, f"адреса и браузера здесь нет: {_erased(bundle)}")
        return
    right = same(digest(data), at(order.value, "origin_sha256"))
    yield judged(
        the.ORIGIN,
        right,
        "адрес и браузер, чей хеш с солью стоит в заказе",
        "хеш не тот, что в факте заказа (origin_sha256)",
    )


def _erased(bundle: Bundle) -> str:
    acts = [it.number for it in bundle.facts if it.kind == "erasure"]
    if acts:
        return f"стёрты, акт №\u00a0{acts[0]}"
    return "срок их хранения вышел"


def page(bundle: Bundle) -> Iterator[Check]:
    """The page on which the decision was made."""
    data, order = bundle.files.get(the.PAGE), bundle.order
    if data is None or order is None:
        if the.PAGE not in bundle.spoilt:
            yield unknown(the.PAGE, "самой страницы заказа здесь нет, только слова с неё (shown)")
        return
    right = same(digest(data), at(order.value, "shown", "page_sha256"))
    yield judged(
        the.PAGE,
        right,
        "та страница, чей хеш стоит в заказе",
        "хеш не тот, что в факте заказа (page_sha256)",
    )


def heads(bundle: Bundle) -> Iterator[Check]:
    """The published head is the last of the links."""
    data = bundle.files.get(the.HEADS)
    if data is None:
        if the.HEADS not in bundle.spoilt:
            sentence = "после последней записи заказа голова журнала ещё не была опубликована"
            yield unknown(the.HEADS, sentence)
        return
    try:
        told = parsed(data)
    except NotCanonicalError as error:
        yield fails(the.HEADS, str(error))
        return
    named = at(told, "heads")
    head = named[0] if isinstance(named, list) and len(named) == 1 else None
    last = bundle.links[-1] if bundle.links else None
    right = last is not None and _is_head_of(head, last)
    yield judged(
        the.HEADS,
        right,
        "опубликованная голова — последнее звено links.jsonl",
        "опубликованная голова — не последнее звено links.jsonl",
    )
    if right and last is not None and not _is_dated_after(head, last, bundle):
        yield fails(
            the.HEADS, "голова не могла быть опубликована тогда: звено новее, или день не тот"
        )


def _is_head_of(head: object, last: Link) -> bool:
    if not isinstance(head, dict) or set(head) != HEAD_PARTS:
        return False
    return same(head["number"], last.number) and same(head["hash"], last.hash)


def _is_dated_after(head: object, last: Link, bundle: Bundle) -> bool:
    """Published when the row was there, under the local day of then, or the one just over."""
    published, made = moment(text_at(head, "at")), moment(last.at)
    if published is None or made is None or published < made:
        return False
    try:
        local = published.astimezone(ZoneInfo(text_at(bundle.summary, "zone"))).date()
    except (ValueError, OSError, ZoneInfoNotFoundError, OverflowError):
        return False
    if not date.min < local < date.max or instant(published) != text_at(head, "at"):
        return False
    days = (local + timedelta(days=it) for it in (-1, 0, 1))  # the shop's zone may be another now
    return text_at(head, "day") in [it.isoformat() for it in days]


def stamp(bundle: Bundle) -> Iterator[Check]:
    """The time stamp is on the last link; whether to trust its signature is not ours to say."""
    data = bundle.files.get(the.STAMP)
    if data is None:
        if the.STAMP not in bundle.spoilt:
            yield unknown(the.STAMP, "штампа времени посторонней службы в архиве нет")
        return
    link = bundle.files.get(the.LINKS, b"").removesuffix(b"\n").rpartition(b"\n")[2]
    dated = stamped(data, link)
    if dated is None:
        yield fails(the.STAMP, "это не штамп времени на последнем звене links.jsonl")
        return
    made = moment(bundle.links[-1].at) if bundle.links else None
    if made is None or (dated < made and made - dated > CLOCKS_APART):
        yield fails(the.STAMP, f"по штампу звено старше себя самого: {instant(dated)}")
        return
    yield holds(the.STAMP, f"{instant(dated)}: поставлен на последнее звено links.jsonl")
    yield unknown(the.STAMP, "чья подпись на нём, проверяет openssl ts -verify (см. README.txt)")
