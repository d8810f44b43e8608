"""Where a line of Russian may break and should not: before a unit, after «в», «№», «ст.»."""

import re
from html.parser import HTMLParser

UNITS = r"₽|%|руб|коп\.|час|ч\b|мин|месяц|дн|день|лет\b|год"
WRONG = re.compile(
    rf"""
      (?<=[0-9])[ ](?=[0-9]{{3}}(?:[ \u00a0,]|\b)[^.]{{0,8}}₽)   # inside a sum
    | (?<=[0-9])[ ](?={UNITS})                                    # before its unit
    | (?<=№)[ ] | \b(?:ст|п|пп|ч)\.[ ](?=[0-9])                   # «ст. 191», «пп. 8», «№ 3»
    | \bст\.\s[0-9.]+,[ ](?=[0-9]) | (?<=[0-9])[ ](?=(?:п|пп|ч)\.\s[0-9])
    | (?<!\S)[вксоуиа][ ](?=\S) | (?<=[(«])[вксоуиа][ ](?=\S)     # after a word of one letter
    | (?<=\S)[ ](?=—(?:\s|$))                                     # before a dash
    """,
    re.VERBOSE | re.IGNORECASE,
)


def breaks(text: str) -> list[str]:
    """What may be torn apart in a text, each with its surroundings."""
    return [text[max(it.start() - 12, 0) : it.end() + 12] for it in WRONG.finditer(text)]


class _Words(HTMLParser):
    """The words of a page as they are set, a block on each line, without code."""

    INLINE, KEPT = (
        {"a", "code", "del", "ins", "span", "strong", "em"},
        {"code", "script", "textarea"},
    )

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.kept = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.kept += tag in self.KEPT
        self.said += [] if tag in self.INLINE else ["\n"]

    def handle_endtag(self, tag: str) -> None:
        self.kept -= tag in self.KEPT
        self.said += [] if tag in self.INLINE else ["\n"]

    def handle_data(self, data: str) -> None:
        self.said.append("…" if self.kept else re.sub(r"[ \n\t]+", " ", data))


def words_of(html: str) -> str:
    """What a page says."""
    reader = _Words()
    reader.feed(html)
    lines = "".join(reader.said).split("\n")
    return "\n".join(it.strip(" ") for it in lines if it.strip(" "))
