"""The evidence archive: a ZIP that anyone can make again from its files, byte for byte.

Entries are stored, sorted by name, undated, and nobody's: not even the system that made them shows.
"""

import io
from collections.abc import Mapping
from zipfile import ZIP_STORED, ZipFile, ZipInfo

UNDATED = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say
UNIX = 3
PLAIN_FILE = 0o100644 << 16


def archive(files: Mapping[str, bytes], folder: str) -> bytes:
    """The ZIP of `files` (flat or slashed names), all of them inside `folder`."""
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as packed:
        for name in sorted(files):
            packed.writestr(_entry(f"{folder}/{name}"), files[name])
    return made.getvalue()


def _entry(path: str) -> ZipInfo:
    entry = ZipInfo(path, UNDATED)
    entry.create_system = UNIX
    entry.external_attr = PLAIN_FILE
    return entry
