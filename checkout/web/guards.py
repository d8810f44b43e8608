"""Who may ask for what: the guard each route declares, checked before its handler runs.

A guard takes the request and raises Denied; it may read the body, never the database.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import Request

from checkout.settings import Network, Settings
from checkout.web.pace import Paces, mailbox_of, network_of
from checkout.web.waiting import LIMITS, Limits

LARGEST_BODY = 64 * 1024
Clock = Callable[[], datetime]


class Denied(Exception):  # noqa: N818 - read as «the request was denied»
    """The guard said no: `status` 403, 404, 408, 413 or 429, and then the seconds to `wait`."""

    def __init__(self, status: int, wait: int = 0) -> None:
        super().__init__(status)
        self.status = status
        self.wait = wait


@dataclass(frozen=True)
class Gate:
    """What the guards know: the settings, the clock, how often somebody may, and for how long."""

    settings: Settings
    clock: Clock
    paces: Paces = field(default_factory=Paces)
    limits: Limits = LIMITS


Guard = Callable[[Request, Gate], None]


def public(request: Request, gate: Gate) -> None:
    """Anybody may read it."""


def secret_address(request: Request, gate: Gate) -> None:
    """Whoever has the address may read it: the token in it is the secret."""


def own_form(request: Request, gate: Gate) -> None:
    """A form of our own pages, at a human's pace (design §3, Headers)."""
    if not _from_our_own_page(request, gate.settings):
        raise Denied(403)
    address = network_of(client_address(request, gate.settings))
    _hold(gate.paces.address.wait(address, gate.clock()))
    if "token" in request.path_params:
        _hold(gate.paces.order.wait(str(request.path_params["token"]), gate.clock()))


def cookie_form(request: Request, gate: Gate) -> None:
    """A form whose handler acts by a cookie of ours: where it comes from must be said."""
    _no_silent_cookie(request)
    own_form(request, gate)


def cookie_letter_form(request: Request, gate: Gate) -> None:
    """Such a form that has a letter with a secret sent."""
    _no_silent_cookie(request)
    letter_form(request, gate)


def _no_silent_cookie(request: Request) -> None:
    is_silent = not {"sec-fetch-site", "origin"} & set(request.headers)
    if is_silent and request.cookies:
        raise Denied(403)


def letter_form(request: Request, gate: Gate) -> None:
    """A form of our own that has a letter with a secret sent; seldom from one address."""
    own_form(request, gate)
    address = network_of(client_address(request, gate.settings))
    _hold(gate.paces.letters_from.wait(address, gate.clock()))


def letter_to(fields: Mapping[str, str], address: str, gate: Gate) -> None:
    """The same for the mailbox it goes to, whether or not anybody here knows it.

    Who asks from one network spends that network's share of a mailbox, and only that.
    """
    mailbox, now = mailbox_of(fields.get("email", "")), gate.clock()
    _hold(gate.paces.letters_to.wait(f"{mailbox} {network_of(address)}", now))
    _hold(gate.paces.letters_at_all.wait(mailbox, now))


def account(request: Request, gate: Gate) -> None:
    """A page of the account: its handler leads whoever is not signed in to the door."""


def account_form(request: Request, gate: Gate) -> None:
    """A form of the account: from our own page, and its handler asks who is signed in."""
    cookie_form(request, gate)


def orders_of(whose: str, gate: Gate) -> None:
    """One more order of a client's, from wherever it is sent, just before it is made.

    A form that orders nothing spends nothing: else whoever knows an address holds up its owner.
    """
    _hold(gate.paces.orders.wait(whose, gate.clock()))


def may_ask(token: str, gate: Gate) -> bool:
    """Whether YooKassa may be asked for this order's page now; the page is shown either way."""
    return not gate.paces.order.wait(token, gate.clock())


def _hold(wait: int) -> None:
    if wait:
        raise Denied(429, wait)


def notification(request: Request, gate: Gate) -> None:
    """A notification: checked by asking YooKassa; a stranger's is answered 200 and not kept."""


def metrics_token(request: Request, gate: Gate) -> None:
    """Whoever knows METRICS_TOKEN; for all others the page does not exist."""
    token = gate.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token is None or not hmac.compare_digest(given.encode(), token.value.encode()):
        raise Denied(404)


def _from_our_own_page(request: Request, settings: Settings) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is not None:
        host = request.headers.get("host", "")
        return origin in (f"{_scheme(request, settings)}://{host}", settings.public_url)
    # neither header: no browser's form
    return not any(name.endswith("session") for name in request.cookies)


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


@lru_cache(maxsize=1024)  # YooKassa's few addresses and the proxy's come with every request
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
