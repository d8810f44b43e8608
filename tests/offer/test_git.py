"""The one way to git: isolated from the person's configuration, batch by batch."""

from pathlib import Path

import pytest

from offer.git import GitError, Repository, environment
from tests.offer.repository import OFFER, Sandbox, make_sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return make_sandbox(tmp_path)


def repository(sandbox: Sandbox) -> Repository:
    return Repository(sandbox.tree / ".git")


def test_one_batch_reads_blobs_and_says_what_is_missing(sandbox: Sandbox) -> None:
    names = ["HEAD:docs/offer.md", "HEAD:docs/none.md", "HEAD:docs", "0" * 40, "HEAD"]
    found = repository(sandbox).objects(names)
    blob, missing, tree, nothing, commit = (found[name] for name in names)

    assert blob is not None
    assert (blob.kind, blob.data) == ("blob", OFFER.encode())
    assert tree is not None
    assert commit is not None
    assert (tree.kind, commit.kind) == ("tree", "commit")
    assert missing is nothing is None


def test_refs_are_created_all_or_none(sandbox: Sandbox) -> None:
    head = sandbox.git("rev-parse", "HEAD")
    sandbox.git("update-ref", "refs/tags/taken", head)
    with pytest.raises(GitError) as caught:
        repository(sandbox).create_refs({"refs/tags/fresh": head, "refs/tags/taken": head})

    assert "taken" in caught.value.stderr
    assert [ref.name for ref in repository(sandbox).refs("refs/tags/")] == ["refs/tags/taken"]


def test_a_failed_command_carries_what_git_said(sandbox: Sandbox) -> None:
    with pytest.raises(GitError) as caught:
        repository(sandbox).archive("nothing", ["docs"])

    assert "nothing" in caught.value.stderr
    assert caught.value.sentence


def test_hooks_of_the_person_do_not_run(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "foreign"
    hooks.mkdir()
    (hooks / "reference-transaction").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "reference-transaction").chmod(0o755)
    sandbox.git("config", "core.hooksPath", str(hooks))
    repository(sandbox).create_refs({"refs/tags/fresh": repository(sandbox).commit("HEAD") or ""})

    assert len(repository(sandbox).refs("refs/tags/")) == 1


def test_a_hooks_variables_are_dropped_but_for_the_quarantine() -> None:
    outer = {
        "PATH": "/bin",
        "GIT_DIR": ".",
        "GIT_OBJECT_DIRECTORY": "incoming",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "objects",
        "GIT_CONFIG_COUNT": "1",
    }
    after = environment(outer)
    inside = environment(outer | {"GIT_QUARANTINE_PATH": "incoming"})

    assert after.keys() & {"GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_CONFIG_COUNT"} == set()
    assert inside["GIT_OBJECT_DIRECTORY"] == "incoming"
    assert "GIT_DIR" not in inside
    assert inside["LC_ALL"] == "C"
    assert inside["GIT_TERMINAL_PROMPT"] == "0"


def test_trailers_come_from_the_newest_commit_first(sandbox: Sandbox) -> None:
    start = sandbox.git("rev-parse", "HEAD")
    sandbox.commit({"docs/offer.md": "1"}, "Раз\n\nSummary: первая\n  строка\n")
    sandbox.commit({"docs/index.md": "1"}, "Другое\n\nSummary: не о том\n")
    sandbox.commit({"docs/offer.md": "2"}, "Два\n\nSummary: нет\n\nА это уже не трейлер")
    sandbox.commit({"docs/offer.md": "3"}, "Три\n\nChange: editorial\nSummary: третья\n")
    messages = repository(sandbox).messages("HEAD", start, "docs/offer.md")

    assert [(m.summary, m.change) for m in messages] == [
        ("третья", "editorial"),
        (None, None),
        ("первая строка", None),
    ]
