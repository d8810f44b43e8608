"""A published edition, shared by the tests that go on from it."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import MakeOnce
from tests.offer.repository import Sandbox, begin, git, make_sandbox, make_server


@pytest.fixture(scope="session", autouse=True)
def begun(hostile_machine: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What every sandbox is a copy of: the same commit made anew took a tenth of a second."""
    begin(tmp_path_factory.mktemp("begun"))


@pytest.fixture(scope="session")
def first(begun: None, made_once: MakeOnce) -> Path:
    """A folder where edition 1 is published, to be copied: a build takes a second."""
    return made_once("first", lambda folder: make_sandbox(folder).publish())


@pytest.fixture
def public(first: Path, tmp_path: Path) -> Sandbox:
    """Edition 1 is published."""
    shutil.copytree(first, tmp_path / "public", symlinks=True)
    return Sandbox(tmp_path / "public/work", tmp_path / "public/releases")


@pytest.fixture(scope="session")
def served_first(begun: None, made_once: MakeOnce) -> Path:
    """A folder with a server that published edition 1 by a push: three seconds, to be copied."""

    def make(folder: Path) -> None:
        sandbox = make_sandbox(folder)
        git(sandbox.tree, "push", "--quiet", str(make_server(sandbox, folder)), "HEAD:main")

    return made_once("served", make)
