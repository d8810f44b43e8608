"""Publishing: all or nothing, one at a time, and what was public stays public."""

import hashlib
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from offer.draft import UnsellableError
from offer.errors import OfferError
from offer.publishing.releases import KEPT_RELEASES
from offer.release import load_release
from tests.offer.dying import killed
from tests.offer.refusing import folders, refusal, tags
from tests.offer.repository import CONSENT, OFFER, START, Sandbox, make_sandbox, served

DEARER = ("15 000 ₽", "16 000 ₽")


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return make_sandbox(tmp_path)


def test_the_first_publish_makes_edition_1_of_every_document(sandbox: Sandbox) -> None:
    sandbox.commit({"docs/consent.md": CONSENT})
    done = sandbox.publish()

    assert [edition.tag for edition in done.created] == ["offer/1", "consent/1"]
    assert tags(sandbox) == ["consent/1", "offer/1"]
    assert served(sandbox, "offer/1/offer.md") == OFFER.encode()
    assert served(sandbox, "consent/1/consent.md") == CONSENT.encode()
    assert json.loads(served(sandbox, "privacy/editions.json"))["current"] is None


def test_the_tag_carries_summary_hash_class_and_link(public: Sandbox) -> None:
    public.commit({"docs/offer.md": public.offer(DEARER)})
    public.publish(days=1)
    content = public.git("cat-file", "tag", "offer/2")
    requisites = "Индивидуальный предприниматель Дудкин Антон Александрович <dudkinanton@bk.ru>"
    at = int((START + timedelta(days=1)).timestamp())

    assert f"tagger {requisites} {at} +0300" in content
    assert "\n5 часов: 15 000 ₽ → 16 000 ₽; изменён п. 3.1\n\nSha256: " in content.replace(
        "\xa0", " "
    )
    assert content.endswith(
        f"Change: price\nPrevious: {public.git('rev-parse', 'refs/tags/offer/1')}"
    )


def test_three_commits_pushed_together_are_one_edition(public: Sandbox) -> None:
    for price in ("16 000 ₽", "17 000 ₽", "18 000 ₽"):
        public.commit({"docs/offer.md": public.offer(("15 000 ₽", price))})
    done = public.publish(days=1)

    assert [edition.number for edition in done.created] == [2]
    assert "18 000 ₽" in served(public, "offer/2/offer.md").decode()


def test_publishing_again_without_a_change_does_nothing(public: Sandbox) -> None:
    done = public.publish(days=1)

    assert (done.created, done.switched) == ((), False)
    assert folders(public) == [done.release.id]


def test_other_pages_make_a_release_and_no_edition(public: Sandbox) -> None:
    public.commit({"docs/index.md": "# Новая первая страница\n"})
    done = public.publish(days=1)

    assert (done.created, done.switched) == ((), True)
    assert "Новая первая страница" in served(public, "index.html").decode()
    assert tags(public) == ["offer/1"]


def test_another_address_of_the_site_makes_a_release(public: Sandbox) -> None:
    done = public.publish(days=1, url="https://oferta.example/")

    assert (done.created, done.switched) == ((), True)
    assert "<loc>https://oferta.example/</loc>" in served(public, "sitemap.xml").decode()


def test_a_restored_text_is_published_as_the_next_edition(public: Sandbox) -> None:
    public.commit({"docs/offer.md": public.offer(DEARER)})
    public.publish(days=1)
    public.git("revert", "--no-edit", "HEAD")
    public.publish(days=2)
    release = load_release(public.releases / "current")
    third = release.current("offer")

    assert third is not None
    assert third.number == 3
    assert third.sha256 == release.editions["offer"][0].sha256
    assert release.edition("offer", third.sha256) == third


@pytest.mark.usefixtures("papers_anew")
def test_equal_sources_give_equal_bytes(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.publish()
    first = served(sandbox, "SHA256SUMS")
    again = Sandbox(sandbox.tree, tmp_path / "again")
    again.publish()

    assert served(again, "SHA256SUMS") == first


def test_pages_are_dated_by_the_commit_and_not_by_the_clock(sandbox: Sandbox) -> None:
    sandbox.publish(url="https://oferta.example/")

    assert "<lastmod>2026-11-22</lastmod>" in served(sandbox, "sitemap.xml").decode()


def test_the_sums_check_every_file_of_the_release(public: Sandbox) -> None:
    folder = public.releases / "current"
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=False
    )
    listed = {line[66:] for line in served(public, "SHA256SUMS").decode().splitlines()}
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}

    assert done.returncode == 0
    assert listed == present - {"SHA256SUMS"}


