"""Editions are a chain of annotated tags that any clone can check."""

import hashlib
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from offer.editions import Edition, read_editions
from offer.errors import OfferError
from offer.publishing.handover import Handover, handover_of, load_handover, save_handover
from tests.offer.repository import OFFER, START, Sandbox, git, make_sandbox

DEARER = ("15 000 ₽", "16 000 ₽")
CHEAPER = ("15 000 ₽", "14 000 ₽")


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return make_sandbox(tmp_path)


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chain")
    sandbox = make_sandbox(folder)
    sandbox.tag_editions()
    sandbox.next_edition(DEARER, days=1)
    sandbox.next_edition(CHEAPER, days=2)
    return folder


@pytest.fixture
def three(chain: Path, tmp_path: Path) -> Sandbox:
    """Three editions of the offer, a day apart."""
    shutil.copytree(chain / "work", tmp_path / "three", symlinks=True)
    return Sandbox(tmp_path / "three", tmp_path / "releases")


def numbers(editions: tuple[Edition, ...]) -> list[int]:
    return [edition.number for edition in editions]


def refusal(folder: Path, document: str = "offer") -> OfferError:
    with pytest.raises(OfferError) as caught:
        read_editions(folder, document)
    assert "\n" not in caught.value.sentence
    return caught.value


def test_a_repository_without_editions_has_none(sandbox: Sandbox) -> None:
    assert read_editions(sandbox.tree, "offer") == ()


def test_editions_come_oldest_first_with_hash_date_and_chain(three: Sandbox) -> None:
    first, second, third = read_editions(three.tree, "offer")

    assert (first.number, first.change, first.previous) == (1, None, None)
    assert first.summary == "Первая редакция"
    assert first.text == OFFER.encode()
    assert first.sha256 == hashlib.sha256(OFFER.encode()).hexdigest()
    assert first.tag_id == three.git("rev-parse", "refs/tags/offer/1")
    assert first.commit == three.git("rev-parse", "offer/1^{commit}")
    assert first.published_at == START
    assert (second.change, second.previous) == ("price", first.tag_id)
    assert third.published_at == START + timedelta(days=2)


def test_commits_between_two_editions_are_none(three: Sandbox) -> None:
    three.commit({"docs/offer.md": three.offer(("15 000 ₽", "17 000 ₽"))})
    three.commit({"docs/offer.md": three.offer(("15 000 ₽", "18 000 ₽"))})

    assert numbers(read_editions(three.tree, "offer")) == [1, 2, 3]


def test_a_restored_text_is_a_new_edition_with_the_old_hash(three: Sandbox) -> None:
    three.git("revert", "--no-edit", "HEAD", "HEAD~1")
    three.tag_editions(days=3)
    first, _, _, fourth = read_editions(three.tree, "offer")

    assert fourth.sha256 == first.sha256
    assert fourth.commit != first.commit
    assert fourth.summary.endswith("снова текст редакции\u00a01")


def test_a_merge_is_one_edition_and_loses_nothing_that_was_public(sandbox: Sandbox) -> None:
    sandbox.tag_editions()
    sandbox.next_edition(DEARER, days=1)
    sandbox.git("checkout", "-q", "-b", "side", "HEAD~1")
    sandbox.commit({"docs/privacy.md": "# Политика\n"})
    sandbox.git("checkout", "-q", "main")
    sandbox.git("revert", "--no-edit", "HEAD")
    sandbox.tag_editions(days=2)
    sandbox.git("merge", "-q", "--no-edit", "side")
    created = sandbox.tag_editions(days=3)

    assert [edition.tag for edition in created] == ["privacy/1"]
    assert [e.change for e in read_editions(sandbox.tree, "offer")] == [None, "price", "price"]
    assert numbers(read_editions(sandbox.tree, "offer")) == [1, 2, 3]


def test_a_rewritten_branch_keeps_every_edition(three: Sandbox) -> None:
    three.git("reset", "-q", "--hard", "offer/1^{commit}")
    three.git("reflog", "expire", "--expire=now", "--all")
    three.git("gc", "-q", "--prune=now")

    assert numbers(read_editions(three.tree, "offer")) == [1, 2, 3]


def test_a_file_moved_away_is_missing_in_the_tagged_commit(three: Sandbox) -> None:
    three.git("mv", "docs/offer.md", "docs/oferta.md")
    commit = three.commit({}, "Переименование")
    three.retag("offer/3", (three.git("rev-parse", "offer/3^{commit}"), commit))

    error = refusal(three.tree)
    assert error.code == "missing_file"
    assert "docs/offer.md" in error.sentence


