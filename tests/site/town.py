"""Temporary repositories with this project's own pages, and sites built from them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from offer.editions import DOCUMENTS
from offer.publish import publish

ROOT = Path(__file__).parents[2]
SOURCES = ("docs", "site", "mkdocs.yml")
INLINE = ("a", "code", "em", "span", "strong")
WRITER = ("-c", "user.name=Writer", "-c", "user.email=writer@example.org")


def lay_out(tree: Path) -> Path:
    """This project's pages and theme with the first texts, in a folder of their own, no git."""
    tree.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree / name)
    for document in DOCUMENTS:
        shutil.copy(ROOT / "tests/data" / f"{document}.md", tree / "docs")
    shutil.copy(ROOT / "tests/data/memo.md", tree / "docs")  # everything a text may hold
    return tree


def git(tree: Path, *arguments: str) -> None:
    subprocess.run(["git", *WRITER, *arguments], cwd=tree, check=True, capture_output=True)


def commit(tree: Path, subject: str) -> None:
    if not (tree / ".git").exists():
        git(tree, "init", "--initial-branch=main")
        git(tree, "config", "core.hooksPath", ".git/hooks")
    git(tree, "add", "--all")
    git(tree, "commit", "--message", subject)


def reword(tree: Path, old: str, new: str) -> None:
    """Change the offer's text; no-break spaces are as good as plain ones."""
    path = tree / "docs" / "offer.md"
    text, count = re.subn(re.escape(old).replace(r"\ ", "[ \u00a0]"), new, path.read_text("utf-8"))
    assert count, f"the offer does not say «{old}»"
    path.write_text(text, "utf-8")


def publish_at(tree: Path, to: Path, now: datetime) -> Path:
    """Publish `main` and return the folder of the release."""
    return publish(tree, to, now=lambda: now).release.folder


def day(number: int) -> datetime:
    """Noon in Moscow of a day of November 2026."""
    return datetime(2026, 11, number, 9, tzinfo=UTC)


def build(tree: Path, site: Path) -> str:
    """`mkdocs build --strict` as a contractor types it; what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)],
        cwd=tree,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@dataclass
class Element:
    """A start tag: its name and attributes."""

    tag: str
    attributes: dict[str, str]


@dataclass
class Html(HTMLParser):
    """A page as its elements and its words."""

    markup: str
    address: str = "/"
    elements: list[Element] = field(default_factory=list)
    scripts_with_text: list[str] = field(default_factory=list)
    style: str = ""
    words: str = ""
    ld: dict[str, Any] | None = None  # what it tells of its packages by schema.org

    def __post_init__(self) -> None:
        super().__init__()
        self._inside = ""
        self.feed(self.markup)
        self.words = " ".join(self.words.replace("\u00a0", " ").split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        if tag == "script" and self.elements[-1].attributes.get("type") == "application/ld+json":
            self._inside = "ld"

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        self.words += "" if tag in INLINE else " "

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts_with_text.append(data)
        elif self._inside == "ld":
            self.ld = json.loads(data)
        elif self._inside == "style":
            self.style += data
        else:
            self.words += f"{data} " if data.isspace() else data

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    def ids(self) -> set[str]:
        return {element.attributes.get("id", "") for element in self.elements}

    def meta(self, name: str) -> list[str]:
        """The contents of the `meta` elements of this name."""
        found = (element.attributes for element in self.all("meta"))
        return [it["content"] for it in found if name in (it.get("name"), it.get("property"))]

    def links(self) -> list[str]:
        """Where its links lead, from the root of the site; as written if elsewhere."""
        return [self.led_to(element.attributes.get("href", "")) for element in self.all("a")]

    def led_to(self, written: str) -> str:
        return urljoin(self.address, written)


def file_of(site: Path, address: str) -> Path:
    """The file of the page at `address` of a built site."""
    path = site / address.lstrip("/")
    return path / "index.html" if path.is_dir() else path


def page(site: Path, address: str) -> Html:
    """The page at `address` of a built site."""
    return Html(file_of(site, address).read_text("utf-8"), address)


def pages(site: Path) -> Iterator[tuple[str, Html]]:
    """Every page of a built site with its path."""
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        yield name, Html(path.read_text("utf-8"), "/" + name.removesuffix("index.html"))
