"""A whole shop in one process, with real parts: release, database, YooKassa's simulator, mail.

Only MkDocs is left out: a release here has the texts and manifests, not the pages.
"""

import json
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.testclient import TestClient

from checkout import worker
from checkout.app import create_app
from checkout.mail.kept import Kept
from checkout.mail.mailbox import Mailbox
from checkout.open import open_shop
from checkout.serve import gate_of
from checkout.settings import PREFIX, READERS, Secret, Settings, read_settings
from checkout.shop import Shop
from offer.editions import DOCUMENTS, Edition, sha256
from offer.manifest import manifest
from offer.publishing.build import write_sums
from offer.release import SUMS
from tests.contract.simulated import SECRET_KEY, SHOP_ID, Simulated, StandingClock, simulated

DATA = Path(__file__).parent / "data"
SITE = "http://127.0.0.1"
HOME = "<h1>Пакеты</h1>".encode()
ANNA = {
    "kind": "person",
    "name": "Анна Каренина",
    "email": "anna@example.ru",
    "phone": "+7 912 345-67-89",
}
ROMASHKA = {
    "kind": "company",
    "name": "Иван Петров",
    "organisation": "ООО «Ромашка»",
    "inn": "7707083893",
    "kpp": "773601001",
    "email": "buh@example.ru",
}


def is_daily(letter: Kept) -> bool:
    """Whether a letter is the contractor's daily one about the ledger's head."""
    return letter.header("Subject").startswith("Голова журнала")


def sum_again(release: Path) -> None:
    """Make SHA256SUMS say what stands in the release now."""
    (release / SUMS).unlink()
    write_sums(release)


def text_of(document: str) -> bytes:
    """The document as it was first published."""
    return (DATA / f"{document}.md").read_bytes()


def dearer(price: str = "16 000 ₽") -> bytes:
    """The offer with another price of five hours."""
    text = text_of("offer").decode()
    assert text.count("15 000 ₽") == 1
    return text.replace("15 000 ₽", price).encode()


# the town's own client keeps none; whoever needs them is a `browser`
NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])
FROM_OUR_PAGE = {"sec-fetch-site": "same-origin"}


