"""Text as words to compare: marks of Markdown dropped, a sum or a phone number one word."""

import re
from dataclasses import dataclass

_SPACE = "[ \u00a0\u2009\u202f]"
_WORD = re.compile(
    rf"""(
      \+\d(?:[()-]|{_SPACE}|\d){{7,}}\d                   # a phone number
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                        # an e-mail address
    | (?:\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)|\d+)         # a number, thousands apart or not,
      (?:[.,:]\d+)*                                       # a fraction, a time, a clause number,
      (?:{_SPACE}?(?:₽|%|руб(?:лей|ля|ль)?\b\.?))?        # and what it counts
    | \w+(?:[-’']\w+)*
    | \S
    )(\s*)""",
    re.VERBOSE,
)
_BLOCK_MARK = re.compile(r"[ \t]*(?:(?:[-*+•]|>|#{1,6})[ \t\u00a0]+)+")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*--[ \t:|-]*")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_MARKS = re.compile(r"\*\*|__|`|\{:[^}\n]*\}|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")


@dataclass(frozen=True)
class Word:
    """A word as it is shown, with the space that follows, and the key that is compared.

    A line feed is a word of its own: it ends a paragraph, a bullet or a row of a table.
    """

    shown: str
    key: str

    @property
    def is_mark(self) -> bool:
        """Whether it is only punctuation."""
        return self.key != "\n" and not any(letter.isalnum() for letter in self.key)


BREAK = Word("\n", "\n")


def words(text: str) -> tuple[Word, ...]:
    """The words of Markdown as a person reads them; a line wrapped elsewhere is the same text."""
    found: list[Word] = []
    for block in _blocks(text):
        found.extend([BREAK] if found else [])
        found.extend(_word(*match.groups()) for match in _WORD.finditer(block))
    return tuple(found)


def _word(shown: str, space: str) -> Word:
    key = re.sub(_SPACE, "", shown) if any(digit.isdigit() for digit in shown) else shown
    gap = "\u00a0" if space == "\u00a0" else " " if space else ""
    return Word(re.sub(_SPACE, "\u00a0", shown) + gap, key)


def _blocks(text: str) -> list[str]:
    """Paragraphs, bullets and table rows without their marks, each on one line."""
    blocks: list[str] = []
    is_open = False
    for line in text.split("\n"):
        if not line.strip() or _TABLE_RULE.fullmatch(line):
            is_open = False
            continue
        mark = _BLOCK_MARK.match(line)
        row = line.lstrip().startswith("|")
        content = _plain(line[mark.end() :] if mark else line, row=row)
        if is_open and not mark and not row:
            blocks[-1] += f" {content}"
        else:
            blocks.append(content)
        is_open = not row
    return [block for block in blocks if block]


def _plain(line: str, *, row: bool) -> str:
    line = _LINK.sub(r"\1", line)
    line = _MARKS.sub("", line.replace("|", " ") if row else line)
    return _ESCAPE.sub(r"\1", line).strip().removesuffix("\\").rstrip()
