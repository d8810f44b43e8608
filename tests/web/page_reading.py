"""Reading a page as a browser would, as far as the tests of pages need it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "input", "link", "meta", "img"}
INLINE = {"a", "code", "del", "ins", "span", "strong"}


@dataclass
class Element:
    """One element: its tag, attributes (a bare one is "") and the text inside it."""

    tag: str
    attributes: dict[str, str]
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words inside with plain spaces, as one compares them by eye."""
        return " ".join("".join(self.words).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in INLINE:
            self.handle_data("\n")  # a block begins on its own line
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.words.append(data)


@dataclass(frozen=True)
class Page:
    """A page that has been read; every element closed what it opened."""

    elements: tuple[Element, ...]

    def all(self, tag: str | None = None, **attributes: str) -> list[Element]:
        """Elements of a tag (any, if None) that have all these attribute values."""
        return [
            element
            for element in self.elements
            if tag in (None, element.tag)
            and all(element.attributes.get(name) == value for name, value in attributes.items())
        ]

    def one(self, tag: str | None = None, **attributes: str) -> Element:
        """The only such element."""
        (element,) = self.all(tag, **attributes)
        return element

    @property
    def text(self) -> str:
        """All that is read in the page's body."""
        return self.one("body").text


def read(html: str) -> Page:
    """Parse a page; a tag left open or closed twice fails the test."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert [element.tag for element in reader.open] == []
    return Page(tuple(reader.elements))
