"""What is checked of an evidence archive beyond its certificate's files."""

from collections.abc import Iterator, Mapping

from offer.evidence import dossier as the
from offer.evidence.bundle import Bundle
from offer.evidence.chain import digest
from offer.evidence.checking import LETTER
from offer.evidence.strict_json import NotCanonicalError, at, parsed, same, text_at
from offer.evidence.verdict import Check, fails, holds, judged, unknown
from offer.wording import counted


def later(bundle: Bundle) -> Iterator[Check]:
    """Letters, origin, page and published head against the facts."""
    yield from letters(bundle)
    yield from origin(bundle)
    yield from page(bundle)
    yield from heads(bundle)
    yield from stamp(bundle)


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
    if found and not strange:
        many = counted(len(found), "письмо", "письма", "писем")
        yield holds("письма", f"{many}, каждое названо в факте своим хешем")
    if not found and not any(LETTER.fullmatch(name) for name in bundle.spoilt):
        yield unknown("письма", "в архиве их нет: ещё не отправлены или не сохранены")


def origin(bundle: Bundle) -> Iterator[Check]:
    """The address the order came from."""
    data, order = bundle.files.get(the.ORIGIN), bundle.order
    if data is None or order is None:
        if the.ORIGIN not in bundle.spoilt:
            yield unknown(the.ORIGIN, "адреса и браузера здесь нет: срок их хранения вышел")
        return
    right = same(digest(data), at(order.value, "origin_sha256"))
    yield judged(
        the.ORIGIN,
        right,
        "адрес и браузер, чей хеш с солью стоит в заказе",
        "хеш не тот, что в факте заказа (origin_sha256)",
    )


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
    named = at(told, "heads") if same(at(told, "schema"), 1) else None
    last = bundle.links[-1] if bundle.links else None
    head = named[-1] if isinstance(named, list) and named else None
    right = last is not None and same(at(head, "number"), last.number)
    right = right and last is not None and same(at(head, "hash"), last.hash)
    yield judged(
        the.HEADS,
        right,
        "опубликованная голова — последнее звено links.jsonl",
        "опубликованная голова — не последнее звено links.jsonl",
    )


def stamp(bundle: Bundle) -> Iterator[Check]:
    """The time stamp is on the last link; whom to trust about its signature is not for us to say.

    A stamp holds the SHA-256 of what it dates (RFC 3161, messageImprint): here, the head itself.
    """
    data = bundle.files.get(the.STAMP)
    if data is None:
        if the.STAMP not in bundle.spoilt:
            yield unknown(the.STAMP, "штампа времени посторонней службы в архиве нет")
        return
    head = bytes.fromhex(bundle.links[-1].hash) if bundle.links else None
    yield judged(
        the.STAMP,
        head is not None and head in data,
        "штамп поставлен на последнее звено links.jsonl",
        "штамп поставлен не на последнее звено links.jsonl",
    )
    yield unknown(the.STAMP, "чья подпись на нём, проверяет openssl ts -verify (см. README.txt)")
