"""deploy/ci: a job of somebody else's hosting publishes, with the real git and a local `ssh`."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.offer.repository import OFFER_COMMAND, PROJECT, Sandbox, git, make_sandbox

PUBLISH = PROJECT / "deploy/ci/publish"
DEARER = ("15 000 ₽", "16 000 ₽")

# What `ssh … SERVER COMMAND` does on the server, here on this machine.
SSH = '#!/bin/sh\nfor command; do :; done\nexec sh -c "$command"\n'


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """The folder of releases on the server."""
    return tmp_path / "srv"


def hosted(folder: Path) -> Sandbox:
    """The contractor's clone; `origin` is the hosting, where he has pushed `main`."""
    sandbox = make_sandbox(folder)
    git(folder, "init", "-q", "--bare", "--initial-branch=main", "origin.git")
    sandbox.git("remote", "add", "origin", str(folder / "origin.git"))
    sandbox.git("push", "-q", "origin", "main")
    return sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return hosted(tmp_path)


@pytest.fixture(scope="module")
def one_job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where a job has published edition 1: seconds, to be copied."""
    folder = tmp_path_factory.mktemp("one")
    assert job(hosted(folder), folder / "srv").returncode == 0
    return folder


@pytest.fixture
def public(one_job: Path, tmp_path: Path) -> Sandbox:
    """The contractor's clone after the first job."""
    shutil.copytree(one_job, tmp_path, symlinks=True, dirs_exist_ok=True)
    sandbox = Sandbox(tmp_path / "work", tmp_path / "releases")
    sandbox.git("remote", "set-url", "origin", str(tmp_path / "origin.git"))
    return sandbox


def job(
    sandbox: Sandbox, server: Path, commit: str = "HEAD", **other: str
) -> subprocess.CompletedProcess[str]:
    """A job for a commit, in a fresh clone as a runner makes it: shallow, no branch, no tags."""
    folder = server.parent
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "ssh").write_text(SSH)
    (programs / "ssh").chmod(0o755)
    clone = folder / f"clone-{len(list(folder.glob('clone-*')))}"
    git(folder, "clone", "-q", "--no-tags", "--depth=3", f"file://{folder}/origin.git", clone.name)
    git(clone, "checkout", "-q", "--detach", sandbox.git("rev-parse", commit))
    settings = {
        "PATH": f"{programs}:{OFFER_COMMAND.parent}:{os.environ['PATH']}",
        "OFERTA_SERVER": "deploy@shop.example",
        "OFERTA_FOLDER": str(server),
        "OFERTA_URL": "https://shop.example",
        "OFERTA_SSH_KEY": "key",
        "OFERTA_KNOWN_HOSTS": "hosts",
    }
    return subprocess.run(
        [PUBLISH],
        cwd=clone,
        env=os.environ | settings | other,
        capture_output=True,
        text=True,
        check=False,
    )


def tags(server: Path) -> list[str]:
    """The tags of the hosting."""
    listing = git(server.parent / "origin.git", "for-each-ref", "--format=%(refname)", "refs/tags")
    return listing.split()


def test_a_job_pushes_the_tag_and_switches_the_server(sandbox: Sandbox, server: Path) -> None:
    done = job(sandbox, server)
    sums = ["sha256sum", "--quiet", "--check", "SHA256SUMS"]

    assert done.returncode == 0, done.stderr
    assert "Опубликовано: редакция 1, https://shop.example/offer/1/" in done.stdout
    assert tags(server) == ["refs/tags/offer/1"]
    assert (server / "current").readlink().parts[0] == "releases"
    assert subprocess.run(sums, cwd=server / "current", check=False).returncode == 0


def test_the_next_job_continues_the_release_of_the_server(public: Sandbox, server: Path) -> None:
    first = (server / "current").readlink()
    public.commit({"docs/offer.md": public.offer(DEARER)})
    public.git("push", "-q", "origin", "main")
    done = job(public, server)
    again = job(public, server)
    names = sorted(path.name for path in (server / "releases").iterdir())

    assert done.returncode == again.returncode == 0, done.stderr
    assert tags(server) == ["refs/tags/offer/1", "refs/tags/offer/2"]
    assert names == [first.name, (server / "current").readlink().name]
    assert (server / "current/offer/2/offer.md").is_file()
    assert "менять нечего" in again.stdout


def test_a_rejected_tag_stops_the_job_and_nothing_is_switched(
    public: Sandbox, server: Path
) -> None:
    before = (server / "current").readlink()
    public.commit({"docs/offer.md": public.offer(DEARER)})
    public.git("push", "-q", "origin", "main")
    hook = server.parent / "origin.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    git(server.parent / "origin.git", "config", "core.hooksPath", str(hook.parent))
    done = job(public, server)

    assert done.returncode != 0
    assert "НЕ ОПУБЛИКОВАНО" in done.stderr
    assert (server / "current").readlink() == before
    assert tags(server) == ["refs/tags/offer/1"]


def test_a_job_that_is_run_again_brings_no_old_text_back(sandbox: Sandbox, server: Path) -> None:
    sandbox.commit({"docs/offer.md": sandbox.offer(DEARER)})
    sandbox.git("push", "-q", "origin", "main")
    done = job(sandbox, server, "HEAD~1")

    assert done.returncode == 0
    assert "Пропущено" in done.stdout
    assert tags(server) == []
    assert not (server / "current").exists()


def test_a_damaged_release_on_the_server_is_not_continued(public: Sandbox, server: Path) -> None:
    (server / "current/offer/1/offer.md").write_text("другое")
    done = job(public, server)

    assert done.returncode == 1
    assert "повреждён" in done.stderr


def test_a_server_that_cannot_be_reached_is_no_empty_server(sandbox: Sandbox, server: Path) -> None:
    done = job(sandbox, server, OFERTA_FOLDER="/proc/nowhere")

    assert done.returncode == 1
    assert "НЕ ОПУБЛИКОВАНО: сервер deploy@shop.example не ответил" in done.stderr
    assert tags(server) == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("OFERTA_URL", "", "не задана переменная OFERTA_URL"),
        ("OFERTA_FOLDER", "srv", "полный путь"),
        ("OFERTA_FOLDER", "/srv/$(id)", "допустимы только"),
    ],
)
def test_a_job_without_its_variables_says_which(
    sandbox: Sandbox, server: Path, name: str, value: str, words: str
) -> None:
    done = job(sandbox, server, **{name: value})

    assert done.returncode == 1
    assert done.stderr.startswith("НЕ ОПУБЛИКОВАНО: ")
    assert words in done.stderr


@pytest.mark.parametrize("recipe", ["gitlab.yml", "actions.yml"])
def test_a_recipe_is_valid_and_gives_the_script_the_whole_history(recipe: str) -> None:
    text = (PROJECT / "deploy/ci" / recipe).read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    publish = found.get("jobs", found)["publish"]

    assert "deploy/ci/publish" in str(publish)
    assert any(whole in text for whole in ('GIT_DEPTH: "0"', "fetch-depth: 0"))
    assert any(alone in text for alone in ("resource_group:", "cancel-in-progress: false"))
