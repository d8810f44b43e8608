"""A released file is sent in the encoding the client takes, and not again while it is the same."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import brotli
import httpx2
import pytest

from checkout.web.headers import RELEASED
from checkout.web.site import IMMUTABLE, KINDS, NAMED, PLAIN
from tests.town import Town, a_town, database_in, dearer

PAGE = ("<!doctype html><h1>Оферта</h1>" + "<p>Слова оферты.</p>" * 200).encode()
FEED = b"<feed xmlns='http://www.w3.org/2005/Atom'></feed>" * 20
STYLE = b"body { color: #1c2024 }" * 20
PDF = b"%PDF-1.7 " + bytes(range(256)) * 8
HASHED = "assets/house.0a1b2c3d.css"
STORED: dict[str, bytes] = {
    "offer/index.html": PAGE,
    "offer/feed.xml": FEED,
    HASHED: STYLE,
    "assets/house.css": STYLE,
    "assets/icon.0a1b2c3d.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "offer/1/offer.pdf": PDF,
    "404.html": b"<h1>Lost</h1>",
    "sitemap.xml": b"<urlset/>",
}


def with_siblings(path: str, data: bytes) -> dict[str, bytes]:
    """A file with its encodings beside it."""
    return {path: data, f"{path}.br": brotli.compress(data), f"{path}.gz": gzip.compress(data)}


FILES = STORED | {
    name: data
    for path in ("offer/index.html", "offer/feed.xml", HASHED, "404.html")
    for name, data in with_siblings(path, STORED[path]).items()
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Town]:
    """A shop whose release has pages and their encodings."""
    folder = tmp_path_factory.mktemp("site")
    with a_town(folder, database_in(folder, sqlite_template)) as town:
        town.publisher.files.update(FILES)
        town.publisher.publish()
        yield town


def get(site: Town, path: str, accept: str = "identity", **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.client.get(path, headers={"accept-encoding": accept, **named})


@pytest.mark.parametrize(
    ("accept", "encoding", "ending"),
    [("gzip, br", "br", ".br"), ("gzip", "gzip", ".gz"), ("br;q=0.1, gzip", "gzip", ".gz")],
)
def test_a_page_is_sent_in_its_stored_encoding(
    site: Town, accept: str, encoding: str, ending: str
) -> None:
    answer = get(site, "/offer/", accept)

    assert answer.status_code == 200
    assert answer.content == PAGE  # the client has decoded it
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["content-length"] == str(len(FILES[f"offer/index.html{ending}"]))
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


def test_whoever_takes_no_encoding_gets_the_file_itself(site: Town) -> None:
    answer = get(site, "/offer/")

    assert answer.content == PAGE
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"


def test_a_file_without_stored_encodings_is_sent_as_it_is(site: Town) -> None:
    answer = get(site, "/assets/house.css", "gzip, br")

    assert answer.content == STYLE
    assert "content-encoding" not in answer.headers


def test_each_encoding_has_a_strong_tag_of_its_own_and_is_not_sent_again(site: Town) -> None:
    tags = {accept: get(site, "/offer/", accept).headers["etag"] for accept in ("", "gzip", "br")}

    assert len(set(tags.values())) == 3
    assert all(tag.startswith('"') for tag in tags.values())
    for accept, tag in tags.items():
        for given in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            again = get(site, "/offer/", accept, if_none_match=given)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
        assert get(site, "/offer/", accept, if_none_match='"other"').status_code == 200
    assert get(site, "/offer/", "br", if_none_match=tags["gzip"]).status_code == 200


def test_a_304_does_not_narrow_the_policy_a_browser_keeps(site: Town) -> None:
    """A browser puts the headers of a 304 in place of those it has stored with the page."""
    again = get(site, "/offer/", if_none_match="*")

    assert again.headers["content-security-policy"] == RELEASED
    assert again.headers["cache-control"] == "no-cache"
    assert again.headers["vary"] == "Accept-Encoding"


def test_the_tag_is_of_the_bytes_whatever_release_they_are_in(site: Town) -> None:
    before = {path: get(site, path, "br").headers["etag"] for path in ("/offer/", "/")}
    site.publisher.files["index.html"] = b"<h1>New</h1>"
    site.publisher.publish()

    assert get(site, "/offer/", "br").headers["etag"] == before["/offer/"]
    assert get(site, "/", "br").headers["etag"] != before["/"]


def test_only_what_is_named_by_its_hash_is_kept_for_ever(site: Town) -> None:
    for path in (f"/{HASHED}", "/assets/icon.0a1b2c3d.svg"):
        assert get(site, path, "br").headers["cache-control"] == (
            "public, max-age=31536000, immutable"
        )
    for path in ("/", "/offer/", "/assets/house.css", "/offer/1/offer.pdf", "/offer/1/offer.md"):
        assert get(site, path).headers["cache-control"] == "no-cache", path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/offer/1/offer.md", "text/plain; charset=utf-8"),
        ("/SHA256SUMS", "text/plain; charset=utf-8"),
        ("/offer/feed.xml", "application/atom+xml; charset=utf-8"),
        ("/sitemap.xml", "application/xml; charset=utf-8"),
        ("/release.json", "application/json; charset=utf-8"),
        ("/offer/editions.json", "application/json; charset=utf-8"),
        ("/offer/1/offer.pdf", "application/pdf"),
        ("/assets/icon.0a1b2c3d.svg", "image/svg+xml"),
        ("/offer/index.html.gz", "application/gzip"),
        ("/offer/index.html.br", "application/octet-stream"),
    ],
)
def test_every_file_says_what_it_is(site: Town, path: str, kind: str) -> None:
    answer = get(site, path, "br, gzip")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert path.endswith(("xml", "html")) or "content-encoding" not in answer.headers


def test_a_part_is_cut_out_of_the_plain_file(site: Town) -> None:
    whole = get(site, "/offer/1/offer.pdf")
    part = get(site, "/offer/1/offer.pdf", range="bytes=9-18")
    page = get(site, "/offer/", "br", range="bytes=0-8")
    changed = get(site, "/offer/1/offer.pdf", range="bytes=9-18", if_range='"other"')
    beyond = get(site, "/offer/1/offer.pdf", range="bytes=99999-")

    assert whole.headers["accept-ranges"] == "bytes"
    assert (part.status_code, part.content) == (206, PDF[9:19])
    assert part.headers["content-range"] == f"bytes 9-18/{len(PDF)}"
    assert part.headers["etag"] == whole.headers["etag"]
    assert (page.status_code, page.content) == (206, PAGE[:9])
    assert "content-encoding" not in page.headers
    assert (changed.status_code, changed.content) == (200, PDF)
    assert beyond.status_code == 416


def test_the_head_of_a_page_tells_all_but_the_page(site: Town) -> None:
    for path in ("/offer/", f"/{HASHED}", "/offer/1/offer.pdf"):
        headers = {"accept-encoding": "br"}
        head, whole = (ask(path, headers=headers) for ask in (site.client.head, site.client.get))

        assert head.content == b""
        for answer in (head, whole):
            del answer.headers["x-request-id"]  # each request has its own
        assert head.headers == whole.headers


def test_a_page_that_is_not_there_is_the_sites_own_404(site: Town) -> None:
    for path in ("/none", "/offer/99/", "/assets/", "/offer/1/offer.md/", "/offer/index.html/"):
        answer = get(site, path, "br", if_none_match="*", range="bytes=0-1")

        assert (answer.status_code, answer.text) == (404, "<h1>Lost</h1>"), path
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-security-policy"] == RELEASED


def test_a_folder_without_its_slash_leads_to_it(site: Town) -> None:
    answer = get(site, "/offer", host="evil.example")

    assert answer.status_code == 307
    assert answer.headers["location"] == "/offer/"


def test_the_proxy_is_configured_with_the_same_headers_and_types() -> None:
    """That the real program then answers alike is proved by make soak (test_proxy.py)."""
    configured = (Path(__file__).parents[2] / "deploy/Caddyfile").read_text(encoding="utf-8")
    kinds = {f"{ending[1:]}": kind for ending, kind in KINDS.items() if kind != PLAIN}

    assert f'Content-Security-Policy "{RELEASED}"' in configured
    assert f'"{IMMUTABLE}"' in configured
    assert [kind for kind in (*kinds.values(), *NAMED.values()) if kind not in configured] == []
    assert [it for it in kinds if f"{it}$" not in configured and f"{it})$" not in configured] == []


def test_an_encoding_that_is_a_link_is_not_followed(own_town: Town, tmp_path: Path) -> None:
    own_town.publisher.files["offer/index.html"] = PAGE
    own_town.publisher.publish()
    assert own_town.client.get("/offer/").status_code == 200
    secret = tmp_path / "secret.br"
    secret.write_bytes(brotli.compress(b"secret"))
    (own_town.publisher.current / "offer/index.html.br").symlink_to(secret)

    assert get(own_town, "/offer/", "br").content == PAGE


def test_what_was_read_from_a_release_since_removed_is_read_from_the_next(own_town: Town) -> None:
    first = own_town.publisher.current.resolve()
    assert own_town.client.get("/").status_code == 200
    own_town.publisher.publish(offer=dearer())
    shutil.rmtree(first)

    assert own_town.client.get("/offer/1/offer.md").status_code == 200
