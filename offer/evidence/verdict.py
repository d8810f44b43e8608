"""What a check says: one line each, and one line of all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from offer.wording import printable


class Mark(StrEnum):
    """It holds; it does not; it cannot be known from what is here."""

    HOLDS = "✓"
    FAILS = "✗"
    OPEN = "!"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: `about` is the file or the matter, the rest a sentence."""

    mark: Mark
    about: str
    sentence: str

    def __str__(self) -> str:
        return printable(f"{self.mark} {self.about}: {self.sentence}")


def holds(about: str, sentence: str) -> Check:
    """A check that came out right."""
    return Check(Mark.HOLDS, about, sentence)


def fails(about: str, sentence: str) -> Check:
    """A check that found something wrong."""
    return Check(Mark.FAILS, about, sentence)


def unknown(about: str, sentence: str) -> Check:
    """What cannot be known here; the sentence says why, or who knows."""
    return Check(Mark.OPEN, about, sentence)


def judged(about: str, right: bool, sentence: str, otherwise: str) -> Check:
    """`sentence` when it is right, else the other one."""
    return holds(about, sentence) if right else fails(about, otherwise)


def sound(checks: Iterable[Check]) -> bool:
    """Nothing failed."""
    return all(check.mark is not Mark.FAILS for check in checks)
