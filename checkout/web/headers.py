"""The headers of every answer. No script inline, nothing foreign, nobody frames us."""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from checkout.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action "
)

# The released pages carry their styles in themselves and name their hashes in a policy of their
# own (a meta element), which can only forbid more: so here is neither style-src nor default-src.
RELEASED = (
    "script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'none'; "
    "object-src 'none'; frame-src 'none'; media-src 'none'; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def form_policy(settings: Settings) -> str:
    """For pages whose form ends at YooKassa: form-action also governs the redirect of a POST."""
    api = urlsplit(settings.yookassa_api_url)
    simulator = f" {api.scheme}://{api.netloc}" if api.scheme == "http" else ""
    return f"{POLICY}'self' https:{simulator}"


class Headers:
    """Adds the headers to whatever the application answers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        headers = {
            "content-security-policy": f"{POLICY}'self'",
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "cross-origin-opener-policy": "same-origin",
        }
        if settings.public_url.startswith("https://"):
            headers["strict-transport-security"] = "max-age=31536000"
        self.headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                ours = [it for it in self.headers if it[0] not in given]
                message["headers"] = [*message["headers"], *ours]
            await send(message)

        await self.app(scope, receive, send_with_headers)
