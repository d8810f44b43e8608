"""A sample of certificate and archive is on the site before anybody buys."""

import io
import json
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pypdf
import pytest

from tests.site import town

SAMPLES = ("sample/certificate.pdf", "sample/evidence.zip")


@pytest.mark.parametrize("page", ["verify/index.html", "offer/index.html"])
def test_it_is_linked_where_one_looks_for_it(site: Path, page: str) -> None:
    links = town.Html((site / page).read_text("utf-8")).links()
    assert [link for link in links if link.endswith(SAMPLES[0])]


def test_it_is_of_the_edition_in_force_and_says_what_it_is(site: Path) -> None:
    reader = pypdf.PdfReader(io.BytesIO((site / SAMPLES[0]).read_bytes()))
    newest = json.loads((site / "offer/editions.json").read_text())["editions"][-1]
    for page in reader.pages:
        assert "ОБРАЗЕЦ. Заказчик, заказ и платёж вымышлены" in page.extract_text().replace(
            "\u00a0", " "
        )
    (offer,) = reader.attachments["offer.md"]
    (acceptance,) = reader.attachments["acceptance.json"]
    assert sha256(offer).hexdigest() == newest["sha256"]
    said = json.loads(acceptance)
    assert said["sample"] is True
    assert said["edition"]["number"] == newest["number"]
    assert said["party"]["email"].endswith("@example.ru")


def test_it_is_among_the_sums_of_the_release(site: Path) -> None:
    listed = dict(
        reversed(line.split("  ", 1)) for line in (site / "SHA256SUMS").read_text().splitlines()
    )
    for name in SAMPLES:
        assert listed[name] == sha256((site / name).read_bytes()).hexdigest()


def test_its_archive_is_confirmed_by_unzip_and_sha256sum(site: Path, tmp_path: Path) -> None:
    shutil.copy(site / SAMPLES[1], tmp_path)
    script = "unzip -q evidence.zip && cd evidence-* && sha256sum --quiet -c SHA256SUMS"
    subprocess.run(["sh", "-c", script], cwd=tmp_path, check=True)
    (folder,) = tmp_path.glob("evidence-*/")
    assert (folder / "certificate.pdf").read_bytes() == (site / SAMPLES[0]).read_bytes()


@pytest.mark.parametrize("built", ["draft", "next_draft"])
def test_a_draft_has_none_and_links_to_none(built: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(built)
    assert not (folder / "sample").exists()
    assert not [
        path for path, page in town.pages(folder) for link in page.links() if "sample/" in link
    ]


def test_the_page_of_an_edition_that_was_replaced_does_not_show_todays(site: Path) -> None:
    numbered = [
        path for path in site.glob("offer/*/index.html") if re.fullmatch(r"\d+", path.parent.name)
    ]
    assert numbered
    assert not [path for path in numbered if "sample/" in path.read_text("utf-8")]
