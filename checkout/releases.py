"""The release on sale: noticed when the link moves, proved, archived, and only then sold by."""

import os
import threading
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from checkout.domain.errors import CheckoutError
from checkout.store import archive
from checkout.store.engine import Store
from offer.editions import DOCUMENTS
from offer.errors import OfferError
from offer.release import PublishedEdition, Release, load_release, prove_files
from offer.releases import RECORD

log = structlog.get_logger()
PROVE_EVERY = timedelta(minutes=1)
WATCHED = (RECORD, *(f"{document}/editions.json" for document in DOCUMENTS))


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
        self._proved_at: datetime | None = None

    def release(self) -> Release | None:
        """The release to sell by now; looks whether a newer one has been published."""
        mark = self._mark()
        if mark != self._seen:
            with self._lock:
                if mark != self._seen:
                    self._load()
                    self._seen = mark
        return self._release

    def problem(self) -> str | None:
        """Why the newest release is not on sale, or what is wrong with it; else None."""
        self.release()
        return self._problem or self._damage

    def offer(self) -> PublishedEdition | None:
        """The edition of the offer in force."""
        release = self.release()
        return release.current("offer") if release else None

    def look_again(self) -> None:
        """Read every file of the release on sale again: a disk or a hand may have changed one.

        At most once a minute. What is sold stays: its bytes were proved and are archived.
        """
        release, now = self.release(), self._store.clock()
        if release is None or (self._proved_at and now - self._proved_at < PROVE_EVERY):
            return
        self._proved_at, before = now, self._damage
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
        try:
            release = load_release(self._site)
            editions = [one for kind in release.editions.values() for one in kind]
            self._store.transact(lambda tx: archive.archive(tx, editions))
        except (OfferError, CheckoutError) as error:
            self._problem = error.sentence
            log.error("release refused", release=str(self._site), reason=error.sentence)
            return
        self._release, self._problem, self._damage = release, None, None
        log.info("release loaded", release=release.id)


def _touched(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_ino)
