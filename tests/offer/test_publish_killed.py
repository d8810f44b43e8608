"""A publish that dies at any step is undone or finished by the next, and no reader notices."""

import os
import select
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from offer.editions import read_editions
from offer.release import load_release, prove_files
from tests.offer.dying import killed, steps
from tests.offer.repository import Sandbox, make_sandbox, served

# One of each state that a death can leave: two seconds each, and soak dies at every single one.
STEPS = (
    "subprocess.Popen mkdocs",  # nothing is made
    "open offer.pdf",  # a half-made release
    "subprocess.Popen update-ref",  # a whole one without its tag
    "os.rename 000002-",  # a tag without its release
    "os.rename current",  # both, and the old one is shown
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Edition 1 is published, and a dearer text is committed."""
    folder = tmp_path_factory.mktemp("first")
    sandbox = make_sandbox(folder)
    sandbox.publish()
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "16 000 ₽"))})
    return folder


@pytest.fixture
def dearer(first: Path, tmp_path: Path) -> Sandbox:
    shutil.copytree(first, tmp_path / "copy", symlinks=True)
    return Sandbox(tmp_path / "copy/work", tmp_path / "copy/releases")


def hold_to_the_promise(sandbox: Sandbox) -> None:
    """The site is whole and shows edition 1; the next publish shows edition 2, made once."""
    prove_files(sandbox.releases / "current")
    assert [e.number for e in load_release(sandbox.releases / "current").editions["offer"]] == [1]
    tagged = read_editions(sandbox.tree, "offer")
    first_pdf = served(sandbox, "offer/1/offer.pdf")

    done = sandbox.publish(days=2)
    prove_files(sandbox.releases / "current")

    shown = load_release(sandbox.releases / "current").editions["offer"]
    assert [e.tag_id for e in shown] == [e.tag_id for e in read_editions(sandbox.tree, "offer")]
    assert [e.number for e in shown] == [1, 2]
    assert [e.tag_id for e in shown][: len(tagged)] == [e.tag_id for e in tagged]
    assert len(done.created) == 2 - len(tagged)
    assert served(sandbox, "offer/1/offer.pdf") == first_pdf
    assert not [path for path in (sandbox.releases / "releases").iterdir() if "." in path.name]


@pytest.mark.parametrize("step", STEPS)
def test_a_publish_killed_at_a_step_is_undone_or_finished_by_the_next(
    dearer: Sandbox, step: str
) -> None:
    assert killed(dearer, step)

    hold_to_the_promise(dearer)


def still_in(folder: Path) -> Iterator[int]:
    """The processes at work in it, each as what can be waited for."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                yield os.pidfd_open(int(process.name))
        except OSError:
            continue  # it has ended meanwhile


def test_a_publish_takes_its_mkdocs_along_when_it_dies(dearer: Sandbox) -> None:
    assert killed(dearer, "open editions.json"), "MkDocs knows by now what to show"

    for at_work in still_in(dearer.releases):
        assert select.select([at_work], [], [], 30)[0]
        os.close(at_work)

    (left,) = (dearer.releases / "releases").glob(".building-*")
    assert not (left / "pages").exists()


@pytest.mark.soak
def test_a_publish_killed_at_every_single_step_loses_nothing(first: Path, tmp_path: Path) -> None:
    def copy(name: str) -> Sandbox:
        shutil.copytree(first, tmp_path / name, symlinks=True)
        return Sandbox(tmp_path / name / "work", tmp_path / name / "releases")

    count = len(steps(copy("whole")))
    assert count > len(STEPS)

    for number in range(1, count + 1):
        sandbox = copy(str(number))
        assert killed(sandbox, str(number))
        hold_to_the_promise(sandbox)
        shutil.rmtree(tmp_path / str(number))
