"""The release on sale: noticed when the link moves, proved, archived, and only then sold by."""

import os
import threading
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from checkout.domain.errors import CheckoutError
from checkout.store import archive
from checkout.store.engine import Store
from offer.editions import DOCUMENTS
from offer.errors import OfferError
from offer.publishing.releases import RECORD
from offer.release import (
    SUMS,
    PublishedEdition,
    Release,
    load_release,
    pdf_bytes,
    prove_files,
)

log = structlog.get_logger()
LOOK_EVERY = timedelta(minutes=1)
PDFS_AT_ONCE = 20
WATCHED = (RECORD, SUMS, *(f"{document}/editions.json" for document in DOCUMENTS))


class Shelf:
    """The newest good release. A bad one is refused with its reason and the old one kept."""

    def __init__(self, site: Path, store: Store) -> None:
        self._site = site
        self._store = store
        self._lock = threading.Lock()
        self._release: Release | None = None
        self._seen: tuple[object, ...] = ()
        self._problem: str | None = "Выпуск сайта ещё не загружен."
        self._damage: str | None = None
        self._looked_at: datetime | None = None

    def release(self) -> Release | None:
        """The release to sell by now; looks whether a newer one has been published.

        Whoever notices one proves it; all others go on with the old one meanwhile.
        """
        mark = self._mark()
        if mark != self._seen and self._lock.acquire(blocking=self._release is None):
            try:
                if mark != self._seen:
                    self._load()
                    self._seen = mark
            finally:
                self._lock.release()
        return self._release

    def problem(self) -> str | None:
        """Why the newest release is not on sale, or what is wrong with it; else None."""
        release = self.release()
        if release and self._problem:
            return f"{self._problem} Пока действует прежний выпуск, {release.id}."
        return self._problem or self._damage

    def offer(self) -> PublishedEdition | None:
        """The edition of the offer in force."""
        release = self.release()
        return release.current("offer") if release else None

    def look_again(self) -> None:
        """At most once a minute read every file again: a disk or a hand may have changed one.

        A release that was refused gets another chance: it may have been only half copied. What is
        sold stays: its bytes were proved and are archived.
        """
        release, now = self.release(), self._store.clock()
        if self._looked_at and timedelta() <= now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        if self._problem:
            with self._lock:
                self._load()
        elif release:
            self._look_for_damage(release)

    def _look_for_damage(self, release: Release) -> None:
        before = self._damage
        try:
            prove_files(release.folder)
            self._damage = None
        except OfferError as error:
            self._damage = error.sentence
        if self._damage and self._damage != before:
            log.error("release damaged", release=release.id, reason=self._damage)

    def _mark(self) -> tuple[object, ...]:
        """What changes when another release is put here, or this one is touched."""
        folder = os.path.realpath(self._site)
        return (folder, *(_touched(Path(folder, name)) for name in WATCHED))

    def _load(self) -> None:
        self._looked_at = self._store.clock()
        try:
            release = self._proved(self._site)
        except (OfferError, CheckoutError) as error:
            self._refuse(error.sentence)
            return
        self._release, self._problem, self._damage = release, None, None
        log.info("release loaded", release=release.id)

    def _proved(self, folder: Path) -> Release:
        """The release, every byte of it as it was published and every edition archived."""
        release = load_release(folder)
        prove_files(release.folder)
        editions = [one for kind in release.editions.values() for one in kind]
        self._store.transact(lambda tx: archive.archive(tx, editions))
        self._archive_pdfs(release, editions)
        return release

    def _archive_pdfs(self, release: Release, editions: list[PublishedEdition]) -> None:
        """A few at a time: the first start beside a long history must not fill the memory."""
        new = self._store.read(lambda tx: archive.without_pdf(tx, editions))
        for start in range(0, len(new), PDFS_AT_ONCE):
            pdfs = [(one, pdf_bytes(release, one)) for one in new[start : start + PDFS_AT_ONCE]]
            self._store.transact(partial(archive.keep_pdfs, pdfs=pdfs))

    def _refuse(self, reason: str) -> None:
        if reason != self._problem:
            log.error("release refused", release=str(self._site), reason=reason)
        self._problem = reason
        if self._release is None and (older := self._older()):
            self._release = older
            log.warning("older release loaded", release=older.id)

    def _older(self) -> Release | None:
        """At a start beside a damaged release: the newest good one that was published before it.

        Just what a shop that was never stopped would have gone on with. The archive refuses one
        that lacks an edition it has seen, so nothing is sold by an edition known to be replaced.
        Without the link nothing has been published, or somebody took it away to stop selling.
        """
        if not self._site.is_symlink():
            return None
        damaged = Path(os.path.realpath(self._site))
        for folder in sorted(damaged.parent.glob("[!.]*"), reverse=True):
            if folder.name < damaged.name and (folder / RECORD).is_file():
                try:
                    return self._proved(folder)
                except (OfferError, CheckoutError) as error:
                    log.error("release refused", release=str(folder), reason=error.sentence)
        return None


def _touched(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_ino)
