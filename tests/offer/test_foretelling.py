"""`offer publish --dry-run` tells what would change and changes nothing."""

import subprocess

from tests.offer.repository import OFFER_COMMAND, Sandbox


def everything(sandbox: Sandbox) -> dict[str, int]:
    """Every file there is, with the moment it was changed."""
    folders = (sandbox.tree / ".git", sandbox.releases)
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {str(path): path.stat().st_mtime_ns for path in files}


def foretold(sandbox: Sandbox) -> "subprocess.CompletedProcess[str]":
    """The command as a contractor types it; it changes no file."""
    before = everything(sandbox)
    done = subprocess.run(
        [OFFER_COMMAND, "publish", "--dry-run", "--to", sandbox.releases],
        cwd=sandbox.tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert everything(sandbox) == before
    return done


def test_a_dearer_package_is_told_with_its_class_and_redline(public: Sandbox) -> None:
    public.commit({"docs/offer.md": public.offer(("15 000 ₽", "16 000 ₽"))})
    said = foretold(public).stdout.replace("\u00a0", " ")

    assert "Публичная оферта: будет редакция 2 — изменились цены." in said
    assert "5 часов: 15 000 ₽ → 16 000 ₽" in said
    assert "[-15 000 ₽-]" in said
    assert "{+16 000 ₽+}" in said
    assert "Ничего не изменено" in said


def test_a_text_that_is_public_already_makes_no_edition(public: Sandbox) -> None:
    assert "новой редакции не будет" in foretold(public).stdout


def test_what_publishing_would_refuse_is_refused_with_the_edition_in_force(public: Sandbox) -> None:
    public.commit({"docs/offer.md": public.offer(("15 000 ₽", "дорого"))})
    done = foretold(public)

    assert done.returncode == 1
    assert "п. 3.1" in done.stderr.replace("\u00a0", " ")
    assert done.stderr.endswith("На сайте по-прежнему редакция 1.\n")


def test_a_tag_that_was_moved_is_named(public: Sandbox) -> None:
    public.retag("offer/1", ("Первая", "Другая первая"))
    done = foretold(public)

    assert done.returncode == 1
    assert "offer/1" in done.stderr
