"""A push to the served repository publishes, whoever pushes and whatever his configuration."""

import os
import subprocess
from pathlib import Path

import pytest

from offer.editions import read_editions
from tests.offer.repository import HOOKS, OFFER_COMMAND, Sandbox, git, make_sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return make_sandbox(tmp_path)


@pytest.fixture
def server(sandbox: Sandbox, tmp_path: Path) -> Path:
    """A bare repository as a server has it, with our hooks; its path has a space."""
    bare = tmp_path / "the server" / "offer.git"
    bare.parent.mkdir()
    git(tmp_path, "init", "-q", "--bare", "--initial-branch=main", str(bare))
    for key, value in {
        "core.hooksPath": HOOKS,
        "oferta.command": OFFER_COMMAND,
        "oferta.release": sandbox.releases,
        "oferta.url": "https://oferta.example",
    }.items():
        git(bare, "config", key, str(value))
    return bare


def push(sandbox: Sandbox, server: Path, *what: str) -> str:
    """What the pusher sees, with ordinary spaces."""
    return git(sandbox.tree, "push", str(server), *what).replace("\u00a0", " ")


def test_a_push_publishes_and_says_where(sandbox: Sandbox, server: Path) -> None:
    first = push(sandbox, server, "HEAD:main")
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "16 000 ₽"))})
    second = push(sandbox, server, "HEAD:main")

    assert "remote: Опубликовано: редакция 1, https://oferta.example/offer/1/" in first
    assert "remote: Опубликовано: редакция 2, https://oferta.example/offer/2/" in second
    assert [edition.number for edition in read_editions(server, "offer")] == [1, 2]
    assert (sandbox.releases / "current/offer/2/offer.md").is_file()


def test_a_push_of_a_bad_text_is_taken_and_not_published(sandbox: Sandbox, server: Path) -> None:
    push(sandbox, server, "HEAD:main")
    commit = sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "0 ₽"))})
    said = push(sandbox, server, "HEAD:main")

    assert "remote: НЕ ОПУБЛИКОВАНО: " in said
    assert "На сайте по-прежнему редакция 1." in said
    assert git(server, "rev-parse", "main") == commit


def test_another_branch_publishes_nothing(sandbox: Sandbox, server: Path) -> None:
    said = push(sandbox, server, "HEAD:draft")

    assert "ОПУБЛИКОВАНО" not in said.upper()
    assert not sandbox.releases.exists()


def test_a_server_that_was_not_told_where_says_so(sandbox: Sandbox, server: Path) -> None:
    git(server, "config", "--unset", "oferta.release")

    assert "НЕ ОПУБЛИКОВАНО" in push(sandbox, server, "HEAD:main")


def test_a_server_without_the_command_says_so(sandbox: Sandbox, server: Path) -> None:
    git(server, "config", "oferta.command", "/nonexistent/offer")

    assert "НЕ ОПУБЛИКОВАНО" in push(sandbox, server, "HEAD:main")


@pytest.mark.parametrize(
    "what",
    [
        "HEAD:refs/tags/offer/2",
        "+HEAD:refs/tags/offer/1",
        ":refs/tags/offer/1",
        "HEAD:refs/tags/consent/1",
        "HEAD:refs/tags/privacy",
    ],
)
def test_a_push_never_touches_the_tags_of_editions(
    sandbox: Sandbox, server: Path, what: str
) -> None:
    push(sandbox, server, "HEAD:draft")
    git(server, "update-ref", "refs/tags/offer/1", "draft")
    before = git(server, "for-each-ref")
    sandbox.commit({"docs/index.md": "# Другая страница\n"})
    done = subprocess.run(
        ["git", "push", server, what], cwd=sandbox.tree, capture_output=True, check=False
    )

    assert done.returncode != 0
    assert "Отказ" in done.stderr.decode()
    assert git(server, "for-each-ref") == before


def test_a_clone_that_fetched_the_tags_pushes_on(
    sandbox: Sandbox, server: Path, tmp_path: Path
) -> None:
    push(sandbox, server, "HEAD:main")
    git(tmp_path, "clone", "-q", str(server), "clone")
    clone = Sandbox(tmp_path / "clone", sandbox.releases)
    clone.commit({"docs/offer.md": clone.offer(("15 000 ₽", "17 000 ₽"))})
    said = push(clone, server, "--follow-tags", "HEAD:main")

    assert "Опубликовано: редакция 2" in said


def test_an_amended_branch_pushed_by_force_keeps_the_editions(
    sandbox: Sandbox, server: Path
) -> None:
    push(sandbox, server, "HEAD:main")
    sandbox.write("docs/offer.md", sandbox.offer(("15 000 ₽", "18 000 ₽")))
    sandbox.git("commit", "-q", "--all", "--amend", "-m", "Переписано")
    said = push(sandbox, server, "--force", "HEAD:main")

    assert "Опубликовано: редакция 2" in said
    assert [edition.number for edition in read_editions(server, "offer")] == [1, 2]


def test_the_hooks_are_executable() -> None:
    assert all(os.access(hook, os.X_OK) for hook in HOOKS.iterdir())
