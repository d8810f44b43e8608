"""Personal details that law may oblige us to erase, kept apart from the ledger.

The ledger holds only their salted hash. They stand in side rows, each with a salt of its own and a
time of its own to be kept: who ordered is evidence of the contract, from which address is not
(152-ФЗ ст. 5 ч. 7; ст. 21; the ledger by design §3).
"""

from dataclasses import asdict, dataclass
from enum import StrEnum

from offer.evidence.chain import canonical, digest
from offer.evidence.settlement import Party


class Part(StrEnum):
    """Which details a side row holds; each is erased by itself."""

    PARTY = "party"
    ORIGIN = "origin"
    LETTER = "letter"
    REASON = "reason"


@dataclass(frozen=True)
class Details:
    """One side row. The ledger holds only `sha256`, of the salt's text followed by the details'."""

    part: Part
    salt: str
    text: str

    @property
    def sha256(self) -> str:
        return digest(self.salt + self.text)


def party_details(party: Party, *, salt: str) -> Details:
    """Who ordered."""
    return Details(Part.PARTY, salt, canonical(asdict(party)))


def origin_details(address: str, user_agent: str, *, salt: str) -> Details:
    """From where: the address and the browser, as the request named them."""
    return Details(Part.ORIGIN, salt, canonical({"address": address, "user_agent": user_agent}))


def reason_details(reason: str, *, salt: str) -> Details:
    """Why a client leaves, in his own words: they may name anybody."""
    return Details(Part.REASON, salt, canonical({"reason": reason}))


def letter_details(to: str, answer: str, *, salt: str) -> Details:
    """To whom a letter went and what the mail server answered: an answer may name the address."""
    return Details(Part.LETTER, salt, canonical({"to": to, "answer": answer}))
