"""The codebase's own rules: what design and review would otherwise have to watch for ever."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from checkout.app import ROUTES
from checkout.settings import PREFIX, READERS
from offer.terms import read_terms

ROOT = Path(__file__).parents[1]
LONGEST_FUNCTION = 70
LONGEST_FILE = 400

# the namespace of SVG is a name, not an address that anybody opens
FOREIGN = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
INDEX_ADDRESS = re.compile(r"--(?:extra-)?index-url|--find-links|://")


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file())


def ours() -> list[Path]:
    return files("offer/**/*.py", "checkout/**/*.py", "site/**/*.py")


def written_tests() -> list[Path]:
    return files("tests/**/*.py")


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Everything in the file's tree: read once for all rules."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (it for it in nodes(path) if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef))


def imports(path: Path) -> set[str]:
    """Dotted names of all modules a file imports."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def dotted(node: ast.AST) -> str:
    """`datetime.now` of an attribute chain, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def place(path: Path, node: ast.AST | None = None) -> str:
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(ROOT)}{line}"


def calls(path: Path, *names: str) -> list[str]:
    """Places where a file calls one of these; a name also matches the end of a dotted one."""
    return [
        place(path, node)
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and any(f".{dotted(node.func)}".endswith(f".{name}") for name in names)
    ]


# --- sizes and names


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{place(path, it)} {it.name}"
        for path in ours()
        for it in functions(path)
        if (it.end_lineno or it.lineno) - it.lineno + 1 > LONGEST_FUNCTION
    ]

    assert long == []


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    long = [
        place(path)
        for path in ours()
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
    ]

    assert long == []


def test_no_file_is_named_after_nothing_in_particular() -> None:
    vague = re.compile(r"util|helper|manager|service|common|misc|base")

    assert [place(path) for path in ours() if vague.search(path.stem)] == []


def test_names_of_tests_are_sentences() -> None:
    short = [
        f"{place(path, it)} {it.name}"
        for path in written_tests()
        if path.name.startswith("test_")
        for it in functions(path)
        if it.name.startswith("test_") and len(it.name.split("_")) < 4
    ]

    assert short == []


# --- what a file may reach


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        place(path, node)
        for path in files("checkout/**/*.py")
        if path.name != "settings.py"
        for node in nodes(path)
        if dotted(node) in ("os.environ", "os.getenv", "os.environb")
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and _names_environ(node))
    ]

    assert readers == []


def _names_environ(node: ast.ImportFrom) -> bool:
    return any(alias.name in ("environ", "getenv") for alias in node.names)


def test_the_domain_imports_only_the_standard_library_and_the_offer() -> None:
    allowed = sys.stdlib_module_names | {"offer", "rfc8785"}
    strangers = [
        f"{place(path)} {name}"
        for path in files("checkout/domain/*.py")
        for name in imports(path)
        if name.split(".")[0] not in allowed and not name.startswith("checkout.domain")
    ]

    assert strangers == []


def test_the_domain_reads_no_clock_and_no_randomness() -> None:
    readers = [
        where
        for path in files("checkout/domain/*.py")
        for where in calls(path, "now", "utcnow", "today", "time.time", "monotonic", "urandom")
    ]

    assert readers == []


def test_no_float_comes_near_money_or_time_spent() -> None:
    floats = [
        place(path, node)
        for path in files("checkout/domain/*.py", "offer/terms.py", "checkout/gateway/wire.py")
        for node in nodes(path)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and dotted(node.func) == "float")
    ]

    assert floats == []


def test_the_hooks_of_the_site_import_only_the_offer() -> None:
    allowed = sys.stdlib_module_names | {"offer", "mkdocs", "jinja2", "markdown"}
    strangers = [
        f"{place(path)} {name}"
        for path in files("site/**/*.py")
        for name in imports(path)
        if name.split(".")[0] not in allowed
    ]

    assert strangers == []


def test_every_route_declares_its_guard() -> None:
    unguarded = [route.path for route in ROUTES if not getattr(route, "guard", None)]

    assert unguarded == []


def test_only_the_moves_of_the_store_write_a_state() -> None:
    writers = [
        place(path, node)
        for path in files("checkout/**/*.py")
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and dotted(node.func).rpartition(".")[2] in ("change", "change_attempt", "change_refund")
        and any(it.arg == "state" for it in node.keywords)
    ]

    assert [it.partition(":")[0] for it in writers] == ["checkout/store/orders.py"]


# --- one source of truth


def test_no_sum_of_the_offer_stands_anywhere_but_in_the_offer() -> None:
    text = (ROOT / "docs/offer.md").read_text(encoding="utf-8")
    terms = read_terms(text, "docs/offer.md").terms
    assert terms is not None
    kopecks = {it.price_kopecks for it in terms.packages}
    kopecks |= {it.extra_hour_kopecks for it in terms.packages}
    sums = re.compile("|".join(_as_written(value) for value in sorted(kopecks)))

    found = [
        f"{place(path)}: {match[0]}"
        for path in [*ours(), *_markup("html", "css", "json", "typ", "xml"), ROOT / "mkdocs.yml"]
        for match in sums.finditer(_what_takes_effect(path))
    ]

    assert found == []


def _what_takes_effect(path: Path) -> str:
    """The numbers and strings of a Python file, without docstrings and comments; else all of it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (it for it in ast.walk(tree) if isinstance(it, ast.Constant) and id(it) not in told)
    return "\n".join(str(it.value) for it in constants)


