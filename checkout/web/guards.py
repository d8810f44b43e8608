"""Who may ask for what: the guard each route declares, checked before its handler runs.

A guard takes the request and raises Denied; it may read the body, never the database.
"""

import hmac
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import Request

from checkout.settings import Network, Settings

LARGEST_BODY = 64 * 1024
Clock = Callable[[], datetime]


class Denied(Exception):  # noqa: N818 - read as «the request was denied»
    """The guard said no: `status` 403, 404, 413 or 429."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Pace:
    """At most `most` requests of one address in `window`; kept in memory, per process."""

    most: int
    window: timedelta
    _seen: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allows(self, address: str, now: datetime) -> bool:
        """Count this request in and say whether it is within the pace."""
        with self._lock:
            if len(self._seen) > 10_000:
                self._forget(now)
            times = self._seen.setdefault(address, deque())
            while times and not timedelta() <= now - times[0] < self.window:
                times.popleft()
            if len(times) >= self.most:
                return False
            times.append(now)
            return True

    def _forget(self, now: datetime) -> None:
        old = [who for who, times in self._seen.items() if now - times[-1] >= self.window]
        for who in old:
            del self._seen[who]


@dataclass(frozen=True)
class Gate:
    """What the guards know: the settings, the clock, and how fast one address may post."""

    settings: Settings
    clock: Clock
    pace: Pace


Guard = Callable[[Request, Gate], None]


def public(request: Request, gate: Gate) -> None:
    """Anybody may read it."""


def secret_address(request: Request, gate: Gate) -> None:
    """Whoever has the address may read it: the token in it is the secret."""


def own_form(request: Request, gate: Gate) -> None:
    """A form of our own pages, at a human's pace (design §3, Headers)."""
    if not _from_our_own_page(request, gate.settings):
        raise Denied(403)
    if not gate.pace.allows(client_address(request, gate.settings), gate.clock()):
        raise Denied(429)


def notification(request: Request, gate: Gate) -> None:
    """A notification: checked by asking YooKassa; a stranger's is answered 200 and not kept."""


def metrics_token(request: Request, gate: Gate) -> None:
    """Whoever knows METRICS_TOKEN; for all others the page does not exist."""
    token = gate.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token is None or not hmac.compare_digest(given.encode(), token.get_secret_value().encode()):
        raise Denied(404)


def _from_our_own_page(request: Request, settings: Settings) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is not None:
        host = request.headers.get("host", "")
        return origin in (f"{_scheme(request, settings)}://{host}", settings.public_url)
    # neither header: no browser's form; harmless while nothing is done by a cookie's right
    return "cookie" not in request.headers


def _scheme(request: Request, settings: Settings) -> str:
    if _is_trusted(_peer(request), settings.trusted_proxies):
        return request.headers.get("x-forwarded-proto", request.url.scheme)
    return request.url.scheme


def client_address(request: Request, settings: Settings) -> str:
    """The client's address: the last hop of X-Forwarded-For that is not a trusted proxy's."""
    address = _peer(request)
    # a proxy may add a line of its own below one the client has made up
    lines = request.headers.getlist("x-forwarded-for")
    hops = [hop.strip() for hop in ",".join(lines).split(",")]
    while hops and _is_trusted(address, settings.trusted_proxies):
        hop = _parse(hops.pop())
        if hop is None:
            break
        address = hop
    return str(address) if address else "unknown"


def sent_by_yookassa(request: Request, settings: Settings) -> bool:
    """Whether the sender's address is one of NOTIFICATION_SOURCES: the second lock."""
    address = _parse(client_address(request, settings))
    return _is_trusted(address, settings.notification_sources)


def _peer(request: Request) -> IPv4Address | IPv6Address | None:
    return _parse(request.client.host) if request.client else None


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # ::ffff:185.71.76.1 is the IPv4 address it carries
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_trusted(address: IPv4Address | IPv6Address | None, networks: tuple[Network, ...]) -> bool:
    return address is not None and any(address in network for network in networks)
