"""`offer verify` on what nobody should send: a sentence, a status, no trace, nothing written."""

import io
import os
import subprocess
import zipfile
import zlib
from pathlib import Path

import pypdf
import pytest

from offer.commands import verify
from offer.errors import OfferError
from offer.evidence import pdf_reading, zip_reading
from offer.evidence.examining import examine_zip
from tests.offer.evidence_files import entries, failed, packed, paper, pdf_of, wrong_in_pdf, zipped
from tests.offer.repository import OFFER_COMMAND


def verified(folder: Path, *given: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [OFFER_COMMAND, "verify", *given],
        cwd=folder,
        env=os.environ | {"GIT_CEILING_DIRECTORIES": str(folder.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def wrong(data: bytes) -> str:
    return str(failed(examine_zip(data).checks))


def entry_named(name: str, mode: int = 0o100644) -> bytes:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return packed(lambda made: made.writestr(info, b"x"))


def test_papers_are_checked_outside_any_repository(tmp_path: Path) -> None:
    (tmp_path / "c.pdf").write_bytes(paper())
    (tmp_path / "e.zip").write_bytes(zipped(entries()))
    for name in ("c.pdf", "e.zip"):
        done = verified(tmp_path, name)
        assert done.returncode == 0, done.stdout
        assert "https://oferta.example/offer/editions.json" in done.stdout
        assert done.stdout.splitlines()[-1].startswith("Итог: всё")
    assert sorted(it.name for it in tmp_path.iterdir()) == ["c.pdf", "e.zip"]


@pytest.mark.parametrize("given", ["missing.pdf", ".", "empty", "/dev/zero"])
def test_what_is_no_file_ends_with_a_sentence(tmp_path: Path, given: str) -> None:
    (tmp_path / "empty").touch()
    done = verified(tmp_path, given)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


def test_a_file_too_large_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as made:
        made.truncate(200 * 1024 * 1024)  # takes no room on the disk
    done = verified(tmp_path, "large.pdf")
    assert done.returncode == 1
    assert "200 МиБ" in done.stderr


def test_the_limit_of_size_is_exact(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"12345")
    assert verify._read(file, 5) == b"12345"
    with pytest.raises(OfferError, match="Не читаю"):
        verify._read(file, 4)


@pytest.mark.parametrize("cut", [10, 1_000, 50_000, 100])
def test_a_truncated_certificate_is_named(cut: int) -> None:
    assert "документ" in wrong_in_pdf(paper()[: len(paper()) - cut])


def test_a_foreign_and_an_encrypted_pdf_each_have_their_sentence() -> None:
    foreign = pypdf.PdfWriter()
    foreign.add_blank_page(100, 100)
    made = io.BytesIO()
    foreign.write(made)
    assert "не свидетельство" in wrong_in_pdf(made.getvalue())["документ"]
    foreign.encrypt("secret", algorithm="RC4-128")
    made = io.BytesIO()
    foreign.write(made)
    assert "зашифрован" in wrong_in_pdf(made.getvalue())["документ"]


def test_an_attachment_that_is_a_bomb_is_not_unpacked() -> None:
    bomb = pypdf.PdfWriter()
    bomb.add_blank_page(100, 100)
    bomb.add_attachment("offer.md", b"0" * (pdf_reading.MOST_UNPACKED + 1))
    for stream in bomb._objects:
        if (
            isinstance(stream, pypdf.generic.StreamObject)
            and stream.get("/Type") == "/EmbeddedFile"
        ):
            stream._data = zlib.compress(stream._data)
            stream[pypdf.generic.NameObject("/Filter")] = pypdf.generic.NameObject("/FlateDecode")
    made = io.BytesIO()
    bomb.write(made)
    assert len(made.getvalue()) < 100_000
    assert "не читаю" in wrong_in_pdf(made.getvalue())["offer.md"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (entry_named("../offer.md"), "наружу"),
        (entry_named("/etc/offer.md"), "наружу"),
        (entry_named("e\\..\\offer.md"), "наружу"),
        (entry_named("e/../../offer.md"), "наружу"),
        (entry_named("e/offer.md", 0o120777), "ссылка"),
        (b"PK\x03\x04 nothing else", "повреждён"),
        (packed(lambda made: None), "не архив этой программы"),
        (packed(lambda made: made.writestr("inner.zip", zipped(entries()))), "не архив"),
    ],
)
def test_an_odd_archive_is_refused_with_its_reason(data: bytes, sentence: str) -> None:
    assert sentence in wrong(data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused() -> None:
    def twice(made: zipfile.ZipFile) -> None:
        made.writestr("e/offer.md", b"1")
        made.writestr("e/offer.md", b"2")

    assert "дважды" in wrong(packed(twice))


def test_an_encrypted_entry_is_refused() -> None:
    data = bytearray(entry_named("e/offer.md"))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "зашифрован" in wrong(bytes(data))


def test_bombs_are_refused_by_what_they_declare_and_by_what_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zip_reading, "MOST_UNPACKED", 100_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("e/offer.md", b"0" * 1_000_000)
    assert "распаковывается больше" in wrong(bomb.getvalue())

    lying = bytearray(bomb.getvalue())
    directory = lying.rindex(b"PK\x01\x02")
    lying[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert "контрольная сумма" in wrong(bytes(lying)) or "не архив" in wrong(bytes(lying))

    monkeypatch.setattr(zip_reading, "MOST_ENTRIES", 3)
    assert "больше 3 файлов" in wrong(zipped({str(n): b"" for n in range(4)}))


def test_a_pdf_with_other_files_inside_is_named_for_what_lacks() -> None:
    found = wrong_in_pdf(pdf_of({"notes.txt": b"x"}))
    assert {"notes.txt", "offer.md", "acceptance.json"} <= set(found)
