"""deploy/Caddyfile before the service: a reader cannot tell which of the two has answered him."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import pytest

from checkout.app import create_app
from checkout.serve import gate_of
from tests.serving import bound, serving
from tests.town import Town, a_town, database_in, dearer
from tests.web.test_drafts import TOKEN, draft
from tests.web.test_static_files import FILES, HASHED

pytestmark = pytest.mark.soak

MISSING = (
    "Caddy is missing. As root: apt-get install caddy; or without starting one: apt-get download "
    "caddy, dpkg --extract it, and put its usr/bin on PATH. Then make soak again."
)
CADDYFILE = Path(__file__).parents[2] / "deploy/Caddyfile"
ADDRESSES = (
    "/", "/offer/", "/offer", "/offer/1/offer.md", "/offer/1/offer.pdf", "/offer/feed.xml",
    "/offer/editions.json", "/release.json", "/SHA256SUMS", "/sitemap.xml", f"/{HASHED}",
    "/assets/house.css", "/assets/icon.0a1b2c3d.svg", "/assets/", "/index.html", "/404.html",
    "/offer/index.html.br", "/offer/index.html.gz", "/none", "/none/", "/offer/1/offer.md/",
    "/OFFER/", "/%2e%2e/town.sqlite", "/offer/..%2f..%2f..%2ftown.sqlite", "//etc/passwd",
    "/checkout/5", "/checkout/3", "/orders/none", "/healthz", f"/draft/{TOKEN}/",
    "/draft/none/", "/static/house.css", "/ledger/heads.json", "/ledger/none",
)  # fmt: skip
ENCODINGS = ("", "identity", "gzip", "br", "gzip, deflate, br", "br;q=0, gzip", "gzip, br;q=0.5")
# each of the two has tags, dates and names for its log of its own
OWN = {
    "server",
    "date",
    "etag",
    "x-request-id",
    "last-modified",
    "connection",
    "content-length",
    "transfer-encoding",
}


@dataclass(frozen=True)
class Pair:
    """The service by itself and behind the proxy, each at its address."""

    town: Town
    service: httpx2.Client
    proxy: httpx2.Client

    def both(self, path: str, method: str = "GET", **headers: str) -> list[httpx2.Response]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return [it.request(method, path, headers=named) for it in (self.service, self.proxy)]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("proxied")
    with a_town(folder, database_in(folder, sqlite_template)) as town:
        town.publisher.files.update(FILES)
        town.publisher.publish()
        draft(town)
        settings = replace(town.shop.settings, public_url="https://shop.example")
        shop = replace(town.shop, settings=settings)
        with (
            serving(lambda _: create_app(shop, gate_of(shop))) as service,
            caddy(folder, town.publisher.current, service) as proxy,
            httpx2.Client(base_url=service) as plain,
            httpx2.Client(base_url=proxy) as proxied,
        ):
            yield Pair(town, plain, proxied)


@contextmanager
def caddy(folder: Path, release: Path, service: str) -> Iterator[str]:
    """The real program at a free port of this machine; yields its address."""
    program = shutil.which("caddy")
    assert program, MISSING
    free = bound()
    free.socket.close()
    # the port by which a running Caddy is managed may be another's
    own = folder / "Caddyfile"
    own.write_text(f"{{\n\tadmin off\n}}\nimport {CADDYFILE}\n")
    environment = {
        "HOME": str(folder),
        "OFERTA_ADDRESS": free.url,
        "OFERTA_RELEASE": str(release),
        "OFERTA_SERVICE": service.removeprefix("http://"),
    }
    # the program's own way to say that it listens: it writes to an address it is given
    with socket.create_server(("127.0.0.1", 0)) as ready, (folder / "log").open("wb") as log:
        ready.settimeout(30)
        asked = f"--pingback=127.0.0.1:{ready.getsockname()[1]}"
        process = subprocess.Popen(
            [program, "run", "--config", own, "--adapter", "caddyfile", asked],
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            ready.accept()[0].close()
            yield free.url
        finally:
            process.terminate()
            process.wait(30)


def told(answer: httpx2.Response) -> dict[str, object]:
    headers = {name: it for name, it in answer.headers.items() if name not in OWN}
    # every form has a token of its own
    whole = answer.content if "attempt" not in answer.text else b""
    return {"status": answer.status_code, "body": whole, **headers}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_proxy_answers_as_the_service_does(pair: Pair, encoding: str) -> None:
    for path in ADDRESSES:
        by_itself, proxied = pair.both(path, accept_encoding=encoding)

        assert told(proxied) == told(by_itself), path
        assert "server" not in proxied.headers


def test_the_proxy_knows_what_a_reader_has(pair: Pair) -> None:
    for path in ("/offer/", f"/{HASHED}", "/offer/1/offer.pdf"):
        tags = set()
        for encoding in ("identity", "gzip", "br"):
            tag = pair.proxy.get(path, headers={"accept-encoding": encoding}).headers["etag"]
            tags.add(tag)
            again = pair.proxy.get(
                path, headers={"accept-encoding": encoding, "if-none-match": tag}
            )
            assert (again.status_code, again.content) == (304, b"")
            assert "style-src" not in again.headers["content-security-policy"]
        assert len(tags) == (1 if path.endswith("pdf") else 3)
        assert all(tag.startswith('"') for tag in tags)


def test_a_part_and_a_head_are_answered_alike(pair: Pair) -> None:
    part = {"range": "bytes=9-18", "accept_encoding": "br"}
    for path in ("/offer/1/offer.pdf", "/offer/"):
        for method, headers in (("HEAD", {}), ("GET", part)):
            by_itself, proxied = pair.both(path, method, **headers)

            assert told(proxied) == told(by_itself)
            assert proxied.status_code == (200 if method == "HEAD" else 206)


def test_a_post_goes_to_the_service(pair: Pair) -> None:
    for path in ("/", "/offer/", "/checkout/5"):
        by_itself, proxied = pair.both(path, "POST", origin="https://evil.example")

        assert proxied.status_code == by_itself.status_code in (403, 405)


def test_the_proxy_follows_the_link_without_being_told(pair: Pair) -> None:
    before = pair.proxy.get("/offer/2/offer.md").status_code
    pair.town.publisher.publish(offer=dearer())

    assert before == 404
    assert pair.proxy.get("/offer/2/offer.md").content == dearer()