def _as_written(kopecks: int) -> str:
    """A pattern for «15 000», `15_000` and `1500000`, whatever the space."""
    roubles = re.sub(r"(?<=\d)(?=(\d{3})+$)", r"[\\s_'.,]?", str(kopecks // 100))
    return rf"(?<!\d){roubles}(?:[.,]00)?(?!\d)|(?<!\d){kopecks}(?!\d)"


def _markup(*kinds: str) -> list[Path]:
    places = ("site", "checkout", "offer")
    return files(*(f"{folder}/**/*.{kind}" for folder in places for kind in kinds))


def test_every_setting_is_in_the_readme_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    described = set(re.findall(rf"^\| `{PREFIX}([A-Z_]+)`", readme, re.MULTILINE))

    assert described == {name.upper() for name in READERS}


UNUSED_BY_A_SERVICE = (
    "alembic", "email_validator", "holidays", "mkdocs", "psycopg", "pydantic", "pypdf", "segno",
    "typst",
)  # fmt: skip


def test_a_service_begins_without_what_it_may_never_need() -> None:
    begun = "from checkout import __main__, open, serve\nfrom offer.periods import decree_calendar"

    assert _loaded_by(f"{begun}\ndecree_calendar()") & set(UNUSED_BY_A_SERVICE) == set()


def test_a_command_about_a_database_is_not_kept_waiting_for_the_service_to_load() -> None:
    asked = "from checkout.__main__ import main\nmain(['cases'])"

    loaded = _loaded_by(asked, f"{PREFIX}DATABASE_URL=sqlite:///not-there.db")
    assert "sqlalchemy" in loaded
    assert loaded & {"starlette", "uvicorn", "yookassa", "jinja2", "phonenumbers"} == set()


def _loaded_by(told: str, *environment: str) -> set[str]:
    """The modules that are loaded once this has run."""
    command = [
        "env",
        *environment,
        sys.executable,
        "-c",
        f"{told}\nimport sys\nprint(*sys.modules)",
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_the_built_site_never_overwrites_its_own_source() -> None:
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")

    assert re.search(r"^site_dir: build/site(?: #|$)", config, re.MULTILINE)


def test_no_page_style_or_script_names_a_foreign_host() -> None:
    foreign = [
        f"{place(path)}: {match[0]}"
        for path in _markup("html", "css", "js", "json", "typ", "xml", "svg")
        for match in FOREIGN.finditer(path.read_text(encoding="utf-8"))
    ]

    assert foreign == []


def test_the_lock_names_hashes_and_no_index() -> None:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]

    assert not INDEX_ADDRESS.search(lock)
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


# --- the tests and their commands


def test_continuous_integration_runs_the_tests_and_nothing_else() -> None:
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]

    assert commands == ['cd "$(dirname "$0")/.." && exec make test']


def test_every_command_of_the_makefile_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):(.*)$", makefile, re.MULTILINE)

    assert [name for name, rest in targets if " ## " not in rest] == []


def test_one_command_runs_the_tests_and_every_check() -> None:
    told = subprocess.run(
        ["make", "--dry-run", "test"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout

    for tool in ("ruff format", "ruff check", "mypy", "lint-imports", "uv pip check", "pytest -m"):
        assert f".venv/bin/{tool}" in told


def test_nothing_is_skipped_without_a_reason() -> None:
    silent = [
        place(path, node)
        for path in written_tests()
        for node in nodes(path)
        if _skips(node) and not _says_why(node)
    ]

    assert silent == []


def _skips(node: ast.AST) -> bool:
    """A mark or a call that keeps a test from running; a bare mark is an attribute, not a call."""
    if isinstance(node, ast.Call):
        return dotted(node.func) in ("pytest.skip", "pytest.xfail") or _is_mark(node.func)
    return isinstance(node, ast.FunctionDef) and any(map(_is_mark, node.decorator_list))


def _is_mark(node: ast.AST) -> bool:
    return dotted(node) in ("pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail")


def _says_why(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    named = any(keyword.arg == "reason" for keyword in node.keywords)
    return named or (bool(node.args) and not _is_mark(node.func))


def test_no_test_waits_by_the_clock() -> None:
    assert [where for path in written_tests() for where in calls(path, "time.sleep")] == []


@pytest.mark.parametrize("heading", ["## Context", "## Decision", "## Consequence"])
def test_every_decision_is_told_in_three_parts(heading: str) -> None:
    silent = [
        place(path)
        for path in files("decisions/*.md")
        if heading not in path.read_text(encoding="utf-8")
    ]

    assert silent == []
