"""The released site, served beside the checkout so that one address is the whole product."""

import mimetypes
import os
from functools import lru_cache
from os import PathLike
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# a phone downloads text/markdown instead of showing it
PLAIN = (".md", ".txt", "SHA256SUMS")
mimetypes.add_type("application/atom+xml", ".atom")


class Released(StaticFiles):
    """One release's folder: exact texts as plain text, pages always asked for anew."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        if str(full_path).endswith(PLAIN) and isinstance(response, FileResponse):
            response.headers["content-type"] = "text/plain; charset=utf-8"
        # the next release may change any page; an unchanged one costs a 304
        response.headers.setdefault("cache-control", "no-cache")
        return response


@lru_cache(maxsize=4)
def _released(folder: Path) -> Released:
    return Released(directory=folder, html=True)


async def page(request: Request, folder: Path) -> Response | None:
    """The released file at the request's path; None where there is none."""
    static = _released(folder)
    try:
        response = await static.get_response(static.get_path(request.scope), request.scope)
    except HTTPException:
        return None
    if isinstance(response, RedirectResponse):
        # to the folder's own slash, whatever host the request named
        response.headers["location"] = f"/{request.url.path.strip('/')}/"
    return response
