"""`offer verify` with tags, with a saved manifest, and by the mark of a badge."""

import hashlib
import json
from pathlib import Path

import pytest

from offer.__main__ import main
from tests.mail.facts import OFFER_HASH
from tests.offer.evidence_files import paper
from tests.offer.repository import OFFER, Sandbox, make_sandbox

HASH = hashlib.sha256(OFFER.encode()).hexdigest()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    sandbox = make_sandbox(tmp_path_factory.mktemp("published"))
    sandbox.publish()
    return sandbox


def test_a_short_mark_names_the_edition_and_warns_that_it_proves_nothing(
    published: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    for given in ([HASH[:8]], [f"{HASH[:4]} {HASH[4:8]}"], [HASH[:4], HASH[4:8].upper()]):
        assert main(["verify", *given, "--repository", str(published.tree)]) == 0
        said = capsys.readouterr().out
        assert HASH in said
        assert "✓" not in said
        assert "не доказательство" in said
    assert main(["verify", "0000 0000", "--repository", str(published.tree)]) == 1


def test_a_saved_manifest_stands_for_the_repository(
    published: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = str(published.releases / "current/offer/editions.json")
    text = tmp_path / "offer.md"
    text.write_text(OFFER, encoding="utf-8")
    assert main(["verify", str(text), "--editions", manifest]) == 0
    assert "✓ оферта" in capsys.readouterr().out
    text.write_bytes(b"\xef\xbb\xbf" + OFFER.replace("\n", "\r\n").encode())
    assert main(["verify", str(text), "--editions", manifest]) == 1
    assert "Слова те же" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 99_999, b"\xff", b'{"document":"offer"}'])
def test_a_manifest_that_is_none_is_a_sentence(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "editions.json").write_bytes(content)
    assert main(["verify", HASH, "--editions", str(tmp_path / "editions.json")]) == 1
    assert "editions.json" in capsys.readouterr().err


def manifest(folder: Path, **changes: object) -> Path:
    """A saved editions.json that has edition 3 as the papers of the tests name it."""
    said = {
        "number": 3,
        "sha256": OFFER_HASH,
        "tag": "offer/3",
        "tag_id": "7a" * 20,
        "published_at": "2026-11-20T10:00:00+03:00",
    }
    listed = {"schema": 1, "document": "offer", "editions": [said | changes]}
    file = folder / "editions.json"
    file.write_text(json.dumps(listed), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "✓ оферта: Редакция 3 · 20.11.2026"),
        ({"number": 2}, "✗ оферта: редакции 3 в списке нет"),
        ({"sha256": "0" * 64}, "✗ оферта: Редакция 3"),
        ({"tag_id": "0" * 40}, "✗ оферта: Редакция 3"),
        ({"published_at": "2026-11-21T10:00:00+03:00"}, "✗ оферта: Редакция 3"),
    ],
)
def test_the_edition_of_a_paper_is_one_of_the_list(
    changes: dict[str, object],
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "c.pdf").write_bytes(paper())
    status = main(
        ["verify", str(tmp_path / "c.pdf"), "--editions", str(manifest(tmp_path, **changes))]
    )
    assert status == (1 if changes else 0)
    said = capsys.readouterr().out.replace("\u00a0", " ")
    assert sentence in said
    assert "! согласие на обработку персональных данных: списка редакций здесь нет" in said