def test_exact_bytes_survive_line_end_attributes(sandbox: Sandbox) -> None:
    sandbox.commit({".gitattributes": "*.md text eol=crlf\n"})
    sandbox.publish()

    assert served(sandbox, "offer/1/offer.md") == OFFER.encode()


def test_windows_line_ends_and_a_byte_order_mark_are_published_as_they_are(
    sandbox: Sandbox,
) -> None:
    data = b"\xef\xbb\xbf" + OFFER.replace("\n", "\r\n").encode()
    sandbox.commit({".gitattributes": "*.md -text\n", "docs/offer.md": data})
    sandbox.publish()

    assert served(sandbox, "offer/1/offer.md") == data


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("15 000 ₽", "0 ₽"), "unsellable"),
        (("15 000 ₽", "15 000 $"), "unsellable"),
        (("1 календарный месяц", "недолго"), "unsellable"),
    ],
)
def test_a_text_that_cannot_be_sold_by_changes_nothing(
    public: Sandbox, change: tuple[str, str], code: str
) -> None:
    public.commit({"docs/offer.md": public.offer(change)})
    error = refusal(public)

    assert isinstance(error, UnsellableError)
    assert error.problems[0].line > 0
    assert error.code == code


@pytest.mark.parametrize(
    "hidden",
    ["**не**{hidden} отвечает", "не{: hidden } отвечает", "[не](javascript:void) отвечает"],
)
def test_a_text_that_its_page_would_show_otherwise_changes_nothing(
    public: Sandbox, hidden: str
) -> None:
    public.commit({"docs/offer.md": public.offer(("не отвечает", hidden))})
    error = refusal(public)

    assert isinstance(error, UnsellableError)
    assert "строка" in error.problems[0].sentence


@pytest.mark.parametrize("hidden", ["<div hidden>Ещё</div>", "Ещё{hidden}", "Ещё\u200b"])
def test_a_consent_that_its_page_would_show_otherwise_changes_nothing(
    public: Sandbox, hidden: str
) -> None:
    public.commit({"docs/consent.md": f"{CONSENT}\n{hidden}\n"})

    assert refusal(public).sentence.startswith("docs/consent.md, строка 5: ")


@pytest.mark.parametrize("name", ["docs/a\nb.txt", "docs/SHA256SUMS", "docs/release.json"])
def test_a_file_that_the_sums_could_not_name_publishes_nothing(public: Sandbox, name: str) -> None:
    public.commit({name: "x", "docs/offer.md": public.offer(DEARER)})

    assert "переименуйте" in refusal(public).sentence


def test_a_packed_file_of_the_contractor_is_published_too(public: Sandbox) -> None:
    public.commit({"docs/files.tar.gz": b"packed", "docs/offer.md": public.offer(DEARER)})
    public.publish(days=1)

    assert served(public, "files.tar.gz") == b"packed"


def test_a_text_that_is_not_utf_8_changes_nothing(public: Sandbox) -> None:
    public.commit({"docs/offer.md": OFFER.encode("cp1251", "ignore")})

    assert refusal(public).code == "not_utf8"


def test_a_renamed_offer_changes_nothing(public: Sandbox) -> None:
    public.git("mv", "docs/offer.md", "docs/oferta.md")
    public.commit({})

    assert refusal(public).code == "missing_file"


def test_a_published_consent_cannot_vanish(sandbox: Sandbox) -> None:
    sandbox.commit({"docs/consent.md": CONSENT})
    sandbox.publish()
    sandbox.git("rm", "-q", "docs/consent.md")
    sandbox.commit({})

    assert refusal(sandbox).code == "missing_file"


def test_a_site_that_does_not_build_changes_nothing(public: Sandbox) -> None:
    broken = {"docs/index.md": "[нет](нет.md)\n", "docs/offer.md": public.offer(DEARER)}
    public.commit(broken)
    error = refusal(public)

    assert error.code == "build_failed"
    assert "нет.md" in error.sentence


def test_a_site_without_the_page_of_an_edition_changes_nothing(public: Sandbox) -> None:
    public.commit({"site/hooks.py": "", "docs/offer.md": public.offer(DEARER)})

    assert refusal(public).code == "build_failed"


def test_a_link_among_the_sources_of_the_site_publishes_nothing(public: Sandbox) -> None:
    (public.tree / "docs/secret.md").symlink_to("/etc/passwd")
    public.commit({"docs/offer.md": public.offer(DEARER)})
    error = refusal(public)

    assert error.code == "build_failed"
    assert "docs/secret.md" in error.sentence


def test_a_clock_behind_the_last_edition_publishes_nothing(public: Sandbox) -> None:
    public.commit({"docs/offer.md": public.offer(DEARER)})

    assert refusal(public, days=-1).code == "clock_behind"


