"""What the paper of an edition costs, beside Typst setting the same words and nothing else."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from offer.editions import DOCUMENTS, Edition, sha256
from offer.paper import typeset
from offer.papers.edition_paper import edition_pdf, preview_png

URL = "https://oferta.example"
TIMES = 30
NOON = datetime(2026, 11, 22, 9, tzinfo=UTC)
BARE = """\
#set page(paper: "a4", margin: (left: 44mm, right: 32mm, y: 30mm))
#set text(size: 10.5pt)
#for words in data.paragraphs { par(words) }
"""


def published(document: str, number: int) -> Edition:
    """An edition of the text in docs/, unlike any other in its last words."""
    path = Path(__file__).parents[1] / f"docs/{document}.md"
    text = path.read_bytes() + f"\nПриписка {number}.\n".encode()
    return Edition(
        document=document,
        number=number,
        commit="",
        tag=f"{document}/{number}",
        tag_id="",
        published_at=NOON,
        sha256=sha256(text),
        change=None,
        summary="",
        previous=None,
        text=text,
    )


def bare(edition: Edition) -> bytes:
    paragraphs = edition.text.decode().split("\n\n")
    data = {"paragraphs": paragraphs}
    return typeset(BARE, data, title="", author="", stamp=NOON, tagged=False)


def paper(edition: Edition) -> bytes:
    return edition_pdf(edition, URL)


def picture(edition: Edition) -> bytes:
    return preview_png(edition, URL)


def measured(make: Callable[[Edition], bytes], document: str) -> tuple[list[float], int]:
    """Milliseconds of each of many editions, the first made before, and bytes of the last."""
    made = make(published(document, TIMES + 1))
    took: list[float] = []
    for number in range(1, TIMES + 1):
        edition = published(document, number)
        began = time.perf_counter()
        made = make(edition)
        took.append((time.perf_counter() - began) * 1000)
    return took, len(made)


def first(what: str, document: str) -> float:
    """Milliseconds of the first one in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.papers", what, document]
    told = subprocess.run(command, capture_output=True, check=True, text=True)
    return float(json.loads(told.stdout))


def tell_first(what: str, document: str) -> None:
    edition = published(document, 1)
    began = time.perf_counter()
    MAKERS[what](edition)
    print(json.dumps((time.perf_counter() - began) * 1000))


def show(name: str, what: str, document: str) -> None:
    took, size = measured(MAKERS[what], document)
    print(
        f"{name:42}{first(what, document):>10.0f}{statistics.median(took):>9.1f}{min(took):>9.1f}"
        f"{size / 1000:>9.1f}",
        flush=True,
    )


MAKERS: dict[str, Callable[[Edition], bytes]] = {"bare": bare, "paper": paper, "picture": picture}


def main() -> None:
    print(f"\nPapers: the first of a process, then {TIMES} different editions one by one")
    print(f"{'':42}{'first ms':>10}{'p50 ms':>9}{'least ms':>9}{'kB':>9}")
    for document in DOCUMENTS:
        show(f"PDF of {document}", "paper", document)
        show("  bare Typst, the same words", "bare", document)
    show("picture of the offer", "picture", "offer")


if __name__ == "__main__":
    tell_first(*sys.argv[1:]) if len(sys.argv) > 1 else main()
