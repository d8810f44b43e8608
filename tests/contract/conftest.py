"""One simulator for the folder, and for what makes sense there, a real test shop.

With YOOKASSA_TEST_SHOP_ID and YOOKASSA_TEST_SECRET_KEY in the environment the cases of
test_shop.py run on YooKassa's own test shop as well.
"""

import os
from collections.abc import Iterator

import pytest

from checkout.gateway.client import YooKassa
from tests.contract.simulated import NOON, Simulated, simulated

REAL_API = "https://api.yookassa.ru/v3"
CREDENTIALS = (
    os.environ.get("YOOKASSA_TEST_SHOP_ID", ""),
    os.environ.get("YOOKASSA_TEST_SECRET_KEY", ""),
)


@pytest.fixture(scope="session")
def scheme(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "http"))


@pytest.fixture(scope="session")
def served(scheme: str) -> Iterator[Simulated]:
    with simulated(scheme) as one:
        yield one


@pytest.fixture
def simulator(served: Simulated) -> Simulated:
    """The folder's simulator without faults, at noon in Moscow."""
    served.clock.now = NOON
    served.fault(None)
    served.control("PUT", "/idempotence", {"concurrent": "waits"})
    return served


@pytest.fixture
def yookassa(simulator: Simulated) -> YooKassa:
    return simulator.client()


@pytest.fixture(params=["simulator", *(["test shop"] if all(CREDENTIALS) else [])])
def any_shop(request: pytest.FixtureRequest) -> YooKassa:
    """The simulator always, and YooKassa's test shop when its credentials are given."""
    if request.param == "test shop":
        shop_id, secret_key = CREDENTIALS
        return YooKassa(shop_id=shop_id, secret_key=secret_key, api_url=REAL_API)
    simulator: Simulated = request.getfixturevalue("simulator")
    return simulator.client()
