"""Everything that can happen, in any order: clients, clock, YooKassa's faults, notifications, new
editions, and a crash between any two steps. Whatever happened, the money is accounted for.

A story follows from its seed. Hypothesis deals the seeds; one that breaks a promise is printed with
its steps and can be told again. `make soak` tells many more of them.
"""

import itertools
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar, cast

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from checkout import worker
from checkout.app import create_app
from checkout.open import gate_of, open_shop
from checkout.shop import Shop
from checkout.store.engine import Store
from checkout.verify import BAD, verify
from tests.conftest import Postgres
from tests.fault.test_silence import FAULTS, PERFORMED
from tests.town import ANNA, SITE, Town, a_town, dearer, text_of

COUNT = itertools.count(1)
T = TypeVar("T")
WHERE = ("*", "POST /payments", "GET /payments/{id}")
PAUSES = (1, 1, 10, 10, 90, 60 * 25, 60 * 24 * 8)  # minutes
# what may happen next, and how often it does
STEPS = {
    "order": 6,
    "pay": 8,
    "decline": 1,
    "expire": 1,
    "send_the_same_form_again": 2,
    "try_again": 3,
    "come_back": 5,
    "notify": 5,
    "forge": 1,
    "yookassa_fails": 2,
    "yookassa_is_well_again": 2,
    "time_passes": 4,
    "publish": 1,
    "work": 6,
    "be_about_to_die": 5,
}


class Crash(Exception):  # noqa: N818 - the process died here
    """Nothing after this happened; what was committed before it stands."""


