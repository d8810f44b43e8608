"""What all tests share: a hostile machine, both databases, and a real browser."""

import fcntl
import gc
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import scrypt
from pathlib import Path
from typing import Any

import pytest
import typst
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import Connection, Engine, event

from checkout.domain import account
from checkout.store.engine import open_engine
from checkout.store.schema import migrate
from tests import machine
from tests.postgres import Postgres

# Found before HOME is emptied: a downloaded browser lies under it.
CHROMIUM = machine.chromium()
Pairs = tuple[tuple[str, Any], ...]
# pytest's own name for the folder in which it makes its folders; workers are told theirs
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(machine.quick_folder()))
# A machine may forbid Python to write bytecode: each of the hundreds of processes that the tests
# start would then compile the same libraries, and each worker the same tests, at every run.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Looking for garbage took a tenth of the suite: what a worker has loaded and collected is not
# garbage, and is looked through again each time. Loading makes none worth looking for.
gc.disable()

# A shell's job in the background ignores Ctrl-C, and so would every program that a test ends by it.
signal.signal(signal.SIGINT, signal.default_int_handler)

HOSTILE_GIT = """\
[user]
    useConfigOnly = true
[tag]
    gpgSign = true
[core]
    hooksPath = /nonexistent
"""

QUIET_BROWSER = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    # a page of ours that names a foreign host fails here as it would offline
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The database of the tests that use only one: `make soak` runs the pages on PostgreSQL too."""
    parser.addoption("--on", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a fifth of its time a worker waits, for a browser mostly."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: while Playwright runs, its event loop occupies the main thread.

    Their whole folder goes with them, or its demo would run beside every other test.
    """
    items.sort(
        key=lambda item: (
            item.path.parent.name == "browser" or "browser" in getattr(item, "fixturenames", ())
        )
    )


def pytest_collection_finish() -> None:
    """From here on garbage is looked for again, among what the tests themselves make."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


class Compiled(dict[Any, Any]):
    """Statements with their SQL, kept for every engine of a kind: each test opens its own.

    SQLAlchemy keeps them for one engine, as a service needs; here it compiled the same few dozen
    statements thousands of times, a tenth of the tests of pages.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


COMPILED = Compiled()


@event.listens_for(Engine, "engine_connect")
def _compile_once(connection: Connection) -> None:
    connection.execution_options(compiled_cache=COMPILED)


SET = typst.compile
MOST_PAPERS = 100  # of a tenth of a megabyte


@lru_cache(MOST_PAPERS)
def _set_once(source: bytes, inputs: Pairs, standards: Sequence[str], named: Pairs) -> bytes:
    return bytes(SET(source, sys_inputs=dict(inputs), pdf_standards=list(standards), **dict(named)))


def set_once(
    source: bytes, *, sys_inputs: Mapping[str, str], pdf_standards: Sequence[str] = (), **named: Any
) -> bytes:
    """Instead of Typst's own: what was set is not set again from the same arguments.

    Most tests of releases, certificates and their forgeries set the same few papers in passing,
    a twentieth of a second each. Who promises something of the setting asks for `papers_anew`.
    """
    return _set_once(
        source, tuple(sys_inputs.items()), tuple(pdf_standards), tuple(sorted(named.items()))
    )


@pytest.fixture(scope="session", autouse=True)
def papers_set_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typst, "compile", set_once)
        yield


@pytest.fixture
def papers_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every paper is set, though the same one has been."""
    monkeypatch.setattr(typst, "compile", SET)


@pytest.fixture(scope="session", autouse=True)
def codes_cheap_to_keep() -> Iterator[None]:
    """A code is dear to guess, 25 ms each: how dear, tests/domain/test_account.py asks."""

    def cheap(code: bytes, **how: Any) -> bytes:
        return scrypt(code, **how | {"n": 2})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(account, "scrypt", cheap)
        yield


@pytest.fixture(scope="session", autouse=True)
def hostile_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty HOME, no identity, a git configuration that breaks the careless, a far zone."""
    home = tmp_path_factory.mktemp("home")
    config = home / "hostile.gitconfig"
    config.write_text(HOSTILE_GIT)
    ours = ("GIT_", "CHECKOUT_", "LC_", "LANG", "SOURCE_DATE_EPOCH")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(ours) or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("GIT_CONFIG_GLOBAL", str(config))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("TZ", "Pacific/Kiritimati")  # UTC+14: «today» there is not today here
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="session", autouse=True)
def no_foreign_hosts() -> Iterator[None]:
    """No name but our own is resolved; the payment test shop is asked only by contract tests."""
    resolve = socket.getaddrinfo

    def refuse_names(host: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        is_name = bool(name) and not name.replace(".", "").isdigit() and ":" not in name
        if is_name and name not in ("localhost", socket.gethostname(), "api.yookassa.ru"):
            raise socket.gaierror(socket.EAI_NONAME, f"tests resolve no foreign name: {name}")
        return resolve(host, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", refuse_names)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    programs = machine.postgres_folder()
    if programs is None:
        raise machine.MissingError("PostgreSQL")
    server = Postgres(programs)
    server.start()
    yield server
    server.stop()


def migrated(url: str) -> None:
    """Bring an empty database to the newest schema: a tenth of a second, once for all tests."""
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


MakeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MakeOnce:
    """Of a name and of what fills an empty folder: that folder, filled once for all workers.

    It is to be read, or copied; nobody may change it.
    """
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made-once"
    shared.mkdir(exist_ok=True)

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a worker who failed
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema and no rows, to be copied."""
    file = tmp_path_factory.mktemp("template") / "migrated.sqlite"
    migrated(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The same as a database of PostgreSQL."""
    postgres.execute("CREATE DATABASE migrated")
    migrated(postgres.url("migrated"))
    return "migrated"


@contextmanager
def of_one_test(server: Postgres, request: pytest.FixtureRequest, template: str) -> Iterator[str]:
    name = f"test_{abs(hash(request.node.nodeid)):x}"
    server.copy(template, name)
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(
    postgres: Postgres, postgres_template: str, request: pytest.FixtureRequest
) -> Iterator[str]:
    """A PostgreSQL database for one test: the newest schema and no rows."""
    with of_one_test(postgres, request, postgres_template) as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The same on SQLite: a file, since real ones are files."""
    file = shutil.copy(sqlite_template, tmp_path / "test.sqlite")
    return f"sqlite:///{file}"


@pytest.fixture
def one_url(request: pytest.FixtureRequest) -> str:
    """Of a test that is run once: SQLite, unless `--on` says another."""
    name = "sqlite_url" if request.config.getoption("--on") == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice: on each of the two databases the service can be given."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same without any table: for a test that makes them."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with of_one_test(server, request, "template0") as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium; without its sandbox only as root, where it cannot have one."""
    if CHROMIUM is None:
        raise machine.MissingError("Chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=CHROMIUM,
            chromium_sandbox=os.geteuid() != 0,
            args=list(QUIET_BROWSER),
        )


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A client's browser that has never been here."""
    context = browser.new_context(locale="ru-RU", timezone_id="Europe/Moscow")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
