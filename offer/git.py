"""Git, by its own command: tags, blobs in one batch, archives, tag objects and refs.

Every command names its repository and reads no configuration of the person or the machine, so
that a foreign hooks path, a signing key or an end-of-line setting never changes what becomes
public. Nothing here asks on a terminal.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from offer.errors import OfferError

TIMEOUT_SECONDS = 120

# Objects that a push brought and git has not taken over yet are only reachable through these.
QUARANTINE = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")

ISOLATED = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    # A ref under refs/replace/ would otherwise show another text under the same object id.
    "GIT_NO_REPLACE_OBJECTS": "1",
}

CONFIG = (
    ("core.hooksPath", os.devnull),
    ("core.logAllRefUpdates", "false"),
    ("core.autocrlf", "false"),
    ("gc.auto", "0"),
)


class GitError(OfferError):
    """A git command that failed; `stderr` is what it said."""

    def __init__(self, sentence: str, stderr: str = "") -> None:
        super().__init__("git", sentence)
        self.stderr = stderr


@dataclass(frozen=True)
class Object:
    """One object as `cat-file` gives it: `kind` is commit, tag, tree or blob."""

    id: str
    kind: str
    data: bytes


@dataclass(frozen=True)
class Ref:
    """A ref and the object it points at, unpeeled: an annotated tag has kind `tag`."""

    name: str
    id: str
    kind: str


@dataclass(frozen=True)
class Message:
    """The trailers of a commit that say something about a document; None where there is none."""

    commit: str
    summary: str | None
    change: str | None


@dataclass(frozen=True)
class Repository:
    """A repository by its git folder: bare, or the `.git` of a work tree."""

    git_dir: Path

    def refs(self, prefix: str) -> tuple[Ref, ...]:
        """The refs under `prefix`, such as `refs/tags/offer/`, in no special order."""
        listing = self.run(
            "for-each-ref", "--format=%(refname) %(objectname) %(objecttype)", prefix
        )
        fields = (line.split(" ") for line in listing.decode().splitlines())
        return tuple(Ref(name, object_id, kind) for name, object_id, kind in fields)

    def objects(self, names: Iterable[str]) -> dict[str, Object | None]:
        """The named objects (ids, or `commit:path`), read in one batch; None if missing."""
        wanted = list(dict.fromkeys(names))
        if not wanted:
            return {}
        answer = self.run("cat-file", "--batch", stdin="".join(f"{n}\n" for n in wanted).encode())
        return _read_batch(wanted, answer)

    def commit(self, name: str) -> str | None:
        """The id of the commit that `name` means, or None when there is no such commit."""
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return self.run(*asked, accept=(0, 1, 128)).decode().strip() or None

    def commit_time(self, commit: str) -> int:
        """When the commit was made, in seconds since 1970."""
        return int(self.run("show", "-s", "--format=%ct", commit).decode().strip())

    def is_shallow(self) -> bool:
        """Whether older commits were left out when this repository was cloned."""
        return self.run("rev-parse", "--is-shallow-repository").strip() == b"true"

    def folder(self, commit: str) -> tuple[str, ...]:
        """The names at the top of the commit's tree."""
        names = self.run("ls-tree", "-z", "--name-only", commit).decode(errors="replace")
        return tuple(names.split("\0")[:-1])

    def links(self, commit: str, paths: Sequence[str]) -> frozenset[str]:
        """Those of the paths that are symbolic links in the commit."""
        listing = self.run("ls-tree", "-z", commit, "--", *paths).decode(errors="replace")
        entries = (entry.partition("\t") for entry in listing.split("\0") if entry)
        return frozenset(path for meta, _, path in entries if meta.startswith("120000 "))

    def archive(self, commit: str, paths: Sequence[str]) -> bytes:
        """The named files and folders of a commit as a tar archive."""
        return self.run("archive", "--format=tar", commit, "--", *paths)

    def messages(self, commit: str, after: str | None, path: str) -> tuple[Message, ...]:
        """Trailers of the commits that touch `path`, newest first, none that `after` has."""
        trailer = "%(trailers:key={},valueonly=true,unfold=true)%x00"
        shape = f"--format=%H%x00{trailer.format('Summary')}{trailer.format('Change')}"
        span = [commit] if after is None else [commit, f"^{after}"]
        listing = self.run("log", "--encoding=UTF-8", "--topo-order", shape, *span, "--", path)
        fields = listing.decode(errors="replace").split("\0")[:-1]
        return tuple(_message(*fields[i : i + 3]) for i in range(0, len(fields), 3))

    def write_tag(self, content: bytes) -> str:
        """Write a tag object that no ref points at yet, and return its id.

        Neither identity nor signing key is asked for, as `git tag -a` would.
        """
        return self.run("hash-object", "-t", "tag", "-w", "--stdin", stdin=content).decode().strip()

    def create_refs(self, refs: Mapping[str, str]) -> None:
        """Create all these refs or none; GitError when one of them exists already."""
        lines = ["start", *(f"create {n} {i}" for n, i in refs.items()), "prepare", "commit", ""]
        self.run("update-ref", "--stdin", stdin="\n".join(lines).encode())

    def delete_refs(self, refs: Mapping[str, str]) -> None:
        """Delete these refs if they still point where they did."""
        lines = [f"delete {name} {object_id}" for name, object_id in refs.items()]
        self.run("update-ref", "--stdin", stdin="\n".join([*lines, ""]).encode())

    def push_tags(self, remote: str, folders: Iterable[str]) -> None:
        """Push all tags `folder/…` to a remote, all or none and never by force.

        GitError when the remote has another tag of that name or cannot be reached.
        """
        refs = (f"refs/tags/{folder}/*:refs/tags/{folder}/*" for folder in folders)
        self.run("push", "--quiet", "--atomic", remote, *refs)

    def own_settings(self, pattern: str) -> tuple[tuple[str, str], ...]:
        """Settings whose names match, as the person's and the machine's configuration have them.

        All other commands read none of these.
        """
        asked = ("config", "--null", "--get-regexp", pattern)
        listing = self.run(*asked, accept=(0, 1), env=own_environment(os.environ)).decode()
        pairs = (entry.partition("\n") for entry in listing.split("\0") if entry)
        return tuple((key, value) for key, _, value in pairs)

    def run(
        self,
        *args: str,
        stdin: bytes = b"",
        accept: Sequence[int] = (0,),
        config: Sequence[tuple[str, str]] = (),
        env: Mapping[str, str] | None = None,
    ) -> bytes:
        """What a git command prints; GitError when its exit code is not one of `accept`.

        `config` is added to the settings, `env` stands for the isolated environment.
        """
        settings = [part for key, value in (*CONFIG, *config) for part in ("-c", f"{key}={value}")]
        command = ["git", f"--git-dir={self.git_dir}", "--no-pager", *settings, *args]
        try:
            done = subprocess.run(
                command,
                input=stdin,
                capture_output=True,
                env=environment(os.environ) if env is None else env,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise GitError("Не найдена программа git: установите её.") from None
        except subprocess.TimeoutExpired:
            raise GitError(f"git {args[0]} не ответил за {TIMEOUT_SECONDS} секунд.") from None
        if done.returncode in accept:
            return done.stdout
        stderr = done.stderr.decode(errors="replace").strip()
        raise GitError(f"git {args[0]} не удался: {stderr or done.returncode}.", stderr)


def environment(outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of a git command.

    Inside a hook git sets GIT_DIR and others, which would win over the repository we name; only
    inside pre-receive the quarantine's are kept, where the pushed objects are.
    """
    kept = QUARANTINE if "GIT_QUARANTINE_PATH" in outer else ()
    clean = {k: v for k, v in outer.items() if not k.startswith("GIT_") or k in kept}
    return clean | ISOLATED


def own_environment(outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command that goes by the configuration of the person and the machine.

    Still no repository but the one we name, no translated words and no question on a terminal.
    """
    personal = ("GIT_CONFIG", "GIT_SSH", "GIT_ASKPASS")
    kept = {k: v for k, v in outer.items() if not k.startswith("GIT_") or k.startswith(personal)}
    return kept | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}


def is_installed() -> bool:
    """Whether the command `git` can be found at all."""
    return shutil.which("git") is not None


def find(path: Path) -> Repository | None:
    """The repository at `path` or above it, bare or with a work tree; None if there is none."""
    start = path.resolve()
    for folder in (start, *start.parents):
        found = at(folder)
        if found is not None:
            return found
    return None


def at(folder: Path) -> Repository | None:
    """The repository of exactly this folder, or None."""
    if (folder / ".git").exists():
        return Repository(folder / ".git")
    if (folder / "HEAD").is_file() and (folder / "objects").is_dir():
        return Repository(folder)
    return None


def _read_batch(names: Sequence[str], answer: bytes) -> dict[str, Object | None]:
    found: dict[str, Object | None] = {}
    position = 0
    for name in names:
        end = answer.index(b"\n", position)
        header = answer[position:end].decode(errors="replace")
        position = end + 1
        object_id, _, rest = header.partition(" ")
        kind, _, size = rest.partition(" ")
        if not size.isdigit():
            found[name] = None  # "<name> missing", also for a path that is no file
            continue
        found[name] = Object(object_id, kind, answer[position : position + int(size)])
        position += int(size) + 1
    return found


def _message(commit: str, summary: str, change: str) -> Message:
    return Message(commit.strip(), _one_line(summary), _one_line(change))


def _one_line(value: str) -> str | None:
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    return " ".join(lines[-1].split()) if lines else None
