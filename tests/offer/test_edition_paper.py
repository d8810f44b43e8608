"""The PDF of an edition: its whole text in order, its facts on every page, the same bytes."""

import io
import os
import pickle
import re
import struct
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offer.editions import DOCUMENTS, Edition, sha256
from offer.papers.edition_paper import SITE_NAME, edition_pdf, preview_png
from tests.offer.offers import offer

ROOT = Path(__file__).parents[2]
URL = "https://oferta.example"
NOON = datetime(2026, 11, 22, 9, tzinfo=UTC)
LEFT, RIGHT = 73, 505  # where text may stand on A4: points from the left edge


def edition(text: str, document: str = "offer", number: int = 3) -> Edition:
    return Edition(
        document=document,
        number=number,
        commit="c" * 40,
        tag=f"{document}/{number}",
        tag_id="d" * 40,
        published_at=NOON,
        sha256=sha256(text.encode()),
        change="price",
        summary="",
        previous=None,
        text=text.encode(),
    )


def first_published(document: str) -> Edition:
    text = (ROOT / f"tests/data/{document}.md").read_text(encoding="utf-8")
    return edition(text, document)


def pages(pdf: bytes, *options: str) -> list[str]:
    command = ["pdftotext", *options, "-", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return done.stdout.decode().replace("\u00a0", " ").removesuffix("\f").split("\f")


def body(pdf: bytes) -> list[str]:
    """The words of the text itself, without what a page carries above and below it."""
    lines = [line for page in pages(pdf, "-raw") for line in page.splitlines()]
    end_of_facts = next(at for at, line in enumerate(lines) if "/verify/" in line)
    carried = re.compile(r"Редакция \d+ · .*|SHA-256: \w{64} \d+ из \d+")
    text = [line for line in lines[end_of_facts + 1 :] if not carried.fullmatch(line)]
    return re.sub(r"(?<=\w)- ", "-", " ".join(text)).split()  # «ИИ-агенты» on two lines is a word


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(pages(pdf, "-raw")).split())


# --- what the paper says


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_clause_number_and_word_of_the_text_is_there_in_order(document: str) -> None:
    published = first_published(document)
    lines = published.text.decode().replace("**", "").splitlines()[1:]  # the title stands above
    written = [re.sub(r"^#+ |^(?=- )", "", line).replace("- ", "— ", 1) for line in lines]
    written = [re.sub(r"\[(.*?)\]\((.*?)\)", rf"\1 ({URL[8:]}\2)", line) for line in written]

    assert body(edition_pdf(published, URL)) == " ".join(written).replace("\u00a0", " ").split()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_page_names_edition_address_hash_and_its_own_number(document: str) -> None:
    published = first_published(document)
    found = pages(edition_pdf(published, URL))

    short = f"{published.sha256[:4]} {published.sha256[4:8]}"
    for at, page in enumerate(found, start=1):
        assert f"Редакция 3 · 22.11.2026 · {short}" in page
        assert f"{URL}/{document}/3/" in page
        assert published.sha256 in page
        assert f"{at} из {len(found)}" in page


def test_the_first_page_says_what_is_evidence_and_how_to_check_it() -> None:
    first = " ".join(pages(edition_pdf(first_published("consent"), URL))[0].split())

    assert "22.11.2026, 12:00 (МСК)" in first
    assert "Доказательством служат байты файла consent.md; этот PDF сделан из него" in first
    assert "sha256sum для файла oferta.example/consent/3/consent.md" in first


def test_without_the_address_of_the_site_the_path_is_shown() -> None:
    text = words_of(edition_pdf(first_published("privacy"), None))

    assert "Адрес /privacy/3/" in text
    assert "отдельное согласие (/consent/)" in text


def test_rows_of_a_table_stay_together_and_its_heads_return_on_the_next_page() -> None:
    rows = "".join(f"| {n} часов | {n} 000 ₽ |\n" for n in range(2, 80))
    pdf = edition_pdf(
        edition(f"# Оферта\n\n3.1. Цены:\n\n| Пакет | Цена |\n|---|--:|\n{rows}"), URL
    )

    text = words_of(pdf)
    assert "3.1. Цены: Пакет Цена 2 часов 2 000 ₽ 3 часов 3 000 ₽" in text
    assert text.count("Пакет Цена") == len(pages(pdf)) > 1


