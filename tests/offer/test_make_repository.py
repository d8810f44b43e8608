"""deploy/make-repository: a server's repository by one command, ready for the first push."""

import os
import subprocess
from pathlib import Path

import pytest

from offer.editions import read_editions
from tests.offer.repository import PROJECT, Sandbox, git, make_sandbox, readable

MAKE = PROJECT / "deploy" / "make-repository"


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return make_sandbox(tmp_path)


def make(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MAKE, *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=False
    )


def test_what_it_makes_publishes_a_push_and_shows_a_draft(sandbox: Sandbox, tmp_path: Path) -> None:
    done = make("the site/offer.git", "the site/www", "https://oferta.example/", folder=tmp_path)
    server = str(tmp_path / "the site/offer.git")
    published = git(sandbox.tree, "push", server, "HEAD:main")
    draft = git(sandbox.tree, "push", server, "HEAD:draft")
    git(sandbox.tree, "push", server, ":draft")

    assert done.returncode == 0, done.stderr
    assert f"CHECKOUT_RELEASE={tmp_path}/the site/www/current" in done.stdout
    assert "Опубликовано: редакция 1, https://oferta.example/offer/1/" in readable(published)
    assert "Черновик: https://oferta.example/draft/" in readable(draft)
    assert (tmp_path / "the site/www/current/offer/1/offer.md").is_file()


def test_a_second_time_mends_the_settings_and_keeps_the_editions(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    make("offer.git", "www", "https://oferta.example", folder=tmp_path)
    git(sandbox.tree, "push", str(tmp_path / "offer.git"), "HEAD:main")
    git(tmp_path / "offer.git", "config", "--unset", "core.hooksPath")
    done = make("offer.git", "www", "https://other.example", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "offer.git", "config", "oferta.url") == "https://other.example"
    assert git(tmp_path / "offer.git", "config", "core.hooksPath").endswith("deploy/git-hooks")
    assert len(read_editions(tmp_path / "offer.git", "offer")) == 1


def test_a_machine_that_forbids_deleting_does_not_keep_drafts_for_ever(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = tmp_path / "strict.gitconfig"
    strict.write_text("[receive]\n\tdenyDeletes = true\n\tdenyNonFastForwards = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(strict))
    make("offer.git", "www", "https://oferta.example", folder=tmp_path)
    git(sandbox.tree, "push", str(tmp_path / "offer.git"), "HEAD:work")

    git(sandbox.tree, "push", str(tmp_path / "offer.git"), ":work")
    assert git(tmp_path / "offer.git", "for-each-ref") == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("offer.git", "www"), "Нужно: deploy/make-repository"),
        (("offer.git", "www", "oferta.example"), "Адрес сайта начинается с https://"),
        (("full", "www", "https://oferta.example"), "это не голый репозиторий git"),
        (("work", "www", "https://oferta.example"), "это не голый репозиторий git"),
    ],
)
def test_wrong_arguments_get_a_sentence_and_make_nothing(
    sandbox: Sandbox, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/something").touch()
    assert sandbox.tree == tmp_path / "work"
    before = sorted(tmp_path.iterdir())
    done = make(*arguments, folder=tmp_path)

    assert done.returncode == 1
    assert words in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_the_script_is_executable() -> None:
    assert os.access(MAKE, os.X_OK)
