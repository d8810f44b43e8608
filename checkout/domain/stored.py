"""Values as a database holds them, sound or not: nothing is parsed that may turn out to be spoilt.

Text that is no UTF-8 has its bytes escaped (`surrogateescape`); `raw` gives them back.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from offer import wording

# how both databases are asked for a moment: in UTC, with microseconds
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3})([0-9]{3})"
)
Told = Mapping[str, object]


def text_of(value: object) -> str:
    """A value of a text column; what is no text there is spelled so that it equals none."""
    if isinstance(value, str):
        return value
    return f"X'{value.hex()}'" if isinstance(value, bytes) else f"<{value}>"


def raw(text: str | bytes) -> bytes:
    """The very bytes that are stored."""
    return text.encode(errors="surrogateescape") if isinstance(text, str) else text


def digest(text: str | bytes) -> str:
    """SHA-256 of the stored bytes, in hex."""
    return sha256(raw(text)).hexdigest()


def instant(stored: object) -> str | None:
    """A stored moment as facts write it; None if it cannot be read or is finer than they tell."""
    found = MOMENT.fullmatch(stored) if isinstance(stored, str) else None
    return f"{found[1]}T{found[2]}Z" if found and found[3] == "000" else None


def told_instant(stored: object) -> str | None:
    """The same of a moment that somebody else measured: facts tell its milliseconds."""
    found = MOMENT.fullmatch(stored) if isinstance(stored, str) else None
    return f"{found[1]}T{found[2]}Z" if found else None


def shown(text: object) -> str:
    """A stored value, fit to be printed within a sentence."""
    return f"«{printable(str(text))[:80]}»"


def printable(text: str) -> str:
    """Text that any terminal takes: no bytes that are no UTF-8, nothing that moves its cursor."""
    said = (
        raw(text).decode(errors="replace")
        if is_stored(text)
        else text.encode(errors="replace").decode()
    )
    return wording.printable(said)


def is_stored(text: str) -> bool:
    """Whether a database can have this text: a fact's JSON may spell what none can."""
    try:
        raw(text)
    except UnicodeEncodeError:
        return False
    return True


def is_sayable(text: str) -> bool:
    """Whether a database can be asked for this text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def object_of(text: str) -> Told | None:
    """The fact's object; None when the text is none."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def part_of(told: object, *path: str) -> object:
    """What stands at a path of keys; None where nothing does."""
    for key in path:
        told = told.get(key) if isinstance(told, dict) else None
    return told


class StoredRow(NamedTuple):
    """A row of the ledger. `order` is the order the index names for it.

    A tuple, because there are hundred thousands of them.
    """

    number: int
    at: str
    kind: str
    fact: str
    fact_sha256: str
    previous: str
    hash: str
    order: str | None


@dataclass(frozen=True)
class StoredFact:
    """A fact about an order, its row named by number and hash."""

    number: int
    at: str
    kind: str
    hash: str
    told: Told


@dataclass(frozen=True)
class StoredPackage:
    """A package; `acceptance` and `payment` are rows of the ledger."""

    starts_at: str
    expires_at: str
    last_day: str
    reason: str
    provisional: bool
    acceptance: int
    payment: int


@dataclass(frozen=True)
class StoredPaper:
    """A kept certificate. `made` is the hash of its bytes, `sha256` the one written beside them."""

    sha256: str
    made: str
    bytes: int
    ledger: int | None


@dataclass(frozen=True)
class StoredAttempt:
    """An attempt to be paid. `answers` are the hashes of its kept answer, whole and redacted."""

    id: str
    state: str
    created_at: str
    payment_id: str | None
    answers: tuple[str, ...]


@dataclass(frozen=True)
class StoredOrder:
    """An order with the package it started, its certificate, and its attempts to be paid."""

    id: int
    number: str
    token: str
    state: str
    hours: int
    price_kopecks: int
    edition: int
    edition_sha256: str
    consent: int | None
    consent_sha256: str | None
    party_kind: str
    ledger: int
    created_at: str
    paid_at: str | None
    payment_id: str | None
    reason: str | None
    money_taken: bool | None
    test: bool
    consent_withdrawn_at: str | None
    email_confirmed_at: str | None
    package: StoredPackage | None
    paper: StoredPaper | None
    attempts: tuple[StoredAttempt, ...]
    for_package: int | None = None