@dataclass
class Fuse:
    """Burns with each step of the shop; at the end of it the process dies."""

    left: int | None = None

    def burn(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Crash


class Fused:
    """A part of the shop whose calls may be the last: before they are made, or right after."""

    def __init__(self, real: object, fuse: Fuse, *steps: str) -> None:
        self._real, self._fuse, self._steps = real, fuse, steps

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._through(found) if name in self._steps else found

    def _through(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def burning(*given: Any, **named: Any) -> Any:
            self._fuse.burn()
            done = step(*given, **named)
            self._fuse.burn()
            return done

        return burning


class Story:
    """One town, from its first order to the reckoning."""

    def __init__(self, seed: int, database_url: str, folder: Path) -> None:
        self.chance, self.told = Random(seed), list[str]()  # noqa: S311 - a story, not a secret
        self.ending = ExitStack()
        folder.mkdir()
        self.town: Town = self.ending.enter_context(a_town(folder, database_url))
        self.fuse, self.editions = Fuse(), 0
        self.tokens: list[str] = []
        self.forms: list[tuple[int, dict[str, str]]] = []
        self.seen: set[str] = set()  # payments whose page a client was sent to
        self.crashes = 0
        self._start()

    def _start(self) -> None:
        """The process (again): all it knew is forgotten but the database."""
        shop = open_shop(self.town.shop.settings, self.town.clock)
        self.ending.callback(shop.store.close)
        yookassa = Fused(
            self.town.yookassa.client(timeouts=(1.0, 0.25)), self.fuse, "create_payment", "payment"
        )
        self.store = shop.store
        self.shop: Shop = replace(
            shop,
            store=cast(Store, Fused(shop.store, self.fuse, "transact")),
            yookassa=cast(Any, yookassa),
            glance=cast(Any, yookassa),
            mailer=cast(Any, Fused(shop.mailer, self.fuse, "send")),
            key=self.town.shop.key,
        )
        self.client = TestClient(
            create_app(self.shop, gate_of(self.shop)),
            base_url=SITE,
            follow_redirects=False,
            client=("127.0.0.1", 50_002),
        )

    @contextmanager
    def _perhaps_dying(self) -> Iterator[None]:
        armed = self.fuse.left is not None
        with suppress(Crash):
            yield
        if armed and self.fuse.left is None:
            self.crashes += 1
            self._start()

    def tell(self, steps: int) -> None:
        """So many steps, and the reckoning."""
        with self.ending:
            for name in self.chance.choices([*STEPS], [*STEPS.values()], k=steps):
                self.told.append(name)
                getattr(self, name)()
            self._calm_down()
            self._reckon()

    def _one_of(self, things: Sequence[T]) -> T | None:
        return self.chance.choice(things) if things else None

    # what clients do

    def order(self) -> None:
        hours = self.chance.choice((2, 5, 10))
        page = self.client.get(f"/checkout/{hours}")
        if page.status_code != 200:
            return
        fields = dict(re.findall(r'name="(attempt|shown|accept_offer)" value="([^"]*)"', page.text))
        mail = {"email": f"client{self.chance.randrange(9)}@example.ru"}
        self.forms.append((hours, ANNA | fields | mail))
        self._send(*self.forms[-1])

    def send_the_same_form_again(self) -> None:
        form = self._one_of(self.forms)
        if form:
            self._send(*form)

    def _send(self, hours: int, form: dict[str, str]) -> None:
        with self._perhaps_dying():
            self._follow(self.client.post(f"/checkout/{hours}", data=form))

    def try_again(self) -> None:
        token, offer = self._one_of(self.tokens), self.shop.shelf.offer()
        if token is None or offer is None:
            return
        with self._perhaps_dying():
            data = {"accept_offer": offer.sha256}
            self._follow(self.client.post(f"/orders/{token}/retry", data=data))

    def _follow(self, answer: httpx2.Response) -> None:
        assert answer.status_code in (303, 409, 422, 500, 503), answer.text
        location = answer.headers.get("location", "")
        if answer.status_code == 303 and location.startswith(self.town.yookassa.url):
            self.seen.add(location.rpartition("=")[2])
        with self.store.engine.connect() as connection:
            known = connection.exec_driver_sql("SELECT token FROM orders ORDER BY id")
            self.tokens = [str(token) for (token,) in known]

    def pay(self) -> None:
        self._at_the_payment_page("pay")

    def decline(self) -> None:
        self._at_the_payment_page("decline")

    def expire(self) -> None:
        self._at_the_payment_page("expire")

    def _at_the_payment_page(self, what: str) -> None:
        payment = self._one_of([it for it in self._payments("pending") if it["id"] in self.seen])
        if payment:
            self.town.yookassa.control("POST", f"/payments/{payment['id']}/{what}", {})

    def come_back(self) -> None:
        """The client opens his order; what it says of his money is so."""
        token = self._one_of(self.tokens)
        if token is None:
            return
        with self._perhaps_dying():
            answer = self.client.get(f"/orders/{token}", headers={"accept": "application/json"})
            if answer.status_code == 200:
                self._is_honest(answer.json())

    def _is_honest(self, facts: dict[str, Any]) -> None:
        statuses = [
            it["status"]
            for it in self._payments()
            if it["metadata"].get("order") == facts["number"] and it["id"] in self.seen
        ]
        if facts["money_taken"] is False:
            assert "succeeded" not in statuses, f"{facts} says that no money was taken"
        if facts["money_taken"] is True:
            assert "succeeded" in statuses, f"{facts} says that money was taken"

    # what YooKassa, the contractor and time do

    def notify(self) -> None:
        payment = self._one_of(self._payments())
        if payment:
            self._hear(payment["id"])

    def forge(self) -> None:
        self._hear(f"2ec65a1e-000f-5000-8000-{self.chance.randrange(10**6):012}")

    def _hear(self, payment: str) -> None:
        event = self.chance.choice(("succeeded", "canceled", "waiting_for_capture", "news"))
        said = {"type": "notification", "event": f"payment.{event}", "object": {"id": payment}}
        with self._perhaps_dying():
            answer = self.client.post("/yookassa/notifications", content=json.dumps(said))
            assert answer.status_code in (200, 500)

    def yookassa_fails(self) -> None:
        what = self.chance.choice([it for it in (*FAULTS, *PERFORMED) if it != "other_payment"])
        self.town.yookassa.fault(what, self.chance.choice(WHERE), self.chance.randint(1, 3))

    def yookassa_is_well_again(self) -> None:
        self.town.yookassa.fault(None)

    def time_passes(self) -> None:
        self.town.clock.forward(minutes=self.chance.choice(PAUSES))

    def publish(self) -> None:
        self.editions += 1
        self.town.publisher.publish(offer=dearer() if self.editions % 2 else text_of("offer"))

    def work(self) -> None:
        with self._perhaps_dying():
            worker.work_once(self.shop)

    def be_about_to_die(self) -> None:
        self.fuse.left = self.chance.randint(0, 12)

    # the reckoning

    def _calm_down(self) -> None:
        """Nothing fails any more, whoever has not paid never will, and everything due is done."""
        self.fuse.left = None
        self.town.yookassa.fault(None)
        self._start()
        for _ in range(3):
            self.town.clock.forward(hours=9)
            worker.work_once(self.shop)
        for payment in self._payments("pending"):
            self.town.yookassa.control("POST", f"/payments/{payment['id']}/expire")
        for _ in range(3):
            self.town.clock.forward(hours=9)
            worker.work_once(self.shop)

    def _reckon(self) -> None:
        ledger = replace(self.town, shop=self.shop).ledger()
        accepted = [it for it in ledger if it["kind"] == "acceptance"]
        settled = Counter(it["payment_id"] for it in accepted)
        settled.update(
            it["payment_id"] for it in ledger if it["kind"] == "payment" and it.get("fits") is False
        )
        taken = {it["id"]: it for it in self._payments("succeeded") if it["id"] in self.seen}
        assert dict(settled) == dict.fromkeys(taken, 1), "each payment: one acceptance or one case"
        for fact in accepted:
            asked = taken[fact["payment_id"]]["amount"]["value"]
            assert asked.replace(".", "") == str(fact["amount_kopecks"])
        self._every_package_is_paid({it["order"] for it in accepted})
        self._every_letter_went_once(len(accepted))
        remarks = verify(self.store, self.shop.settings.zone)
        assert [it.sentence for it in remarks if it.mark == BAD] == []

    def _every_package_is_paid(self, accepted: set[str]) -> None:
        query = (
            "SELECT o.number, o.state FROM orders o LEFT JOIN packages p ON p.order_id = o.id "
            "WHERE p.order_id IS NOT NULL OR o.state = 'paid' OR o.state = 'waiting'"
        )
        with self.store.engine.connect() as connection:
            rows = [(row.number, row.state) for row in connection.exec_driver_sql(query)]
        assert {number for number, _ in rows} == accepted
        assert {state for _, state in rows} <= {"paid"}

    def _every_letter_went_once(self, paid: int) -> None:
        """At least once each; a second time only as the very same bytes, after a crash."""
        by_id: dict[str, set[bytes]] = {}
        for letter in self.town.post:
            by_id.setdefault(letter.header("Message-ID"), set()).add(letter.raw)
        assert all(len(copies) == 1 for copies in by_id.values())
        to_clients = [it for it in self.town.post if it.header("Subject").startswith("[ТЕСТ] Опл")]
        told = {it.header("Message-ID") for it in to_clients}
        assert len(told) == paid
        assert len(to_clients) - len(told) <= self.crashes

    def _payments(self, status: str | None = None) -> list[dict[str, Any]]:
        found = self.town.yookassa.payments()
        return [it for it in found if status in (None, it["status"])]


def stories(
    kind: str, request: pytest.FixtureRequest, folder: Path, *, number: int, steps: int
) -> None:
    """Tell so many stories on this database; raises what breaks, with the story that did it."""

    def database(name: str) -> str:
        if kind == "sqlite":
            file = shutil.copy(request.getfixturevalue("sqlite_template"), folder / name)
            return f"sqlite:///{file}"
        server: Postgres = request.getfixturevalue("postgres")
        template = request.getfixturevalue("postgres_template")
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return server.url(name)

    @settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[*HealthCheck],
        phases=[Phase.generate],
    )
    @given(st.integers(0, 2**32 - 1))
    def tell(seed: int) -> None:
        name = f"story_{next(COUNT)}"
        story = Story(seed, database(name), folder / f"{name}.town")
        try:
            story.tell(steps)
        except BaseException as error:
            error.add_note(f"Story({seed}): {', '.join(story.told)}")
            raise

    tell()


@pytest.mark.parametrize(("kind", "number"), [("sqlite", 3), ("postgresql", 1)])
def test_whatever_happens_each_payment_is_one_acceptance_or_one_case(
    kind: str, number: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    stories(kind, request, tmp_path, number=number, steps=50)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_thousand_stories_end_well(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    stories(kind, request, tmp_path, number=1000, steps=100)
