"""Checks that certificate and archive share: files, hashes, the chain, and what they say together.

Pure: from files to sentences. Whatever the bytes are, each check ends with a sentence.
"""

import re
from collections.abc import Iterator

from offer.evidence import dossier as the
from offer.evidence.bundle import FACT, Bundle, Fact, Link, link_of
from offer.evidence.chain import digest
from offer.evidence.strict_json import MISSING, NotCanonicalError, at, parsed, same, text_at
from offer.evidence.verdict import Check, fails, holds, judged, unknown
from offer.wording import counted

SUMS_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)")
NEEDED = (the.OFFER, the.LINKS, the.DETAILS, the.ACCEPTANCE, the.README, the.SUMS)
LETTER = re.compile(r"letters/[0-9]{3,6}\.eml")
IN_THE_CERTIFICATE = {*NEEDED, the.CONSENT, the.PAYMENT}
IN_THE_ARCHIVE = {*IN_THE_CERTIFICATE, the.CERTIFICATE, the.ORIGIN, the.PAGE, the.HEADS, the.STAMP}


def completeness(bundle: Bundle, allowed: set[str]) -> Iterator[Check]:
    """What is spoilt, what lacks, and what nothing speaks for."""
    for name, sentence in bundle.spoilt.items():
        yield fails(name, sentence)
    for name in NEEDED:
        yield from bundle.lacks(name)
    for name in bundle.files:
        if name not in allowed and not FACT.fullmatch(name) and not LETTER.fullmatch(name):
            yield fails(name, "лишний файл: в доказательствах такого не бывает")


def sums(bundle: Bundle) -> Iterator[Check]:
    """SHA256SUMS lists every file and nothing else, each with its hash."""
    if the.SUMS not in bundle.files:
        return
    listed, clean = _listed(bundle.files[the.SUMS])
    if not clean:
        yield fails(the.SUMS, "в нём есть строки, которых не пишет sha256sum")
    others = {name: data for name, data in bundle.files.items() if name != the.SUMS}
    wrong = [name for name, data in others.items() if listed.get(name) not in (None, digest(data))]
    for name in wrong:
        yield fails(name, "хеш не тот, что в SHA256SUMS")
    unlisted = [name for name in others if name not in listed]
    for name in unlisted:
        yield fails(name, "этого файла нет в списке SHA256SUMS")
    gone = [name for name in listed if name not in others and name not in bundle.spoilt]
    for name in gone:
        yield fails(name, "файл есть в списке SHA256SUMS, а самого его нет")
    if clean and not (wrong or unlisted or gone):
        many = counted(len(listed), "файл", "файла", "файлов")
        yield holds(the.SUMS, f"{many}, каждый со своим хешем, лишних нет")


def _listed(data: bytes) -> tuple[dict[str, str], bool]:
    """Name → hash, and whether every line is one that `sha256sum` writes, no name twice."""
    lines = data.decode(errors="replace").split("\n")
    found = [line for line in map(SUMS_LINE.fullmatch, lines) if line]
    listed = {line[2]: line[1] for line in found}
    return listed, lines[-1] == "" and len(listed) == len(lines) - 1


def chain(bundle: Bundle) -> Iterator[Check]:
    """Each line of links.jsonl holds the hash of the line before it."""
    if the.LINKS not in bundle.files:
        return
    broken = _first_break(bundle.files[the.LINKS])
    if broken:
        yield fails(the.LINKS, broken)
        return
    first, last = bundle.links[0], bundle.links[-1]
    links = counted(len(bundle.links), "звено", "звена", "звеньев")
    numbers = f"№\u00a0{first.number}–{last.number}"
    yield holds(the.LINKS, f"{links} журнала, {numbers}, каждое держит хеш предыдущего")


def _first_break(data: bytes) -> str | None:
    lines = data.split(b"\n")
    if len(lines) < 2 or lines[-1]:
        return "список звеньев пуст или оборван"
    last: Link | None = None
    for place, line in enumerate(lines[:-1], 1):
        link = link_of(line)
        if link is None:
            return f"строка {place} — не звено журнала"
        if last and link.number != last.number + 1:
            return f"после записи {last.number} идёт запись {link.number}"
        if last and link.previous != last.hash:
            return f"запись {link.number} держит не тот хеш записи {last.number}"
        last = link
    return None


def facts(bundle: Bundle) -> Iterator[Check]:
    """Each fact is the one its link names, and all are about one order."""
    wrong = [(it, why) for it in bundle.facts if (why := _misfit(bundle, it))]
    for it, why in wrong:
        yield fails(it.name, why)
    if bundle.facts and not wrong:
        many = counted(len(bundle.facts), "факт", "факта", "фактов")
        yield holds("факты", f"{many}, хеш каждого стоит в его звене журнала")
    for kind, found in (
        ("заказ", bundle.order),
        ("акцепт", bundle.acceptance),
        ("платёж", bundle.payment),
    ):
        if found is None:
            yield fails(kind, "факта об этом нет или он не читается")


def _misfit(bundle: Bundle, fact: Fact) -> str | None:
    link = bundle.by_number.get(fact.number)
    if link is None:
        return f"звена № {fact.number} нет в links.jsonl"
    if digest(fact.data) != link.fact_sha256:
        return f"хеш не тот, что в звене № {fact.number} (fact_sha256)"
    if fact.kind != link.kind:
        return f"в звене № {fact.number} другой род факта: {link.kind}"
    if fact.name != f"fact-{fact.number:06d}-{fact.kind}.json":
        return "так этот файл не называется"
    return _unlike(bundle, fact)


