"""Which pushes the served repository refuses, and the words in the pusher's terminal."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from offer.editions import read_editions
from tests.offer.repository import (
    CONSENT,
    OFFER_COMMAND,
    Sandbox,
    Served,
    copy_served,
    git,
    make_sandbox,
    make_server,
    readable,
)

IN_FORCE = "На сайте по-прежнему редакция 1."


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server that published edition 1 by a push, to be copied: a build takes a second."""
    folder = tmp_path_factory.mktemp("published")
    sandbox = make_sandbox(folder)
    sandbox.commit({"docs/consent.md": CONSENT})
    git(sandbox.tree, "push", "--quiet", str(make_server(sandbox, folder)), "HEAD:main")
    return folder


@pytest.fixture
def own(published: Path, tmp_path: Path) -> Served:
    return copy_served(published, tmp_path / "own")


@pytest.fixture
def sandbox(own: Served) -> Sandbox:
    return own.sandbox


@pytest.fixture
def server(own: Served) -> Path:
    return own.server


def refused(
    sandbox: Sandbox, server: Path, *what: str, env: Mapping[str, str] | None = None
) -> list[str]:
    """The server's own lines of a push that it refuses; it changes nothing there."""
    before = state(server)
    done = subprocess.run(
        ["git", "push", str(server), *what],
        cwd=sandbox.tree,
        env=os.environ | (env or {}),
        capture_output=True,
        check=False,
    )
    said = readable(done.stderr.decode())
    assert done.returncode != 0, said
    assert state(server) == before
    assert "Traceback" not in said
    lines = [line for line in said.splitlines() if line.startswith("remote: ")]
    return [line.removeprefix("remote: ").strip() for line in lines]


def state(server: Path) -> tuple[str, set[str]]:
    """Every ref and every object of the server."""
    objects = git(server, "cat-file", "--batch-all-objects", "--batch-check")
    return git(server, "for-each-ref"), set(objects.splitlines())


def test_a_price_that_cannot_be_read_is_refused_with_its_line(
    sandbox: Sandbox, server: Path
) -> None:
    text = sandbox.offer(("15 000 ₽", "сколько не жалко"))
    sandbox.commit({"docs/offer.md": text})
    line = next(at for at, row in enumerate(text.splitlines(), 1) if "не жалко" in row)
    (said,) = refused(sandbox, server, "HEAD:main")

    assert said.startswith(f"ОТКЛОНЕНО: docs/offer.md, строка {line}, п. 3.1: ")
    assert "Нужно, например: " in said
    assert said.endswith(IN_FORCE)


def test_every_error_of_the_text_is_named_and_the_edition_comes_last(
    sandbox: Sandbox, server: Path
) -> None:
    wrong = sandbox.offer(("15 000 ₽", "0 ₽"), ("5 минут", "недолго"))
    sandbox.commit({"docs/offer.md": wrong})
    first, second, last = refused(sandbox, server, "HEAD:main")

    assert "п. 3.1: " in first
    assert "п. 5.2: " in second
    assert last == f"ОТКЛОНЕНО: почему — сказано выше. {IN_FORCE}"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"docs/offer.md": "текст".encode("cp1251")}, "docs/offer.md, строка 1: файл не в коди"),
        ({"docs/consent.md": b"\xff\xfe"}, "docs/consent.md, строка 1: файл не в кодировке"),
        ({"docs/offer.md": b"a" * 1_200_000}, "docs/offer.md: файл занимает 1,1 МиБ"),
        ({"docs/offer.md": None}, "нет файла docs/offer.md"),
        ({"docs/consent.md": None}, "нет файла docs/consent.md"),
    ],
)
def test_a_text_that_could_not_be_published_is_refused(
    sandbox: Sandbox, server: Path, files: Mapping[str, bytes | None], words: str
) -> None:
    for path in files:
        (sandbox.tree / path).unlink()
    sandbox.commit({path: content for path, content in files.items() if content is not None})
    (said,) = refused(sandbox, server, "HEAD:main")

    assert words in said
    assert said.endswith(IN_FORCE)


