"""Verify that nothing in the database was quietly edited.

The ledger's chain is walked first; then everything else is held against the ledger: published
heads, archived texts, orders and packages, side rows, certificates, letters. Nothing is written,
and memory does not grow with the ledger.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from checkout import beside, extras, prepaid, published
from checkout.domain import sides
from checkout.domain.agreement import disagreements
from checkout.domain.errors import CheckoutError
from checkout.domain.post import Cases, letter_differs
from checkout.domain.refund_agreement import refund_disagreements
from checkout.domain.refusal_agreement import refusal_disagreements
from checkout.domain.sides import Erased
from checkout.domain.stored import (
    StoredFact,
    StoredOrder,
    StoredRow,
    Told,
    object_of,
    part_of,
    printable,
)
from checkout.domain.walking import KINDS, wrong
from checkout.store import (
    audit,
    audit_post,
    audit_published,
    audit_refunds,
    audit_refusals,
)
from checkout.store.audit import CHUNK
from checkout.store.audit_published import StoredEdition
from checkout.store.engine import Store, Tx
from offer.wording import counted

HEAD = re.compile(r"([1-9][0-9]{0,9}):([0-9a-f]{64})")
GOOD, BAD, UNKNOWN = published.GOOD, published.BAD, published.UNKNOWN
STORED = "%Y-%m-%d %H:%M:%S.%f"


@dataclass(frozen=True)
class Remark:
    """One line: `mark` is ✓ (held), ✗ (does not hold) or ! (cannot be known here)."""

    mark: str
    sentence: str


class NotAHead(CheckoutError):  # noqa: N818 - reads as what it is
    """What should be a head is not written like one."""

    code = "not_a_head"


@dataclass(frozen=True)
class Given:
    """A head from outside: a letter, a certificate, somebody's copy of heads.json."""

    number: int
    hash: str


def given_head(text: str) -> Given:
    """NUMBER:HASH as it stands in letters; raises NotAHead."""
    found = HEAD.fullmatch(text.strip().lower())
    if not found:
        raise NotAHead(
            f"«{text}» — не голова журнала: нужны номер строки и её хеш из 64 знаков через "
            "двоеточие, как в письме: 41:9f2c…"
        )
    return Given(int(found[1]), found[2])


def verify(store: Store, zone: ZoneInfo, given: Sequence[Given] = ()) -> list[Remark]:
    """Everything there is to say, line by line; sound if no line is ✗."""
    return store.look_through(
        lambda tx: [Remark(it.mark, printable(it.sentence)) for it in _everything(tx, zone, given)]
    )


def chain(store: Store) -> Remark:
    """The ledger's chain alone."""
    return store.look_through(lambda tx: _walk(tx, ()).remark)


def _everything(tx: Tx, zone: ZoneInfo, given: Sequence[Given]) -> Iterator[Remark]:
    facts = _Facts(tx)
    walked = _walk(tx, (facts,))
    yield walked.remark
    yield from (_against(tx, it) for it in given)
    if walked.remark.mark == BAD:
        yield Remark(UNKNOWN, "Остальное сверяется с журналом, а он не цел: не проверялось.")
        return
    yield from map(_remark, published.heads(tx))
    yield from map(_remark, published.editions(tx, facts.texts.values()))
    yield from map(_remark, beside.remarks(tx, facts.cases, facts.gone, facts.since))
    yield from facts.remarks(zone)
    yield from _orders(tx, facts.gone)
    yield from _refunds(tx)
    yield from map(_remark, prepaid.remarks(tx))
    yield from _refusals(tx)
    yield from map(_remark, extras.remarks(tx))


@dataclass(frozen=True)
class _Walked:
    remark: Remark


def _remark(said: tuple[str, str]) -> Remark:
    return Remark(*said)


