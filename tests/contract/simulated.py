"""The simulated YooKassa on a real socket, and hands on its controls."""

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import trustme

from checkout.gateway.client import YooKassa
from checkout.gateway.simulator import create_simulator
from checkout.gateway.wire import payment_request
from tests.serving import serving

SHOP_ID = "501001"
SECRET_KEY = "test_Yooh9ThoopheighaeZ"
NOON = datetime(2026, 11, 23, 9, 0, 0, 412_000, tzinfo=UTC)
RETURN_URL = "https://shop.example/orders/vL8nq2"
AUTHORITY = trustme.CA()
# for a module whose cases run over both: the SDK was another in the clear than in TLS
BOTH = pytest.mark.parametrize("scheme", ["http", "https"], indirect=True, scope="session")

_keys = itertools.count(1)


def new_key() -> str:
    """An idempotence key nobody has used."""
    return f"key-{next(_keys)}"


def body(kopecks: int = 149_000, **metadata: str) -> str:
    """The exact text of a request for a payment."""
    return payment_request(
        amount_kopecks=kopecks,
        description="Пакет поддержки «5 часов»",
        return_url=RETURN_URL,
        metadata={"order": "2026-0042", **metadata},
    )


@dataclass
class StandingClock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def move_to(self, now: datetime) -> None:
        self.now = now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Simulated:
    """A running simulator: its address, its clock, and its control API."""

    url: str
    clock: StandingClock
    session: requests.Session = field(default_factory=requests.Session)
    trust: str | None = None

    def client(self, **changes: Any) -> YooKassa:
        known: dict[str, Any] = {
            "shop_id": SHOP_ID,
            "secret_key": SECRET_KEY,
            "api_url": f"{self.url}/v3",
            "trust": self.trust,
        }
        return YooKassa(**(known | changes))

    def api(self, method: str, path: str, **options: Any) -> requests.Response:
        """A call of the API by hand, well authenticated."""
        return self.session.request(
            method, f"{self.url}/v3{path}", auth=(SHOP_ID, SECRET_KEY), **options
        )

    def post(self, path: str, value: object, *, key: str | None = None) -> requests.Response:
        headers = {"Idempotence-Key": key or new_key()}
        return self.api("POST", path, json=value, headers=headers)

    def control(self, method: str, path: str, value: object = None) -> Any:
        """The JSON of a control call, which has to succeed."""
        answer = self.session.request(method, f"{self.url}/_control{path}", json=value)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, what: str | None, on: str = "*", times: int = 1) -> None:
        self.control("PUT", "/fault", {"what": what, "on": on, "times": times})

    def requests(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "/requests"))

    def payments(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "/payments"))


@contextmanager
def certified(authority: trustme.CA = AUTHORITY, **changes: Any) -> Iterator[tuple[str, str]]:
    """Files: a certificate of 127.0.0.1 with its key, and the authority that gave it."""
    certificate = authority.issue_cert("127.0.0.1", **changes)
    with (
        certificate.private_key_and_cert_chain_pem.tempfile() as own,
        authority.cert_pem.tempfile() as trust,
    ):
        yield own, trust


@contextmanager
def simulated(scheme: str = "http", **options: Any) -> Iterator[Simulated]:
    """A simulator of its own; it notifies nobody unless given a `notify_url`."""
    clock = StandingClock()
    known = {"notify_url": None, "on_clock": clock.move_to} | options

    def make(url: str) -> Any:
        return create_simulator(
            shop_id=SHOP_ID, secret_key=SECRET_KEY, clock=clock, public_url=url, **known
        )

    with ExitStack() as ending:
        own, trust = ending.enter_context(certified()) if scheme == "https" else (None, None)
        url = ending.enter_context(serving(make, certificate=own))
        session = ending.enter_context(requests.Session())
        session.trust_env, session.verify = False, trust or True
        yield Simulated(url, clock, session, trust)


def request_value(**changes: object) -> dict[str, object]:
    """A well-formed request for a payment as a value, to be spoilt."""
    value: dict[str, object] = json.loads(body())
    return value | changes


def of(shown: Mapping[str, Any], *path: str) -> Any:
    """A value deep in a JSON object."""
    value: Any = shown
    for name in path:
        value = value[name]
    return value
