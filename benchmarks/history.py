"""A repository with a long history of editions, made in a second by `git fast-import`."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from offer.editions import sha256
from offer.tags import Tag, compose_tag

ROOT = Path(__file__).parents[1]
SOURCES = ("docs", "site", "mkdocs.yml")
START = datetime(2020, 1, 1, 9, tzinfo=UTC)
WHO = "Антон <anton@example.org>"


def write_history(bare: Path, editions: int) -> None:
    """A bare repository whose `main` has this project's pages and so many editions of the offer."""
    git(bare.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    texts = [text_of(number) for number in range(1, editions + 1)]
    git(bare, "fast-import", "--quiet", "--force", stdin=b"".join(_commits(texts)))
    commits = git(bare, "rev-list", "--reverse", "main").decode().split()
    git(bare, "fast-import", "--quiet", stdin=b"".join(_tags(texts, commits)))


def text_of(number: int) -> bytes:
    """The offer of edition `number`: another price each time, and now and then another clause."""
    text = (ROOT / "docs/offer.md").read_text(encoding="utf-8")
    text = text.replace("— 15 000 ₽", f"— {15 + number // 10} {number % 10}00 ₽")
    dispute = "Любой спор стороны сначала пытаются решить переговорами."
    return text.replace(dispute, f"{dispute} Переговоры ведут {number % 7 + 2} недели.").encode()


def when(number: int) -> datetime:
    return START + timedelta(days=number)


def _commits(texts: list[bytes]) -> Iterator[bytes]:
    for number, text in enumerate(texts, start=1):
        files = {"docs/offer.md": text}
        if number == 1:
            files = {**_pages(), **files}
        at = int(when(number).timestamp())
        yield f"commit refs/heads/main\ncommitter {WHO} {at} +0300\ndata 1\n.\n".encode()
        for name, content in files.items():
            yield f"M 100644 inline {name}\ndata {len(content)}\n".encode() + content + b"\n"


def _pages() -> dict[str, bytes]:
    found = (path for name in SOURCES for path in [ROOT / name, *(ROOT / name).rglob("*")])
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in found
        if path.is_file() and "__pycache__" not in path.parts
    }


def _tags(texts: list[bytes], commits: list[str]) -> Iterator[bytes]:
    previous: str | None = None
    for number, (text, commit) in enumerate(zip(texts, commits, strict=True), start=1):
        trailers = {"Sha256": sha256(text), "Change": "price", "Previous": previous}
        if previous is None:
            del trailers["Change"], trailers["Previous"]
        tag = Tag(commit, "commit", f"offer/{number}", when(number), "Цена другая", trailers)
        content = compose_tag(tag, tagger="Антон", email="anton@example.org")
        previous = hashlib.sha1(b"tag %d\0" % len(content) + content).hexdigest()  # noqa: S324 - git's own
        head, _, message = content.partition(b"\n\n")
        tagger = head.split(b"\n")[-1]
        yield f"tag {tag.name}\nfrom {commit}\n".encode() + tagger + b"\n"
        yield b"data %d\n" % len(message) + message + b"\n"


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        ["git", "-c", "user.name=Антон", "-c", "user.email=anton@example.org", *arguments],
        cwd=folder, input=stdin, capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout


def plain_site(folder: Path) -> Path:
    """The same documents for MkDocs with Material as it comes."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    for page in (folder / "docs").glob("*.md"):
        page.write_text(re.sub("(?m)^template: .*\n", "", page.read_text("utf-8")), "utf-8")
    (folder / "mkdocs.yml").write_text(
        "site_name: Оферта\ntheme: {name: material, language: ru, font: false}\n"
        "markdown_extensions: [attr_list, tables]\n",
        encoding="utf-8",
    )
    return folder
