"""Markdown of a public document → its clauses, each with an address that never changes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from offer.errors import OfferError
from offer.typography import no_break

_NUMBER = r"[1-9][0-9]?(?:\.[1-9][0-9]?)"
_MARK = r"(?:\*\*|__)?"
_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})[ \t]+(?P<rest>\S.*?)[ \t]*#*[ \t]*")
_NUMBERED_HEADING = re.compile(
    rf"{_MARK}(?P<number>{_NUMBER}{{0,2}})(?:\.{_MARK}\s*|{_MARK}\s+)(?P<title>\S.*?){_MARK}"
)
_SUBCLAUSE = re.compile(
    rf" {{0,3}}(?P<mark>{_MARK})(?P<number>{_NUMBER}{{1,2}})\.?(?P=mark)\.?\s+(?P<text>\S.*)"
)
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_BULLET = re.compile(r"\s*(?:[-*+]|[0-9]+[.)])\s+\S|\s*\|")


@dataclass(frozen=True)
class Clause:
    """One numbered clause, or the preamble (number "", its title the document's).

    `text` is Markdown without the number; bullets and unnumbered paragraphs that follow belong
    to it. `line` is where the clause starts, `text_line` where its text does, both 1-based.
    """

    number: str
    title: str
    text: str
    line: int
    text_line: int = 0

    @property
    def anchor(self) -> str:
        """The id of the clause on its page: "p-3-1"; the preamble is "p-0"."""
        return "p-" + (self.number.replace(".", "-") or "0")


@dataclass(frozen=True)
class _Line:
    """A line of the file and what it opens: number None opens nothing, "" is the title's."""

    at: int
    content: str
    code: bool = False
    number: str | None = None
    title: str = ""
    rest: str = ""


def decode(data: bytes, source: str) -> str:
    """UTF-8 text with line ends as `\\n`; a byte order mark and CRLF are read.

    Raises OfferError("not_utf8").
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise OfferError(
            "not_utf8",
            f"{source}, строка {line}: файл не в кодировке UTF-8. "
            "Сохраните его в UTF-8 и повторите.",
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_clauses(text: str) -> tuple[Clause, ...]:
    """The clauses in the order of the text, the preamble first when there is one.

    Numbers are not judged here: a number used twice gives two clauses.
    """
    clauses: list[Clause] = []
    opened, body = _Line(1, "", number=""), list[_Line]()
    for line in _lines(text):
        if line.number is None:
            body.append(line)
        elif line.number == "":
            opened = line
        else:
            clauses.extend(_clause(opened, body))
            opened, body = line, []
    clauses.extend(_clause(opened, body))
    return tuple(clauses)


def with_anchors(text: str) -> str:
    """Markdown for MkDocs (attr_list): every clause has its id, its number is a link to it.

    Blank lines are added where Markdown needs them, and no-break spaces where a reader does.
    """
    written: list[str] = []
    pending = ""
    for line in _lines(text):
        ends = not line.content.strip() or line.number is not None or _opens_block(line)
        if pending and ends:
            written += [f"{{: #{pending} .clause }}", ""]
            pending = ""
        if line.number is not None and not line.title:
            pending = _anchor(line.number)
        written.append(line.content if line.code else no_break(_linked(line)))
    if pending:
        written.append(f"{{: #{pending} .clause }}")
    return "\n".join(written).rstrip("\n") + "\n"


def _linked(line: _Line) -> str:
    if line.number is None:
        return line.content
    anchor = _anchor(line.number)
    if line.number == "":
        return f"# {line.title} {{ #{anchor} }}"
    link = f"[{line.number}.](#{anchor}){{ .clause-number }}"
    if line.title:
        hashes = line.content.lstrip()
        level = hashes[: len(hashes) - len(hashes.lstrip("#"))]
        return f"{level} {link} {line.title} {{ #{anchor} }}"
    return f"{link} {line.rest}"


def _opens_block(line: _Line) -> bool:
    return line.code or bool(_BULLET.match(line.content))


def _anchor(number: str) -> str:
    return Clause(number, "", "", 0).anchor


def _clause(opened: _Line, body: list[_Line]) -> Iterator[Clause]:
    if opened.rest:
        body = [_Line(opened.at, opened.rest), *body]
    filled = [line.at for line in body if line.content.strip()]
    if not filled:
        if opened.number or opened.title:
            yield Clause(opened.number or "", opened.title, "", opened.at, opened.at)
        return
    kept = [line.content.rstrip() for line in body if filled[0] <= line.at <= filled[-1]]
    yield Clause(opened.number or "", opened.title, "\n".join(kept), opened.at, filled[0])


def _lines(text: str) -> Iterator[_Line]:
    """Every line of the text with what it opens; a line of a code block opens nothing."""
    section: str | None = None
    free = True
    for at, content, code in _coded(text):
        line = _Line(at, content, code) if code else _opened(at, content, section, free)
        if line.number == "":
            section = ""
        elif line.number:
            section = line.number.split(".")[0]
        free = not content.strip() or bool(line.title)
        yield line


def _coded(text: str) -> Iterator[tuple[int, str, bool]]:
    fence = ""
    for at, content in enumerate(text.split("\n"), start=1):
        mark = _FENCE.match(content)
        yield at, content, bool(fence or mark)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""


def _opened(at: int, content: str, section: str | None, free: bool) -> _Line:
    """What `content` opens. `section` is None until a title or a section has been seen."""
    heading = _HEADING.fullmatch(content)
    if heading:
        numbered = _NUMBERED_HEADING.fullmatch(heading["rest"])
        if numbered:
            return _Line(at, content, number=numbered["number"], title=_plain(numbered["title"]))
        if section is None:
            return _Line(at, content, number="", title=_plain(heading["rest"]))
        return _Line(at, content)
    subclause = _SUBCLAUSE.fullmatch(content.rstrip())
    # A wrapped line may begin with «9.30» or «1.5»: inside a paragraph only a number of the
    # section at hand opens a clause.
    if subclause and (free or subclause["number"].split(".")[0] == section):
        return _Line(at, content, number=subclause["number"], rest=subclause["text"])
    return _Line(at, content)


def _plain(title: str) -> str:
    return title.strip().strip("*_").strip()
