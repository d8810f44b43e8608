"""The demo's server side of git: a bare repository that publishes what is pushed to it."""

import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checkout.domain.errors import CheckoutError
from offer.publish import Published, current_release, publish

HOOKS = Path("deploy/git-hooks")


class DemoError(CheckoutError):
    """The demo cannot run; the sentence says why and what to do about it."""

    code = "demo"


@dataclass(frozen=True)
class Checkout:
    """The clone that the demo was started in."""

    root: Path

    def check(self) -> None:
        """Raise DemoError unless the whole history of the offer can be published from here."""
        if not (self.root / "docs/offer.md").is_file():
            raise DemoError("Здесь нет docs/offer.md: запустите make run в папке проекта.")
        if not (self.root / ".git").exists():
            raise DemoError(
                "Это копия файлов без истории git, а редакции оферты живут в git. "
                "Возьмите проект командой git clone и запустите make run в нём."
            )
        if self._git("rev-parse", "--is-shallow-repository") == "true":
            raise DemoError(
                "Этот клон неполный (shallow), публиковать из него нельзя. "
                "Дополните его командой git fetch --unshallow --tags и повторите make run."
            )

    def changed(self) -> list[str]:
        """Files of the public site that differ from HEAD, and so are not published."""
        status = self._git("status", "--porcelain", "--", "docs", "site", "mkdocs.yml")
        return [line.split(maxsplit=1)[1] for line in status.splitlines()]

    def _git(self, *arguments: str) -> str:
        return git("-C", str(self.root), *arguments).strip()


@dataclass(frozen=True)
class Server:
    """A bare repository with the hooks of a real server, and the folder it publishes to.

    Its hook goes by the clock of the file.
    """

    repository: Path
    site: Path
    url: str
    clock_file: Path

    def prepare(self, root: Path) -> None:
        """Make or mend the repository: hooks from `root`, its own configuration, no templates."""
        if not (self.repository / "HEAD").exists():
            git("init", "--quiet", "--bare", "--template=", "--initial-branch=main",
                str(self.repository))  # fmt: skip
        settings = {
            # set here, so that a global core.hooksPath cannot silence them
            "core.hooksPath": str(root / HOOKS),
            "oferta.release": str(self.site),
            "oferta.command": str(Path(sys.executable).with_name("offer")),
            "oferta.url": self.url,
            "oferta.clock": str(self.clock_file),
        }
        for name, value in settings.items():
            git(f"--git-dir={self.repository}", "config", name, value)

    def take(self, root: Path, now: datetime) -> Published:
        """Take the HEAD of `root` as main, by force, and publish it; its editions stay.

        OfferError when the text cannot be published: what was on sale then stays so.
        """
        # fetched, not pushed: the same result without the hook, whose findings would be text
        git(f"--git-dir={self.repository}", "fetch", "--quiet", "--no-tags", str(root),
            "+HEAD:refs/heads/main")  # fmt: skip
        return publish(self.repository, self.site, now=lambda: now, url=self.url)

    def sells(self) -> bool:
        """Whether there is a release at all, from now or from an earlier run."""
        return current_release(self.site) is not None


def git(*arguments: str) -> str:
    """Run git with this person's own configuration; DemoError with what it said."""
    try:
        done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise DemoError("Не найдена программа git: установите её и повторите make run.") from None
    except subprocess.CalledProcessError as error:
        raise DemoError(f"git не справился: {error.stderr.strip()}") from None
    return done.stdout
