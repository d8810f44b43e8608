"""What a publish hands to the site build it starts: the editions, and the pages already made.

The build is another process, so this goes through a file. MkDocs is started before the file is
there, because it takes most of its time to start; its standard input ends when the file is whole.
"""

import base64
import json
import sys
from bisect import bisect_right
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from offer import git
from offer.addresses import page_url, redline_url
from offer.editions import DOCUMENTS, Edition, editions_of


@dataclass(frozen=True)
class Handover:
    """The editions a site shows, oldest first, by document.

    `carried` are addresses from the site's root («offer/1/») of pages that the release already
    has: they are not made again, and the texts that only they would need are empty. `preview` is
    the picture that goes with a link to the site, b"" where there is none; `example` the term of
    the newest offer shown on a payment, which takes a calendar that is slow to load.
    """

    editions: Mapping[str, tuple[Edition, ...]]
    carried: frozenset[str] = frozenset()
    preview: bytes = b""
    example: str | None = None

    def without_needless_texts(self) -> "Handover":
        """The same with empty texts where no page that is to be made shows them."""
        needed = {d: _needed(found, self.carried) for d, found in self.editions.items()}
        shown = (self.editions[d][at] for d in needed for at in needed[d])
        offers = self.editions.get("offer", ())
        needed["offer"] = needed.get("offer", frozenset()) | _sold_by_then(offers, shown)
        editions = {d: _with_texts(found, needed[d]) for d, found in self.editions.items()}
        return replace(self, editions=editions)


def handover_of(config: Any) -> Handover:  # noqa: ANN401 - MkDocs' own class has no types
    """What a site build shows; `config` is MkDocs' configuration.

    What `offer publish` hands over (the file named by `extra.handover`) comes first, because an
    edition's page is built before its tag; else the tags of the repository whose root holds
    mkdocs.yml. Without git, commits or editions: none, so that a draft can be written and
    looked at.
    """
    handed = config["extra"].get("handover")
    if handed:
        sys.stdin.buffer.read()
        return load_handover(Path(handed))
    repository = git.at(Path(config["config_file_path"]).resolve().parent)
    if repository is None or not git.is_installed():
        return Handover(dict.fromkeys(DOCUMENTS, ()))
    return Handover({document: editions_of(repository, document) for document in DOCUMENTS})


def save_handover(path: Path, handover: Handover) -> None:
    """Write what `load_handover` reads in another process."""
    rows = {d: [_to_row(edition) for edition in found] for d, found in handover.editions.items()}
    value = {
        "editions": rows,
        "carried": sorted(handover.carried),
        "preview": base64.b64encode(handover.preview).decode(),
        "example": handover.example,
    }
    path.write_text(json.dumps(value), encoding="utf-8")


def load_handover(path: Path) -> Handover:
    """What `save_handover` wrote."""
    value = json.loads(path.read_text(encoding="utf-8"))
    editions = {d: tuple(_from_row(row) for row in found) for d, found in value["editions"].items()}
    preview = base64.b64decode(value["preview"])
    return Handover(editions, frozenset(value["carried"]), preview, value["example"])


def _needed(editions: tuple[Edition, ...], carried: frozenset[str]) -> frozenset[int]:
    """Places of the editions whose text some page needs: its own, its redlines, the newest."""
    needed = {len(editions) - 1} if editions else set[int]()
    for at, edition in enumerate(editions):
        if page_url(edition.document, edition.number).lstrip("/") not in carried:
            needed.add(at)
        if at and redline_url(edition.document, at, at + 1).lstrip("/") not in carried:
            needed |= {at - 1, at}
    return frozenset(needed)


def _sold_by_then(offers: Sequence[Edition], shown: Iterable[Edition]) -> frozenset[int]:
    """Places of the offers in force when `shown` came out: their pages name who sold then."""
    days = [offer.published_at for offer in offers]
    counts = (bisect_right(days, edition.published_at) for edition in shown)
    return frozenset(count - 1 for count in counts if count)


def _with_texts(editions: Sequence[Edition], needed: Container[int]) -> tuple[Edition, ...]:
    return tuple(
        edition if at in needed else replace(edition, text=b"")
        for at, edition in enumerate(editions)
    )


def _to_row(edition: Edition) -> dict[str, object]:
    row = {field.name: getattr(edition, field.name) for field in fields(edition)}
    row["published_at"] = edition.published_at.isoformat()
    row["text"] = base64.b64encode(edition.text).decode()
    return row


def _from_row(row: dict[str, Any]) -> Edition:
    published_at = datetime.fromisoformat(row["published_at"])
    return Edition(**row | {"published_at": published_at, "text": base64.b64decode(row["text"])})
