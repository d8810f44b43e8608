"""Lighthouse as an instrument: installed once from npm into build/bench, run on system Chromium."""

import json
import os
import shutil
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.machine import chromium

# the last major version for Node.js 18 and 20; later ones ask for 22
VERSION = "12.8.2"
HOME = Path("build/bench")
COMMAND = HOME / "node_modules/.bin/lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
CHROME = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
LONGEST = 180  # seconds for one look


class NotHereError(RuntimeError):
    """What the machine lacks to run Lighthouse, in a sentence."""


@dataclass(frozen=True)
class Look:
    """The medians of some looks at one page: scores of 100, milliseconds, layout shift."""

    scores: tuple[int, ...]
    lcp: float
    cls: float
    failed: tuple[str, ...]


def install() -> None:
    """Raises NotHereError without npm or Chromium, or if npm cannot install it."""
    if shutil.which("npm") is None:
        raise NotHereError("npm is not installed")
    _chromium()
    if not COMMAND.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        package = f"lighthouse@{VERSION}"
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(HOME), package]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotHereError(f"npm cannot install {package}: {done.stderr.strip()[-200:]}")


def _chromium() -> str:
    found = chromium()
    if found is None:
        raise NotHereError("Chromium is not installed: make machine")
    return str(found)


def look(url: str, times: int) -> Look:
    """What Lighthouse says of a page on a slow phone, the median of so many runs."""
    reports = [_report(url) for _ in range(times)]
    audits = [report["audits"] for report in reports]
    failed = {
        name
        for found in audits
        for name, audit in found.items()
        if audit["score"] is not None and audit["score"] < 0.9 and _counts(reports[0], name)
    }
    return Look(
        tuple(
            round(statistics.median(100 * it["categories"][name]["score"] for it in reports))
            for name in CATEGORIES
        ),
        statistics.median(it["largest-contentful-paint"]["numericValue"] for it in audits),
        statistics.median(it["cumulative-layout-shift"]["numericValue"] for it in audits),
        tuple(sorted(failed)),
    )


def _counts(report: dict, name: str) -> bool:  # type: ignore[type-arg] # Lighthouse's own JSON
    """Whether an audit weighs in any score."""
    references = [it for found in report["categories"].values() for it in found["auditRefs"]]
    return any(it["id"] == name and it["weight"] for it in references)


def _report(url: str) -> dict:  # type: ignore[type-arg] # Lighthouse's own JSON
    command = [
        str(COMMAND),
        url,
        "--quiet",
        "--output=json",
        "--output-path=stdout",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={CHROME}",
    ]
    environment = os.environ | {"CHROME_PATH": _chromium()}
    done = subprocess.run(
        command, capture_output=True, env=environment, timeout=LONGEST, check=False
    )
    if done.returncode:
        raise NotHereError(
            f"Lighthouse failed: {done.stderr.decode(errors='replace').strip()[-300:]}"
        )
    return dict(json.loads(done.stdout))
