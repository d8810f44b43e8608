"""A push to the served repository publishes, whoever pushes and whatever his configuration."""

import os
from pathlib import Path

import pytest

from offer.editions import read_editions
from tests.offer.repository import (
    HOOKS,
    OFFER_COMMAND,
    Sandbox,
    Served,
    copy_served,
    git,
    make_sandbox,
    make_server,
    readable,
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return make_sandbox(tmp_path)


@pytest.fixture
def server(sandbox: Sandbox, tmp_path: Path) -> Path:
    return make_server(sandbox, tmp_path)


@pytest.fixture
def pushed(served_first: Path, tmp_path: Path) -> Served:
    """A server that has published edition 1 by a push."""
    return copy_served(served_first, tmp_path / "pushed")


def push(sandbox: Sandbox, server: Path, *what: str) -> str:
    """What the pusher sees, with ordinary spaces."""
    return readable(git(sandbox.tree, "push", str(server), *what))


def last_words(said: str) -> str:
    """The last line of the server's own."""
    lines = [line.strip() for line in said.splitlines() if line.startswith("remote: ")]
    return lines[-1].removeprefix("remote: ")


def replace_command(server: Path, script: Path, content: str) -> None:
    script.write_text(content)
    script.chmod(0o755)
    git(server, "config", "oferta.command", str(script))


def test_a_push_publishes_and_says_where(sandbox: Sandbox, server: Path) -> None:
    first = push(sandbox, server, "HEAD:main")
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "16 000 ₽"))})
    second = push(sandbox, server, "HEAD:main")

    assert "remote: Опубликовано: редакция 1, https://oferta.example/offer/1/" in first
    assert "remote: Опубликовано: редакция 2, https://oferta.example/offer/2/" in second
    assert [edition.number for edition in read_editions(server, "offer")] == [1, 2]
    assert (sandbox.releases / "current/offer/2/offer.md").is_file()


def test_another_branch_publishes_nothing(sandbox: Sandbox, server: Path) -> None:
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "0 ₽"))})
    said = push(sandbox, server, "HEAD:work-in-progress")

    assert "ОПУБЛИКОВАНО" not in said.upper()
    assert not sandbox.releases.exists()


def test_a_server_that_was_not_told_where_says_so(sandbox: Sandbox, server: Path) -> None:
    git(server, "config", "--unset", "oferta.release")

    assert last_words(push(sandbox, server, "HEAD:main")) == (
        "НЕ ОПУБЛИКОВАНО: на сервере не задано, куда публиковать (git config oferta.release). "
        "На сайте пока ничего не опубликовано."
    )


def test_a_site_that_does_not_build_is_told_in_the_last_line(pushed: Served) -> None:
    sandbox, server = pushed
    sandbox.commit({"site/hooks.py": "raise SystemExit('нет')\n"})
    last = last_words(push(sandbox, server, "HEAD:main"))

    assert last.startswith("НЕ ОПУБЛИКОВАНО: Сайт не собрался")
    assert last.endswith("На сайте по-прежнему редакция 1.")


def test_a_publish_that_dies_is_told_in_the_last_line(pushed: Served, tmp_path: Path) -> None:
    sandbox, server = pushed
    dying = f'#!/bin/sh\n[ "$1" = publish ] && kill -9 $$\nexec {OFFER_COMMAND} "$@"\n'
    replace_command(server, tmp_path / "dying", dying)
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "16 000 ₽"))})
    last = last_words(push(sandbox, server, "HEAD:main"))

    assert last.startswith("НЕ ОПУБЛИКОВАНО: программа offer не закончила работу (код 137)")
    assert last.endswith("На сайте по-прежнему редакция 1.")


def test_a_clone_that_fetched_the_tags_pushes_on(pushed: Served, tmp_path: Path) -> None:
    sandbox, server = pushed
    git(tmp_path, "clone", "-q", str(server), "clone")
    clone = Sandbox(tmp_path / "clone", sandbox.releases)
    clone.commit({"docs/offer.md": clone.offer(("15 000 ₽", "17 000 ₽"))})
    said = push(clone, server, "--follow-tags", "HEAD:main")

    assert "Опубликовано: редакция 2" in said


def test_an_amended_branch_pushed_by_force_keeps_the_editions(pushed: Served) -> None:
    sandbox, server = pushed
    sandbox.write("docs/offer.md", sandbox.offer(("15 000 ₽", "18 000 ₽")))
    sandbox.git("commit", "-q", "--all", "--amend", "-m", "Переписано")
    said = push(sandbox, server, "--force", "HEAD:main")

    assert "Опубликовано: редакция 2" in said
    assert [edition.number for edition in read_editions(server, "offer")] == [1, 2]


def test_the_hooks_are_executable() -> None:
    assert all(os.access(hook, os.X_OK) for hook in HOOKS.iterdir())
