"""Markdown of a public document → the tree of elements that its page shows.

The text is read as the site reads it (offer/clauses.py and the same extensions of Markdown), so
that a page and a paper never disagree on what is a clause, a list or a table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import markdown

from offer.clauses import with_anchors

# those of mkdocs.yml and the one that MkDocs itself adds; `toc` changes no word
EXTENSIONS = ("attr_list", "md_in_html", "tables", "fenced_code")
DEEPEST = 12  # elements inside each other: five lists, and what stands in the innermost
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})


@dataclass
class Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def nodes(self) -> Iterator["Node"]:
        return (child for child in self.children if isinstance(child, Node))

    def find(self, *tags: str) -> Iterator["Node"]:
        """The outermost elements below this one with one of these names."""
        for child in self.nodes():
            yield from (child,) if child.tag in tags else child.find(*tags)

    def text(self) -> str:
        parts = (child if isinstance(child, str) else child.text() for child in self.children)
        return "".join(parts)


def read_markup(text: str) -> Node:
    """The element that holds everything; clause numbers are links of class `clause-number`.

    A text nested deeper than Markdown can read is shown as it was typed, line by line.
    """
    try:
        return _tree(markdown.markdown(with_anchors(text), extensions=EXTENSIONS))
    except RecursionError:
        return _as_typed(text)


def _tree(html: str) -> Node:
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.open[0]


def _as_typed(text: str) -> Node:
    body = Node("body")
    for line in text.split("\n"):
        body.children += (line, Node("br"))
    return body


class _Parser(HTMLParser):
    """A tree no deeper than paper can show; malformed HTML is read as far as it goes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("body")]
        self.too_deep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.open[-1].children.append(node)
        elif len(self.open) > DEEPEST:
            self.too_deep += 1
        else:
            self.open[-1].children.append(node)
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.too_deep:
            self.too_deep -= 1
            return
        tags = [node.tag for node in self.open]
        if tag in tags[1:]:
            del self.open[len(tags) - 1 - tags[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_pi(self, data: str) -> None:
        self.handle_data(f"<?{data}>")

    def parse_html_declaration(self, i: int) -> int:
        """The standard parser gives up at `<![?`; of a contract every sign is shown."""
        self.handle_data("<!")
        return i + 2
