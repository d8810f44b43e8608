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


@dataclass
class Cases:
    """The cases facts have told of, to be held against those that are stored."""

    told: dict[tuple[str, str], tuple[int, str, object, str]] = field(default_factory=dict)

    def read(self, row: StoredRow, told: Told) -> None:
        """Remember a case's fact; there are few."""
        place = (str(told.get("kind")), str(told.get("subject")))
        self.told[place] = (row.number, row.at, told.get("order"), _hash(told.get("sentence")))

    def troubles(self, kept: Iterable[Case], since: str | None) -> Iterator[str | None]:
        """What is wrong with each; None for one laid before any fact of its version (`since`)."""
        left = dict(self.told)
        for case in kept:
            name = f"Дело {case.kind} «{case.subject}»"
            fact = left.pop((case.kind, case.subject), None)
            if fact is None:
                is_old = since is None or case.opened_at < since
                yield None if is_old else f"{name}: факта о нём нет."
                continue
            said = (case.opened_at, case.order, _hash(case.sentence))
            if said != fact[1:]:
                yield f"{name}: не то, что в строке {fact[0]}."
        for (kind, subject), (number, _, order, _) in left.items():
            if order is not None:
                yield f"Дела {kind} «{subject}» нет, а строка {number} о нём есть."


def _hash(sentence: object) -> str:
    return digest(str(sentence).encode(errors="surrogatepass"))
