"""A letter's body said once and written twice: as plain text and as simple HTML.

Both come from the same parts, so they cannot say different things.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

TEMPLATES = Path(__file__).parent / "templates"
_LINE_BREAKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")


@dataclass(frozen=True)
class Fact:
    """One line of a list of facts; a `link` or a `mail` can be clicked, a `code` is monospaced."""

    label: str
    value: str
    kind: Literal["text", "link", "mail", "code"] = "text"

    def __post_init__(self) -> None:
        # a name typed with a line break must not look like another fact
        object.__setattr__(self, "value", _LINE_BREAKS.sub(" ", self.value))


@dataclass(frozen=True)
class Section:
    """A heading, which may be empty; under it paragraphs, numbered steps and facts."""

    heading: str = ""
    paragraphs: Sequence[str] = ()
    steps: Sequence[str] = ()
    facts: Sequence[Fact] = ()


@dataclass(frozen=True)
class Body:
    """`lead` is the fact in large type, `notice` a warning above everything."""

    lead: str
    sections: Sequence[Section]
    notice: str = ""


def as_text(body: Body) -> str:
    """Plain text; long lines are left to the reader's mail program."""
    text = _environment().get_template("letter.txt").render(body=body)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def as_html(body: Body, *, title: str) -> str:
    """A whole HTML document without images, scripts or foreign addresses."""
    return _environment().get_template("letter.html").render(body=body, title=title)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