def test_windows_line_ends_and_a_byte_order_mark_are_part_of_the_bytes(sandbox: Sandbox) -> None:
    data = b"\xef\xbb\xbf" + OFFER.replace("\n", "\r\n").encode()
    sandbox.commit({"docs/offer.md": data, ".gitattributes": "*.md -text\n"})
    sandbox.tag_editions()
    (edition,) = read_editions(sandbox.tree, "offer")

    assert edition.text == data
    assert edition.sha256 == hashlib.sha256(data).hexdigest()


def test_the_hash_is_of_the_blob_and_not_of_the_checked_out_file(sandbox: Sandbox) -> None:
    sandbox.commit({".gitattributes": "*.md text eol=crlf\n"})
    (sandbox.tree / "docs/offer.md").unlink()
    sandbox.git("checkout", "--", "docs/offer.md")
    assert b"\r\n" in (sandbox.tree / "docs/offer.md").read_bytes()
    sandbox.tag_editions()

    assert read_editions(sandbox.tree, "offer")[0].text == OFFER.encode()


def test_a_file_that_is_not_utf_8_is_refused(three: Sandbox) -> None:
    data = OFFER.encode("utf-16")
    commit = three.commit({"docs/offer.md": data})
    old = read_editions(three.tree, "offer")[-1]
    fresh = hashlib.sha256(data).hexdigest()
    three.retag("offer/3", (old.commit, commit), (old.sha256, fresh))

    assert refusal(three.tree).code == "not_utf8"


def test_a_lightweight_tag_is_refused_with_one_sentence(three: Sandbox) -> None:
    three.git("tag", "--no-sign", "offer/4")

    error = refusal(three.tree)
    assert error.code == "lightweight_tag"
    assert "offer/4" in error.sentence


@pytest.mark.parametrize("name", ["draft", "04", "0", "4/1", "٤"])
def test_a_tag_that_is_no_number_is_refused(three: Sandbox, name: str) -> None:
    three.git("update-ref", f"refs/tags/offer/{name}", three.git("rev-parse", "refs/tags/offer/3"))

    assert refusal(three.tree).code == "stray_tag"


@pytest.mark.parametrize("deleted", [1, 2])
def test_a_deleted_tag_leaves_a_gap(three: Sandbox, deleted: int) -> None:
    three.git("tag", "-d", f"offer/{deleted}")

    error = refusal(three.tree)
    assert error.code == "gap"
    assert f"offer/{deleted}" in error.sentence
    assert "git fetch --tags" in error.sentence


def test_a_tag_moved_onto_another_edition_is_refused(three: Sandbox) -> None:
    three.git("update-ref", "refs/tags/offer/2", three.git("rev-parse", "refs/tags/offer/3"))

    assert refusal(three.tree).code == "moved_tag"


def test_a_tag_made_anew_breaks_the_chain(three: Sandbox) -> None:
    three.retag("offer/2", ("изменён п.", "изменен пункт"))

    error = refusal(three.tree)
    assert error.code == "broken_chain"
    assert "offer/3" in error.sentence


def test_a_tag_on_other_bytes_is_refused(three: Sandbox) -> None:
    commits = three.git("rev-parse", "offer/3^{commit}", "offer/2^{commit}").split()
    three.retag("offer/3", (commits[0], commits[1]))

    assert refusal(three.tree).code == "wrong_hash"


def test_a_date_before_the_previous_edition_is_refused(three: Sandbox) -> None:
    late = int((START + timedelta(days=2)).timestamp())
    three.retag("offer/3", (str(late), str(late - 10 * 86400)))

    assert refusal(three.tree).code == "date_before_previous"


def test_a_tag_of_something_else_than_a_commit_is_refused(three: Sandbox) -> None:
    blob = three.git("rev-parse", "HEAD:docs/offer.md")
    old = three.git("rev-parse", "offer/3^{commit}")
    three.retag("offer/3", (f"object {old}\ntype commit", f"object {blob}\ntype blob"))

    assert refusal(three.tree).code == "broken_tag"


def test_a_message_without_trailers_is_refused(three: Sandbox) -> None:
    three.retag("offer/1", ("\n\nSha256:", "\nSha256:"))

    assert refusal(three.tree).code == "wrong_hash"