def _walk(tx: Tx, readers: Sequence["_Facts"]) -> _Walked:
    before, count = None, 0
    rows = audit.rows(tx)
    while chunk := list(islice(rows, CHUNK)):
        for row in chunk:
            number = row.number
            if trouble := wrong(row, before, lambda n=number: audit.row_after(tx, n)):  # type: ignore[misc]
                return _Walked(Remark(BAD, f"Журнал нарушен. {trouble}"))
            before, count = row, count + 1
        for reader in readers:
            reader.read(chunk)
    if before is None:
        return _Walked(Remark(UNKNOWN, "Журнал пуст: в нём нет ни одной строки."))
    last = f"последняя: {before.number}:{before.hash}"
    return _Walked(Remark(GOOD, f"Журнал цел: строк {count}, {last}"))


def _against(tx: Tx, given: Given) -> Remark:
    """Hold the ledger against a head from outside."""
    last = audit.last_number(tx) or 0
    if given.number > last:
        return Remark(
            BAD,
            f"База короче, чем была: голова № {given.number} снаружи, а в журнале "
            f"последняя строка — {last}. База восстановлена из старой копии, или конец отрезан.",
        )
    row = audit.row(tx, given.number)
    if row is None or row.hash != given.hash:
        here = row.hash if row else "строки нет"
        return Remark(
            BAD,
            f"Строка {given.number} не та, что снаружи: в журнале {here}, снаружи {given.hash}. "
            "Либо голова списана с ошибкой (сверьте её ещё раз), либо журнал до этой строки "
            "переписан.",
        )
    return Remark(GOOD, f"Голова № {given.number} та же, что снаружи.")


