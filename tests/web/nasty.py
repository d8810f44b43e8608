"""Requests that nobody in his senses would send, made from an application's own routes."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode

from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from checkout.app import ROUTES
from checkout.web.guards import LARGEST_BODY
from tests.town import SITE

METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "CONNECT",
    "get",
    "X",
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            "5",
            "05",
            "٥",
            "-1",
            "1e9",
            "9" * 400,
            "a" * 5_000,
            "..",
            "%2e%2e",
            "\0",
            "\ud800",
            "\r\n\r\n",
            "offer",
            "consent",
            "2026-11-23",
            "2026-02-30",
            "0000-00-00",
            "сегодня",
            "/etc/passwd",
            "'; DROP TABLE orders; --",
            "{{7*7}}",
            "<script>",
            "\u202e",
            "🦊",
        ]
    ),
)
FORMS = b"application/x-www-form-urlencoded"
ENCODED = TEXTS.map(lambda text: quote(text.encode("utf-8", "surrogatepass"), safe="/"))
NAMES = st.sampled_from(
    [
        "kind",
        "name",
        "organisation",
        "inn",
        "kpp",
        "email",
        "phone",
        "attempt",
        "accept_offer",
        "accept_consent",
        "edition",
        "shown",
        "hours",
        "from",
        "to",
        "letter",
        "event",
        "object",
    ]
)
VALUE = st.binary(max_size=60).map(lambda it: re.sub(rb"[\x00-\x1f\x7f]", b"~", it))
KNOWN = {
    "host": [
        b"",
        b"[",
        b"[::1",
        b"a/b?c#d",
        b"@",
        b"evil.example:port",
        b"\xff\xfe",
        b"127.0.0.1:99999",
    ],
    "content-type": [
        b"application/x-www-form-urlencoded",
        b"application/json",
        b"multipart/form-data",
        b"application/x-www-form-urlencoded; charset=utf-16",
        b"\xff",
    ],
    "content-length": [b"0", b"-1", b"99999999999999999999", b"x", b"1, 2"],
    "accept": [b"application/json", b"*/*;q=x", b"\xff"],
    "accept-encoding": [b"br;q=nan", b"gzip;q=1e999", b"*;q=0", b",,,;;;", b"br;q=\xff"],
    "range": [
        b"bytes=0-",
        b"bytes=-1",
        b"bytes=9-1",
        b"bytes=a-b",
        b"bytes=0-0,1-1",
        b"bytes=" + b"0-1," * 500,
        b"bytes=99999999999999999999-",
    ],
    "if-range": [b"x", b"Wed, 99 Foo", b'"a"'],
    "if-none-match": [b"*", b'W/"', b'"' * 99],
    "if-modified-since": [
        b"Wed, 21 Oct 9999 07:28:00 GMT",
        b"never",
        b"Wed, 21 Oct 0000 07:28:00 -9999",
    ],
    "cookie": [b"session=1", b"a" * 5_000, b"=;=;=", b"\xff=\xfe"],
    "origin": [SITE.encode(), b"null", b"http://[", b"\xff"],
    "sec-fetch-site": [b"same-origin", b"cross-site", b"\xff"],
    "x-forwarded-for": [b"1.1.1.1", b"::1%eth0", b"[::1]:80", b"," * 500, b"\xff"],
    "x-forwarded-proto": [b"https", b"javascript", b"\xff"],
    "forwarded": [b"for=1.1.1.1"],
    "authorization": [b"Bearer x", b"Basic \xff", b"Bearer \xc3\xa9"],
    "user-agent": [b"", b"\xff<script>" + b"a" * 5_000],
    "transfer-encoding": [b"chunked", b"gzip"],
    "upgrade": [b"websocket", b"h2c"],
    "expect": [b"100-continue", b"200-ok"],
    "x-http-method-override": [b"DELETE"],
}
HEADER = st.one_of(
    st.sampled_from([(name, value) for name, values in KNOWN.items() for value in values]),
    st.tuples(st.sampled_from(list(KNOWN)), VALUE),
).map(lambda pair: (pair[0].encode(), pair[1]))
FORM = st.lists(st.tuples(NAMES, ENCODED), max_size=12).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode()
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode())
BODY = st.one_of(
    FORM,
    JSON,
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"",
            b"\0",
            b"[" * 60_000,
            b'{"event":' * 5_000,
            b"%" * 999,
            b"a" * (LARGEST_BODY + 1),
            b"&" * LARGEST_BODY,
            b"\xff\xfe",
            b'{"event":"payment.succeeded","object":{"id":1e999}}',
        ]
    ),
)


def _nearly(form: Mapping[str, str]) -> st.SearchStrategy[bytes]:
    """A form that would be taken, but for what has become of some of its fields."""
    changed = st.dictionaries(st.sampled_from(list(form)), TEXTS, max_size=2)
    return changed.map(lambda it: urlencode({**form, **it}, errors="surrogatepass").encode())


@st.composite
def requests(
    draw: st.DrawFn, app: Starlette, tokens: tuple[str, ...], form: Mapping[str, str]
) -> tuple[dict[str, Any], list[bytes]]:
    """A request of some route of the application, as uvicorn hands it over."""
    route = draw(st.sampled_from(app.routes))
    assert isinstance(route, Route | Mount), "a kind of route that nobody tries"
    pattern = route.path if isinstance(route, Route) else route.path + "/{path}"
    values = st.one_of(st.sampled_from(tokens), st.sampled_from(["5", "offer"]), TEXTS)

    def fill(found: re.Match[str]) -> str:
        return quote(draw(values).encode("utf-8", "surrogatepass"), safe="/")

    raw = re.sub(r"{[^}]+}", fill, pattern) + draw(
        st.sampled_from(["", "", "/", "//", "/x", "%00"])
    )
    query = draw(st.one_of(FORM, st.binary(max_size=60)))
    body = draw(st.one_of(BODY, _nearly(form)))
    cut = draw(st.integers(0, len(body)))
    entry = [it.method for it in ROUTES if it.path == getattr(route, "path", "")]
    method = draw(st.sampled_from([*entry * 6, *METHODS]))
    headers = draw(st.lists(HEADER, max_size=6))
    if draw(st.booleans()):
        headers += [(b"host", b"127.0.0.1"), (b"origin", SITE.encode()), (b"content-type", FORMS)]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": unquote(raw),
        "raw_path": raw.encode("ascii"),
        "query_string": re.sub(rb"[^\x21-\x7e]", b"%ff", query),
        "root_path": "",
        "headers": headers,
        "client": draw(st.sampled_from([("127.0.0.1", 1), ("::1", 2), ("9.9.9.9", 3), None])),
        "server": ("127.0.0.1", 80),
    }, [body[:cut], body[cut:]]