@pytest.mark.parametrize("change", ["Change: huge\n", ""])
def test_an_edition_after_the_first_has_a_known_class(three: Sandbox, change: str) -> None:
    three.retag("offer/3", ("Change: price\n", change))

    assert refusal(three.tree).code == "broken_tag"


def test_a_signed_tag_is_read_without_its_signature(three: Sandbox) -> None:
    signature = "-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n"
    previous = read_editions(three.tree, "offer")[-1].previous
    three.retag("offer/3", (f"Previous: {previous}\n", f"Previous: {previous}\n{signature}"))

    assert read_editions(three.tree, "offer")[-1].previous == previous


def test_a_shallow_clone_names_the_cure(three: Sandbox, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{three.tree}", "shallow")

    error = refusal(tmp_path / "shallow")
    assert "git fetch --unshallow" in error.sentence

    git(tmp_path / "shallow", "fetch", "-q", "--unshallow", "--tags")
    assert numbers(read_editions(tmp_path / "shallow", "offer")) == [1, 2, 3]


def test_a_commit_that_the_clone_lacks_names_the_cure(three: Sandbox, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{three.tree}", "shallow")
    shallow = tmp_path / "shallow"
    for number in (1, 2):
        tag = f"offer/{number}"
        content = three.git("cat-file", "tag", tag) + "\n"
        source = Sandbox(shallow, tmp_path / "none")
        source.write("tag", content)
        tag_id = git(shallow, "hash-object", "-t", "tag", "--literally", "-w", "tag")
        (shallow / ".git/refs/tags/offer").mkdir(parents=True, exist_ok=True)
        (shallow / f".git/refs/tags/{tag}").write_text(f"{tag_id}\n")

    error = refusal(shallow)
    assert error.code == "missing_commit"
    assert "git fetch --unshallow" in error.sentence


def test_any_clone_with_tags_rebuilds_the_record(three: Sandbox, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(three.tree), "bare.git")

    assert read_editions(tmp_path / "bare.git", "offer") == read_editions(three.tree, "offer")


def test_a_replaced_object_does_not_change_what_was_public(three: Sandbox) -> None:
    blob = three.git("rev-parse", "offer/1:docs/offer.md")
    three.git("replace", blob, three.git("rev-parse", "offer/2:docs/offer.md"))

    assert read_editions(three.tree, "offer")[0].text == OFFER.encode()


def test_the_variables_of_a_hook_do_not_lead_to_another_repository(
    three: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_sandbox(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.tree / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")

    assert numbers(read_editions(three.tree, "offer")) == [1, 2, 3]


def test_a_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "no_repository"


def config(folder: Path) -> dict[str, object]:
    return {"extra": {}, "config_file_path": str(folder / "mkdocs.yml")}


def test_a_build_reads_the_tags_of_its_own_repository(three: Sandbox) -> None:
    editions = handover_of(config(three.tree)).editions

    assert numbers(editions["offer"]) == [1, 2, 3]
    assert editions["consent"] == editions["privacy"] == ()


def test_a_build_without_git_or_commits_has_no_editions(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "empty")
    nothing: dict[str, tuple[()]] = {"offer": (), "consent": (), "privacy": ()}

    assert handover_of(config(tmp_path)).editions == nothing
    assert handover_of(config(tmp_path / "empty")).editions == nothing


def test_a_build_without_the_git_program_has_no_editions(
    three: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert handover_of(config(three.tree)).editions["offer"] == ()
    assert refusal(three.tree).code == "git"


def test_a_build_takes_what_publish_hands_over(three: Sandbox, tmp_path: Path) -> None:
    editions = {"offer": read_editions(three.tree, "offer"), "consent": (), "privacy": ()}
    handover = Handover(editions, frozenset({"offer/1/", "offer/redline/1-2/"}))
    save_handover(tmp_path / "handed.json", handover)

    assert load_handover(tmp_path / "handed.json") == handover


def test_a_build_gets_no_text_that_no_page_of_it_shows(three: Sandbox) -> None:
    editions = {"offer": read_editions(three.tree, "offer"), "consent": (), "privacy": ()}
    carried = frozenset({"offer/1/", "offer/2/", "offer/redline/1-2/"})
    handed = Handover(editions, carried).without_needless_texts().editions["offer"]

    assert [bool(edition.text) for edition in handed] == [False, True, True]
