"""The release on sale: noticed when the link moves, proved, archived, and only then sold by."""

import threading
from pathlib import Path

import structlog

from checkout.domain.errors import CheckoutError
from checkout.store import archive
from checkout.store.engine import Store
from offer.errors import OfferError
from offer.release import PublishedEdition, Release, load_release

log = structlog.get_logger()


class Shelf:
    """The newest good release. A bad one is refused with its reason and the old one kept."""

    def __init__(self, site: Path, store: Store) -> None:
        self._site = site
        self._store = store
        self._lock = threading.Lock()
        self._release: Release | None = None
        self._seen: tuple[object, ...] = ()
        self._problem: str | None = "Выпуск сайта ещё не загружен."

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
        """Why the newest release is not on sale; None when it is."""
        self.release()
        return self._problem

    def offer(self) -> PublishedEdition | None:
        """The edition of the offer in force."""
        release = self.release()
        return release.current("offer") if release else None

    def _mark(self) -> tuple[object, ...]:
        manifest = self._site / "offer" / "editions.json"
        try:
            status = manifest.stat()
        except OSError:
            return (str(self._site.resolve()), None)
        return (str(self._site.resolve()), status.st_mtime_ns, status.st_ino)

    def _load(self) -> None:
        try:
            release = load_release(self._site)
            editions = [one for kind in release.editions.values() for one in kind]
            self._store.transact(lambda tx: archive.archive(tx, editions))
        except (OfferError, CheckoutError) as error:
            self._problem = error.sentence
            log.error("release refused", release=str(self._site), reason=error.sentence)
            return
        self._release, self._problem = release, None
        log.info("release loaded", release=release.id)
