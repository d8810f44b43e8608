"""Typesetting: the same bytes every time, text as text, PDF/A with its own fonts."""

import io
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from offer.paper import FONTS, typeset
from offer.papers.glyphs import coverage, drawable

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def paper(text: str, stamp: datetime = NOON) -> bytes:
    return typeset(
        "= Лист\n#data.text\n\n`9f2c41ab`",
        {"text": text},
        title="Лист",
        author="Исполнитель",
        stamp=stamp,
    )


def words(pdf: bytes) -> str:
    return pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


@pytest.mark.usefixtures("papers_anew")
def test_the_same_input_gives_the_same_bytes_in_any_zone_and_thread() -> None:
    same_instant = NOON.astimezone(timezone(timedelta(hours=3)))
    with ThreadPoolExecutor(4) as threads:
        papers = set(threads.map(lambda _: paper("15 000 ₽"), range(8)))
    assert papers == {paper("15 000 ₽", same_instant)}
    assert paper("15 000 ₽", NOON + timedelta(seconds=1)) not in papers


def test_text_of_the_data_is_never_markup() -> None:
    typed = '#panic("x") *не жирно* $x$ = `код` \\ "кавычки" @link'
    assert typed in words(paper(typed))


def test_roubles_numero_and_letters_of_other_russian_languages_are_drawn() -> None:
    line = "№ 1 — «15 000 ₽», ёж, Әлфия Җәүдәт, Ҳасан…"
    assert line in words(paper(line))


def test_a_character_without_a_glyph_does_not_stop_the_paper() -> None:
    assert "Ким ?? (?)" in words(paper("Ким 김철 (😀)"))
    assert "аб й" in words(paper("а\u200bб и\u0306")).replace("\u00a0", " ")


@pytest.mark.parametrize("sign", ["\ufeff", "\uf51f", "\x00", "\u00ad"])
def test_a_sign_that_pdf_a_refuses_does_not_stop_a_certificate(sign: str) -> None:
    strict = ("a-3a", "ua-1")
    pdf = typeset(
        "#data.t", {"t": f"Ким{sign}!"}, title="Лист", author="", stamp=NOON, standards=strict
    )
    assert pdf.startswith(b"%PDF-1.7")


def test_the_paper_says_that_it_is_pdf_a_and_in_russian(tmp_path: Path) -> None:
    reader = pypdf.PdfReader(io.BytesIO(paper("…")))
    assert reader.xmp_metadata is not None
    assert b"<pdfaid:part>3</pdfaid:part>" in reader.xmp_metadata.stream.get_data()
    assert reader.trailer["/Root"]["/Lang"] == "ru"
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Лист", "Исполнитель")
    assert reader.metadata.creation_date == NOON
    (tmp_path / "a.pdf").write_bytes(paper("…"))
    subprocess.run(["qpdf", "--check", tmp_path / "a.pdf"], check=True, capture_output=True)


def test_only_the_shipped_fonts_are_used() -> None:
    page = pypdf.PdfReader(io.BytesIO(paper("…"))).pages[0]
    names = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for font in page["/Resources"]["/Font"].values()
    }
    assert names <= {"PTSerif-Regular", "PTSerif-Bold", "PTMono-Regular"}
    assert (FONTS / "LICENSE.txt").read_text().startswith("PT Serif")


def test_a_wrong_template_fails_loudly() -> None:
    with pytest.raises(typst.TypstError):
        typeset("#data.missing", {}, title="", author="", stamp=NOON)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_no_text_whatever_stops_the_paper(text: str) -> None:
    assert paper(text).startswith(b"%PDF-1.7")


@settings(deadline=None)
@given(st.text())
def test_what_is_drawn_has_a_glyph(text: str) -> None:
    covered = coverage(FONTS / "PTF55F.ttf")
    assert {ord(char) for char in drawable(text, covered)} <= covered | {ord("\n")}
