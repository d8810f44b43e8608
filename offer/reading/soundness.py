"""What makes a text unfit to be read at all, or says elsewhere what a clause of terms says."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from offer.clauses import Clause
from offer.reading.elsewhere import said_elsewhere
from offer.reading.passages import Unread, passages
from offer.values import Place

# A brace may begin an attribute of the page («{hidden}»), which a reader of the text never sees.
_MARKUP = re.compile(
    r"<!--|</?[A-Za-z][^<>]*>|[{}]|^\[[^\]]+\]:|\]\(\s*<?(?:javascript|data|vbscript):",
    re.MULTILINE | re.IGNORECASE,
)
_AUTOLINK = re.compile(r"<(?:https?://[^<>\s]+|(?:mailto:)?[^<>\s/@]+@[^<>\s]+)>")
_SELLER = re.compile(r"Индивидуальный предприниматель ((?:[А-ЯЁ][а-яё-]+ ?){3})")
_UNSEEN = ("Cf", "Cc", "Co", "Cs", "Zl", "Zp")
_INN = re.compile(r"(?<!\w)ИНН:? ?([0-9]{10,12})(?![0-9])")


def unreadable(text: str) -> list[Unread]:
    """What makes a page show another text than its bytes: unseen characters, HTML, attributes."""
    return [*_hidden(text), *_markup(text)]


def unsound(text: str, clauses: Sequence[Clause]) -> list[Unread]:
    """Everything about the document as a whole that keeps its terms from being certain."""
    return [
        *unreadable(text),
        *_numbering(clauses),
        *said_elsewhere(clauses),
        *_differing(clauses),
    ]


def _hidden(text: str) -> Iterator[Unread]:
    """Characters nobody sees can make a reader see other figures than a program reads."""
    hidden = {sign for sign in set(text) - {"\n", "\t"} if unicodedata.category(sign) in _UNSEEN}
    if not hidden:
        return
    for at, line in enumerate(text.split("\n"), start=1):
        found = next((sign for sign in line if sign in hidden), None)
        if found:
            reason = f"невидимый знак U+{ord(found):04X}, удалите его"
            yield Unread("hidden_character", reason, Place("", at))


def _markup(text: str) -> Iterator[Unread]:
    bare = _AUTOLINK.sub("", text)
    line, start = 1, 0
    for match in _MARKUP.finditer(bare):
        line += bare.count("\n", start, match.start())
        start = match.start()
        found = match[0].strip()[:40]
        reason = f"в публичном тексте не бывает HTML, фигурных скобок и ссылок-программ: «{found}»"
        yield Unread("markup", reason, Place("", line))


def _numbering(clauses: Sequence[Clause]) -> Iterator[Unread]:
    seen: dict[str, Clause] = {}
    section = ""
    for clause in clauses:
        if not clause.number:
            continue
        first = seen.setdefault(clause.number, clause)
        place = Place(clause.number, clause.line)
        if first is not clause:
            reason = f"такой номер уже есть в строке {first.line}; у каждого пункта свой номер"
            yield Unread("duplicate_clause", reason, place)
        if "." not in clause.number:
            section = clause.number
        elif clause.number.split(".")[0] != section:
            where = f"в разделе {section}" if section else "до первого раздела"
            yield Unread("misplaced_clause", f"пункт стоит {where}", place)


def _differing(clauses: Sequence[Clause]) -> Iterator[Unread]:
    """The seller is one person wherever he is named."""
    said = passages(clauses)
    for pattern, what in ((_SELLER, "имя исполнителя"), (_INN, "ИНН")):
        first: str | None = None
        for passage in said:
            for match in pattern.finditer(passage.text.replace("\n", " ")):
                first = first or match[1].strip()
                if match[1].strip() != first:
                    reason = f"{what} в тексте разное: «{first}» и «{match[1].strip()}»"
                    yield Unread("seller_differs", reason, passage.place)
