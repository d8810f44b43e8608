"""`offer check --watch`: what the writer sees, whatever his editor does to the file."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from offer.watch import watch, watched
from tests.offer.repository import OFFER, OFFER_COMMAND, Sandbox, make_sandbox, readable

DEARER = OFFER.replace("15 000 ₽", "16 000 ₽")


class EndedError(Exception):
    """The writer has seen enough."""


def looks(file: Path, *between: Callable[[], object]) -> list[str]:
    """What is said if these things happen to the file, one before each further look."""
    said: list[str] = []
    left = list(between)

    def wait() -> None:
        if not left:
            raise EndedError
        left.pop(0)()

    with pytest.raises(EndedError):
        watch(file, said.append, wait)
    return [readable(text) for text in said]


def nothing() -> None:
    """Time passes."""


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """Edition 1 is public, as far as git knows."""
    sandbox = make_sandbox(tmp_path)
    sandbox.tag_editions()
    return sandbox


@pytest.fixture
def file(sandbox: Sandbox) -> Path:
    return sandbox.tree / "docs/offer.md"


def test_the_report_comes_again_with_the_redline_and_the_class(file: Path) -> None:
    first, second = looks(file, nothing, lambda: file.write_text(DEARER), nothing)

    assert "Это точный текст редакции 1: публиковать нечего." in first
    assert "5 часов — 16 000 ₽" in second
    assert "[-15 000 ₽-]{+16 000 ₽+}" in second
    assert "Если опубликовать: редакция 2 — изменились цены. 5 часов: 15 000 ₽ → " in second


def test_nothing_is_said_while_nothing_changes(file: Path) -> None:
    def touch() -> None:
        os.utime(file, (1, 1))

    assert len(looks(file, nothing, touch, nothing, nothing)) == 1


def test_an_editor_that_replaces_the_file_is_followed(file: Path) -> None:
    def replace() -> None:
        fresh = file.with_suffix(".tmp")
        fresh.write_text(DEARER)
        os.replace(fresh, file)

    assert len(looks(file, replace, nothing, replace, nothing)) == 2


def test_a_file_that_is_away_for_a_moment_is_no_error(file: Path) -> None:
    said = looks(file, file.unlink, nothing, lambda: file.write_text(DEARER), nothing)

    assert len(said) == 2
    assert "16 000" in said[1]


def test_a_half_written_file_is_not_reported(file: Path) -> None:
    half = DEARER[: len(DEARER) // 2]
    said = looks(file, lambda: file.write_text(half), lambda: file.write_text(DEARER), nothing)

    assert len(said) == 2
    assert "Ошибок нет" in said[1]


def test_the_same_length_and_time_hide_no_change(file: Path) -> None:
    def swap() -> None:
        before = file.stat()
        file.write_text(OFFER.replace("15 000 ₽", "16 000 ₽"))
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert len(looks(file, swap, nothing)) == 2


def test_a_text_with_errors_keeps_its_redline_and_cannot_be_published(file: Path) -> None:
    said = readable(watched(OFFER.replace("15 000 ₽", "0 ₽").encode(), file))

    assert "[-15 000 ₽-]{+0 ₽+}" in said
    assert "Опубликовать нельзя, пока в тексте есть ошибки." in said


def test_equal_terms_may_be_called_editorial(file: Path) -> None:
    said = readable(watched(OFFER.replace("Наименьшая", "Минимальная").encode(), file))

    assert "редакция 2 — изменились условия" in said
    assert "«Change: editorial»" in said
    assert "«Change: editorial»" not in watched(DEARER.encode(), file)


def test_without_editions_the_text_is_to_be_the_first(tmp_path: Path) -> None:
    (tmp_path / "offer.md").write_text(OFFER)

    assert "станет первой" in watched(OFFER.encode(), tmp_path / "offer.md")


def test_bytes_that_are_no_text_and_broken_tags_end_no_watch(sandbox: Sandbox, file: Path) -> None:
    no_text = watched(b"\xff", file)
    sandbox.git("tag", "offer/7", "HEAD")
    broken = watched(DEARER.encode(), file)

    assert "Сравнить с" in no_text
    assert "не в кодировке UTF-8" in no_text
    assert "offer/7" in broken


def test_a_file_that_never_was_is_named_at_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [OFFER_COMMAND, "check", "--watch", "none.md"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "Нет такого файла: none.md.\n")


def test_ctrl_c_ends_the_watch_without_complaint(file: Path) -> None:
    process = subprocess.Popen(
        [OFFER_COMMAND, "check", "--watch", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "публиковать нечего" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate()

    assert (process.returncode, complaint) == (0, "")
