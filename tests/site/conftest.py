"""One built site is enough for most tests, and for all workers: a build takes seconds."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import MakeOnce
from tests.site import town


def publish_twice(folder: Path) -> None:
    tree, releases = town.lay_out(folder / "tree"), folder / "public"
    town.commit(tree, "Write the offer")
    town.publish_at(tree, releases, town.day(20))
    town.reword(tree, "15 000 ₽", "16 000 ₽")
    town.commit(tree, "Ask more for five hours")
    town.publish_at(tree, releases, town.day(22))


@pytest.fixture(scope="session")
def tree(made_once: MakeOnce, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose offer was published twice: at first as written, then dearer."""
    own = tmp_path_factory.mktemp("town") / "own"
    shutil.copytree(made_once("town", publish_twice), own, symlinks=True)
    return own / "tree"


@pytest.fixture(scope="session")
def site(tree: Path) -> Path:
    """The release that shows two editions of the offer."""
    return (tree.parent / "public/current").resolve()


@pytest.fixture(scope="session")
def draft(made_once: MakeOnce) -> Path:
    """What `mkdocs build --strict` shows in a folder without git."""

    def make(folder: Path) -> None:
        town.build(town.lay_out(folder / "tree"), folder / "site")

    return made_once("draft", make) / "site"


@pytest.fixture(scope="session")
def next_draft(tree: Path, made_once: MakeOnce) -> Path:
    """What it shows in a repository with two editions while the third is being written."""

    def make(folder: Path) -> None:
        git_tree = folder / "tree"
        town.git(folder, "clone", "--quiet", str(tree), str(git_tree))
        town.reword(git_tree, "16 000 ₽", "17 000 ₽")
        town.build(git_tree, folder / "site")

    return made_once("next-draft", make) / "site"