@dataclass
class _Facts:
    """Reads the ledger's facts as the walk goes by and remembers only what is wrong with them.

    `since` is when the first version's last fact was behind: from then on every case and every
    letter has a fact.
    """

    tx: Tx
    acts: list[StoredFact] = field(default_factory=list)
    gone: Erased = field(default_factory=Erased)
    texts: dict[str, StoredEdition] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    unvouched: list[str] = field(default_factory=list)
    cases: Cases = field(default_factory=Cases)
    since: str | None = None
    taken: int = 0
    side_rows: int = 0
    letters: int = 0

    def __post_init__(self) -> None:
        self.acts = audit.facts_of_kind(self.tx, "erasure")
        self.gone = sides.erased(self.acts)
        self.texts = {it.name: it for it in audit_published.archived(self.tx)}

    def read(self, chunk: Sequence[StoredRow]) -> None:
        """Hold a run of rows against what lies beside the ledger."""
        kept: dict[int, dict[str, str]] = {}
        for details in audit.details_of(self.tx, chunk[0].number, chunk[-1].number).values():
            kept.setdefault(details.ledger, {})[details.part] = details.sha256
        for row in chunk:
            self._read(row, kept.get(row.number, {}))

    def _read(self, row: StoredRow, kept: dict[str, str]) -> None:
        told = object_of(row.fact)
        if told is None:
            self.troubles.append(f"Строка {row.number}: факт — не объект JSON.")
            return
        if row.kind not in KINDS:
            self.unknown[row.kind] += 1
        self.troubles += _index(row, told)
        self.side_rows += len(kept)
        found = sides.side_row_troubles(row.number, row.kind, told, kept, self.gone)
        self.troubles += [f"{it[0].upper()}{it[1:]}." for it in found]
        self.unvouched += [
            f"{row.number} ({part})" for part in sides.without_hash(row.kind, told, kept)
        ]
        if row.kind in ("order", "acceptance", "consent"):
            self.troubles += self._text(row, told)
        if row.kind == "order":
            self.troubles += self._page(row, told)
        if row.kind == "case":
            self.cases.read(row, told)
        if self.since is None and (row.kind == "edition" or "origin_sha256" in told):
            self.since = row.at
        if row.kind == "message":
            self.troubles += self._letter(row, told)

    def _text(self, row: StoredRow, told: Told) -> Iterator[str]:
        """An accepted text must be archived, byte for byte."""
        named = told.get("document" if row.kind == "consent" else "edition")
        name = f"{part_of(named, 'document') or 'offer'}/{part_of(named, 'number')}"
        it = self.texts.get(name)
        if it is None:
            yield f"Строка {row.number}: принятой редакции {name} нет в архиве."
        elif (it.made, it.tag_id) != (part_of(named, "sha256"), part_of(named, "tag_id")):
            yield (
                f"Строка {row.number}: принята редакция {name} с другим хешем или другой меткой, "
                "чем в архиве."
            )

    def _page(self, row: StoredRow, told: Told) -> Iterator[str]:
        """A page of a decision is kept where it could be made again; then it is that page."""
        page = audit.shown_page(self.tx, row.number)
        if page is not None and page != part_of(told, "shown", "page_sha256"):
            yield f"Строка {row.number}: страница, на которой решено, не та, чей хеш в факте."

    def _letter(self, row: StoredRow, told: Told) -> Iterator[str]:
        """A letter must be kept as it was sent, unless an act has erased it."""
        message_id, taken = str(told.get("message_id")), told.get("outcome") == "taken"
        letter = audit_post.letter(self.tx, message_id, row.number)
        act = self.gone.letters.get(message_id)
        self.taken += taken and act is None
        self.letters += letter is not None
        if letter is None and act is None:
            yield f"Строка {row.number}: письма {message_id} нет, и акта об этом нет."
        if letter is None:
            return
        if act is not None:
            yield f"Строка {row.number}: по акту № {act} письмо {message_id} стёрто, а оно есть."
        if letter.sha256 != told.get("letter_sha256"):
            yield f"Строка {row.number}: письмо {message_id} не то, что отправлено."
        if differs := letter_differs(letter, row, told):
            words = ", ".join(differs)
            yield f"Строка {row.number}: о письме {message_id} в таблице другое: {words}."
        marked = letter.ledger if taken else letter.refusal
        if marked != row.number:
            yield f"Строка {row.number}: письмо {message_id} отмечено не ей ({marked})."

    def remarks(self, zone: ZoneInfo) -> Iterator[Remark]:
        """What came out, after the last row."""
        for trouble in self.troubles:
            yield Remark(BAD, trouble)
        if not self.troubles:
            letters = counted(self.letters, "письмо", "письма", "писем")
            rows = counted(self.side_rows, "запись", "записи", "записей")
            yield Remark(GOOD, f"Личные данные ({rows}) и {letters} — те, чьи хеши в журнале.")
        marked = audit_post.letters_taken(self.tx)
        if marked != self.taken:
            yield Remark(BAD, f"Писем отмечено отправленными {marked}, фактов о них {self.taken}.")
        if self.unvouched:
            yield Remark(
                UNKNOWN, f"Без хеша в журнале личные данные строк {_list(self.unvouched)}."
            )
        for kind, times in sorted(self.unknown.items()):
            yield Remark(UNKNOWN, f"Фактов вида «{kind}»: {times}. Что в них, здесь не проверить.")
        yield from (_erasure(act, zone) for act in self.acts)


def _index(row: StoredRow, told: Told) -> Iterator[str]:
    about = told.get("order")
    if about != row.order:
        yield (
            f"Строка {row.number}: в указателе заказ {row.order or 'не назван'}, "
            f"в факте {about or 'не назван'}."
        )


def _erasure(act: StoredFact, zone: ZoneInfo) -> Remark:
    day = _day(act.at, zone)
    parts = [
        f"{name} {len(listed)}"
        for name, key in (
            ("записей личных данных", "rows"),
            ("записей без адреса", "replaced"),
            ("писем", "letters"),
            ("свидетельств", "papers"),
        )
        if isinstance(listed := act.told.get(key), list) and listed
    ]
    return Remark(GOOD, f"Стёрто {day}, акт № {act.number}: {', '.join(parts) or 'ничего'}.")