def test_a_link_in_the_place_of_the_offer_is_refused(sandbox: Sandbox, server: Path) -> None:
    (sandbox.tree / "docs/offer.md").rename(sandbox.tree / "docs/text.md")
    (sandbox.tree / "docs/offer.md").symlink_to("text.md")
    sandbox.commit({})

    assert "символическая ссылка" in refused(sandbox, server, "HEAD:main")[-1]


def test_a_wrong_label_is_refused_with_what_differs(sandbox: Sandbox, server: Path) -> None:
    text = sandbox.offer(("15 000 ₽", "16 000 ₽"))
    sandbox.commit({"docs/offer.md": text}, "Опечатка\n\nChange: editorial\n")
    line = next(at for at, row in enumerate(text.splitlines(), 1) if "16 000" in row)
    (said,) = refused(sandbox, server, "HEAD:main")

    assert f"пакеты и цены (docs/offer.md, строка {line})" in said
    assert "git commit --amend" in said
    assert said.endswith(IN_FORCE)


@pytest.mark.parametrize(
    "what",
    [
        "HEAD:refs/tags/offer/2",
        "+HEAD:refs/tags/offer/1",
        ":refs/tags/offer/1",
        ":refs/tags/consent/1",
        "HEAD:refs/tags/privacy/1",
        "HEAD:refs/tags/Offer/2",
    ],
)
def test_the_tags_of_editions_are_made_by_publishing_alone(
    sandbox: Sandbox, server: Path, what: str
) -> None:
    sandbox.commit({"docs/index.md": "# Другая страница\n"})
    (said,) = refused(sandbox, server, what)

    tag = what.rpartition("refs/tags/")[2]
    assert said == (
        f"ОТКЛОНЕНО: {tag} — метка редакции, её ставит только offer publish. {IN_FORCE}"
    )


def test_a_tag_that_would_stand_in_the_way_of_editions_is_refused(
    sandbox: Sandbox, server: Path
) -> None:
    said = refused(sandbox, server, "HEAD:refs/tags/privacy")

    assert "privacy — метка редакции" in said[-1]


def test_the_public_branch_cannot_be_deleted(sandbox: Sandbox, server: Path) -> None:
    git(server, "symbolic-ref", "HEAD", "refs/heads/other")  # git itself guards only HEAD's
    (said,) = refused(sandbox, server, ":main")

    assert said == (f"ОТКЛОНЕНО: ветку main удалить нельзя: из неё публикуется оферта. {IN_FORCE}")


def test_one_refused_ref_keeps_the_others_out(sandbox: Sandbox, server: Path) -> None:
    said = refused(sandbox, server, "HEAD:work", "HEAD:refs/tags/offer/2")

    assert said[-1].startswith("ОТКЛОНЕНО: offer/2")


def test_a_push_that_would_replace_objects_is_refused(sandbox: Sandbox, server: Path) -> None:
    head = sandbox.git("rev-parse", "HEAD")
    (said,) = refused(sandbox, server, f"HEAD:refs/replace/{head}")

    assert "подменяет объекты git" in said


def test_any_other_branch_and_tag_may_be_pushed_and_deleted(sandbox: Sandbox, server: Path) -> None:
    sandbox.commit({"docs/offer.md": b"\xff"})
    git(sandbox.tree, "push", "-q", str(server), "HEAD:work", "HEAD:refs/tags/v1", "HEAD:offer/2")
    git(sandbox.tree, "push", "-q", str(server), ":work", ":refs/tags/v1", ":offer/2")

    assert git(server, "for-each-ref", "--format=%(refname)").split() == [
        "refs/heads/main",
        "refs/tags/consent/1",
        "refs/tags/offer/1",
    ]


def test_a_rewritten_main_is_taken_and_loses_no_edition(sandbox: Sandbox, server: Path) -> None:
    sandbox.git("checkout", "-q", "--orphan", "anew")
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "16 000 ₽"))})
    said = readable(git(sandbox.tree, "push", "--force", str(server), "HEAD:main"))

    assert "Опубликовано: редакция 2" in said
    assert [edition.number for edition in read_editions(server, "offer")] == [1, 2]