def test_a_deleted_tag_of_a_public_edition_is_noticed(public: Sandbox) -> None:
    public.commit({"docs/offer.md": public.offer(DEARER)})
    public.publish(days=1)
    tag_id = public.git("rev-parse", "refs/tags/offer/2")
    public.git("tag", "-d", "offer/2")
    public.commit({"docs/index.md": "# Другая страница\n"})
    error = refusal(public, days=2)

    assert error.code == "rewritten"
    assert "offer/2" in error.sentence

    public.git("update-ref", "refs/tags/offer/2", tag_id)
    assert public.publish(days=3).release.current("offer") is not None


def test_a_tag_made_anew_under_a_public_number_is_noticed(public: Sandbox) -> None:
    public.retag("offer/1", ("Первая", "Другая первая"))
    public.commit({"docs/offer.md": public.offer(DEARER)})

    assert refusal(public).code == "rewritten"


TAKE_NUMBER = """
import subprocess
ref = ["update-ref", "refs/tags/offer/2", "refs/tags/offer/1"]
subprocess.run(["git", "--git-dir={git_dir}", *ref], check=True)
"""


def test_a_number_taken_meanwhile_publishes_nothing(public: Sandbox) -> None:
    """Somebody makes the tag between our look and our ref: here, while the site is built."""
    hooks = (public.tree / "site/hooks.py").read_text()
    taking = hooks + TAKE_NUMBER.format(git_dir=public.tree / ".git")
    public.commit({"docs/offer.md": public.offer(DEARER), "site/hooks.py": taking})
    with pytest.raises(OfferError) as caught:
        public.publish(days=1)

    assert caught.value.code == "ref_taken"
    assert len(folders(public)) == 1


def test_two_publishes_at_once_make_one_edition(public: Sandbox) -> None:
    public.commit({"docs/offer.md": public.offer(DEARER)})
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: public.publish(days=1), range(3)))

    assert sorted(len(one.created) for one in done) == [0, 0, 1]
    assert tags(public) == ["offer/1", "offer/2"]
    assert len({one.release.id for one in done}) == 1


def test_a_branch_set_back_after_a_crash_is_the_next_edition(public: Sandbox) -> None:
    """The crash left edition 2 tagged and not shown; the site still shows the old commit."""
    public.commit({"docs/offer.md": public.offer(DEARER)})
    assert killed(public, "os.rename current")
    public.git("reset", "-q", "--hard", "HEAD~1")
    done = public.publish(days=2)
    offer = done.release.current("offer")

    assert offer is not None
    assert (offer.number, offer.text) == (3, OFFER.encode())


def test_a_damaged_release_is_made_anew(public: Sandbox) -> None:
    (public.releases / "current" / "offer/1/offer.md").write_bytes(b"")
    done = public.publish(days=1)

    assert (done.created, done.switched) == ((), True)
    assert load_release(public.releases / "current").id == done.release.id


def test_the_last_releases_are_kept(public: Sandbox) -> None:
    for number in range(2, KEPT_RELEASES + 3):
        (public.releases / "releases" / f"{number:06d}-0123456789ab").mkdir()
    public.commit({"docs/index.md": "# Новая страница\n"})
    done = public.publish(days=1)

    assert len(folders(public)) == KEPT_RELEASES
    assert folders(public)[-1] == done.release.id
    assert done.release.id.startswith(f"{KEPT_RELEASES + 3:06d}-")


def test_the_link_is_relative_so_that_the_folder_can_be_moved(public: Sandbox) -> None:
    assert not Path(os.readlink(public.releases / "current")).is_absolute()
    moved = public.releases.rename(public.releases.parent / "elsewhere")

    assert load_release(moved / "current").current("offer") is not None


def test_a_branch_that_is_not_there_is_named(sandbox: Sandbox) -> None:
    sandbox.git("branch", "-m", "main", "draft")
    with pytest.raises(OfferError) as caught:
        sandbox.publish()

    assert caught.value.code == "no_commit"
    assert "main" in caught.value.sentence


def test_a_tag_named_as_the_branch_does_not_mislead(public: Sandbox) -> None:
    public.git("tag", "--no-sign", "main", "HEAD")
    public.commit({"docs/offer.md": public.offer(DEARER)})

    assert [edition.number for edition in public.publish(days=1).created] == [2]


def test_the_hash_is_the_same_everywhere(public: Sandbox) -> None:
    digest = hashlib.sha256(served(public, "offer/1/offer.md")).hexdigest()
    (row,) = json.loads(served(public, "offer/editions.json"))["editions"]

    assert row["sha256"] == digest
    assert f"Sha256: {digest}" in public.git("cat-file", "tag", "offer/1")
    assert f"{digest}  offer/1/offer.md" in served(public, "SHA256SUMS").decode()
