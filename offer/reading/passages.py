"""The Markdown of clauses → passages and sentences of plain text with their places."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from offer.clauses import Clause
from offer.reading.numerals import folded
from offer.values import Place

# Spaces that people and editors type: no-break, figure, thin, narrow no-break, tabs.
_SPACES = re.compile(r"[^\S\n]+|&nbsp;")
_EMPHASIS = re.compile(
    r"(?<![^\W_])(?P<mark>\*{1,3}|_{1,3}|`)(?=\S)(?P<inner>[^*_`]+)(?<=\S)(?P=mark)(?![^\W_])"
)
_BULLET = re.compile(r"\s*[-*+•–—][ \t\u00a0]+")
_ORDERED = re.compile(r"\s*[0-9]{1,2}[.)][ \t\u00a0]+")
_QUOTED = 240
_FENCE = re.compile(r"\s*(?:```|~~~)")
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+(?=[А-ЯЁA-Z«])")
_WORD = re.compile(r"[^\W_]+|[^\w\s.,;:!?—–()«»\"/%-]|_")


@dataclass(frozen=True)
class Passage:
    """A paragraph, bullet or row of a table, or a sentence of one: plain text."""

    text: str
    place: Place
    kind: str = "paragraph"  # bullet, ordered, row, code

    def at(self, offset: int) -> Place:
        """The place of the character at `offset`."""
        return Place(self.place.clause, self.place.line + self.text.count("\n", 0, offset))


@dataclass(frozen=True)
class _Line:
    at: int
    text: str
    kind: str


@dataclass
class Unread(Exception):  # noqa: N818  # a finding that is collected, not a failure
    """A wording that cannot be read for certain: what is wrong and where."""

    code: str
    reason: str
    place: Place


def shortened(text: str) -> str:
    """`text` as a sentence about it may quote it."""
    text = " ".join(text.split())
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED].rstrip()}…"


def plain(text: str) -> str:
    """`text` with ordinary spaces and without paired marks of emphasis; line ends stay."""
    text = _SPACES.sub(" ", text)
    previous = None
    while text != previous:
        previous, text = text, _EMPHASIS.sub(lambda match: match["inner"], text)
    return text


def passages(clauses: Sequence[Clause]) -> list[Passage]:
    """The clauses' paragraphs, bullets and rows, in their order."""
    return [passage for clause in clauses for passage in _passages(clause)]


def _passages(clause: Clause) -> Iterator[Passage]:
    group: list[_Line] = []
    for line in _kinds(clause):
        continues = bool(group) and (
            (line.kind == "paragraph" and group[0].kind not in ("row", "code"))
            or line.kind == "code" == group[0].kind
        )
        if group and not continues:
            yield _passage(clause, group)
            group = []
        if line.kind != "blank":
            group.append(line)
    if group:
        yield _passage(clause, group)


def _kinds(clause: Clause) -> Iterator[_Line]:
    fenced = False
    for at, raw in enumerate(clause.text.split("\n"), start=clause.text_line):
        fence = bool(_FENCE.match(raw))
        yield _Line(at, raw, "code" if fenced or fence else _kind(raw))
        fenced ^= fence


def _kind(raw: str) -> str:
    if not raw.strip():
        return "blank"
    if _BULLET.match(raw):
        return "bullet"
    if _ORDERED.match(raw):
        return "ordered"
    return "row" if raw.strip().startswith("|") else "paragraph"


def _passage(clause: Clause, group: list[_Line]) -> Passage:
    first = group[0]
    texts = [line.text.strip().removesuffix("\\").rstrip() for line in group]
    if first.kind == "bullet":
        texts[0] = _BULLET.sub("", first.text, count=1).strip()
    return Passage(plain("\n".join(texts)), Place(clause.number, first.at), first.kind)


def sentences(passage: Passage) -> list[Passage]:
    """The passage's sentences, each on one line; «руб. за» and «5 мин. и» do not end one."""
    found, start = [], 0
    end_of_text = len(passage.text)
    ends = [match.span() for match in _SENTENCE_END.finditer(passage.text)]
    line = passage.place.line
    for end, following in [*ends, (end_of_text, end_of_text)]:
        text = passage.text[start:end].replace("\n", " ").strip()
        if text:
            found.append(Passage(text, Place(passage.place.clause, line), passage.kind))
        line += passage.text.count("\n", start, following)
        start = following
    return found


@dataclass(frozen=True)
class Vocabulary:
    """The words a sentence may consist of so that its figure means what it seems to mean."""

    exact: frozenset[str]
    stems: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Vocabulary":
        """From words divided by spaces; «услуг*» allows every word that begins so."""
        words = folded(text).split()
        return cls(
            frozenset(word for word in words if not word.endswith("*")),
            tuple(word[:-1] for word in words if word.endswith("*")),
        )

    def strange(self, text: str) -> str | None:
        """The first word of `text` that is not in the vocabulary, or a sign like «$»."""
        for match in _WORD.finditer(text):
            word = folded(match[0])
            known = word in self.exact or word.startswith(self.stems)
            if not (known and word.isalpha()):
                return match[0]
        return None
