"""Papers: a Typst template and plain data become a PDF/A, the same bytes every time.

The fonts are shipped, those of the machine are ignored, the date is an argument: so a paper can
be made again anywhere and compared by its hash.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import typst

from offer.glyphs import coverage, drawable

FONTS = Path(__file__).parent / "fonts"
TEXT_FONTS = ("PTF55F.ttf", "PTF75F.ttf")

# Every template starts with this: its values, and what PDF/A asks of a document.
_PREAMBLE = """\
#let data = json(bytes(sys.inputs.data))
#set document(title: data.document.title, author: data.document.author)
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
) -> bytes:
    """The PDF of a Typst template; the same arguments give the same bytes.

    `source` reads its values from `data`, a JSON object in which text is text and never markup;
    characters the fonts lack are replaced. `stamp` is the aware instant the paper is dated by.
    Raises typst.TypstError when the template is wrong.
    """
    values = {**data, "document": {"title": title, "author": author}}
    pdf = typst.compile(
        (_PREAMBLE + source).encode(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(_drawable(values), ensure_ascii=False)},
        pdf_standards=list(standards),
        timestamp=stamp.astimezone(UTC).replace(microsecond=0),
    )
    return bytes(pdf)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    regular, bold = (coverage(FONTS / name) for name in TEXT_FONTS)
    return regular & bold


def _drawable(value: object) -> object:
    if isinstance(value, str):
        return drawable(value, _covered())
    if isinstance(value, Mapping):
        return {key: _drawable(part) for key, part in value.items()}
    if isinstance(value, Sequence):
        return [_drawable(part) for part in value]
    return value