def test_another_branch_may_be_the_public_one(sandbox: Sandbox, server: Path) -> None:
    git(server, "config", "oferta.ref", "public")
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "0 ₽"))})
    git(sandbox.tree, "push", "-q", str(server), "HEAD:main")

    assert "п. 3.1" in refused(sandbox, server, "HEAD:public")[-1]


def test_windows_line_ends_are_no_reason_to_refuse(sandbox: Sandbox, server: Path) -> None:
    text = sandbox.offer(("15 000 ₽", "16 000 ₽")).replace("\n", "\r\n")
    sandbox.commit({"docs/offer.md": text}, "Цена\r\n\r\nSummary: Дороже\r\n")
    said = readable(git(sandbox.tree, "push", str(server), "HEAD:main"))

    assert "Опубликовано: редакция 2" in said
    assert read_editions(server, "offer")[-1].summary.startswith("Дороже. ")


def test_a_broken_chain_on_the_server_refuses_before_anything_moves(
    sandbox: Sandbox, server: Path
) -> None:
    git(server, "update-ref", "refs/tags/offer/3", git(server, "rev-parse", "refs/tags/offer/1"))
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "16 000 ₽"))})
    (said,) = refused(sandbox, server, "HEAD:main")

    assert "нет метки offer/2" in said
    assert said.endswith(IN_FORCE)


def test_before_the_first_edition_the_refusal_says_that_nothing_is_public(tmp_path: Path) -> None:
    sandbox = make_sandbox(tmp_path)
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "0 ₽"))})
    (said,) = refused(sandbox, make_server(sandbox, tmp_path), "HEAD:main")

    assert said.endswith("На сайте пока ничего не опубликовано.")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (None, "на сервере нет команды"),
        ("#!/bin/sh\nkill -9 $$\n", "не смогла проверить push (код 137)"),
        ("#!/bin/sh\necho 'usage: offer' >&2; exit 2\n", "не смогла проверить push (код 2)"),
        ("#!/bin/sh\necho 'ModuleNotFoundError' >&2; exit 1\n", "не смогла проверить push (код 1)"),
    ],
)
def test_a_command_that_is_missing_or_breaks_takes_no_push(
    sandbox: Sandbox, server: Path, tmp_path: Path, command: str | None, words: str
) -> None:
    script = tmp_path / "offer"
    if command:
        script.write_text(command)
        script.chmod(0o755)
    git(server, "config", "oferta.command", str(script))
    sandbox.commit({"docs/index.md": "# Ещё страница\n"})
    last = refused(sandbox, server, "HEAD:main")[-1]

    assert last.startswith("ОТКЛОНЕНО: ")
    assert words in last
    assert last.endswith(IN_FORCE)


def test_the_tags_stay_locked_even_if_the_command_says_yes(sandbox: Sandbox, server: Path) -> None:
    git(server, "config", "oferta.command", "true")
    (said,) = refused(sandbox, server, "HEAD:refs/tags/offer/2")

    assert said.startswith("ОТКЛОНЕНО: метки редакций ставит только offer publish")
    assert said.endswith(IN_FORCE)


def test_a_hook_needs_no_home_and_hears_no_foreign_configuration(
    sandbox: Sandbox, server: Path
) -> None:
    sandbox.commit({"docs/offer.md": sandbox.offer(("15 000 ₽", "0 ₽"))})
    bare = {
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "i18n.logOutputEncoding",
        "GIT_CONFIG_VALUE_0": "koi8-r",
    }

    assert "п. 3.1" in refused(sandbox, server, "HEAD:main", env=bare)[-1]


@pytest.mark.parametrize("lines", ["одно\n", "a b\n", "\x00\xff\n"])
def test_what_is_no_line_of_a_push_is_refused_with_a_sentence(
    sandbox: Sandbox, server: Path, lines: str
) -> None:
    admit = [OFFER_COMMAND, "admit", "--repository", server]
    done = subprocess.run(admit, input=lines, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "old new ref" in done.stderr