def _unlike(bundle: Bundle, fact: Fact) -> str | None:
    try:
        value = parsed(fact.data)
    except NotCanonicalError as error:
        return str(error)
    order = at(bundle.acceptance.value, "order") if bundle.acceptance else MISSING
    if order is not MISSING and not same(at(value, "order"), order):
        return "факт о другом заказе, чем акцепт"
    return None


def texts(bundle: Bundle) -> Iterator[Check]:
    """The accepted texts are those that the facts name."""
    order, accepted = bundle.order, bundle.acceptance
    if the.OFFER in bundle.files and order and accepted:
        wanted = [at(it.value, "edition", "sha256") for it in (order, accepted)]
        yield _text(bundle, the.OFFER, wanted, "в заказе и в акцепте")
    consented = text_at(accepted.value, "consent_sha256") if accepted else ""
    if not consented:
        if the.CONSENT in bundle.files:
            yield fails(the.CONSENT, "текст приложен, а согласия в акцепте нет")
        return
    yield from bundle.lacks(the.CONSENT)
    if bundle.consent is None:
        yield fails("согласие", "в акцепте оно названо, а факта о нём нет")
    elif the.CONSENT in bundle.files:
        wanted = [consented, at(bundle.consent.value, "document", "sha256")]
        yield _text(bundle, the.CONSENT, wanted, "в факте согласия и в акцепте")


def _text(bundle: Bundle, name: str, wanted: list[object], where: str) -> Check:
    found = digest(bundle.files[name])
    right = all(same(found, it) for it in wanted)
    return judged(
        name, right, f"тот текст, что назван {where}", f"не тот текст, что назван {where}"
    )


def others_rows(bundle: Bundle) -> Iterator[Check]:
    """That rows without a fact are not about this order cannot be seen here."""
    told = {it.number for it in bundle.facts}
    silent = sum(it.number not in told for it in bundle.links)
    if silent:
        many = counted(silent, "звено", "звена", "звеньев")
        yield unknown(
            the.LINKS,
            f"{many} без содержания. Что они не об этом заказе, известно только со слов "
            "исполнителя",
        )


def decision(bundle: Bundle) -> Iterator[Check]:
    """The acceptance holds the hash of the order's row, and both say the same."""
    order, accepted = bundle.order, bundle.acceptance
    if order is None or accepted is None:
        return
    link = bundle.by_number.get(order.number)
    right = link is not None and same(at(accepted.value, "order_row_hash"), link.hash)
    yield judged(
        accepted.name,
        right,
        f"держит хеш записи № {order.number} — заказа, который оплачен",
        f"хеш записи № {order.number} (order_row_hash) не сходится",
    )
    pairs = [
        ("details_sha256",) * 2,
        ("party_kind",) * 2,
        ("shown",) * 2,
        ("price_kopecks", "amount_kopecks"),
    ]
    differs = [b for a, b in pairs if not same(at(order.value, a), at(accepted.value, b))]
    for name in ("number", "sha256", "tag_id"):
        if not same(at(order.value, "edition", name), at(accepted.value, "edition", name)):
            differs.append(f"edition.{name}")
    if differs:
        yield fails(accepted.name, f"расходится с фактом заказа: {', '.join(differs)}")


def details(bundle: Bundle) -> Iterator[Check]:
    """Who ordered, with the salt, is what order and acceptance hold the hash of."""
    order, accepted, data = bundle.order, bundle.acceptance, bundle.files.get(the.DETAILS)
    if data is None or order is None or accepted is None:
        return
    wanted = [at(it.value, "details_sha256") for it in (order, accepted)]
    right = all(same(digest(data), it) for it in wanted)
    yield judged(
        the.DETAILS,
        right,
        "тот заказчик, чей хеш с солью стоит в заказе и в акцепте",
        "хеш не тот, что в фактах заказа и акцепта (details_sha256)",
    )
    salt, brace, rest = data.partition(b"{")
    try:
        known = parsed(brace + rest)
    except NotCanonicalError as error:
        yield fails(the.DETAILS, f"после соли: {error}")
        return
    party = at(bundle.summary, "party")
    same_fields = isinstance(party, dict) and all(same(v, at(known, k)) for k, v in party.items())
    salted = same(salt.decode(errors="replace"), at(bundle.summary, "details", "salt"))
    if not (same_fields and party and salted):
        yield fails(the.ACCEPTANCE, "заказчик или соль не те, что в details.txt")


def answer(bundle: Bundle) -> Iterator[Check]:
    """YooKassa's answer is the one the payment's fact has the hash of."""
    paid, data = bundle.payment, bundle.files.get(the.PAYMENT)
    if bundle.order is not None and at(bundle.order.value, "site") is not MISSING:
        yield from bundle.lacks(the.PAYMENT)  # the first version hashed more than may be shown
    if paid is None:
        return
    if data is None:
        if the.PAYMENT not in bundle.spoilt:
            reason = "ответа ЮKassa здесь нет: платёж можно сверить по номеру в самой ЮKassa"
            yield unknown(the.PAYMENT, reason)
        return
    right = same(digest(data), at(paid.value, "answer_sha256"))
    yield judged(
        the.PAYMENT,
        right,
        "тот ответ ЮKassa, чей хеш стоит в факте платежа",
        "хеш не тот, что в факте платежа (answer_sha256)",
    )


def shared(bundle: Bundle, allowed: set[str]) -> Iterator[Check]:
    """All checks that need nothing but the files."""
    yield from completeness(bundle, allowed)
    yield from sums(bundle)
    yield from chain(bundle)
    yield from others_rows(bundle)
    yield from facts(bundle)
    yield from decision(bundle)
    yield from texts(bundle)
    yield from details(bundle)
    yield from answer(bundle)
