"""One release folder: the published commit's pages, every edition's exact bytes, the manifests."""

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from offer import git
from offer.editions import Edition, save_editions, sha256, source_path
from offer.errors import OfferError
from offer.manifest import manifest, page_url, source_url
from offer.release import RECORD, SUMS

SITE_SOURCES = ("docs", "site", "mkdocs.yml")
TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Plan:
    """What a release is to show: a commit's pages and, newest last, every edition."""

    id: str
    commit: str
    url: str | None
    editions: Mapping[str, Sequence[Edition]]


def build_release(repository: git.Repository, plan: Plan, workshop: Path) -> Path:
    """Build the release in the empty folder `workshop` and return the folder that holds it.

    Raises OfferError("build_failed") with what MkDocs said.
    """
    tree, site, handed_over = workshop / "tree", workshop / "site", workshop / "editions.json"
    _lay_out(repository, plan, tree)
    save_editions(handed_over, plan.editions)
    overrides: dict[str, object] = {
        "INHERIT": "mkdocs.yml",
        "site_dir": str(site),
        "extra": {"editions_file": str(handed_over)},
    }
    if plan.url:
        overrides["site_url"] = plan.url
    _run_mkdocs(tree, overrides, date=repository.commit_time(plan.commit))
    for document, editions in plan.editions.items():
        _write_exact(site, document, editions)
    record = {"schema": 1, "id": plan.id, "commit": plan.commit, "url": plan.url}
    _write_json(site / RECORD, record)
    write_sums(site)
    return site


def build_draft(
    repository: git.Repository, plan: Plan, texts: Mapping[str, bytes], workshop: Path
) -> Path:
    """The pages of the plan's commit with its own `texts`, marked as a draft; their folder.

    `texts` are bytes by document. No manifest and no sums: nobody sells by a draft. Raises
    OfferError("build_failed") with what MkDocs said.
    """
    tree, site, handed_over = workshop / "tree", workshop / "site", workshop / "editions.json"
    _lay_out(repository, replace(plan, editions={}), tree)
    for document, text in texts.items():
        (tree / source_path(document)).write_bytes(text)
    save_editions(handed_over, plan.editions)
    overrides: dict[str, object] = {
        "INHERIT": "mkdocs.yml",
        "site_dir": str(site),
        "extra": {"editions_file": str(handed_over), "draft": True},
    }
    if plan.url:
        overrides["site_url"] = plan.url
    _run_mkdocs(tree, overrides, date=repository.commit_time(plan.commit))
    for listing in site.glob("sitemap.xml*"):  # it would lead a search engine here
        listing.unlink()
    return site


def _lay_out(repository: git.Repository, plan: Plan, tree: Path) -> None:
    """The commit's own sources, with the bytes of the blobs whatever .gitattributes says."""
    present = set(repository.folder(plan.commit))
    if "mkdocs.yml" not in present:
        raise OfferError("build_failed", "В коммите нет mkdocs.yml: сайт собрать не из чего.")
    tree.mkdir()
    packed = repository.archive(plan.commit, [name for name in SITE_SOURCES if name in present])
    _unpack(packed, tree)
    for document, editions in plan.editions.items():
        if editions:
            (tree / source_path(document)).write_bytes(editions[-1].text)


def _unpack(packed: bytes, tree: Path) -> None:
    """Folders and plain files only: a link could lead out of the site.

    By hand, because `filter="data"` is missing from Python 3.11 as Debian 12 ships it.
    """
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            target = tree / member.name
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
            elif member.isreg() and (content := archive.extractfile(member)):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
            else:
                sentence = f"{member.name} — ссылка, а на сайте могут быть только файлы и папки."
                raise OfferError("build_failed", sentence)


def _run_mkdocs(tree: Path, overrides: Mapping[str, object], *, date: int) -> None:
    """MkDocs in its own process: what the pushed hooks do cannot reach the publishing one.

    `date` (seconds since 1970) stands for the clock, so equal sources give equal bytes.
    """
    config = tree / "release.yml"
    _write_json(config, overrides)  # JSON is YAML
    outer = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    fixed = {
        "SOURCE_DATE_EPOCH": str(date),
        "NO_MKDOCS_2_WARNING": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-P", "-m", "mkdocs", "build", "--strict", "-f", str(config)]
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env=outer | fixed,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        sentence = f"Сайт не собрался за {TIMEOUT_SECONDS} секунд."
        raise OfferError("build_failed", sentence) from None
    if done.returncode:
        raise OfferError("build_failed", f"Сайт не собрался: {_said(done.stderr)}")


def _said(stderr: bytes) -> str:
    """What MkDocs complained of, or its last words: the end of a trace."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    complaints = [line for line in lines if line.startswith(("WARNING", "ERROR"))]
    return " / ".join(complaints[:5] or lines[-2:])


def _write_exact(site: Path, document: str, editions: Sequence[Edition]) -> None:
    for edition in editions:
        page = site / page_url(document, edition.number).removeprefix("/") / "index.html"
        if not page.is_file():
            raise OfferError("build_failed", f"Сайт собрался без страницы редакции {edition.tag}.")
        target = site / source_url(document, edition.number).removeprefix("/")
        target.write_bytes(edition.text)
    (site / document).mkdir(exist_ok=True)
    _write_json(site / document / "editions.json", manifest(document, editions))


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_sums(site: Path) -> None:
    """What `sha256sum --check SHA256SUMS` reads: every file of the release but this one."""
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    lines = [f"{sha256((site / name).read_bytes())}  {name}\n" for name in names]
    (site / SUMS).write_text("".join(lines), encoding="utf-8")
