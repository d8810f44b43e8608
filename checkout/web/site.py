"""The released site, served beside the checkout so that one address is the whole product.

What is sent was compressed at publish; the entity tag is of the very bytes sent, so it is right
for every encoding, every release and every replica. deploy/Caddyfile answers alike.
"""

import os
import re
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from checkout.shop import Shop
from checkout.web import troubles
from checkout.web.answers import NO_STORE, house, trouble
from checkout.web.asked import Asked
from checkout.web.encodings import SIBLINGS, acceptable
from checkout.web.headers import RELEASED

HASHED = re.compile(r"/assets/[^/]+\.[0-9a-f]{8}\.[a-z0-9]+")
IMMUTABLE = "public, max-age=31536000, immutable"
# the next release may change any page, even make a PDF anew; an unchanged one costs a 304
ASK_AGAIN = "no-cache"
PLAIN = "text/plain; charset=utf-8"
# our own table: the system's differs from machine to machine
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".pdf": "application/pdf",
    ".gz": "application/gzip",
    ".zip": "application/zip",
    # a phone downloads text/markdown instead of showing it
    ".md": PLAIN,
    ".txt": PLAIN,
}
NAMED = {"SHA256SUMS": PLAIN, "feed.xml": "application/atom+xml; charset=utf-8"}

DRAFTS = "drafts"
# long enough to be unguessable; no dot, so that nothing hidden and nothing above is meant
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
HIDDEN = {**NO_STORE, "x-robots-tag": "noindex, nofollow"}


def page(request: Request, folder: Path) -> Response | None:
    """The released file at the request's path, or the release's own 404; None without either."""
    path = request.url.path
    if found := _page(folder, path):
        caching = IMMUTABLE if HASHED.fullmatch(path) else ASK_AGAIN
        return _answer(request, found, {"cache-control": caching})
    if _page(folder, f"{path}/"):
        return _to_folder(path)
    missing = _page(folder, "/404.html")
    return _answer(request, missing, {"cache-control": ASK_AGAIN}, 404) if missing else None


def draft(asked: Asked, shop: Shop) -> Response:
    """GET /draft/{token}/…: a draft beside the releases, shown to whoever has its address.

    It may be replaced at any moment, so no cache keeps it.
    """
    folder = _draft_folder(shop, asked.path("token"))
    path = "/" + str(asked.request.path_params.get("path", ""))
    try:
        if folder and (found := _page(folder, path)):
            return _answer(asked.request, found, HIDDEN)
        if folder and _page(folder, f"{path}/"):
            return _to_folder(asked.request.url.path)
    except FileNotFoundError:
        pass  # removed since it was found
    return trouble(troubles.not_found(house(shop)), shop, 404)


def to_draft(asked: Asked, shop: Shop) -> Response:
    """GET /draft/{token}: its first page, to whose folder its links are relative."""
    if _draft_folder(shop, asked.path("token")):
        return _to_folder(asked.request.url.path)
    return trouble(troubles.not_found(house(shop)), shop, 404)


def _draft_folder(shop: Shop, token: str) -> Path | None:
    """Where a draft lies; it may be a link within the folder of drafts, replaced at once."""
    drafts = os.path.realpath(shop.settings.release.parent / DRAFTS)
    folder = os.path.realpath(os.path.join(drafts, token))
    known = TOKEN.fullmatch(token) and folder.startswith(f"{drafts}/") and os.path.isdir(folder)
    return Path(folder) if known else None


def _to_folder(path: str) -> Response:
    """To the folder's own slash, whatever host the request named."""
    return RedirectResponse(f"/{path.strip('/')}/")


def _page(folder: Path, path: str) -> Path | None:
    """The file at an address: a folder's page stands at the address that ends with a slash.

    Starlette sees to it that neither dots nor links lead out of `folder`.
    """
    named = f"{path}index.html" if path.endswith("/") else path
    static = StaticFiles(directory=folder, check_dir=False)
    try:
        full, status = static.lookup_path(os.path.normpath(os.path.join(*named.split("/"))))
    except (OSError, ValueError):
        return None  # a name too long, or with a NUL
    return Path(full) if status and stat.S_ISREG(status.st_mode) else None


def _answer(
    request: Request, found: Path, headers: Mapping[str, str], status: int = 200
) -> Response:
    """The file in the best stored encoding the client takes, or 304 when it has those bytes.

    A part is cut out of the plain file only.
    """
    encoding, stored = None, found
    if "range" not in request.headers:
        encoding, stored = _stored(found, request.headers.get("accept-encoding"))
    data = stored.read_bytes()
    told = {
        **headers,
        "accept-ranges": "bytes",
        "content-security-policy": RELEASED,
        "etag": f'"{sha256(data).hexdigest()[:32]}"',
        "vary": "Accept-Encoding",
    }
    if status == 200 and StaticFiles().is_not_modified(Headers(told), request.headers):
        return Response(status_code=304, headers=told)
    told["content-type"] = NAMED.get(found.name) or KINDS.get(
        found.suffix, "application/octet-stream"
    )
    if encoding:
        return Response(data, status, {**told, "content-encoding": encoding})
    if "range" in request.headers and status == 200:
        return FileResponse(stored, headers=told, stat_result=stored.stat())
    return Response(data, status, told)


def _stored(found: Path, accepted: str | None) -> tuple[str | None, Path]:
    """The encoding to send and the file that holds it."""
    for encoding in acceptable(accepted):
        sibling = found.with_name(f"{found.name}{SIBLINGS[encoding]}")
        if sibling.is_file() and not sibling.is_symlink():
            return encoding, sibling
    return None, found
