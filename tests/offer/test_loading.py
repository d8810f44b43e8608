"""Libraries loaded in part: what was left out can be loaded whole by whoever needs it."""

import sys
from pathlib import Path

import pytest

from offer.loading import bare, passing


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package whose `__init__` loads `rest` beside the one module `needed`."""
    package = tmp_path / "sprawling"
    package.mkdir()
    (package / "__init__.py").write_text("from sprawling import rest\nNAME = 'whole'\n")
    (package / "rest.py").write_text("")
    (package / "needed.py").write_text("NAME = __name__\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("sprawling", "sprawling.rest", "sprawling.needed"):
        # set first, so that whatever the test loads is taken away after it
        monkeypatch.setitem(sys.modules, name, sys)
        del sys.modules[name]
    return "sprawling"


def test_a_module_of_a_bare_package_loads_without_the_rest_of_it(library: str) -> None:
    with bare(library):
        from sprawling.needed import NAME  # type: ignore[import-not-found]

    assert NAME == "sprawling.needed"
    assert "sprawling.rest" not in sys.modules


def test_after_it_the_package_can_be_loaded_whole(library: str) -> None:
    with bare(library):
        from sprawling import needed
    import sprawling.needed

    assert sprawling.NAME == "whole"
    assert "sprawling.rest" in sys.modules
    assert sprawling.needed is not needed


def test_a_package_that_is_loaded_already_stays_whole(library: str) -> None:
    import sprawling

    with bare(library):
        assert sys.modules[library] is sprawling
    assert sys.modules[library] is sprawling


def test_what_is_not_there_is_missing_from_a_bare_package_as_from_any() -> None:
    with pytest.raises(ImportError), bare("nowhere_to_be_found"):
        from nowhere_to_be_found import something  # type: ignore[import-not-found] # noqa: F401


def test_what_passes_is_gone_afterwards_and_nothing_else(library: str) -> None:
    with passing(library):
        import colorsys

        from sprawling import NAME
    assert NAME == "whole"
    assert [name for name in sys.modules if name.startswith(library)] == []
    assert sys.modules["colorsys"] is colorsys


def test_what_was_loaded_before_does_not_pass(library: str) -> None:
    import sprawling

    with passing(library):
        from sprawling import needed  # noqa: F401
    assert sys.modules[library] is sprawling
    assert "sprawling.needed" not in sys.modules