@dataclass
class Publisher:
    """Writes releases as `offer publish` does, but for the pages.

    `files` (path in the release → bytes) are put into every release: pages, encodings, PDFs.
    """

    folder: Path
    clock: StandingClock
    editions: dict[str, list[Edition]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    _made: int = 0

    @property
    def current(self) -> Path:
        return self.folder / "current"

    def publish(self, **texts: bytes) -> None:
        """Make a release in which these documents have one edition more, and switch to it."""
        for document, text in texts.items():
            self.editions.setdefault(document, []).append(self._edition(document, text))
        release = self._write()
        link = self.folder / "next"
        link.symlink_to(release.relative_to(self.folder))
        link.replace(self.current)

    def _edition(self, document: str, text: bytes) -> Edition:
        number = len(self.editions.get(document, [])) + 1
        name = f"{document}/{number}"
        return Edition(
            document=document,
            number=number,
            commit=sha256(name.encode())[:40],
            tag=name,
            tag_id=sha256(text + name.encode())[:40],
            published_at=self.clock.now - timedelta(days=1) + timedelta(seconds=number),
            sha256=sha256(text),
            change=None if number == 1 else "price",
            summary="Первая редакция" if number == 1 else "Изменены цены",
            previous=None,
            text=text,
        )

    def _write(self) -> Path:
        self._made += 1
        release = self.folder / "releases" / f"release-{self._made}"
        for document in DOCUMENTS:
            editions = self.editions.get(document, [])
            place = release / document
            place.mkdir(parents=True)
            listing = json.dumps(self._with_pdfs(document, manifest(document, editions)))
            (place / "editions.json").write_text(listing)
            for edition in editions:
                (place / str(edition.number)).mkdir()
                (place / str(edition.number) / f"{document}.md").write_bytes(edition.text)
        for path, data in {"index.html": HOME, **self.files}.items():
            (release / path).parent.mkdir(parents=True, exist_ok=True)
            (release / path).write_bytes(data)
        record = {"id": release.name, "commit": "0" * 40, "url": SITE}
        (release / "release.json").write_text(json.dumps(record))
        write_sums(release)
        return release

    def _with_pdfs(self, document: str, listing: dict[str, Any]) -> dict[str, Any]:
        for row in listing["editions"]:
            path = f"{document}/{row['number']}/{document}.pdf"
            if path in self.files:
                row |= {"pdf": f"/{path}", "pdf_sha256": sha256(self.files[path])}
        return listing


@dataclass
class Town:
    """The shop and everybody around it."""

    shop: Shop
    app: Starlette
    client: TestClient
    yookassa: Simulated
    mailbox: Mailbox
    clock: StandingClock
    publisher: Publisher
    refusals: list[str]

    def form(self, hours: int = 5, **changes: str) -> dict[str, str]:
        """The order form as a browser would send it: filled in, first box ticked."""
        release = self.shop.shelf.release()
        assert release is not None
        offer = release.current("offer")
        assert offer is not None
        page = self.client.get(f"/checkout/{hours}")
        assert page.status_code == 200, page.text
        attempt = page.text.split('name="attempt" value="')[1].split('"')[0]
        return {**ANNA, "attempt": attempt, "accept_offer": offer.sha256, **changes}

    def send(self, form: Mapping[str, str], hours: int = 5, **options: Any) -> httpx2.Response:
        """POST the order form."""
        return self.client.post(f"/checkout/{hours}", data=form, **options)

    def order(self, hours: int = 5, **changes: str) -> str:
        """Order and go as far as the payment page; the secret address's token."""
        answer = self.send(self.form(hours, **changes), hours)
        assert answer.status_code == 303, answer.text
        return self.token_of(answer)

    def token_of(self, answer: httpx2.Response) -> str:
        """The order an answer leads to: by its payment's return address, or by its own."""
        location = answer.headers["location"]
        if "/orders/" in location:
            return location.rpartition("/")[2]
        payment = self.yookassa.client().payment(location.rpartition("=")[2])
        address = json.loads(payment.raw)["confirmation"]["return_url"]
        return str(address).rpartition("/")[2]

    def facts(self, token: str) -> dict[str, Any]:
        """The order facts of the interface."""
        answer = self.client.get(f"/orders/{token}", headers={"accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def browser(self, address: str = "127.0.0.1", **headers: str) -> TestClient:
        """A browser of somebody's own: it keeps cookies, and sends our forms from our pages."""
        return TestClient(
            self.app,
            base_url=SITE,
            follow_redirects=False,
            client=(address, 50_000),
            headers={**FROM_OUR_PAGE, **headers},
        )

    def pay(self, token: str) -> dict[str, Any]:
        """The client pays on YooKassa's page and comes back."""
        self.yookassa.control("POST", f"/payments/{self.facts(token)['payment_id']}/pay")
        return self.facts(token)

    def work(self) -> None:
        """Whatever the worker has to do now."""
        worker.work_once(self.shop)

    @property
    def post(self) -> list[Kept]:
        """The letters that arrived, oldest first, without the daily ones (see is_daily)."""
        return [it for it in self.mailbox.letters if not is_daily(it)]

    def letters(self) -> dict[str, Kept]:
        """The letters that arrived, by recipient; nobody got two."""
        letters = self.post
        found = {letter.header("To"): letter for letter in letters}
        assert len(found) == len(letters), "somebody got two letters"
        return found

    def ledger(self) -> list[dict[str, Any]]:
        """What the ledger tells of orders, oldest first, with the kind of each fact.

        What was published, editions and heads, has facts of its own (tests/store/test_archive.py,
        tests/store/test_heads.py).
        """
        from checkout.store import ledger

        rows = self.shop.store.read(ledger.entries)
        return [
            {**json.loads(row.fact), "kind": row.kind}
            for row in rows
            if row.kind not in ("edition", "head")
        ]

    def fact(self, number: int) -> dict[str, Any]:
        """What a row of the ledger tells, with its kind."""
        from checkout.store import ledger

        row = self.shop.store.read(lambda tx: ledger.row(tx, number))
        return {**json.loads(row.fact), "kind": row.kind}

    def hash_of(self, number: int) -> str:
        """The hash of a row of the ledger."""
        from checkout.store import ledger

        return self.shop.store.read(lambda tx: ledger.row(tx, number)).hash


def database_in(folder: Path, template: Path) -> str:
    """The address of a database in this folder: a copy of `template`, a migrated SQLite file."""
    return f"sqlite:///{shutil.copy(template, folder / 'town.sqlite')}"


def settings_of(
    folder: Path, database_url: str, api_url: str, smtp_url: str, **said: str
) -> Settings:
    """A test shop's settings; what is `said` by name besides."""
    return read_settings(
        {
            "CHECKOUT_DATABASE_URL": database_url,
            "CHECKOUT_RELEASE": str(folder / "current"),
            "CHECKOUT_PUBLIC_URL": SITE,
            "CHECKOUT_YOOKASSA_SHOP_ID": SHOP_ID,
            "CHECKOUT_YOOKASSA_SECRET_KEY": SECRET_KEY,
            "CHECKOUT_YOOKASSA_API_URL": api_url,
            "CHECKOUT_SMTP_URL": smtp_url,
            "CHECKOUT_MAIL_FROM": "Поддержка <noreply@example.ru>",
            "CHECKOUT_NOTIFICATION_SOURCES": "127.0.0.1",
            **{f"CHECKOUT_{name.upper()}": value for name, value in said.items()},
        }
    )


def environment_of(shop: Shop) -> dict[str, str]:
    """The variables by which a command finds the shop."""
    found = {}
    for name in READERS:
        value = getattr(shop.settings, name)
        if value not in ("", None, ()) and name != "notification_sources":
            said = value.value if isinstance(value, Secret) else str(value)
            if said:
                found[f"{PREFIX}{name.upper()}"] = said
    return found


@contextmanager
def a_town(
    folder: Path,
    database_url: str,
    said: Mapping[str, str] = MappingProxyType({}),
    *,
    kept: Path | None = None,
    **simulator: Any,
) -> Iterator[Town]:
    """A shop that sells the first offer, with consent and privacy policy; `said` are settings.

    In `kept`, a folder, YooKassa and the mailbox find what they had before.
    """
    if kept:
        simulator |= {"kept_in": kept / "yookassa.sqlite"}
    with ExitStack() as ending:
        yookassa = ending.enter_context(simulated(**simulator))
        refusals: list[str] = []
        mailbox = ending.enter_context(
            Mailbox(kept and kept / "mail", answer=lambda _: refusals.pop(0) if refusals else None)
        )
        publisher = Publisher(folder / "site", yookassa.clock)
        publisher.folder.mkdir()
        publisher.publish(**{document: text_of(document) for document in DOCUMENTS})
        settings = settings_of(
            publisher.folder, database_url, f"{yookassa.url}/v3", mailbox.smtp_url, **said
        )
        shop = open_shop(settings, yookassa.clock, clock_is_moved=True)
        ending.callback(shop.store.engine.dispose)
        app = create_app(shop, gate_of(shop))
        client = ending.enter_context(
            TestClient(app, base_url=SITE, follow_redirects=False, client=("127.0.0.1", 50_000))
        )
        client.cookies.jar.set_policy(NO_COOKIES)
        yield Town(shop, app, client, yookassa, mailbox, yookassa.clock, publisher, refusals)


def at_once(*jobs: Any) -> list[Any]:
    """Run the jobs in as many threads at the same moment; what each returned or raised."""
    start = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(number: int, job: Any) -> None:
        start.wait()
        try:
            results[number] = job()
        except BaseException as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=it) for it in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def moscow(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment by Moscow's clock (UTC+3)."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=3)
