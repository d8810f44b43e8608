"""May a reason stand in the ledger for ever? Not if it names whom it is about."""

import json
import re
from collections.abc import Mapping

LONGEST_REASON = 500
SHORTEST_STEM = 4
LOCAL_DIGITS = 10  # of a telephone without its country, and all of an ИНН of a company
# such a sign may move a terminal's cursor, turn the direction of reading, or hide a name
UNPRINTABLE = "есть управляющий или\u00a0невидимый знак: наберите заново."
WORD, DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\D")


def folded(text: str) -> str:
    """What a person typed, as it is kept: no line break could pass for a letter's own."""
    return " ".join(text.split())


def trouble(reason: str, party: str | None) -> str | None:
    """Why a reason, in one line, may not be written down; `party` are the client's details."""
    if not says_something(reason):
        return f"Причина нужна, словами и\u00a0не\u00a0длиннее {LONGEST_REASON} знаков."
    if not reason.isprintable():
        return f"В причине {UNPRINTABLE}"
    if names_somebody(reason, party):
        return (
            "В причине стоят личные данные, а запись журнала стереть нельзя: "
            "назовите обращение его датой или номером."
        )
    return None


def says_something(text: str) -> bool:
    """Whether it has a word, and not too many: a command is printed with «…» in a word's place."""
    return len(text.strip()) <= LONGEST_REASON and any(it.isalnum() for it in text)


def names_somebody(text: str, party: str | None) -> bool:
    """Whether it has an address, or anything of the client's details."""
    return "@" in text or bool(party and _betrays(text.lower(), json.loads(party)))


def _betrays(reason: str, told: Mapping[str, str | None]) -> bool:
    """Whether it has one of his details, his numbers however written, or his name in any case."""
    values = [it.lower() for key, it in told.items() if it and key != "kind"]
    if any(it in reason for it in values if len(it) >= SHORTEST_STEM):
        return True
    said = DIGITS.sub("", reason)
    numbers = [DIGITS.sub("", it)[-LOCAL_DIGITS:] for it in values]
    if any(it in said for it in numbers if len(it) == LOCAL_DIGITS):
        return True
    name = WORD.findall((told.get("name") or "").lower())
    return any(_is_form_of(word, part) for word in WORD.findall(reason) for part in name)


def _is_form_of(word: str, part: str) -> bool:
    """Russian names change their last letters: «Каренина» is «Карениной», «Ян» is «Яна»."""
    stem = part[:-1] if len(part) >= SHORTEST_STEM else part
    return len(part) > 1 and word.startswith(stem) and len(word) <= len(stem) + 2
