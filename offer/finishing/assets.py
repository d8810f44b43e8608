"""Files under /assets/ by names that change with their content, to be kept by readers for ever."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

# The pages of the checkout show the icon of the site by this name, too.
ALSO_PLAIN = ("/assets/favicon.svg",)
NAMES_OTHERS = (".js", ".json", ".webmanifest")


@dataclass(frozen=True)
class Assets:
    """`names` lead from the address templates write to the published one; stylesheets have none.

    `published` are the files of the release by address.
    """

    sheets: Mapping[str, str]
    scripts: Mapping[str, str]
    names: Mapping[str, str]
    published: Mapping[str, bytes]


def hashed(address: str, content: bytes) -> str:
    """«/assets/clause.js» → «/assets/clause.1a2b3c4d.js»: the first 8 digits of its SHA-256."""
    path = PurePosixPath(address)
    return str(
        path.with_name(f"{path.stem}.{hashlib.sha256(content).hexdigest()[:8]}{path.suffix}")
    )


def prepare(files: Mapping[str, bytes]) -> Assets:
    """What becomes of the files under /assets/; stylesheets go into the pages.

    A script may name another asset by its whole address: it is then named as published.
    """
    plain = {at: content for at, content in files.items() if not at.endswith(".css")}
    names: dict[str, str] = {}
    published = {at: plain[at] for at in ALSO_PLAIN if at in plain}
    for address in _named_ones_first(plain):
        content = _renamed(address, plain[address], names)
        names[address] = hashed(address, content)
        published[names[address]] = content
    sheets = {at: _text(content) for at, content in files.items() if at.endswith(".css")}
    scripts = {at: _text(content) for at, content in files.items() if at.endswith(".js")}
    return Assets(sheets, scripts, names, published)


def _text(content: bytes) -> str:
    return content.decode("utf-8")


def _named_ones_first(files: Mapping[str, bytes]) -> Iterator[str]:
    """Every address after those its file names; in a circle the first of the alphabet is first."""
    done: set[str] = set()

    def visit(address: str) -> Iterator[str]:
        if address in done:
            return
        done.add(address)
        if address.endswith(NAMES_OTHERS):
            for other in sorted(files):
                if other.encode() in files[address]:
                    yield from visit(other)
        yield address

    for address in sorted(files):
        yield from visit(address)


def _renamed(address: str, content: bytes, names: Mapping[str, str]) -> bytes:
    if not address.endswith(NAMES_OTHERS):
        return content
    for old, new in names.items():
        content = re.sub(rb"%s(?![\w.-])" % re.escape(old.encode()), new.encode(), content)
    return content
