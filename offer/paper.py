"""Papers: a Typst template and plain data become a PDF/A, the same bytes every time.

The fonts are shipped, those of the machine are ignored, the date is an argument: so a paper can
be made again anywhere and compared by its hash.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict
from unicodedata import category

from offer.papers.glyphs import coverage, drawable

if TYPE_CHECKING:
    import typst

FONTS = Path(__file__).parent / "fonts"
TEXT_FONTS = ("PTF55F.ttf", "PTF75F.ttf")
_REFUSED = ("Cc", "Cf", "Co")  # control, format (a byte order mark) and private-use characters

# Stands in the document's keywords twice (Info and XMP); the digits are replaced by the hash.
HASH_MARK = "SHA256-" + "0" * 64
MARK = re.compile(rb"SHA256-([0-9a-f]{64})")

# Every template starts with this: its values, and what PDF/A asks of a document.
_PREAMBLE = """\
#let data = json(bytes(sys.inputs.data))
#let author = data.document.author
#set document(title: data.document.title, author: if author == "" { () } else { author },
  keywords: data.document.keywords)
#set text(font: "PT Serif", lang: "ru", fallback: false)
#show raw: set text(font: "PT Mono", size: 1em / 0.8)
#for file in data.document.attached {
  pdf.attach(file.name, bytes(sys.inputs.at("file " + file.name)),
    relationship: file.relationship, mime-type: file.mime, description: file.description)
}
"""


@dataclass(frozen=True)
class Attachment:
    """A text file inside a PDF. `relationship`: source, data, alternative or supplement."""

    name: str
    data: bytes
    mime: str
    relationship: str
    description: str


def typeset(
    source: str,
    data: Mapping[str, object],
    *,
    title: str,
    author: str,
    stamp: datetime,
    standards: "Sequence[typst.PDFStandard]" = ("a-3b",),
    tagged: bool = True,
    attached: Sequence[Attachment] = (),
    knows_its_hash: bool = False,
) -> bytes:
    """The PDF of a Typst template; the same arguments give the same bytes.

    `source` reads its values from `data`, a JSON object in which text is text and never markup;
    characters the fonts lack are replaced. `stamp` is the aware instant the paper is dated by.
    Without tags a paper is smaller and sooner made, and no screen reader can follow it.
    With `knows_its_hash` its keywords hold the hash it has with zeros in that hash's place.
    Raises typst.TypstError when the template is wrong.
    """
    import typst  # here: 7 MB that whoever only shows pages never needs

    keywords = (HASH_MARK,) if knows_its_hash else ()
    document = _document(title, author, attached, keywords)
    files = {f"file {it.name}": it.data.decode() for it in attached}
    pdf = typst.compile(
        _source(source),
        format="pdf",
        sys_inputs=_inputs({**data, "document": document}) | files,
        pdf_standards=list(standards),
        timestamp=stamp.astimezone(UTC).replace(microsecond=0),
        pdf_tags=tagged,
        **_house(),
    )
    return _sealed(bytes(pdf)) if knows_its_hash else bytes(pdf)


def _sealed(pdf: bytes) -> bytes:
    """The hash of the zeroed file in place of the zeros: nothing moves, so no offset changes."""
    mark = HASH_MARK.encode()
    if pdf.count(mark) != 2:
        raise ValueError("the keywords of a paper stand in it twice, uncompressed")
    return pdf.replace(mark, b"SHA256-" + sha256(pdf).hexdigest().encode())


def _document(
    title: str,
    author: str,
    attached: Sequence[Attachment] = (),
    keywords: Sequence[str] = (),
) -> dict[str, object]:
    described = [
        {
            "name": it.name,
            "mime": it.mime,
            "relationship": it.relationship,
            "description": it.description,
        }
        for it in attached
    ]
    return {"title": title, "author": author, "keywords": keywords, "attached": described}


def picture(source: str, data: Mapping[str, object]) -> bytes:
    """The PNG of a template of one page, a pixel to each point; otherwise like `typeset`."""
    import typst  # as above

    values = {**data, "document": _document("", "")}
    png = typst.compile(
        _source(source), format="png", ppi=72.0, sys_inputs=_inputs(values), **_house()
    )
    return bytes(png)


def _source(template: str) -> bytes:
    return (_PREAMBLE + template).encode()


def _inputs(values: Mapping[str, object]) -> dict[str, str]:
    return {"data": json.dumps(_drawable(values), ensure_ascii=False)}


class _House(TypedDict):
    font_paths: "typst.Fonts"
    ignore_system_fonts: bool


def _house() -> _House:
    """Only the shipped fonts, whatever the machine has."""
    return {"font_paths": _fonts(), "ignore_system_fonts": True}


@lru_cache(maxsize=1)
def _fonts() -> "typst.Fonts":
    import typst  # as above

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """What every face draws, but for what PDF/A refuses though the fonts have it."""
    regular, bold = (coverage(FONTS / name) for name in TEXT_FONTS)
    return frozenset(code for code in regular & bold if category(chr(code)) not in _REFUSED)


def drawn(text: str) -> str:
    """The text as a paper shows it: what the fonts lack is replaced."""
    return drawable(text, _covered())


def _drawable(value: object) -> object:
    if isinstance(value, str):
        return drawn(value)
    if isinstance(value, Mapping):
        return {key: _drawable(part) for key, part in value.items()}
    if isinstance(value, Sequence):
        return [_drawable(part) for part in value]
    return value
