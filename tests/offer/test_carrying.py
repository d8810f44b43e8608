"""What was published before is taken over byte for byte; only what changed is made."""

import shutil
from pathlib import Path

import pytest

from offer.editions import sha256
from offer.errors import OfferError
from offer.release import load_release, prove_files
from tests.offer.repository import Sandbox, git, make_sandbox, served

DEARER = ("15 000 ₽", "16 000 ₽")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two editions are published, the second dearer."""
    folder = tmp_path_factory.mktemp("two")
    sandbox = make_sandbox(folder)
    sandbox.publish()
    sandbox.commit({"docs/offer.md": sandbox.offer(DEARER)})
    sandbox.publish(days=1)
    return folder


@pytest.fixture
def public(two: Path, tmp_path: Path) -> Sandbox:
    shutil.copytree(two, tmp_path / "public", symlinks=True)
    return Sandbox(tmp_path / "public/work", tmp_path / "public/releases")


def sums(sandbox: Sandbox) -> dict[str, str]:
    return dict(prove_files(sandbox.releases / "current"))


def publish_third(sandbox: Sandbox, **options: str) -> None:
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "17 000 ₽"))})
    sandbox.publish(days=2, url=options.get("url"))


def test_the_only_old_page_that_changes_is_the_one_just_replaced(public: Sandbox) -> None:
    before = sums(public)
    publish_third(public)
    after = sums(public)
    old = [name for name in before if name.startswith(("offer/1/", "offer/2/", "offer/redline"))]

    changed = {name.removesuffix(".br").removesuffix(".gz") for name in old
               if after[name] != before[name]}  # fmt: skip
    assert changed <= {"offer/2/index.html"}


def test_what_stays_takes_no_second_place_on_the_disk(public: Sandbox) -> None:
    before = (public.releases / "current").resolve()
    publish_third(public)
    after = (public.releases / "current").resolve()

    for name in ("offer/1/index.html", "offer/1/offer.md", "offer/1/offer.pdf", "index.html"):
        assert (before / name).samefile(after / name)


def test_a_page_keeps_the_look_and_the_assets_it_was_published_with(public: Sandbox) -> None:
    dress(public, "<link href=/assets/look.1a2b3c4d.css>", "look.1a2b3c4d.css", "body {}")
    publish_third(public)
    dress(public, "<link href=/assets/look.5e6f7a8b.css>", "look.5e6f7a8b.css", "p {}")
    public.commit({"docs/offer.md": public.offer(("15 000 ₽", "18 000 ₽"))})
    public.publish(days=3)

    assert b"look.5e6f7a8b" in served(public, "index.html")
    assert b"look.1a2b3c4d" not in served(public, "index.html")
    assert served(public, "assets/look.5e6f7a8b.css") == b"p {}"
    assert b"look.1a2b3c4d" in served(public, "offer/2/index.html")
    assert served(public, "assets/look.1a2b3c4d.css") == b"body {}"


def dress(sandbox: Sandbox, head: str, name: str, css: str) -> None:
    """Give the site another stylesheet under a hashed name."""
    for old in (sandbox.tree / "docs/assets").glob("look.*"):
        old.unlink()
    page = f"<!doctype html>{head}<title>Оферта</title>{{{{ page.content }}}}"
    sandbox.commit({"site/theme/main.html": page, f"docs/assets/{name}": css})


def test_another_address_makes_the_pages_anew_and_keeps_texts_and_pdfs(public: Sandbox) -> None:
    before = sums(public)
    publish_third(public, url="https://oferta.example/")
    after = sums(public)

    for number in (1, 2):
        for name in (f"offer/{number}/offer.md", f"offer/{number}/offer.pdf"):
            assert after[name] == before[name]


def test_nothing_is_taken_over_from_a_release_with_a_damaged_file(public: Sandbox) -> None:
    page = public.releases / "current/offer/1/index.html"
    whole = page.read_bytes()
    page.write_bytes(b"defaced")
    done = public.publish(days=2)

    assert done.switched
    assert served(public, "offer/1/index.html") == whole
    prove_files(public.releases / "current")


def test_a_pdf_that_had_to_be_made_anew_is_told_with_its_new_hash(public: Sandbox) -> None:
    folder = public.releases / "current"
    forge(folder, "offer/1/offer.pdf", b"%PDF-1.7 of an older printer")
    (folder / "index.html").write_bytes(b"defaced")  # so that nothing is taken over
    done = public.publish(days=2)

    (again,) = done.reprinted
    assert again.tag == "offer/1"
    assert again.pdf_sha256 == sha256(served(public, "offer/1/offer.pdf"))


def forge(folder: Path, name: str, content: bytes) -> None:
    """Put other bytes into a release as if they had been published so."""
    old = sha256((folder / name).read_bytes())
    (folder / name).write_bytes(content)
    for listing in ("SHA256SUMS", "offer/editions.json"):
        text = (folder / listing).read_text(encoding="utf-8")
        (folder / listing).write_text(text.replace(old, sha256(content)), encoding="utf-8")


def test_an_edition_whose_date_differs_from_the_release_stops_publishing(public: Sandbox) -> None:
    manifest = public.releases / "current/offer/editions.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("2026-11-22T09:00:00", "2026-11-21T09:00:00"), "utf-8")
    public.commit({"docs/index.md": "# Другая страница\n"})
    with pytest.raises(OfferError, match="offer/1") as caught:
        public.publish(days=2)

    assert caught.value.code == "rewritten"


def test_a_rewritten_branch_loses_no_edition(public: Sandbox) -> None:
    public.git("checkout", "-q", "--orphan", "anew")
    public.commit({"docs/offer.md": public.offer(("15 000 ₽", "17 000 ₽"))}, "Всё заново")
    public.git("branch", "-q", "-M", "anew", "main")
    public.git("gc", "-q", "--prune=now")
    done = public.publish(days=2)

    assert [edition.number for edition in done.release.editions["offer"]] == [1, 2, 3]
    assert b"15 000" in served(public, "offer/1/offer.md").replace("\u00a0".encode(), b" ")


def test_whoever_keeps_the_tags_gets_them_before_the_site_switches(
    public: Sandbox, tmp_path: Path
) -> None:
    remote = mirrored(public, tmp_path)
    public.commit({"docs/offer.md": public.offer(("15 000 ₽", "17 000 ₽"))})
    public.publish(days=2, push="origin")

    assert git(remote, "tag", "--list") == "offer/1\noffer/2\noffer/3"


def test_a_rejected_tag_leaves_no_tag_and_the_site_as_it_was(
    public: Sandbox, tmp_path: Path
) -> None:
    remote = mirrored(public, tmp_path)
    git(remote, "update-ref", "refs/tags/offer/3", "refs/tags/offer/2")
    public.commit({"docs/offer.md": public.offer(("15 000 ₽", "17 000 ₽"))})
    with pytest.raises(OfferError, match="git fetch --tags origin") as caught:
        public.publish(days=2, push="origin")

    assert caught.value.code == "push_rejected"
    assert public.git("tag", "--list") == "offer/1\noffer/2"
    assert len(load_release(public.releases / "current").editions["offer"]) == 2

    git(remote, "update-ref", "-d", "refs/tags/offer/3")
    assert [e.number for e in public.publish(days=3, push="origin").created] == [3]


def mirrored(sandbox: Sandbox, tmp_path: Path) -> Path:
    """A bare repository elsewhere that has what the work tree has."""
    remote = tmp_path / "elsewhere.git"
    git(tmp_path, "init", "--quiet", "--bare", str(remote))
    sandbox.git("remote", "add", "origin", str(remote))
    sandbox.git("push", "--quiet", "origin", "main", "--tags")
    return remote
