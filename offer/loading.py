"""Load a library without the parts that it brings along and nobody here uses.

A service that is started again should sell again at once, on a small machine. Only for libraries
where that was measured to matter; each place says what it saves.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType


@contextmanager
def passing(*packages: str) -> Iterator[None]:
    """Modules of these packages that are loaded inside are let go of afterwards.

    Only for values that are copied out: one object of theirs that is kept keeps them all.
    """
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if any(f"{name}.".startswith(f"{package}.") for package in packages):
                del sys.modules[name]


@contextmanager
def bare(name: str) -> Iterator[None]:
    """Inside, modules of the package `name` load without what its `__init__` would load.

    Afterwards they are known to whoever took something from them only: the package can be loaded
    whole by others, from the beginning, as its own modules expect. One that has been loaded
    already is left as it is.
    """
    if name in sys.modules:
        yield
        return
    spec = find_spec(name)
    package = ModuleType(name)
    package.__path__ = [] if spec is None else list(spec.submodule_search_locations or ())
    with passing(name):
        sys.modules[name] = package
        yield
