"""The branch `draft`: shown at an address nobody can guess, and never public."""

import re
import subprocess
from pathlib import Path

import pytest

from offer.editions import read_editions
from offer.errors import OfferError
from offer.publishing.draft_site import show_draft
from tests.offer.repository import START, Sandbox, git, make_sandbox, make_server, readable

DEARER = ("15 000 ₽", "16 000 ₽")
ADDRESS = re.compile(r"https://oferta\.example/draft/([0-9a-f]{32})/")

# A page for each text, as the real theme has it, and what marks a draft.
HOOKS = """\
from pathlib import Path

from mkdocs.structure.files import File

from offer.publishing.handover import handover_of


def on_files(files, config):
    handover = handover_of(config)
    for document, editions in handover.editions.items():
        for edition in editions:
            uri = f"{document}/{edition.number}/index.html"
            if uri.removesuffix("index.html") in handover.carried:
                continue
            files.append(File.generated(config, uri, content=edition.text))
    if config.extra.get("draft"):
        uri = "offer/redline/draft/index.html"
        files.append(File.generated(config, uri, content="redline"))
    return files
"""
MAIN = """\
<!doctype html><title>Оферта</title>
{% if config.extra.draft %}<meta name="robots" content="noindex">{% endif %}{{ page.content }}
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """A site whose theme knows drafts, and the tags of edition 1."""
    sandbox = make_sandbox(tmp_path)
    sandbox.commit({"site/hooks.py": HOOKS, "site/theme/main.html": MAIN})
    sandbox.tag_editions()
    sandbox.git("checkout", "-q", "-b", "draft")
    return sandbox


@pytest.fixture
def server(sandbox: Sandbox, tmp_path: Path) -> Path:
    bare = make_server(sandbox, tmp_path)
    git(bare, "fetch", "-q", str(sandbox.tree), "main:main", "refs/tags/*:refs/tags/*")
    return bare


def drafts(sandbox: Sandbox) -> list[str]:
    """The addresses at which drafts stand."""
    folder = sandbox.releases / "drafts"
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def push(sandbox: Sandbox, server: Path, what: str) -> list[str]:
    said = readable(git(sandbox.tree, "push", "--force", str(server), what))
    lines = [line for line in said.splitlines() if line.startswith("remote: ")]
    return [line.removeprefix("remote: ").strip() for line in lines]


def show(sandbox: Sandbox) -> list[str]:
    said = show_draft(
        sandbox.tree, sandbox.releases, now=lambda: START, url="https://oferta.example"
    )
    return [readable(line) for line in said]


def test_a_push_to_the_branch_shows_a_draft_and_publishes_nothing(
    sandbox: Sandbox, server: Path
) -> None:
    sandbox.commit({"docs/offer.md": sandbox.offer(DEARER)})
    planned, redline, last = push(sandbox, server, "HEAD:draft")
    found = ADDRESS.search(last)
    assert found is not None
    page = (sandbox.releases / "drafts" / found[1] / "offer/index.html").read_text()

    assert planned.startswith(
        "Публичная оферта, будет редакция 2 — изменились цены. 5 часов: 15 000 ₽ → 16 000 ₽"
    )
    assert redline == f"Что изменилось: {found[0]}offer/redline/draft/"
    assert last == f"Черновик: {found[0]}"
    assert 'content="noindex"' in page
    assert "16 000" in page
    assert drafts(sandbox) == [found[1]]
    assert not (sandbox.releases / "current").exists()
    assert not (sandbox.releases / "releases").exists()
    assert [edition.number for edition in read_editions(server, "offer")] == [1]


def test_a_draft_leaves_no_map_for_search_engines(sandbox: Sandbox) -> None:
    show(sandbox)
    (token,) = drafts(sandbox)

    assert list((sandbox.releases / "drafts" / token).glob("sitemap*")) == []


def test_the_address_stays_while_the_branch_is_there_and_goes_with_it(
    sandbox: Sandbox, server: Path
) -> None:
    first = push(sandbox, server, "HEAD:draft")[-1]
    sandbox.commit({"docs/index.md": "# Второе\n"})
    second = push(sandbox, server, "HEAD:draft")[-1]
    (token,) = drafts(sandbox)
    page = sandbox.releases / "drafts" / token / "index.html"

    assert first == second
    assert "Второе" in page.read_text()
    assert push(sandbox, server, ":draft") == ["Черновик убран: ветки draft больше нет."]
    assert [path.name for path in (sandbox.releases / "drafts").iterdir()] == [".lock"]
    assert push(sandbox, server, "HEAD:draft")[-1] != first


def test_a_draft_that_cannot_be_sold_by_is_shown_with_its_problems(
    sandbox: Sandbox, server: Path
) -> None:
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "0 ₽"), ("5 минут", "недолго"))})
    head, first, second, changed, *_, last = push(sandbox, server, "HEAD:draft")

    assert head == "Опубликовать этот черновик нельзя:"
    assert first.startswith("• docs/offer.md, строка ")
    assert "п. 3.1" in first
    assert "п. 5.2" in second
    assert changed.startswith("По сравнению с редакцией 1: ")
    assert "3.1, 5.2" in changed
    assert ADDRESS.search(last)
    assert (
        "недолго"
        in (sandbox.releases / "drafts" / drafts(sandbox)[0] / "offer/index.html").read_text()
    )


def test_a_draft_whose_label_is_wrong_is_shown_with_the_reason(sandbox: Sandbox) -> None:
    sandbox.commit({"docs/offer.md": sandbox.offer(DEARER)}, "Цена\n\nChange: editorial\n")
    said = show(sandbox)

    assert "Change: editorial" in said[1]
    assert said[-1].startswith("Черновик: ")


def test_a_draft_that_changes_no_text_says_so(sandbox: Sandbox) -> None:
    sandbox.commit({"docs/index.md": "# Только страница\n"})

    assert show(sandbox)[0] == "Тексты те же, что опубликованы: новой редакции не будет."


def test_a_draft_that_does_not_build_leaves_the_earlier_one(sandbox: Sandbox, server: Path) -> None:
    sandbox.commit({"docs/index.md": "# Прежний черновик\n"})
    push(sandbox, server, "HEAD:draft")
    sandbox.commit({"mkdocs.yml": "site_name: [\n"})
    said = push(sandbox, server, "HEAD:draft")
    (token,) = drafts(sandbox)

    assert said[-1].startswith("ЧЕРНОВИК НЕ СОБРАН: Сайт не собрался")
    assert "Прежний черновик" in (sandbox.releases / "drafts" / token / "index.html").read_text()
    assert len(list((sandbox.releases / "drafts").glob(".building-*"))) == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff", "не в кодировке UTF-8"),
        (None, "В ветке draft нет файла docs/offer.md"),
    ],
)
def test_what_is_no_text_is_not_shown(sandbox: Sandbox, content: bytes | None, words: str) -> None:
    (sandbox.tree / "docs/offer.md").unlink()
    sandbox.commit({} if content is None else {"docs/offer.md": content})
    with pytest.raises(OfferError) as caught:
        show(sandbox)

    assert words in caught.value.sentence
    assert drafts(sandbox) == []


def test_a_branch_that_never_was_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(OfferError) as caught:
        show_draft(sandbox.tree, sandbox.releases, now=lambda: START, ref="nothing")

    assert caught.value.sentence == "В репозитории нет ветки nothing."


def test_two_branches_have_two_addresses(sandbox: Sandbox) -> None:
    sandbox.git("branch", "autumn/prices")
    show(sandbox)
    show_draft(sandbox.tree, sandbox.releases, now=lambda: START, ref="autumn/prices")

    assert len(drafts(sandbox)) == 2


def test_what_a_killed_build_left_is_swept_away(sandbox: Sandbox) -> None:
    show(sandbox)
    (token,) = drafts(sandbox)
    (sandbox.releases / f"drafts/.building-{token}/site").mkdir(parents=True)
    (sandbox.releases / f"drafts/.link-{token}").symlink_to("nowhere")
    show(sandbox)
    kinds = [path.name[:6] for path in (sandbox.releases / "drafts").iterdir()]

    assert sorted(kinds) == sorted([".lock", ".site-", ".token", token[:6]])


def test_the_address_is_known_to_its_owner_alone(sandbox: Sandbox) -> None:
    show(sandbox)
    (kept,) = (sandbox.releases / "drafts").glob(".token-*")

    assert kept.stat().st_mode & 0o077 == 0


def test_a_draft_and_a_publication_in_one_push_end_with_the_publication(
    sandbox: Sandbox, server: Path
) -> None:
    sandbox.commit({"docs/offer.md": sandbox.offer(DEARER)})
    command = ["git", "push", str(server), "HEAD:draft", "HEAD:main"]
    done = subprocess.run(command, cwd=sandbox.tree, capture_output=True, check=True)
    said = readable(done.stderr.decode())

    assert said.index("Черновик: ") < said.index("Опубликовано: редакция 2")
