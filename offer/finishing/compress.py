"""The files of a release compressed once, when it is published, for every reader after that."""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli  # type: ignore[import-untyped] # ships no types

KINDS = frozenset(
    [".html", ".css", ".js", ".svg", ".json", ".webmanifest", ".xml", ".md", ".txt", ""]
)
LEAST_BYTES = 200
LEAST_SAVING = 0.1  # of its length
# Brotli's 11 takes three times as long as 10 for one hundredth less; a list of a thousand editions
# would take seconds.
BEST, QUICK, LARGE_BYTES = 10, 5, 65536
# RFC 1952: deflate, no flags, no time, best compression, unknown system: equal bytes anywhere
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"


def compress(folder: Path, names: Iterable[str]) -> None:
    """Write `NAME.br` and `NAME.gz` beside each file of text among `names` that they make smaller.

    `names` are paths within `folder`; other kinds of files are passed over. Equal files give equal
    bytes. Both libraries work without Python's lock, so every core has a file in hand.
    """
    paths = [folder / name for name in names if Path(name).suffix in KINDS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(_compress, paths):
            pass  # to raise what one of them raised


def _compress(path: Path) -> None:
    content = path.read_bytes()
    for suffix, packed in _packed(content):
        if len(packed) <= len(content) * (1 - LEAST_SAVING):
            path.with_name(path.name + suffix).write_bytes(packed)


def _packed(content: bytes) -> Iterator[tuple[str, bytes]]:
    if len(content) >= LEAST_BYTES:
        quality = BEST if len(content) <= LARGE_BYTES else QUICK
        yield ".br", brotli.compress(content, mode=brotli.MODE_TEXT, quality=quality)
        yield ".gz", gzipped(content)


def gzipped(content: bytes) -> bytes:
    """What `gzip -9` writes, without a name and a time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(content) + packer.flush()
    return _GZIP_HEAD + body + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