def test_the_rest_of_markdown_is_set_as_what_it_is() -> None:
    text = (
        "> цитата\n\n1. один\n2. два\n    - внутри\n\n`код` *курсив*\n\n```\na  =  b\n```\n\n---\n"
    )
    found = body(edition_pdf(edition(text), URL))

    assert " ".join(found) == "цитата 1. один 2. два — внутри код курсив a = b"


# --- the file


@pytest.mark.parametrize("document", DOCUMENTS)
def test_checkers_find_an_a4_pdf_a_with_its_own_fonts(document: str, tmp_path: Path) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(edition_pdf(first_published(document), URL))

    subprocess.run(["qpdf", "--check", paper], check=True, capture_output=True)
    told = subprocess.run(["pdfinfo", paper], check=True, capture_output=True, text=True).stdout
    assert "(A4)" in told
    marks = subprocess.run(["pdfinfo", "-meta", paper], check=True, capture_output=True).stdout
    assert b"<pdfaid:part>2</pdfaid:part>" in marks
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in marks
    fonts = subprocess.run(["pdffonts", paper], check=True, capture_output=True, text=True).stdout
    assert {tuple(line.split()[-5:-2]) for line in fonts.splitlines()[2:]} == {("yes",) * 3}


def test_its_title_is_that_of_the_text_and_its_date_that_of_the_tag() -> None:
    published = first_published("offer")
    facts = pypdf.PdfReader(io.BytesIO(edition_pdf(published, URL))).metadata

    assert facts is not None
    assert facts.creation_date == NOON
    assert str(facts.title).startswith("Публичная оферта об оказании услуг")
    untitled = pypdf.PdfReader(io.BytesIO(edition_pdf(edition("1. текст", "privacy"), None)))
    assert untitled.metadata is not None
    assert str(untitled.metadata.title).startswith("Политика обработки персональных данных.")


@pytest.mark.usefixtures("papers_anew")
def test_another_process_in_another_zone_makes_the_same_bytes() -> None:
    published = first_published("offer")
    script = (
        "import pickle, sys; from offer.papers.edition_paper import edition_pdf, preview_png;"
        "it = pickle.load(sys.stdin.buffer);"
        f"sys.stdout.buffer.write(edition_pdf(it, '{URL}') + preview_png(it, '{URL}'))"
    )
    made = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps(published),
        env={**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    ).stdout

    assert made == edition_pdf(published, URL) + preview_png(published, URL)


def test_it_is_small_enough_to_keep_one_of_every_edition() -> None:
    assert len(edition_pdf(first_published("offer"), URL)) < 50_000


# --- whatever the text is


def test_markup_of_typst_is_only_text() -> None:
    typed = '#panic("x") $x^2$ \\ = @link #set page(width: 1pt) // нет'

    assert typed in words_of(edition_pdf(edition(f"2.1. {typed}\n"), URL))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#\n\n- \n\n1. \n\n| | |\n|-|-|\n| | |\n",
        "\ufeff \uf51f \x00 \x02 &#0; \u202e \u2028 김 😀",
        "## " + "ы" * 70_000,
        "а\u00a0" * 40_000,
        "[" + "ы" * 40_000 + "](https://e.ru)",
        "    " + "ы" * 40_000,
        "[a](https://e.ru/" + "x" * 9_000 + ") [b]() [c](http://[::1) [d](javascript:x) [](x) <a>",
        "<div>\n" * 400 + "x",
        "<b>" * 400 + "x",
        '<div markdown="1">\n\n' * 600 + "x" + "\n\n</div>" * 600,
        "> - " * 300 + "x",
        "строка:\n\n" * 300,
        "## Раздел\n\n" * 300,
        "<p>\n<![?>\n</p>",
        "<table>до<tr><td>a<ul><li>b</ul></table><script>c",
        "|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n|" + "b|" * 100,
    ],
    ids=lambda text: ascii(text)[:24],
)
def test_no_text_known_to_be_hard_stops_the_paper(text: str) -> None:
    assert edition_pdf(edition(text, "privacy"), URL).startswith(b"%PDF-1.7")


