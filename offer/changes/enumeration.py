"""Clause numbers in a sentence: «п. 3.2», «пп. 3.2–3.7, 4.1», «разделы 8–11», «преамбула»."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from offer.wording import NBSP

_NAMES = {"clause": ("п.", "пп."), "section": ("раздел", "разделы")}


def enumerated(numbers: Sequence[str], most: int | None = None) -> str:
    """Numbers in the order of the text, three neighbours and more as a range.

    "" is the preamble, a number without a dot a section. What goes beyond `most` is counted.
    """
    named, rest = numbers[:most], len(numbers[most:]) if most is not None else 0
    shown = ", ".join(_named(kind, list(run)) for kind, run in groupby(named, _kind))
    return shown + (f" и{NBSP}ещё{NBSP}{rest}" if rest else "")


def ranges(numbers: Iterable[str]) -> list[str]:
    """3.2, 3.3, 3.4, 4.1 → «3.2–3.4», «4.1»; two neighbours are no range."""
    runs: list[list[str]] = []
    for number in numbers:
        if runs and _follows(runs[-1][-1], number):
            runs[-1].append(number)
        else:
            runs.append([number])
    return [shown for run in runs for shown in (run if len(run) < 3 else [f"{run[0]}–{run[-1]}"])]


def _kind(number: str) -> str:
    if not number:
        return "preamble"
    return "clause" if "." in number else "section"


def _named(kind: str, numbers: Sequence[str]) -> str:
    if kind == "preamble":
        return "преамбула"
    name = _NAMES[kind][len(numbers) > 1]
    return f"{name}{NBSP}{', '.join(ranges(numbers))}"


def _follows(before: str, after: str) -> bool:
    above, _, last = before.rpartition(".")
    next_above, _, number = after.rpartition(".")
    return above == next_above and last.isdigit() and number == str(int(last) + 1)
