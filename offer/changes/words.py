"""Text as words to compare: a sum, a date, a phone number or an account is one word."""

import re
from typing import NamedTuple

from offer.wording import MONTHS

# Between these stands the address of a link, which a reader sees only where it changed.
LINK_OPENS, LINK_CLOSES = "\ue000", "\ue001"
_SPACE = "[ \u00a0\u2009\u202f]"
_WORD = re.compile(
    rf"""(
      (?:\+\d|8(?={_SPACE}?\())(?:[()-]|{_SPACE}|\d){{7,}}\d     # a phone number
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                              # an e-mail address
    | \d{{1,2}}{_SPACE}(?:{"|".join(MONTHS)})(?:{_SPACE}\d{{4}})?\b   # a date in words
    | \d{{4}}(?:{_SPACE}\d{{4}}){{2,}}(?:{_SPACE}\d{{1,4}})?\b   # an account in groups of four
    | (?:\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)|\d+)               # a number, thousands apart or not,
      (?:[.,:/]\d+)*                                            # a fraction, a date, a time
      (?:{_SPACE}?(?:₽|%|руб(?:лей|ля|ль)?\b\.?))?              # and what it counts
    | {LINK_OPENS}[^{LINK_CLOSES}]*{LINK_CLOSES}
    | https?://[^\s<>()«»]*[^\s<>()«»,.;:]
    | \w+(?:[-’']\w+)*
    | \S
    )(\s*)""",
    re.VERBOSE,
)
_LINK = re.compile(rf"{LINK_OPENS}([^{LINK_CLOSES}]*){LINK_CLOSES}")
_SPACES = re.compile(_SPACE)
_PHONE_MARKS = re.compile(rf"{_SPACE}|[()-]")


class Word(NamedTuple):
    """A word as it is shown, with the space that follows, and the key that is compared."""

    shown: str
    key: str

    @property
    def is_mark(self) -> bool:
        """Whether it is only punctuation."""
        return not any(letter.isalnum() for letter in self.key)


def words(line: str) -> tuple[Word, ...]:
    """The words of one line of plain text, in order; spaces of any kind and width are one."""
    return tuple(_word(*match) for match in _WORD.findall(line))


def unlinked(shown: str) -> str:
    """Shown text without the addresses of its links."""
    return _LINK.sub("", shown) if LINK_OPENS in shown else shown


def with_addresses(shown: str) -> str:
    """Shown text with the addresses of its links in brackets."""
    return _LINK.sub("\u00a0(\\1)", shown) if LINK_OPENS in shown else shown


def _word(shown: str, space: str) -> Word:
    gap = "\u00a0" if space == "\u00a0" else " " if space else ""
    if not shown[0].isdigit() and shown[0] != "+":
        return Word(shown + gap, shown)
    is_phone = shown[0] == "+" or "(" in shown
    key = (_PHONE_MARKS if is_phone else _SPACES).sub("", shown)
    return Word(_SPACES.sub("\u00a0", shown) + gap, key)
