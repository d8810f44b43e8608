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
    if named := what_names(reason, party):
        return (
            f"{named}, а\u00a0личные данные из\u00a0журнала не\u00a0стереть: назовите "
            "обращение его датой или номером, без этого слова."
        )
    return None


def says_something(text: str) -> bool:
    """Whether it has a word, and not too many: a command is printed with «…» in a word's place."""
    return len(text.strip()) <= LONGEST_REASON and any(it.isalnum() for it in text)


def what_names(text: str, party: str | None) -> str | None:
    """The word that is an address or of the client's details, and what it is like; None if none."""
    if address := next((it for it in text.split() if "@" in it), None):
        return f"Слово «{address}» похоже на\u00a0адрес почты"
    return _betrayal(text, json.loads(party)) if party else None


def _betrayal(text: str, told: Mapping[str, str | None]) -> str | None:
    """One of his details, his numbers however written, or his name in any case."""
    reason = text.lower()
    values = [it for key, it in told.items() if it and key != "kind"]
    whole = next((it for it in values if len(it) >= SHORTEST_STEM and it.lower() in reason), None)
    if whole:
        return f"«{whole}» — из\u00a0данных клиента"
    said = DIGITS.sub("", reason)
    numbers = [DIGITS.sub("", it)[-LOCAL_DIGITS:] for it in values]
    number = next((it for it in numbers if len(it) == LOCAL_DIGITS and it in said), None)
    if number:
        return f"Цифры {number} — из\u00a0данных клиента"
    name = WORD.findall((told.get("name") or "").lower())
    for word in WORD.findall(text):
        if any(_is_form_of(word.lower(), part) for part in name):
            return f"Слово «{word}» похоже на\u00a0имя или фамилию клиента"
    return None


def _is_form_of(word: str, part: str) -> bool:
    """Russian names change their last letters: «Каренина» is «Карениной», «Ян» is «Яна»."""
    stem = part[:-1] if len(part) >= SHORTEST_STEM else part
    return len(part) > 1 and word.startswith(stem) and len(word) <= len(stem) + 2
