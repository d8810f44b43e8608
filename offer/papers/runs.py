"""Inline text of a public document as runs: pieces of text, each with its looks."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from urllib.parse import urljoin

from offer.papers.markup import Node

BREAK = "\n"  # where a long word may be broken; a run holds no other line break
LONGEST_WORD = 44  # a longer one does not fit into a line
LONGEST_LINK = 2048

Look = dict[str, Any]
Run = str | Look
Part = Node | str

_STYLES = {"strong": "bold", "b": "bold", "em": "italic", "i": "italic", "code": "code"}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_OPENED = re.compile(r"(?:https?://|mailto:|tel:)(?=[^\s/])", re.IGNORECASE)
_LINE: Look = {"text": "", "line": True}
_BLOCKS = frozenset(
    {"p", "ul", "ol", "blockquote", "pre", "table", "hr", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"div", "section", "details", "summary", "figure", "li", "dl", "dt", "dd"}
)


def read_runs(parts: Iterable[Part], address: str, longest: int = LONGEST_WORD) -> list[Run]:
    """Text without needless spaces, in as few runs as its looks allow.

    A run is a string, or a dict of `text` and any of `bold`, `italic`, `code`, `quiet` (an
    address that paper adds), `link`, `line` (the line ends). Words longer than `longest`
    characters have a BREAK in every such stretch. Relative links start from `address`.
    """
    runs: list[Run] = []
    end = " "
    for look, pieces in groupby(_inline(parts, {}, address), key=lambda piece: piece[1]):
        text = _SPACES.sub(" ", "".join(text for text, _ in pieces))
        text = text[1:] if end == " " and text.startswith(" ") else text
        if look.get("line"):
            runs.append(_LINE)
            end = " "
        elif text:
            words = breakable(text, longest)
            runs.append(look | {"text": words} if look else words)
            end = text[-1]
    return _trimmed(runs)


def plain(runs: Iterable[Run]) -> str:
    """Runs as bare text."""
    return "".join(map(_text, runs)).replace(BREAK, "")


def breakable(text: str, longest: int = LONGEST_WORD) -> str:
    """Long words with marks where they may be broken; a no-break space is part of its word."""
    return re.sub(rf"[^ ]{{{longest}}}(?=[^ ])", rf"\g<0>{BREAK}", text)


def is_block(part: Part) -> bool:
    """Whether it stands by itself; a word in bold may hold a whole list in somebody's HTML."""
    if isinstance(part, str):
        return False
    return part.tag in _BLOCKS or any(map(is_block, part.nodes()))


def _inline(parts: Iterable[Part], look: Look, address: str) -> Iterator[tuple[str, Look]]:
    for part in parts:
        if isinstance(part, str):
            yield part, look
        elif part.tag == "br":
            yield "", _LINE
        elif part.tag == "img":
            yield part.attributes.get("alt", ""), look
        elif part.tag == "a":
            yield from _link(part, look, address)
        elif part.tag in _STYLES:
            yield from _inline(part.children, look | {_STYLES[part.tag]: True}, address)
        else:
            if is_block(part):
                yield "", _LINE
            yield from _inline(part.children, look, address)


def _link(node: Node, look: Look, address: str) -> Iterator[tuple[str, Look]]:
    """A link's words, and its address where the words do not say it: nobody clicks on paper."""
    target = _target(node.attributes.get("href", ""), address)
    opens = {"link": target} if _OPENED.match(target) else {}
    yield from _inline(node.children, look | opens, address)
    shown = _OPENED.sub("", target)
    if shown and shown != _OPENED.sub("", node.text()):
        yield f" ({shown})", {"quiet": True}


def _target(href: str, address: str) -> str:
    """Where a link leads; "" for a place in the text itself and what no reader can open."""
    if href.startswith("#") or len(href) > LONGEST_LINK:
        return ""
    try:
        return urljoin(address, href)
    except ValueError:
        return ""


def _text(run: Run) -> str:
    return run if isinstance(run, str) else str(run["text"])


def _trimmed(runs: list[Run]) -> list[Run]:
    """Without a space or an empty line at the end."""
    while runs and not _text(runs[-1]).strip(" "):
        runs.pop()
    if runs:
        last = runs[-1]
        kept = _text(last).rstrip(" ")
        runs[-1] = kept if isinstance(last, str) else last | {"text": kept}
    return runs
