"""The command `offer` as a person and a hook meet it: words, exit status, never a trace."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.offer.repository import OFFER, OFFER_COMMAND, Sandbox, make_sandbox, served


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """Editions 1 and 2, published a day apart; nobody writes here."""
    sandbox = make_sandbox(tmp_path_factory.mktemp("pair"))
    sandbox.publish()
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "16 000 ₽"))})
    sandbox.publish(days=1)
    return sandbox


@pytest.fixture
def own(pair: Sandbox, tmp_path: Path) -> Sandbox:
    """The same, to be written to; both editions are dated in the past of any clock."""
    shutil.copytree(pair.tree.parent, tmp_path / "own", symlinks=True)
    return Sandbox(tmp_path / "own/work", tmp_path / "own/releases")


def offer(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [OFFER_COMMAND, *map(str, arguments)],
        cwd=folder,
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_show_lists_the_editions_with_badge_and_summary(pair: Sandbox) -> None:
    lines = plain(offer("show", folder=pair.tree / "docs").stdout).splitlines()

    assert [line[:22] for line in lines] == ["Редакция 1 · 22.11.202", "Редакция 2 · 23.11.202"]
    assert lines[1].endswith("5 часов: 15 000 ₽ → 16 000 ₽; изменён п. 3.1")


def test_show_of_a_number_gives_the_exact_bytes(pair: Sandbox) -> None:
    shown = subprocess.run(
        [OFFER_COMMAND, "show", "1"], cwd=pair.tree, capture_output=True, check=True
    )

    assert shown.stdout == OFFER.encode()


def test_diff_shows_the_words(pair: Sandbox) -> None:
    shown = plain(offer("diff", 1, 2, folder=pair.tree).stdout)

    assert "Пункт 3.1" in shown
    assert "[-15 000 ₽-]{+16 000 ₽+}" in shown


def test_verify_names_the_edition_of_a_file_and_of_a_hash(pair: Sandbox) -> None:
    copy = pair.releases / "current/offer/1/offer.md"
    digest = hashlib.sha256(OFFER.encode()).hexdigest()

    for given in (copy, digest, digest.upper()):
        done = offer("verify", given, folder=pair.tree)
        assert done.returncode == 0
        assert plain(done.stdout).startswith("✓ оферта: Редакция 1 · 22.11.2026")


def test_verify_says_when_only_line_ends_differ(pair: Sandbox, tmp_path: Path) -> None:
    saved = tmp_path / "offer.md"
    saved.write_bytes(OFFER.replace("\n", "\r\n").encode())
    done = offer("verify", saved, folder=pair.tree)

    assert done.returncode == 1
    assert done.stdout.startswith("✗ ")
    assert "offer/1" in done.stdout


def test_verify_refuses_a_stranger(pair: Sandbox) -> None:
    done = offer("verify", "0" * 64, folder=pair.tree)

    assert (done.returncode, done.stdout[0]) == (1, "✗")


def test_check_prints_terms_and_json(pair: Sandbox) -> None:
    assert "16 000 ₽" in plain(offer("check", folder=pair.tree).stdout)
    value = json.loads(offer("check", "--json", folder=pair.tree).stdout)

    assert value["errors"] == []
    assert [one["price_kopecks"] for one in value["terms"]["packages"]][1] == 1_600_000


def test_check_of_a_text_with_errors_ends_with_1(own: Sandbox) -> None:
    own.write("docs/offer.md", own.offer(("15 000 ₽", "0 ₽")))

    assert offer("check", folder=own.tree).returncode == 1


def test_import_writes_markdown_and_says_what_it_dropped(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("1. Термины\n1.1. Слово.\nMade on\nTilda\n")
    done = offer("import", "page.txt", folder=tmp_path)

    assert "## 1. Термины" in done.stdout
    assert "Tilda" in done.stderr
    assert "Tilda" not in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "missing.md"),
        ("check", "docs"),
        ("check", "binary"),
        ("import", "missing.txt"),
        ("import", "docs"),
        ("import", "binary"),
        ("show", "9"),
        ("show", "0"),
        ("show", "two"),
        ("show", "-1"),
        ("diff", "1", "9"),
        ("diff", "1", "1.5"),
        ("verify", "missing.md"),
        ("verify", "docs"),
        ("verify", "binary"),
        ("show", "--repository", "/"),
        ("publish", "--to", "binary"),
        ("publish", "--to", "/proc/nowhere"),
        ("publish", "--to", "../releases", "--ref", "nothing"),
        ("publish", "--to", "../releases", "--repository", "/"),
    ],
)
def test_bad_input_ends_with_a_sentence_and_1(own: Sandbox, arguments: tuple[str, ...]) -> None:
    own.write("binary", bytes(range(256)))
    done = offer(*arguments, folder=own.tree)

    assert done.returncode == 1
    assert (done.stderr + done.stdout).strip()


def test_commands_without_editions_name_the_cure(tmp_path: Path) -> None:
    sandbox = make_sandbox(tmp_path)
    for arguments in (("show",), ("diff", "1", "2"), ("verify", "0" * 64)):
        done = offer(*arguments, folder=sandbox.tree)
        assert done.returncode == 1
        assert "git fetch --tags" in done.stderr


def test_publish_ends_with_the_edition_and_its_address(tmp_path: Path) -> None:
    sandbox = make_sandbox(tmp_path)
    publish = ("publish", "--to", sandbox.releases, "--url", "https://oferta.example/")
    first = plain(offer(*publish, folder=sandbox.tree).stdout)
    again = plain(offer(*publish, folder=sandbox.tree).stdout)

    assert first == "Опубликовано: редакция 1, https://oferta.example/offer/1/\n"
    assert again.startswith("Опубликовано: редакция 1 (прежняя), менять нечего, https://")


def test_a_refused_publish_says_why_and_what_stays(own: Sandbox) -> None:
    own.commit({"docs/offer.md": own.offer(("15 000 ₽", "0 ₽"), ("5 минут", "недолго"))})
    done = offer("publish", "--to", own.releases, folder=own.tree)
    last = plain(done.stderr).splitlines()[-1]

    assert done.returncode == 1
    assert last.startswith("НЕ ОПУБЛИКОВАНО: ")
    assert last.endswith(". На сайте по-прежнему редакция 2.")
    assert b"16 000" in served(own, "offer/2/offer.md")
    assert len(done.stderr.splitlines()) > 1


def test_a_publish_that_never_succeeded_says_that_nothing_is_public(tmp_path: Path) -> None:
    sandbox = make_sandbox(tmp_path)
    sandbox.git("branch", "-m", "other")
    done = offer("publish", "--to", sandbox.releases, folder=sandbox.tree)

    assert done.stderr.endswith("На сайте пока ничего не опубликовано.\n")
