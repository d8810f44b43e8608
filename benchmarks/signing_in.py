"""Does the time of an answer tell whether an address is known? On asking, and on guessing."""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog
from starlette.testclient import TestClient

from checkout.app import create_app
from checkout.serve import gate_of
from checkout.sign_in import send_links
from checkout.web.guards import Gate
from checkout.web.pace import Pace, Paces, at_most
from tests.town import FROM_OUR_PAGE, SITE, Town, a_town

TIMES = 200
KNOWN, UNKNOWN = "anna@example.ru", "nobody@example.ru"
WIDE = Pace(at_most(10**9, timedelta(minutes=1)))


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print(f"\nSigning in: known and unknown addresses in turn, {TIMES} times each")
    with tempfile.TemporaryDirectory(prefix="oferta-bench-") as name:
        folder = Path(name)
        with a_town(folder, f"sqlite:///{folder / 'town.sqlite'}") as town:
            town.pay(town.order(email=KNOWN))
            _measure(town)


def _measure(town: Town) -> None:
    paces = Paces(WIDE, WIDE, WIDE, WIDE, WIDE)
    app = create_app(town.shop, Gate(town.shop.settings, gate_of(town.shop).clock, paces))
    with TestClient(app, base_url=SITE, headers=FROM_OUR_PAGE, follow_redirects=False) as client:
        asked = _compare("asking for a letter", lambda email: _ask(client, email), TIMES)
        while send_links(town.shop):  # before anything is guessed: that the server is this process
            continue
        _compare("guessing its code", lambda email: _guess(client, asked[email].pop()), TIMES // 2)


def _ask(client: TestClient, email: str) -> tuple[float, str]:
    began = time.perf_counter()
    answer = client.post("/account/sign-in", data={"email": email})
    took = time.perf_counter() - began
    assert answer.status_code == 303
    return took, client.cookies["sign-in"]


def _guess(client: TestClient, cookie: str) -> tuple[float, str]:
    client.cookies.clear()
    client.cookies.set("sign-in", cookie)
    began = time.perf_counter()
    answer = client.post("/account/sign-in/code", data={"code": "1234 5678"})
    took = time.perf_counter() - began
    assert answer.status_code == 422
    return took, cookie


def _compare(
    what: str, ask: Callable[[str], tuple[float, str]], times: int
) -> dict[str, list[str]]:
    """Print how long both take, asked in turn; what was brought back, by address."""
    took: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    brought: dict[str, list[str]] = {KNOWN: [], UNKNOWN: []}
    for turn in range(times):
        for email in (KNOWN, UNKNOWN) if turn % 2 else (UNKNOWN, KNOWN):
            seconds, back = ask(email)
            took[email].append(seconds * 1000)
            brought[email].append(back)
    for email, name in ((KNOWN, "known"), (UNKNOWN, "unknown")):
        low, middle, high = statistics.quantiles(took[email], n=4)
        print(f"{what:24}{name:>8}: median {middle:.2f} ms, half of them {low:.2f} to {high:.2f}")
    print(f"{'':34}the known one is the slower of a pair in {_right(took):.0%}")
    return brought


def _right(took: dict[str, list[float]]) -> float:
    """How often the known one of a pair is the slower: 50 % tells nothing."""
    pairs = list(zip(took[KNOWN], took[UNKNOWN], strict=True))
    return sum(known > unknown for known, unknown in pairs) / len(pairs)
