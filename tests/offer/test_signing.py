"""Signed tags of editions, by real keys: what `git verify-tag` says of them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from offer.draft import next_editions
from offer.editions import DOCUMENTS, repository_at
from offer.errors import OfferError
from offer.tags import parse_tag
from tests.offer.repository import OFFER_COMMAND, START, Sandbox, make_sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return make_sandbox(tmp_path)


@pytest.fixture
def key(sandbox: Sandbox, tmp_path: Path) -> Path:
    """An ssh key that the repository's configuration names, and whom it belongs to."""
    path = tmp_path / "key"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
    subprocess.run(command, check=True)
    known = tmp_path / "allowed"
    known.write_text(f"anton@example.org {path.with_suffix('.pub').read_text()}")
    sandbox.git("config", "gpg.format", "ssh")
    sandbox.git("config", "user.signingKey", str(path))
    sandbox.git("config", "gpg.ssh.allowedSignersFile", str(known))
    return path


def objects(sandbox: Sandbox) -> set[str]:
    listing = sandbox.git("cat-file", "--batch-all-objects", "--batch-check")
    return {line.split()[1] + line.split()[0] for line in listing.splitlines()}


def verified(sandbox: Sandbox, tag: str) -> str:
    done = subprocess.run(
        ["git", "verify-tag", tag], cwd=sandbox.tree, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.usefixtures("key")
def test_git_verifies_a_tag_signed_with_an_ssh_key(sandbox: Sandbox) -> None:
    sandbox.tag_editions(sign=True)
    second = sandbox.next_edition(("15 000 ₽", "16 000 ₽"), days=1)
    sandbox.commit({"docs/offer.md": sandbox.offer()})
    third = sandbox.tag_editions(days=2, sign=True)[-1]

    assert "Good" in verified(sandbox, "offer/1")
    assert "Good" in verified(sandbox, "offer/3")
    assert third.previous == second.tag_id


@pytest.mark.usefixtures("key")
def test_a_signed_tag_says_the_same_as_an_unsigned_one(sandbox: Sandbox, tmp_path: Path) -> None:
    other = make_sandbox(tmp_path / "other")
    signed, unsigned = sandbox.tag_editions(sign=True)[0], other.tag_editions()[0]
    data = sandbox.git("cat-file", "tag", signed.tag_id).encode()
    plain = other.git("cat-file", "tag", unsigned.tag_id).encode()

    assert b"SSH SIGNATURE" in data
    assert parse_tag(data, "offer/1") == parse_tag(plain, "offer/1")
    assert data.split(b"\n-----BEGIN")[0] == plain


@pytest.mark.usefixtures("key")
def test_a_signed_tag_object_is_written_before_its_ref(sandbox: Sandbox) -> None:
    repository, nothing = repository_at(sandbox.tree), dict.fromkeys(DOCUMENTS, ())
    (edition,) = next_editions(
        repository, sandbox.git("rev-parse", "HEAD"), nothing, START, sign=True
    )

    assert sandbox.git("cat-file", "-t", edition.tag_id) == "tag"
    assert sandbox.git("for-each-ref", "refs/tags") == ""


def test_without_a_key_nothing_is_written_and_the_cure_is_named(sandbox: Sandbox) -> None:
    before = objects(sandbox)
    with pytest.raises(OfferError) as caught:
        sandbox.tag_editions(sign=True)

    assert caught.value.code == "no_key"
    assert "git config user.signingKey" in caught.value.sentence
    assert objects(sandbox) == before


def test_a_key_that_is_gone_is_named_and_nothing_is_written(sandbox: Sandbox, key: Path) -> None:
    before = objects(sandbox)
    key.unlink()
    key.with_suffix(".pub").unlink()
    with pytest.raises(OfferError) as caught:
        sandbox.tag_editions(sign=True)

    assert caught.value.code == "not_signed"
    assert str(key) in caught.value.sentence
    assert objects(sandbox) == before


def test_the_key_may_be_named_for_the_person_instead_of_the_repository(
    sandbox: Sandbox, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gpg.format", "user.signingKey"):
        sandbox.git("config", "--unset", name)
    personal = tmp_path / "personal.gitconfig"
    personal.write_text(f"[gpg]\n\tformat = ssh\n[user]\n\tsigningKey = {key}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(personal))
    sandbox.tag_editions(sign=True)

    assert "Good" in verified(sandbox, "offer/1")


@pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is one of two kinds of key")
def test_git_verifies_a_tag_signed_with_a_gpg_key(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    fresh = ("--batch", "--passphrase", "", "--quick-generate-key", "anton@example.org", "ed25519")
    subprocess.run(["gpg", *fresh], check=True, capture_output=True)
    try:
        sandbox.git("config", "user.signingKey", "anton@example.org")
        sandbox.tag_editions(sign=True)

        assert "Good signature" in verified(sandbox, "offer/1")
        assert parse_tag(
            sandbox.git("cat-file", "tag", "offer/1").encode(), "offer/1"
        ).trailers.keys() == {"Sha256"}
    finally:
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=True)


@pytest.mark.usefixtures("key")
def test_the_command_signs_what_it_publishes(sandbox: Sandbox) -> None:
    publish = [OFFER_COMMAND, "publish", "--to", sandbox.releases, "--sign"]
    subprocess.run(publish, cwd=sandbox.tree, env=os.environ, check=True, capture_output=True)

    assert "Good" in verified(sandbox, "offer/1")


def test_a_publish_that_cannot_sign_changes_nothing(sandbox: Sandbox) -> None:
    publish = [OFFER_COMMAND, "publish", "--to", sandbox.releases, "--sign"]
    done = subprocess.run(publish, cwd=sandbox.tree, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("НЕ ОПУБЛИКОВАНО: Подписать метку нечем")
    assert sandbox.git("tag") == ""
    assert not (sandbox.releases / "current").exists()
