"""Letters and cases as they are stored, held against the facts that told of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from checkout.domain.stored import StoredRow, Told, digest, told_instant


class Letter(Protocol):
    """What is stored of a letter and of its message; see store/audit_post.py."""

    @property
    def recipient(self) -> str: ...
    @property
    def to(self) -> str | None: ...
    @property
    def sent_at(self) -> str | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def staged_at(self) -> str: ...
    @property
    def closed_at(self) -> str | None: ...
    @property
    def key(self) -> str | None: ...
    @property
    def order(self) -> str | None: ...


class Case(Protocol):
    """What is stored of a case."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def order(self) -> str | None: ...
    @property
    def sentence(self) -> str: ...
    @property
    def opened_at(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def closed(self) -> int | None: ...


def letter_differs(letter: Letter, row: StoredRow, told: Told) -> list[str]:
    """Names of what the tables say otherwise of a letter than the fact in `row`."""
    is_taken = told.get("outcome") == "taken"
    pairs = [
        ("кому", letter.recipient, letter.to or letter.recipient),
        ("заказ", letter.order, told.get("order")),
        ("вид", letter.kind, told.get("kind")),
        ("о чём", letter.subject, told.get("subject", letter.subject)),
        ("время решения", told_instant(letter.staged_at), _or(told, "staged_at", letter)),
        ("время отправки", letter.sent_at, row.at if is_taken else letter.sent_at),
    ]
    if "key_sha256" in told:
        key = None if letter.key is None else digest(letter.key)
        pairs.append(("ключ ссылки", key, told["key_sha256"]))
    differs = [name for name, kept, said in pairs if kept != said]
    if is_taken and letter.closed_at is not None and letter.closed_at < row.at:
        differs.append("время закрытия")
    return differs


def _or(told: Told, key: str, letter: Letter) -> object:
    return told.get(key, told_instant(letter.staged_at))


Place = tuple[str, str]


@dataclass
class Cases:
    """The cases facts have told of, and their ends, to be held against those that are stored."""

    told: dict[Place, tuple[int, Told, str]] = field(default_factory=dict)
    ends: dict[Place, list[int]] = field(default_factory=dict)

    def read(self, row: StoredRow, told: Told) -> None:
        """Remember a case's fact; there are few."""
        place = (str(told.get("kind")), str(told.get("subject")))
        if told.get("action") == "closed":
            self.ends.setdefault(place, []).append(row.number)
        else:
            self.told[place] = (row.number, told, row.at)

    def troubles(self, kept: Iterable[Case], since: str | None) -> Iterator[str | None]:
        """What is wrong with each; None for one laid before any fact of its version (`since`)."""
        left, ends = dict(self.told), dict(self.ends)
        for case in kept:
            name = f"Дело {case.kind} «{case.subject}»"
            place = (case.kind, case.subject)
            fact = left.pop(place, None)
            if fact is None:
                is_old = since is None or case.opened_at < since
                yield None if is_old else f"{name}: факта о нём нет."
            elif _differs(case, *fact):
                yield f"{name}: не то, что в строке {fact[0]}."
            yield from (f"{name}: {it}." for it in _end(case, ends.pop(place, [])))
        for (kind, subject), (number, told, _) in left.items():
            if told.get("order") is not None:
                yield f"Дела {kind} «{subject}» нет, а строка {number} о нём есть."
        for (kind, subject), rows in ends.items():
            yield f"Дела {kind} «{subject}» нет, а строка {rows[0]} говорит, что оно закрыто."


def _differs(case: Case, row: int, told: Told, at: str) -> bool:
    """Whether a case is not what the fact in `row` says; earlier versions gave it no number."""
    said = (at, told.get("order"), _hash(told.get("sentence")), told.get("case", case.number))
    return (case.opened_at, case.order, _hash(case.sentence), case.number) != said


def _end(case: Case, rows: list[int]) -> Iterator[str]:
    """A case is closed by the one row that says so."""
    if len(rows) > 1:
        yield f"закрыто не один раз: строки {', '.join(map(str, rows))}"
    elif case.closed != (rows[0] if rows else None):
        told = f"закрыто строкой {rows[0]}" if rows else "не закрыто"
        marked = "не закрыто" if case.closed is None else f"закрыто строкой {case.closed}"
        yield f"в таблице {marked}, в журнале {told}"


def _hash(sentence: object) -> str:
    return digest(str(sentence).encode(errors="surrogatepass"))
