"""Tell stories by the seed: `.venv/bin/python -m tests.fault.simulation --help`.

python -m tests.fault.simulation 41                     one story again, as it was told
python -m tests.fault.simulation 0-1000 --steps 100     a thousand
… --database postgresql                                 on a PostgreSQL of its own
"""

import argparse
import logging
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from tests import machine
from tests.conftest import migrated
from tests.fault.reckoning import money, reckon
from tests.fault.story import Story
from tests.postgres import Postgres

STEPS = 100
Databases = Callable[[str], str]


@dataclass
class Figures:
    """What a row of stories came to; `failed` are the seeds with their tracebacks."""

    stories: int = 0
    crashes: int = 0
    payments: int = 0
    refunds: int = 0
    taken_kopecks: int = 0
    returned_kopecks: int = 0
    failed: dict[int, str] = field(default_factory=dict)

    def add(self, story: Story) -> None:
        taken, returned = money(story.books)
        self.crashes += story.crashes
        self.payments += len(story.payments("succeeded"))
        self.refunds += len(story.refunds("succeeded"))
        self.taken_kopecks += taken
        self.returned_kopecks += returned


def tell(seed: int, steps: int, database_url: str, folder: Path, figures: Figures) -> None:
    """One story and its reckoning; raises what breaks, with the command that tells it again."""
    story = Story(seed, database_url, folder)
    figures.stories += 1
    try:
        with story.telling(steps):
            reckon(story.books)
            figures.add(story)
    except BaseException as error:
        kind = database_url.partition(":")[0].partition("+")[0]
        again = f"{seed} --steps {steps} --database {kind}"
        error.add_note(f"Again: .venv/bin/python -m tests.fault.simulation {again}")
        error.add_note(f"Told: {', '.join(story.told)}")
        raise


def tell_all(seeds: Sequence[int], steps: int, databases: Databases, folder: Path) -> Figures:
    """Every story, whether the ones before it came out or not; a broken one is kept."""
    figures = Figures()
    for seed in seeds:
        name = f"story_{seed}"
        town = folder / f"{name}.town"
        try:
            tell(seed, steps, databases(name), town, figures)
        except Exception as error:
            figures.failed[seed] = "".join(traceback.format_exception(error))
        else:
            shutil.rmtree(town)
    return figures


def files(template: Path, folder: Path) -> Databases:
    """A fresh SQLite file for each story, copied from one with the newest schema."""

    def make(name: str) -> str:
        for old in folder.glob("story_*.sqlite*"):
            old.unlink()
        return f"sqlite:///{shutil.copy(template, folder / f'{name}.sqlite')}"

    return make


def of_server(server: Postgres, template: str) -> Databases:
    """A fresh database of a PostgreSQL for each story; the one before it goes."""
    made: list[str] = []

    def make(name: str) -> str:
        while made:
            server.execute(f"DROP DATABASE {made.pop()} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return server.url(name)

    return make


@contextmanager
def own_databases(kind: str, folder: Path) -> Iterator[Databases]:
    """Databases for stories told from the command line."""
    if kind == "sqlite":
        migrated(f"sqlite:///{folder / 'template.db'}")
        yield files(folder / "template.db", folder)
        return
    programs = machine.postgres_folder()
    if programs is None:
        raise machine.MissingError("PostgreSQL")
    server = Postgres(programs)
    server.start()
    try:
        server.execute("CREATE DATABASE migrated")
        migrated(server.url("migrated"))
        yield of_server(server, "migrated")
    finally:
        server.stop()


def main() -> int:
    """Tell what is asked for; 1 if a story did not come out."""
    parser = argparse.ArgumentParser(description="Tell stories of the shop by the seed.")
    parser.add_argument("seeds", help="one, or from-to (to is not told)")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last) if last else int(first) + 1)
    with tempfile.TemporaryDirectory() as name, own_databases(asked.database, Path(name)) as make:
        return _tell(seeds, asked.steps, make, Path(name))


def _tell(seeds: range, steps: int, databases: Databases, folder: Path) -> int:
    began, failed = time.monotonic(), []
    total = Figures()
    for seed in seeds:
        one = tell_all([seed], steps, databases, folder)
        for name, value in vars(one).items():
            known = getattr(total, name)
            setattr(total, name, known | value if isinstance(known, dict) else known + value)
        if one.failed:
            failed.append(seed)
            _say(one.failed[seed])
        if (seed + 1 - seeds.start) % 10 == 0 or seed + 1 == seeds.stop:
            pace = (seed + 1 - seeds.start) / (time.monotonic() - began)
            told = {key: it for key, it in vars(total).items() if key != "failed"}
            _say(f"to {seed}: {told}, {pace:.2f} stories/s, failed: {failed}")
    return 1 if failed else 0


def _say(text: str) -> None:
    with suppress(BrokenPipeError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
