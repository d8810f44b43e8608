"""The published commit's own sources of the site, and MkDocs set to work on them.

Nothing here takes long to import: MkDocs takes most of its time to start, and it starts first.
"""

import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from offer import git
from offer.editions import source_path
from offer.errors import OfferError
from offer.publishing.handover import Handover
from offer.publishing.rendering import Rendering, rendering

SITE_SOURCES = ("docs", "site", "mkdocs.yml")


def _refuse_name(name: str) -> None:
    """A line of SHA256SUMS holds one name, and two names are the release's own."""
    if not name.isprintable() or name in ("docs/SHA256SUMS", "docs/release.json"):
        raise OfferError("build_failed", f"Файл {name!r} опубликовать нельзя: переименуйте его.")


@contextmanager
def building(
    repository: git.Repository, commit: str, url: str | None, workshop: Path, cache: Path
) -> Iterator[Rendering]:
    """Begin the pages of a commit in the empty folder `workshop`; `build_release` ends them.

    `cache` keeps compiled templates from one build to the next.
    """
    tree = workshop / "tree"
    lay_out(repository, commit, tree)
    cache.mkdir(exist_ok=True)
    date, extra = repository.commit_time(commit), {"templates_cache": str(cache)}
    with rendering(tree, workshop / "pages", date=date, url=url, extra=extra) as begun:
        yield begun


def lay_out(repository: git.Repository, commit: str, tree: Path) -> None:
    """The commit's own sources of the site, in a new folder."""
    present = set(repository.folder(commit))
    if "mkdocs.yml" not in present:
        raise OfferError("build_failed", "В коммите нет mkdocs.yml: сайт собрать не из чего.")
    tree.mkdir()
    packed = repository.archive(commit, [name for name in SITE_SOURCES if name in present])
    _unpack(packed, tree)


def _unpack(packed: bytes, tree: Path) -> None:
    """Folders and plain files only: a link could lead out of the site.

    By hand, because `filter="data"` is missing from Python 3.11 as Debian 12 ships it.
    """
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            _refuse_name(member.name)
            target = tree / member.name
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
            elif member.isreg() and (content := archive.extractfile(member)):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
            else:
                sentence = f"{member.name} в коммите — символическая ссылка, а нужен сам файл."
                raise OfferError("build_failed", sentence)


def build_draft(
    repository: git.Repository,
    commit: str,
    texts: Mapping[str, bytes],
    handover: Handover,
    *,
    url: str | None,
    workshop: Path,
) -> Path:
    """The pages of a commit with its own `texts`, marked as a draft; the folder of the pages.

    `texts` are bytes by document, `handover` what is public. No manifest and no sums: nobody sells
    by a draft. Raises OfferError("build_failed") with what MkDocs said.
    """
    tree, site = workshop / "tree", workshop / "site"
    lay_out(repository, commit, tree)
    for document, text in texts.items():
        (tree / source_path(document)).write_bytes(text)
    date = repository.commit_time(commit)
    with rendering(tree, site, date=date, url=url, extra={"draft": True}) as begun:
        begun.show(handover)
        begun.wait()
    for listing in site.glob("sitemap.xml*"):  # it would lead a search engine here
        listing.unlink()
    return site
