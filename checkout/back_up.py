"""Back up the database while the shop sells, and say which head of the ledger the copy has.

The head goes beside the copy: whoever restores it can later tell that it is this one, and whether
it is the newest there was (`checkout verify --head`).
"""

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from checkout.clock import real_clock
from checkout.store import ledger
from checkout.store.copying import NotCopied, copy_sqlite, dump_postgresql
from checkout.store.engine import Store, open_engine
from checkout.verify import BAD, chain

PRIVATE = 0o600  # it has everything the clients told us


@dataclass(frozen=True)
class BackedUp:
    """A finished copy. `head` is NUMBER:HASH of a row it has, None while the ledger is empty."""

    file: Path
    size: int
    head: str | None


def back_up(store: Store, url: str, to: Path) -> BackedUp:
    """Copy the database to a new file, whole or not at all. Raises NotCopied."""
    if to.exists():
        raise NotCopied(f"{to} уже есть: назовите новый файл, старая копия ещё может понадобиться.")
    if not to.parent.is_dir():
        raise NotCopied(f"Папки {to.parent} нет: создайте её.")
    part = to.with_name(f".{to.name}.part")
    part.unlink(missing_ok=True)  # of a try that was killed
    try:
        return _finished(part, to, _copied(store, url, part))
    finally:
        for left in part.parent.glob(f"{part.name}*"):
            left.unlink()


def _copied(store: Store, url: str, part: Path) -> str | None:
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    if store.engine.dialect.name != "sqlite":
        known = _head(store)  # the dump begins later, so it has at least this row
        dump_postgresql(url, part)
        return known
    copy_sqlite(store.engine, part)
    with closing(Store(open_engine(f"sqlite:///{part}"), real_clock)) as copy:
        remark = chain(copy)
        if remark.mark == BAD:
            raise NotCopied(f"{remark.sentence} Копии нет: сначала checkout verify.")
        return _head(copy)


def _head(store: Store) -> str | None:
    newest = store.read(ledger.head)
    return f"{newest.number}:{newest.hash}" if newest else None


def _finished(part: Path, to: Path, head: str | None) -> BackedUp:
    with part.open("rb") as copied:
        os.fsync(copied.fileno())
    os.link(part, to)  # unlike a renaming it never replaces what has come there meanwhile
    folder = os.open(to.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return BackedUp(to, to.stat().st_size, head)


def sentences(copy: BackedUp) -> list[str]:
    """What the contractor reads, a line each."""
    size = f"{copy.size:,}".replace(",", "\u00a0")
    told = [f"✓ Копия: {copy.file}, {size}\u00a0байт."]
    if copy.head:
        told.append(f"  Строка журнала в ней: {copy.head}")
        told.append(f"  После восстановления: checkout verify --head {copy.head}")
    return told
