"""The clauses of a text as the search of its page reads them."""

import json
import re
from collections.abc import Iterator

from offer.reading.passages import passages
from offer.shelf import Shown
from offer.typography import no_break

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def search_index(shown: Shown) -> str:
    """A script that sets `clauses`: number, anchor, title of the section and text of each clause.

    A script, not JSON: a page opened from a disk may load scripts and fetch nothing.
    """
    rows = json.dumps(list(_rows(shown)), ensure_ascii=False, separators=(",", ":"))
    return f"window.clauses = {rows};\n"


def _rows(shown: Shown) -> Iterator[dict[str, str]]:
    section = ""
    for clause in shown.clauses.values():
        section = clause.title or section
        text = " ".join(" ".join(passage.text.split()) for passage in passages([clause]))
        yield {
            "number": clause.number,
            "anchor": clause.anchor,
            "section": section,
            "text": no_break(_LINK.sub(r"\1", text)),
        }