TOKENS = [
    "# ",
    "- ",
    "1. ",
    "3.1. ",
    "> ",
    "    ",
    "\n",
    "\n\n",
    "|",
    "|-|-|",
    "**",
    "*",
    "`",
    "```",
]
TOKENS += [
    "[",
    "](",
    ")",
    "<",
    "</b>",
    "<div>",
    "<table>",
    "<tr>",
    "<td>",
    "<!",
    "&#",
    ";",
    "{: ",
    "}",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TOKENS) | st.text(max_size=4), max_size=40).map("".join))
def test_no_text_whatever_stops_the_paper(text: str) -> None:
    assert edition_pdf(edition(text, "consent"), None).startswith(b"%PDF-1.7")


def test_html_that_somebody_wrote_loses_no_word() -> None:
    html = (
        "<table>до<tr><td>a<ul><li>b</li></ul></td></tr></table>\n\n<script>c</script> <u>d</u>\n"
    )

    assert " ".join(body(edition_pdf(edition(html, "privacy"), URL))) == "до a b c d"


@pytest.mark.parametrize(
    "text",
    [
        "3.1. " + "ы" * 500,
        "- " + "https://e.ru/" + "путь" * 60,
        "| a | b | c |\n|---|---|---|\n| " + "ы" * 90 + " | " + "слово " * 40 + "| б |\n",
        "```\n" + "x" * 300 + "\n```",
        "|" + "слово|" * 30 + "\n|" + "-|" * 30 + "\n|" + "слово|" * 30,
        (ROOT / "tests/data/offer.md").read_text(encoding="utf-8"),
    ],
    ids=["long word", "long address", "table", "code", "wide table", "offer"],
)
def test_nothing_stands_outside_the_column(text: str) -> None:
    boxes = " ".join(pages(edition_pdf(edition(text), URL), "-bbox"))
    places = re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', boxes)

    assert len(places) > 20
    assert min(float(left) for left, _ in places) >= LEFT
    assert max(float(right) for _, right in places) <= RIGHT


def test_a_text_of_forty_pages_is_set_whole() -> None:
    section = (
        "## {0}. Раздел\n\n" + "{0}.1. Обязанность исполнителя. " * 1 + "Слово за слово. " * 250
    )
    text = "# Длинный договор\n\n" + "\n\n".join(section.format(n) for n in range(1, 41))
    pdf = edition_pdf(edition(text), URL)

    found = pages(pdf)
    assert len(found) >= 40
    assert f"{len(found)} из {len(found)}" in found[-1]
    assert "40.1. Обязанность исполнителя." in words_of(pdf)


def test_a_heading_never_ends_a_page() -> None:
    for lines in range(22, 36):
        filler = "\n\n".join(["Строка."] * lines)
        found = pages(
            edition_pdf(edition(f"# Т\n\n{filler}\n\n## 2. Раздел\n\n2.1. Пункт.\n"), URL)
        )
        (page,) = [page for page in found if "Раздел" in page]
        assert "Пункт." in page


# --- the picture


def test_the_picture_is_of_the_size_that_messengers_show() -> None:
    png = preview_png(first_published("offer"), URL)

    assert png.startswith(b"\x89PNG")
    assert struct.unpack_from(">LL", png, 16) == (1200, 630)
    assert len(png) < 60_000


def test_the_picture_shows_the_packages_and_nothing_else_of_the_text() -> None:
    it = edition(offer())
    dearer = offer(
        {"3.1": offer()[offer().index("Услуги") :].split("\n\n3.2")[0].replace("7 000", "9 000")}
    )

    def same_badge(text: str) -> bytes:
        return preview_png(replace(it, text=text.encode()), URL)

    assert same_badge(dearer) != preview_png(it, URL)
    assert same_badge(offer() + "\nПриписка.\n") == preview_png(it, URL)
    assert same_badge("# Оферта без цен") != preview_png(it, URL)


def test_the_picture_names_the_site_as_its_pages_do() -> None:
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")

    assert f"site_name: {SITE_NAME}\n" in config
