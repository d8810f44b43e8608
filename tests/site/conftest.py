"""One built site is enough for most tests: a build takes seconds."""

from pathlib import Path

import pytest

from tests.site import town


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose offer was published twice: at first as written, then dearer."""
    return town.lay_out(tmp_path_factory.mktemp("town") / "tree")


@pytest.fixture(scope="session")
def site(tree: Path) -> Path:
    """The release that shows two editions of the offer."""
    releases = tree.parent / "public"
    town.commit(tree, "Write the offer")
    town.publish_at(tree, releases, town.day(20))
    town.reword(tree, "15 000 ₽", "16 000 ₽")
    town.commit(tree, "Ask more for five hours")
    return town.publish_at(tree, releases, town.day(22))


@pytest.fixture(scope="session")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `mkdocs build --strict` shows in a folder without git."""
    folder = tmp_path_factory.mktemp("draft")
    town.build(town.lay_out(folder / "tree"), folder / "site")
    return folder / "site"


@pytest.fixture(scope="session")
def next_draft(site: Path, tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What it shows in a repository with two editions while the third is being written."""
    folder = tmp_path_factory.mktemp("next")
    git_tree = folder / "tree"
    town.git(folder, "clone", "--quiet", str(tree), str(git_tree))
    town.reword(git_tree, "16 000 ₽", "17 000 ₽")
    town.build(git_tree, folder / "site")
    return folder / "site"
