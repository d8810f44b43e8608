"""Papers: a Typst template and plain data become a PDF/A, the same bytes every time.

The fonts are shipped, those of the machine are ignored, the date is an argument: so a paper can
be made again anywhere and compared by its hash.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypedDict
from unicodedata import category

import typst

from offer.papers.glyphs import coverage, drawable

FONTS = Path(__file__).parent / "fonts"
TEXT_FONTS = ("PTF55F.ttf", "PTF75F.ttf")
_REFUSED = ("Cc", "Cf", "Co")  # control, format (a byte order mark) and private-use characters

# Every template starts with this: its values, and what PDF/A asks of a document.
_PREAMBLE = """\
#let data = json(bytes(sys.inputs.data))
#let author = data.document.author
#set document(title: data.document.title, author: if author == "" { () } else { author })
#set text(font: "PT Serif", lang: "ru", fallback: false)
#show raw: set text(font: "PT Mono", size: 1em / 0.8)
"""


def typeset(
    source: str,
    data: Mapping[str, object],
    *,
    title: str,
    author: str,
    stamp: datetime,
    standards: "Sequence[typst.PDFStandard]" = ("a-3b",),
    tagged: bool = True,
) -> bytes:
    """The PDF of a Typst template; the same arguments give the same bytes.

    `source` reads its values from `data`, a JSON object in which text is text and never markup;
    characters the fonts lack are replaced. `stamp` is the aware instant the paper is dated by.
    Without tags a paper is smaller and sooner made, and no screen reader can follow it.
    Raises typst.TypstError when the template is wrong.
    """
    pdf = typst.compile(
        _source(source),
        format="pdf",
        sys_inputs=_inputs({**data, "document": {"title": title, "author": author}}),
        pdf_standards=list(standards),
        timestamp=stamp.astimezone(UTC).replace(microsecond=0),
        pdf_tags=tagged,
        **_house(),
    )
    return bytes(pdf)


def picture(source: str, data: Mapping[str, object]) -> bytes:
    """The PNG of a template of one page, a pixel to each point; otherwise like `typeset`."""
    values = {**data, "document": {"title": "", "author": ""}}
    png = typst.compile(
        _source(source), format="png", ppi=72.0, sys_inputs=_inputs(values), **_house()
    )
    return bytes(png)


def _source(template: str) -> bytes:
    return (_PREAMBLE + template).encode()


def _inputs(values: Mapping[str, object]) -> dict[str, str]:
    return {"data": json.dumps(_drawable(values), ensure_ascii=False)}


class _House(TypedDict):
    font_paths: typst.Fonts
    ignore_system_fonts: bool


def _house() -> _House:
    """Only the shipped fonts, whatever the machine has."""
    return {"font_paths": _fonts(), "ignore_system_fonts": True}


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """What every face draws, but for what PDF/A refuses though the fonts have it."""
    regular, bold = (coverage(FONTS / name) for name in TEXT_FONTS)
    return frozenset(code for code in regular & bold if category(chr(code)) not in _REFUSED)


def _drawable(value: object) -> object:
    if isinstance(value, str):
        return drawable(value, _covered())
    if isinstance(value, Mapping):
        return {key: _drawable(part) for key, part in value.items()}
    if isinstance(value, Sequence):
        return [_drawable(part) for part in value]
    return value