def _day(at: str, zone: ZoneInfo) -> str:
    try:
        moment = datetime.strptime(at, STORED).replace(tzinfo=UTC)
    except ValueError:  # hashed, and still no day of any calendar
        return at
    return f"{moment.astimezone(zone):%d.%m.%Y}"


def _orders(tx: Tx, gone: Erased) -> Iterator[Remark]:
    count = paid = troubles = old = 0
    for chunk in audit.orders_in_chunks(tx):
        facts = audit.facts_about(tx, [it.number for it in chunk])
        for order in chunk:
            is_erased = order.number in gone.orders
            found = [*disagreements(order, facts[order.number], is_erased=is_erased)]
            found += _paper(order, facts[order.number], gone)
            yield from (Remark(BAD, f"Заказ {order.number}: {it}.") for it in found)
            count, paid, troubles = count + 1, paid + bool(order.package), troubles + len(found)
            old += bool(order.paper and order.paper.ledger is None)
    for number, row in audit.strangers(tx):
        troubles += 1
        yield Remark(BAD, f"Заказ {number}: в журнале есть (строка {row}), а в таблице его нет.")
    if not troubles:
        yield Remark(GOOD, f"Заказы: {count}, с пакетом {paid}: сходятся с журналом.")
    if old:
        yield Remark(UNKNOWN, f"Свидетельств первой версии, без факта в журнале: {old}.")


def _refunds(tx: Tx) -> Iterator[Remark]:
    returns, facts = audit_refunds.returns(tx), audit.facts_of_kind(tx, "refund")
    found = [*refund_disagreements(returns, facts)]
    yield from (Remark(BAD, it) for it in found)
    if not found and returns:
        count = sum(len(it.refunds) for it in returns)
        yield Remark(GOOD, f"Возвраты: {count}, сходятся с журналом.")


def _refusals(tx: Tx) -> Iterator[Remark]:
    kept = audit_refusals.refused(tx)
    refusals, refunds = (audit.facts_of_kind(tx, kind) for kind in ("refusal", "refund"))
    found = [*refusal_disagreements(kept, refusals, refunds)]
    yield from (Remark(BAD, it) for it in found)
    if not found and kept:
        yield Remark(GOOD, f"Отказы от пакетов: {len(kept)}, сходятся с журналом.")


def _paper(order: StoredOrder, facts: Sequence[StoredFact], gone: Erased) -> Iterator[str]:
    """A certificate is the one whose hash the ledger has, and nothing else."""
    told = [it for it in facts if it.kind == "certificate"]
    paper, act = order.paper, gone.papers.get(order.number)
    if paper and paper.made != paper.sha256:
        yield "свидетельство изменено: его байты не сходятся с хешем рядом"
    if paper and act is not None:
        yield f"по акту № {act} свидетельство стёрто, а оно на месте"
    if len(told) > 1:
        yield f"в журнале несколько свидетельств: строки {_list([str(it.number) for it in told])}"
    if not told:
        if paper and paper.ledger is not None:
            yield f"свидетельство отмечено строкой {paper.ledger}, а факта о нём нет"
        return
    yield from _told_paper(order, told[-1], is_erased=act is not None)


def _told_paper(order: StoredOrder, fact: StoredFact, *, is_erased: bool) -> Iterator[str]:
    paper = order.paper
    if paper is None:
        if not is_erased:
            yield f"свидетельства из строки {fact.number} нет, и акта об этом нет"
        return
    if (paper.made, paper.bytes) != (fact.told.get("sha256"), fact.told.get("bytes")):
        yield f"свидетельство не то, чей хеш в строке {fact.number}"
    if paper.ledger != fact.number:
        yield f"свидетельство отмечено строкой {paper.ledger}, а факт о нём — {fact.number}"


def _list(items: Sequence[str], most: int = 20) -> str:
    more = f" и ещё {len(items) - most}" if len(items) > most else ""
    return ", ".join(items[:most]) + more
