"""What a reader unpacks is what was published, and no byte of it depends on when."""

import gzip
import os
from pathlib import Path

import brotli  # type: ignore[import-untyped] # ships no types
import pytest

from offer.finishing.compress import compress

TEXT = "Часы, которые Заказчик не использовал, аннулируются. " * 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "offer").mkdir()
    (tmp_path / "offer" / "index.html").write_text(TEXT, "utf-8")
    (tmp_path / "SHA256SUMS").write_text(TEXT, "utf-8")
    (tmp_path / "short.txt").write_text("a" * 199, "utf-8")
    (tmp_path / "noise.json").write_bytes(os.urandom(4000))
    (tmp_path / "paper.pdf").write_bytes(b"%PDF" + b"a" * 4000)
    return tmp_path


def everything(folder: Path) -> list[str]:
    return [it.relative_to(folder).as_posix() for it in folder.rglob("*") if it.is_file()]


def test_both_siblings_unpack_to_the_file(folder: Path) -> None:
    compress(folder, ["offer/index.html", "SHA256SUMS"])
    for name in ("offer/index.html", "SHA256SUMS"):
        assert brotli.decompress((folder / f"{name}.br").read_bytes()) == TEXT.encode()
        assert gzip.decompress((folder / f"{name}.gz").read_bytes()) == TEXT.encode()


def test_what_saves_nothing_and_what_is_no_text_has_no_siblings(folder: Path) -> None:
    compress(folder, everything(folder))
    made = {name for name in everything(folder) if name.endswith((".br", ".gz"))}
    assert made == {
        f"{name}.{kind}" for name in ("offer/index.html", "SHA256SUMS") for kind in ("br", "gz")
    }


def test_only_the_files_named_are_compressed(folder: Path) -> None:
    compress(folder, ["SHA256SUMS"])
    assert not (folder / "offer" / "index.html.br").exists()


def test_the_same_file_gives_the_same_bytes_at_any_time(folder: Path) -> None:
    def siblings() -> list[bytes]:
        compress(folder, ["offer/index.html"])
        return [(folder / f"offer/index.html.{kind}").read_bytes() for kind in ("br", "gz")]

    first = siblings()
    os.utime(folder / "offer" / "index.html", (1, 1))
    assert siblings() == first
    assert first[1][4:8] == b"\0\0\0\0"  # the time of a gzip file
