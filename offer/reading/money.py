"""Sums as people write them → kopecks."""

import re

from offer.reading.numerals import words_value

# Loose on purpose: what looks like a sum but is not one for certain must be refused, not skipped.
_RUBLES = r"(?:₽|рубл(?:ей|ями|ях|я|ь)|руб\.?(?!\w)|р\.|RUB(?!\w))"
_FIGURE = re.compile(
    r"(?P<rubles>[1-9][0-9]{0,2}(?: [0-9]{3})+|[1-9][0-9]*|0)(?:[.,](?P<kopecks>[0-9]{2}))?"
)


def money_pattern(name: str) -> str:
    """A pattern of a sum in roubles whose groups begin with `name`."""
    return (
        rf"(?P<{name}>[0-9][0-9 .,]*[0-9]|[0-9])"
        rf"(?: ?\((?P<{name}_words>[а-яё ]+?)(?: рубл[а-яё]+)?\))? ?{_RUBLES}"
        rf"(?: (?P<{name}_kopecks>[0-9]{{2}}) ?коп(?:\.|еек|ейки|ейка)?(?!\w))?"
        rf"(?: ?\((?P<{name}_spelled>[а-яё ]+?) рубл[а-яё]+\))?"
    )


def kopecks(name: str, match: re.Match[str]) -> int | None:
    """The sum in kopecks that `money_pattern(name)` matched; None when it does not parse."""
    figure = _FIGURE.fullmatch(match[name])
    if not figure:
        return None
    rubles = int(figure["rubles"].replace(" ", ""))
    for words in (match[f"{name}_words"], match[f"{name}_spelled"]):
        if words is not None and words_value(words) != rubles:
            return None
    parts = [part for part in (figure["kopecks"], match[f"{name}_kopecks"]) if part is not None]
    if len(parts) > 1:
        return None
    return rubles * 100 + (int(parts[0]) if parts else 0)
