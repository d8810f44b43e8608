"""The files of evidence as a checker reads them: facts by number, links in order, the spoilt."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from offer.clauses import decode
from offer.errors import OfferError
from offer.evidence import dossier as the
from offer.evidence.chain import digest
from offer.evidence.strict_json import NotCanonicalError, at, number_at, parsed, same, text_at
from offer.evidence.verdict import Check, fails
from offer.limits import refuse_large
from offer.terms import Terms, read_terms

FACT = re.compile(r"fact-([0-9]{6,12})-([a-z_]{1,20})\.json")
HASH = re.compile(r"[0-9a-f]{64}")
LINK_PARTS = {"number", "at", "kind", "fact_sha256", "previous"}


@dataclass(frozen=True)
class Fact:
    """One fact file: its row's number and kind by its name, and its value (None: unreadable)."""

    name: str
    number: int
    kind: str
    data: bytes
    value: object


@dataclass(frozen=True)
class Link:
    """One line of links.jsonl with its own hash."""

    number: int
    kind: str
    at: str
    fact_sha256: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Bundle:
    """Files by name. `spoilt` are those whose bytes could not be read, each with a sentence."""

    files: Mapping[str, bytes]
    spoilt: Mapping[str, str] = field(default_factory=dict)

    def lacks(self, name: str) -> Iterator[Check]:
        """Says that a file which must be there is not; a spoilt one was named already."""
        if name not in self.files and name not in self.spoilt:
            yield fails(name, "этого файла нет")

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """In the order of their rows."""
        found = [
            Fact(name, int(named[1]), named[2], data, _value(data))
            for name, data in self.files.items()
            if (named := FACT.fullmatch(name))
        ]
        return tuple(sorted(found, key=lambda it: (it.number, it.kind)))

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Of the lines up to the first that is none."""
        return tuple(_links(self.files.get(the.LINKS, b"")))

    @cached_property
    def by_number(self) -> Mapping[int, Link]:
        return {link.number: link for link in self.links}

    @cached_property
    def summary(self) -> object:
        """acceptance.json; None when it cannot be read."""
        return _value(self.files.get(the.ACCEPTANCE, b""))

    @cached_property
    def terms(self) -> Terms | None:
        """What the accepted text sells; None when it is not here, too large or cannot be read."""
        try:
            refuse_large(self.files.get(the.OFFER, b""), the.OFFER)
            text = decode(self.files.get(the.OFFER, b""), the.OFFER)
            return read_terms(text, the.OFFER).terms
        except OfferError:
            return None

    @cached_property
    def acceptance(self) -> Fact | None:
        """The acceptance that the summary names, else the first there is."""
        named = number_at(self.summary, "ledger", "acceptance", "number")
        found = [it for it in self.facts if it.kind == "acceptance"]
        return next((it for it in found if it.number == named), found[0] if found else None)

    @cached_property
    def order(self) -> Fact | None:
        """The decision that was paid for."""
        accepted = self.acceptance
        row = number_at(accepted.value, "order_row") if accepted else -1
        return next((it for it in self.facts if it.kind == "order" and it.number == row), None)

    @cached_property
    def consent(self) -> Fact | None:
        """The consent standing with that decision: given with it, or before and not withdrawn."""
        row = self.order.number if self.order else -1
        told = [it for it in self.facts if _stands(it, row)]
        return told[-1] if told and text_at(told[-1].value, "action") == "given" else None

    @cached_property
    def payment(self) -> Fact | None:
        """The payment by which the offer was accepted."""
        paid = text_at(self.acceptance.value, "payment_id") if self.acceptance else ""
        return next((it for it in self.facts if _settles(it, paid)), None)


def _stands(fact: Fact, row: int) -> bool:
    """Whether a consent's fact was known when the decision was made, or was made with it."""
    if fact.kind != "consent":
        return False
    decided, given = number_at(fact.value, "order_row"), text_at(fact.value, "action") == "given"
    return decided < row or (given and decided == row)


def _settles(fact: Fact, payment_id: str) -> bool:
    if fact.kind != "payment" or same(at(fact.value, "fits"), False):
        return False
    paid = text_at(fact.value, "status") == "succeeded"
    return paid and text_at(fact.value, "payment_id") == payment_id


def _value(data: bytes) -> object:
    try:
        return parsed(data)
    except NotCanonicalError:
        return None


def _links(data: bytes) -> Iterator[Link]:
    for line in data.split(b"\n"):
        link = link_of(line)
        if link is None:
            return
        yield link


def link_of(line: bytes) -> Link | None:
    """The link a line of links.jsonl is; None when it is none."""
    value = _value(line)
    if not isinstance(value, dict) or set(value) != LINK_PARTS:
        return None
    link = Link(
        number=number_at(value, "number"),
        kind=text_at(value, "kind"),
        at=text_at(value, "at"),
        fact_sha256=text_at(value, "fact_sha256"),
        previous=text_at(value, "previous"),
        hash=digest(line),
    )
    hashes = all(HASH.fullmatch(it) for it in (link.fact_sha256, link.previous))
    whole = link.number > 0 and bool(link.kind) and hashes and moment(link.at) is not None
    return link if whole else None


def moment(written: str) -> datetime | None:
    """An instant as facts and YooKassa write it; None when it is none."""
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return None
    return read if read.tzinfo is not None else None
