"""Temporary repositories with a small offer and a small site, made by the real git."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from offer.draft import next_editions
from offer.editions import DOCUMENTS, Edition, editions_of, repository_at
from offer.publish import Published, publish

PROJECT = Path(__file__).parents[2]
HOOKS = PROJECT / "deploy" / "git-hooks"
OFFER_COMMAND = Path(sys.executable).parent / "offer"

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

OFFER = (PROJECT / "tests" / "data" / "offer.md").read_text(encoding="utf-8")
BEGUN: dict[str, Path] = {}  # see begin()
CONSENT = "# Согласие\n\n1.1. Заказчик согласен получать письма.\n"

MKDOCS = """\
site_name: Оферта
theme: {name: null, custom_dir: site/theme}
plugins: []
hooks: [site/hooks.py]
"""

# One bare page per edition: what a site must have, without a theme that takes seconds.
SITE_HOOKS = """\
from pathlib import Path

from mkdocs.structure.files import File

from offer.publishing.handover import handover_of


def on_files(files, config):
    handover = handover_of(config)
    frame = Path("site/theme/main.html").read_text().partition("{{")[0]
    for document, editions in handover.editions.items():
        if editions:
            shown = Path(config.docs_dir, f"{document}.md").read_bytes()
            assert shown == editions[-1].text, "a draft on a published site"
        for edition in editions:
            uri = f"{document}/{edition.number}/index.html"
            if uri.removesuffix("index.html") in handover.carried:
                continue
            page = frame + edition.text.decode("utf-8-sig")
            files.append(File.generated(config, uri, content=page))
    return files
"""


@dataclass(frozen=True)
class Sandbox:
    """A work tree with its repository, and the folder that it is published to."""

    tree: Path
    releases: Path

    def git(self, *arguments: str, at: datetime = START) -> str:
        """Run git here as the contractor would, dated `at`; its output without the line end."""
        return git(self.tree, *arguments, at=at)

    def write(self, path: str, content: str | bytes) -> None:
        target = self.tree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files: Mapping[str, str | bytes], message: str = "Правка") -> str:
        """Write the files, commit everything, and return the commit's id."""
        for path, content in files.items():
            self.write(path, content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def publish(self, *, days: int = 0, **options: Any) -> Published:
        """Publish `main`, so many days after the start."""
        now = START + timedelta(days=days)
        return publish(self.tree, self.releases, now=lambda: now, **options)

    def tag_editions(self, *, days: int = 0, sign: bool = False) -> tuple[Edition, ...]:
        """Make the tags that a publish of `HEAD` would make, and no site."""
        repository = repository_at(self.tree)
        published = {document: editions_of(repository, document) for document in DOCUMENTS}
        now = START + timedelta(days=days)
        head = self.git("rev-parse", "HEAD")
        created = next_editions(repository, head, published, now, sign=sign)
        repository.create_refs({f"refs/tags/{e.tag}": e.tag_id for e in created})
        return created

    def next_edition(self, *changes: tuple[str, str], days: int) -> Edition:
        """Commit the offer with these words replaced and tag it."""
        self.commit({"docs/offer.md": self.offer(*changes)})
        return self.tag_editions(days=days)[-1]

    def retag(self, name: str, *changes: tuple[str, str]) -> str:
        """Replace an edition's tag by one with other words in its object; the new id."""
        content = self.git("cat-file", "tag", name) + "\n"
        for old, new in changes:
            assert old in content
            content = content.replace(old, new)
        tag_id = repository_at(self.tree).write_tag(content.encode())
        self.git("update-ref", f"refs/tags/{name}", tag_id)
        return tag_id

    def offer(self, *changes: tuple[str, str]) -> str:
        """The offer's text with some words replaced; each must stand in it."""
        text = OFFER
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return text


def git(folder: Path, *arguments: str, at: datetime = START) -> str:
    """Run git with an identity, unsigned, whatever the machine's configuration says."""
    who = {
        f"GIT_{role}_{field}": value
        for role in ("AUTHOR", "COMMITTER")
        for field, value in (
            ("NAME", "Антон"),
            ("EMAIL", "anton@example.org"),
            ("DATE", f"{int(at.timestamp())} +0300"),
        )
    }
    plain = ("-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false")
    done = subprocess.run(
        ["git", *plain, *arguments],
        cwd=folder,
        env=os.environ | who,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"git {arguments}: {done.stderr}"
    return (done.stderr if arguments[0] == "push" else done.stdout).strip()


def make_sandbox(folder: Path) -> Sandbox:
    """A repository with one commit of the offer and a minimal site, not yet published."""
    shutil.copytree(BEGUN["work"], folder / "work")
    return Sandbox(folder / "work", folder / "releases")


def begin(folder: Path) -> None:
    """Make the work tree that every sandbox of this process begins with, by four runs of git."""
    sandbox = Sandbox(folder / "work", folder / "releases")
    sandbox.tree.mkdir()
    sandbox.git("init", "--quiet", "--initial-branch=main")
    sandbox.commit(
        {
            "docs/offer.md": OFFER,
            "docs/index.md": "# Поддержка\n",
            "mkdocs.yml": MKDOCS,
            "site/hooks.py": SITE_HOOKS,
            "site/theme/main.html": "<!doctype html><title>Оферта</title>{{ page.content }}",
        },
        "Начало",
    )
    BEGUN["work"] = sandbox.tree


def make_server(sandbox: Sandbox, folder: Path) -> Path:
    """A bare repository as a server has it, with our hooks; its path has a space."""
    bare = folder / "the server" / "offer.git"
    bare.parent.mkdir()
    git(folder, "init", "-q", "--bare", "--initial-branch=main", str(bare))
    for key, value in {
        "core.hooksPath": HOOKS,
        "oferta.command": OFFER_COMMAND,
        "oferta.release": sandbox.releases,
        "oferta.url": "https://oferta.example",
    }.items():
        git(bare, "config", key, str(value))
    return bare


class Served(NamedTuple):
    """A sandbox and the server it is pushed to."""

    sandbox: Sandbox
    server: Path


def copy_served(folder: Path, to: Path) -> Served:
    """A copy of a folder in which `make_sandbox` and `make_server` stand."""
    shutil.copytree(folder, to, symlinks=True)
    sandbox = Sandbox(to / "work", to / "releases")
    server = to / "the server/offer.git"
    git(server, "config", "oferta.release", str(sandbox.releases))
    return Served(sandbox, server)


def readable(said: str) -> str:
    """What a person reads, with ordinary spaces."""
    return said.replace("\u00a0", " ")


def served(sandbox: Sandbox, path: str) -> bytes:
    """The bytes that the current release has at a path of the site."""
    return (sandbox.releases / "current" / path).read_bytes()
