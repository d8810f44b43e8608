"""What an edition changed, in one sentence, and the class of the change."""

import re
from collections.abc import Iterator, Sequence

from offer.changes.change_sentences import ChangeSentence, sentences_of
from offer.changes.enumeration import enumerated
from offer.changes.term_changes import term_changes
from offer.changes.term_names import placed
from offer.errors import OfferError
from offer.redline import ClauseChange, only_renumbered, redline
from offer.values import Terms
from offer.wording import NBSP, counted

__all__ = ["FIRST", "ONLY_MARKS", "ChangeSentence", "change_class", "change_sentences", "summary"]

FIRST = "Первая редакция"
ONLY_MARKS = "Изменено только оформление текста"
NAMED_TERMS = 4
NAMED_CLAUSES = 8

# one clause, several, the preamble
VERBS = {
    "changed": ("изменён", "изменены", "изменена"),
    "added": ("добавлен", "добавлены", "добавлена"),
    "removed": ("исключён", "исключены", "исключена"),
    "moved": ("перенесён", "перенесены", "перенесена"),
}

_WORD = re.compile(r"\w+")
# Words whose coming or going changes what somebody owes.
WEIGHTY = frozenset(
    (
        *("не", "ни", "нет", "без", "кроме", "только", "лишь", "исключительно"),
        *("вправе", "право", "обязан", "обязана", "обязаны", "обязуется", "обязуются"),
        *("обязанность", "должен", "должна", "должно", "должны", "может", "могут"),
        *("можно", "нельзя", "запрещено"),
    )
)


def summary(old: str, new: str, before: Terms | None, after: Terms | None) -> str:
    """«5 часов: 15 000 ₽ → 16 000 ₽; изменены пп. 3.1, 3.4», from two texts and their terms.

    The terms are None for a document that has none.
    """
    terms = [it.sentence for it in term_changes(before, after)] if before and after else []
    parts = [*_few(terms), *_clause_changes(redline(old, new))]
    sentence = "; ".join(parts[:1] + [_within(part) for part in parts[1:]]) or ONLY_MARKS
    return sentence[0].upper() + sentence[1:]


def change_sentences(
    old: str, new: str, before: Terms | None, after: Terms | None
) -> tuple[ChangeSentence, ...]:
    """The changed clauses, a sentence each: what the terms say, else which words are others.

    () when only marks or spaces differ, which is `ONLY_MARKS`.
    """
    return sentences_of(redline(old, new), before, after)


def change_class(before: Terms | None, after: Terms | None, *, editorial: bool) -> str:
    """`price` when the packages differ, else `terms`; `editorial` only if the author says so.

    `editorial` is that word of the author. Raises OfferError("not_editorial") when a term that
    the shop reads is another than it was: such a text must not go out as a mere correction.
    """
    differing = _differing(before, after)
    if not editorial:
        return "price" if "packages" in differing else "terms"
    if differing:
        sentence = (
            "Правка названа редакционной (Change: editorial), но условия изменились: "
            f"{', '.join(placed(name, before, after) for name in differing)}. "
            "Уберите эту строку из сообщения: git commit --amend."
        )
        raise OfferError("not_editorial", sentence)
    return "editorial"


def check_editorial(old: str, new: str) -> None:
    """A mere correction adds and removes no clause, no number and no word that turns a duty.

    Raises OfferError("not_editorial") naming what it would change.
    """
    found = next(_of_substance(redline(old, new)), None)
    if found:
        sentence = (
            f"Правка названа редакционной (Change: editorial), но меняет содержание: {found}. "
            "Уберите эту строку из сообщения: git commit --amend."
        )
        raise OfferError("not_editorial", sentence)


def _of_substance(changes: Sequence[ClauseChange]) -> Iterator[str]:
    for change in changes:
        if change.kind in ("added", "removed"):
            verb = VERBS[change.kind][0 if change.number else 2]
            yield f"{verb} {enumerated([change.number], 1)}"
        pieces = (it for block in change.blocks for cell in block.cells for it in cell)
        words = (word for it in pieces if it.kind != "same" for word in _WORD.findall(it.text))
        weighty = next((word for word in words if _is_weighty(word)), None)
        if weighty:
            yield f"{enumerated([change.number], 1)}, слово «{weighty}»"


def _is_weighty(word: str) -> bool:
    return word.casefold() in WEIGHTY or any(sign.isdigit() for sign in word)


def _differing(before: Terms | None, after: Terms | None) -> list[str]:
    old, new = _values(before), _values(after)
    return [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]


def _values(terms: Terms | None) -> dict[str, object]:
    """The terms without the places where they were read."""
    return {} if terms is None else _without_places(terms.to_json())


def _without_places(value: dict[str, object]) -> dict[str, object]:
    return {k: _bare(v) for k, v in value.items() if k not in ("clause", "line")}


def _bare(value: object) -> object:
    if isinstance(value, dict):
        return _without_places(value)
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _few(sentences: Sequence[str]) -> list[str]:
    rest = len(sentences) - NAMED_TERMS
    if rest <= 1:
        return list(sentences)
    more = f"и{NBSP}ещё {counted(rest, 'условие', 'условия', 'условий')}"
    return [*sentences[:NAMED_TERMS], more]


def _within(sentence: str) -> str:
    """A sentence inside another begins small, «ИНН» does not."""
    return sentence if sentence[1:2].isupper() else sentence[0].lower() + sentence[1:]


def _clause_changes(changes: Sequence[ClauseChange]) -> Iterator[str]:
    for kind, (one, many, preamble) in VERBS.items():
        numbers = _numbers(changes, kind)
        if numbers:
            single = one if numbers[0] else preamble
            verb = single if len(numbers) == 1 else many
            yield f"{verb} {enumerated(numbers, NAMED_CLAUSES)}"
    shifted = [it.number for it in only_renumbered(changes)]
    if shifted:
        only = "изменился только номер" if len(shifted) == 1 else "изменились только номера"
        yield f"{only}: {enumerated(shifted, NAMED_CLAUSES)}"


def _numbers(changes: Sequence[ClauseChange], kind: str) -> list[str]:
    """A section that is new, or gone, stands for all its clauses."""
    found = [it.number for it in changes if it.kind == kind or _also(it, kind)]
    if kind in ("added", "removed"):
        whole = {number for number in found if "." not in number}
        found = [number for number in found if number in whole or _section(number) not in whole]
    return list(dict.fromkeys(found))


def _also(change: ClauseChange, kind: str) -> bool:
    return kind == "changed" and change.kind == "moved" and change.edited


def _section(number: str) -> str:
    return number.split(".")[0]
