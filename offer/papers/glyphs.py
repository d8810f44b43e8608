"""Which characters a shipped font can draw: read from its `cmap` table.

A name may hold any character of Unicode, while PDF/A refuses a document with one that its fonts
lack. So what cannot be drawn is known before the text is set.
"""

import struct
import unicodedata
from pathlib import Path

UNKNOWN = "?"


def coverage(font: Path) -> frozenset[int]:
    """Code points of the Basic Multilingual Plane that a TrueType font maps to a glyph.

    Reads the Windows Unicode subtable of format 4 (OpenType specification, cmap).
    """
    table = _table(font.read_bytes(), b"cmap")
    for index in range(struct.unpack_from(">H", table, 2)[0]):
        platform, _, offset = struct.unpack_from(">HHL", table, 4 + 8 * index)
        if platform == 3 and struct.unpack_from(">H", table, offset)[0] == 4:
            return frozenset(_segments(table[offset:]))
    raise ValueError(f"{font.name} has no Unicode map of format 4")


def drawable(text: str, covered: frozenset[int]) -> str:
    """`text` in NFC with invisible characters dropped and those without a glyph replaced.

    Spaces of any width become no-break ones; line breaks stay.
    """
    return "".join(_drawn(char, covered) for char in unicodedata.normalize("NFC", text))


def _drawn(char: str, covered: frozenset[int]) -> str:
    if char == "\n" or ord(char) in covered:
        return char
    category = unicodedata.category(char)
    if category == "Zs":
        return "\u00a0"
    return "" if category in {"Cf", "Cc", "Mn"} else UNKNOWN


def _table(data: bytes, wanted: bytes) -> bytes:
    for index in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, offset, length = struct.unpack_from(">4sLLL", data, 12 + 16 * index)
        if tag == wanted:
            return data[offset : offset + length]
    raise ValueError(f"no table {wanted!r}")


def _segments(table: bytes) -> set[int]:
    count = struct.unpack_from(">H", table, 6)[0] // 2

    def column(number: int, kind: str = "H") -> tuple[int, ...]:
        start = 14 + 2 * count * number + (2 if number else 0)  # a pad follows the first column
        return struct.unpack_from(f">{count}{kind}", table, start)

    found: set[int] = set()
    for at, (end, start, delta, reach) in enumerate(
        zip(column(0), column(1), column(2), column(3), strict=True)
    ):
        for code in range(start, end + 1):
            glyph = code
            if reach:
                place = 16 + 6 * count + 2 * at + reach + 2 * (code - start)
                glyph = struct.unpack_from(">H", table, place)[0]
                glyph = glyph - delta if glyph == 0 else glyph
            if (glyph + delta) & 0xFFFF and code != 0xFFFF:
                found.add(code)
    return found
