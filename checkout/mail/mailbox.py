"""The demo's mailbox: an SMTP server that takes every letter, and pages to read them.

Not for a real machine: anyone who reaches it reads everything. It listens on loopback only.
"""

import asyncio
import threading
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

import offer
from checkout.mail.kept import Kept, KeptAttachment
from offer.wording import moment

TEMPLATES = Path(__file__).parent / "templates"
HOUSE_CSS = Path(offer.__file__).parent / "look" / "house.css"
MOSCOW = ZoneInfo("Europe/Moscow")  # a demo for people there
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Mailbox:
    """Keeps every letter sent to it, in memory and as NNNN.eml in `folder` if there is one.

    A context manager: inside, `smtp_url` takes letters and `app` shows them. Letters found in
    the folder are kept. `answer` may refuse a recipient: it gets the address and returns an SMTP
    reply such as "550 no such user", or None to accept.
    """

    def __init__(
        self, folder: Path | None = None, *, answer: Callable[[str], str | None] | None = None
    ) -> None:
        self._folder = folder
        self._answer = answer or (lambda address: None)
        self._lock = threading.Lock()
        self._letters: list[Kept] = []
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0, server_hostname="localhost")
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            found = sorted(folder.glob("*.eml"))
            self._letters = [Kept(n, path.read_bytes()) for n, path in enumerate(found, start=1)]
        self.app = _pages(self)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()

    @property
    def smtp_url(self) -> str:
        """Where to send letters, as a setting writes it."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    @property
    def letters(self) -> list[Kept]:
        """Everything that arrived so far, oldest first."""
        with self._lock:
            return list(self._letters)

    def letter(self, number: int) -> Kept:
        """One letter; raises LookupError if there is none of this number."""
        for kept in self.letters:
            if kept.number == number:
                return kept
        raise LookupError(number)

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or refuse him as `answer` says."""
        refusal = self._answer(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a letter before saying that it is taken."""
        with self._lock:
            kept = Kept(len(self._letters) + 1, envelope.original_content or b"")
            if self._folder is not None:
                (self._folder / f"{kept.number:04d}.eml").write_bytes(kept.raw)
            self._letters.append(kept)
        return f"250 OK: kept as {kept.number}"


class _AnyPort(Controller):
    """Learns the port the system chose before it greets itself on it."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)  # noqa: S101 - says so to the type checker
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd leaves it untyped


def _pages(mailbox: Mailbox) -> Starlette:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = lambda instant: moment(instant, MOSCOW)
    environment.filters["address"] = lambda header: parseaddr(header)[1]

    def page(template: str, status: int = 200, **values: object) -> Response:
        html = environment.get_template(template).render(**values)
        return HTMLResponse(html, status, headers=HEADERS)

    def find(request: Request) -> Kept:
        try:
            return mailbox.letter(request.path_params["number"])
        except LookupError as error:
            raise HTTPException(404) from error

    def show_list(request: Request) -> Response:
        return page("mailbox.html", letters=mailbox.letters[::-1])

    def show_letter(request: Request) -> Response:
        return page("mailbox_letter.html", letter=find(request))

    def messages(request: Request) -> Response:
        return JSONResponse([_as_json(kept) for kept in mailbox.letters], headers=HEADERS)

    def source(request: Request) -> Response:
        return Response(find(request).raw, media_type="message/rfc822", headers=HEADERS)

    def attachment(request: Request) -> Response:
        files = find(request).attachments
        at = request.path_params["at"]
        if not 1 <= at <= len(files):
            raise HTTPException(404)
        return _download(files[at - 1])

    def missing(request: Request, error: Exception) -> Response:
        return page("mailbox_missing.html", 404)

    return Starlette(
        routes=[
            Route("/", show_list),
            Route("/messages", messages),
            Route("/messages/{number:int}.eml", source),
            Route("/messages/{number:int}", show_letter),
            Route("/messages/{number:int}/files/{at:int}", attachment),
            Route("/house.css", lambda request: FileResponse(HOUSE_CSS, media_type="text/css")),
            Route("/mailbox.css", lambda request: FileResponse(TEMPLATES / "mailbox.css")),
            Route("/favicon.ico", lambda request: RedirectResponse("/", 303)),
        ],
        exception_handlers={404: missing},
    )


def _as_json(kept: Kept) -> dict[str, object]:
    return {
        "id": str(kept.number),
        "to": parseaddr(kept.header("To"))[1],
        "subject": kept.header("Subject"),
        "date": kept.date.isoformat() if kept.date else None,
        "text": kept.text,
        "links": kept.links,
        "attachments": [
            {
                "name": file.name,
                "media_type": file.media_type,
                "size": len(file.data),
                "url": f"/messages/{kept.number}/files/{at}",
            }
            for at, file in enumerate(kept.attachments, start=1)
        ],
    }


def _download(file: KeptAttachment) -> Response:
    disposition = "inline" if file.media_type == "application/pdf" else "attachment"
    name = file.name.encode("ascii", "replace").decode().translate(str.maketrans('"\\\r\n', "____"))
    headers = {**HEADERS, "Content-Disposition": f'{disposition}; filename="{name}"'}
    return Response(file.data, media_type=file.media_type, headers=headers)
