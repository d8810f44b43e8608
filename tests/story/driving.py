"""Drive the demo as a tool would: start it, read its addresses, buy, push, look again."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import requests

from offer.terms import read_terms

T = TypeVar("T")
PROJECT = Path(__file__).parents[2]
PUBLIC = ("docs", "site", "deploy")
PATIENCE = 60  # seconds; a wait that long means that it never comes
AUTHOR = {
    "GIT_AUTHOR_NAME": "Исполнитель",
    "GIT_AUTHOR_EMAIL": "author@oferta.example",
    "GIT_COMMITTER_NAME": "Исполнитель",
    "GIT_COMMITTER_EMAIL": "author@oferta.example",
}
ANNA = {"kind": "person", "name": "Иванова Анна Петровна", "email": "anna@client.example"}

# whatever the contractor offers just now: his prices may change without a test noticing
TERMS = read_terms((PROJECT / "docs/offer.md").read_text(encoding="utf-8"), "docs/offer.md").terms
HOURS = TERMS.packages[0].hours if TERMS else 0


def until(look: Callable[[], T], what: str) -> T:
    """Look until there is something; fails with `what` when it never comes."""
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while time.monotonic() < deadline:
        if found := look():
            return found
        pause.wait(0.05)
    raise AssertionError(f"it never came: {what}")


def clone_of_the_project(folder: Path) -> Path:
    """A repository with this project's public files, committed; no other history."""
    for name in PUBLIC:
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(PROJECT / "mkdocs.yml", folder)
    (folder / ".gitignore").write_text("/build/\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "Begin")
    return folder


def with_a_higher_price(text: str) -> str:
    """The offer with its first sum, the price of the first package, a thousand higher."""

    def raised(match: re.Match[str]) -> str:
        roubles = int(re.sub(r"\s", "", match[1])) + 1000
        return f"{roubles:,}".replace(",", "\u00a0") + match[2]

    return re.sub(r"(\d[\d\s]*\d)(\s*₽)", raised, text, count=1)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | AUTHOR, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout + done.stderr


def commit(folder: Path, subject: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", subject)


def demo_command(port: object = 0) -> list[str]:
    return [sys.executable, "-P", "-m", "checkout", "demo", f"--port={port}"]


@dataclass(frozen=True)
class Demo:
    """A running demo, seen from outside. `said` is the file of what it printed."""

    folder: Path
    process: subprocess.Popen[bytes]
    said: Path

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "build/demo/demo.json").read_bytes())
        return found

    def get(self, path: str, *, of: str = "site", **options: Any) -> requests.Response:
        return requests.get(f"{self.facts[of]}{path}", timeout=PATIENCE, **options)

    def greets(self) -> bool:
        """Whether it has said that it is ready; demo.json may still be of a demo before it."""
        return "git push" in self.said.read_text()

    def healthy(self) -> bool:
        try:
            return self.get("/healthz").ok
        except requests.ConnectionError:
            return False

    def control(self, method: str, path: str, **content: object) -> requests.Response:
        """Ask something of the simulator's control API; it has been done when this returns."""
        address = f"{self.facts['simulator']}/_control{path}"
        answer = requests.request(method, address, json=content, timeout=PATIENCE)
        answer.raise_for_status()
        return answer

    def push(self) -> str:
        """Push the clone's HEAD as the contractor would; what the server said."""
        return git(self.folder, "push", "build/demo/offer.git", "HEAD:main")

    def open_form(self) -> dict[str, str]:
        """The values of the order form's own fields, with both boxes ticked."""
        page = self.get(f"/checkout/{HOURS}")
        page.raise_for_status()
        fields = ("attempt", "accept_offer", "accept_consent")
        return {name: _value(page.text, name) for name in fields}

    def order(self, form: dict[str, str]) -> requests.Response:
        """Send the form as a browser on our own page would; redirects are not followed."""
        site = self.facts["site"]
        return requests.post(
            f"{site}/checkout/{HOURS}", data=ANNA | form, headers={"Origin": site},
            allow_redirects=False, timeout=PATIENCE,
        )  # fmt: skip

    def buy(self) -> tuple[str, str]:
        """Order and go to payment: the payment's id and the path of the order page."""
        answer = self.order(self.open_form())
        assert answer.status_code == 303
        payment_id = re.search(r"orderId=([\w-]+)", answer.headers["location"])
        assert payment_id
        arrived = self.control("GET", "/requests").json()
        request = [it["body"] for it in arrived if it["path"] == "/v3/payments" and it["body"]][-1]
        path = request["confirmation"]["return_url"].removeprefix(self.facts["site"])
        return payment_id[1], path

    def order_facts(self, path: str) -> dict[str, Any]:
        answer = self.get(path, headers={"Accept": "application/json"})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def letter(self, to: str, about: str) -> dict[str, Any]:
        """The letter to somebody whose subject or text has these words, once it has come."""

        def look() -> dict[str, Any] | None:
            letters = self.get("/messages", of="mailbox").json()
            mine = (it for it in letters if it["to"] == to and about in it["subject"] + it["text"])
            return next(mine, None)

        return until(look, f"a letter to {to} about {about}")

    def kill(self) -> None:
        """End the demo as a crash would: it can put nothing in order."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self, how: int = signal.SIGINT) -> int:
        """Ctrl-C; the exit status."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Start the demo in this clone and wait until it sells."""
    said = folder / "build" / "said.txt"
    said.parent.mkdir(exist_ok=True)
    with said.open("wb") as output:
        process = subprocess.Popen(demo_command(), cwd=folder, stdout=output, stderr=output)
    demo = Demo(folder, process, said)
    try:
        until(lambda: demo.greets() or process.poll() is not None, "the demo's start")
        assert process.poll() is None, said.read_text()
        yield demo
    finally:
        if process.poll() is None:
            demo.stop()


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, f"the form has no {name}"
    return found[1]
