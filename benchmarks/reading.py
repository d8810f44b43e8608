"""What a reader waits for: bytes and requests of a first view, and Lighthouse's look on a phone."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, sync_playwright

from benchmarks import lighthouse, peers
from tests.machine import chromium
from tests.serving import bound, serving

PAGES = ("/", "/offer/")
# the rest of our own pages, looked at once; an old edition asks not to be indexed, which costs SEO
OTHERS = ("/offer/1/", "/offer/history/", "/consent/", "/privacy/", "/requisites/", "/404.html")
SITES: dict[str, Callable[[Path, str], Path]] = {
    "bare HTML": peers.bare,
    "ours": peers.ours,
    "Material's default": peers.material,
}
TIMES = 5
ICON = re.compile(r"<link rel=\"icon\" href=\"([^\"]*)\"")


def main() -> None:
    print(f"\nReading: one text as three sites, by one server; Lighthouse the median of {TIMES}")
    with tempfile.TemporaryDirectory(prefix="oferta-bench-") as folder, ExitStack() as stack:
        sites = {
            name: stack.enter_context(_served(make, Path(folder) / name.split("'")[0]))
            for name, make in SITES.items()
        }
        _weights(sites)
        try:
            lighthouse.install()
            _looks({name: url for name, (_, url) in sites.items()})
        except lighthouse.NotHereError as why:
            print(f"Lighthouse is not measured: {why}")


@contextmanager
def _served(make: Callable[[Path, str], Path], folder: Path) -> Iterator[tuple[Path, str]]:
    folder.mkdir()
    at = bound()
    site = peers.compressed(make(folder, at.url))
    with serving(lambda _: peers.app(site), at) as url:
        yield site, url


def _weights(sites: dict[str, tuple[Path, str]]) -> None:
    print(f"{'first view':28}{'requests':>9}{'brotli':>10}{'gzip':>10}   page alone (brotli)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for page in PAGES:
            for name, (site, url) in sites.items():
                files = _first_view(browser, site, url, page)
                br, gz = (sum(_size(it, suffix) for it in files) for suffix in (".br", ".gz"))
                print(
                    f"{page:8} {name:19}{len(files):9}{br / 1000:7.1f} kB{gz / 1000:7.1f} kB"
                    f"   {_size(files[0], '.br') / 1000:.1f} kB",
                    flush=True,
                )
        browser.close()


def _first_view(browser: Browser, site: Path, url: str, page: str) -> list[Path]:
    """The files a new reader's browser asks for, its icon too, which headless ones leave out."""
    context = browser.new_context()
    tab, asked = context.new_page(), list[str]()
    tab.on("response", lambda response: asked.append(response.url))
    tab.goto(url + page, wait_until="networkidle")
    asked += [urljoin(url + page, it) for it in ICON.findall(tab.content())]
    context.close()
    paths = [
        site / urlsplit(it).path.lstrip("/") for it in dict.fromkeys(asked) if it[:4] == "http"
    ]
    return [it / "index.html" if it.is_dir() else it for it in paths]


def _size(path: Path, suffix: str) -> int:
    sibling = path.with_name(path.name + suffix)
    return (sibling if sibling.exists() else path).stat().st_size


def _looks(urls: dict[str, str]) -> None:
    print(f"\n{'on a phone':28}{'perf':>6}{'a11y':>6}{'best':>6}{'SEO':>6}{'LCP':>10}{'CLS':>7}")
    for page in PAGES:
        least = 0.0
        for name, url in urls.items():
            look = lighthouse.look(url + page, TIMES)
            least = least or look.lcp
            _tell(f"{page:8} {name}", look, look.lcp / least)
    for page in OTHERS:
        _tell(page, lighthouse.look(urls["ours"] + page, 1), None)


def _tell(what: str, look: lighthouse.Look, ratio: float | None) -> None:
    scores = "".join(f"{it:6}" for it in look.scores)
    beside = f"   {ratio:.2f}× bare" if ratio else ""
    lost = f"   {', '.join(look.failed)}" if look.failed else ""
    print(f"{what:28}{scores}{look.lcp:7.0f} ms{look.cls:7.3f}{beside}{lost}", flush=True)


if __name__ == "__main__":
    main()
