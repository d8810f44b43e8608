"""Everything that can happen to a shop, in any order; which story it is follows from its seed.

Clients, YooKassa with all its faults, notifications, odd money, refunds, the contractor's own hand
at YooKassa, a mail server's moods, new editions, time, a clock that is wrong, and a death of the
process between any two steps. Whatever happened, the reckoning must come out (see reckoning.py).
"""

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar
from unittest.mock import patch

import httpx2
from starlette.testclient import TestClient

from checkout import worker
from checkout.app import create_app
from checkout.open import open_shop
from checkout.refund import CannotRefund, Wanted, refund
from checkout.replay import replay
from checkout.serve import gate_of
from checkout.shop import Shop
from tests.fault.fuse import Crash, Fuse, fused
from tests.fault.hasty import Hasty
from tests.fault.reckoning import Books, Shown, is_honest, kopecks
from tests.fault.test_silence import FAULTS, PERFORMED
from tests.town import ANNA, SITE, a_town, dearer, text_of

T = TypeVar("T")
WHERE = (
    "*", "*", "POST /payments", "GET /payments/{id}", "GET /payments/{id}", "GET /payments",
    "POST /refunds", "POST /refunds", "GET /refunds/{id}", "GET /refunds",
)  # fmt: skip
EVENTS = ("succeeded", "canceled", "waiting_for_capture", "news")
PAUSES = (1, 1, 10, 10, 90, 60 * 25, 60 * 24 * 8)  # minutes
OFF_BY = (timedelta(minutes=-5), timedelta(hours=-1), timedelta(days=3), timedelta(days=2600))
# what may happen next, and how often it does
STEPS = {
    "order": 6,
    "order_more_hours": 4,
    "pay": 8,
    "pay_something_else": 1,
    "pay_where_nobody_was_sent": 1,
    "pay_twice": 1,
    "pay_for_nothing": 1,
    "decline": 1,
    "expire": 1,
    "send_the_same_form_again": 2,
    "try_again": 3,
    "come_back": 5,
    "notify": 5,
    "forge": 1,
    "replay": 1,
    "give_back": 7,
    "give_back_elsewhere": 1,
    "refunds_take_another_turn": 2,
    "end_a_refund": 3,
    "yookassa_fails": 4,
    "yookassa_is_well_again": 2,
    "the_post_fails": 1,
    "time_passes": 4,
    "the_clock_is_wrong": 1,
    "the_clock_is_right": 2,
    "publish": 1,
    "work": 8,
    "be_about_to_die": 6,
}


class Story:
    """One town, from its first order to the reckoning."""

    def __init__(self, seed: int, database_url: str, folder: Path) -> None:
        self.chance, self.told = Random(seed), list[str]()  # noqa: S311 - a story, not a secret
        self.ending = ExitStack()
        folder.mkdir()
        # keys and ids too follow from the seed: letters go out in the order of theirs
        self.ending.enter_context(patch("checkout.shop.uuid4", self._uuid))
        self.town = self.ending.enter_context(a_town(folder, database_url))
        self.fuse, self.editions, self.skew = Fuse(), 0, timedelta()
        self.tokens: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.seen: set[str] = set()  # payments whose page a client was sent to
        self.crashes = 0
        self._alive: ExitStack = ExitStack()
        self._start()

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def _clock(self) -> datetime:
        """What the shop's machine takes for the time; YooKassa knows better."""
        return self.town.clock() + self.skew

    def _start(self) -> None:
        """The process (again): all it knew is forgotten but the database."""
        self._stop()
        shop = open_shop(self.town.shop.settings, self._clock)
        self._alive.callback(shop.store.close)
        self.store = shop.store
        self.shop: Shop = fused(shop, self.fuse, yookassa=Hasty(self.town.yookassa))
        self.client = TestClient(
            create_app(self.shop, gate_of(self.shop)),
            base_url=SITE,
            follow_redirects=False,
            client=("127.0.0.1", 50_002),
        )
        self._alive.enter_context(self.client)

    def _stop(self) -> None:
        self._alive.close()
        self._alive = ExitStack()

    @contextmanager
    def _perhaps_dying(self) -> Iterator[None]:
        armed = self.fuse.left is not None
        with suppress(Crash):
            yield
        if armed and self.fuse.left is None:
            self.crashes += 1
            self._start()

    @contextmanager
    def telling(self, steps: int) -> Iterator["Story"]:
        """So many steps, and then peace; the town stands until the block is left."""
        with self.ending:
            self.ending.callback(self._stop)
            for name in self.chance.choices([*STEPS], [*STEPS.values()], k=steps):
                self.told.append(name)
                getattr(self, name)()
            self.told.append("calm_down")
            self.calm_down()
            yield self

    def one_of(self, things: Sequence[T]) -> T | None:
        return self.chance.choice(things) if things else None

    # what clients do

    def order(self) -> None:
        hours = self.chance.choice((2, 5, 10))
        page = self.client.get(f"/checkout/{hours}")
        if page.status_code != 200:
            return
        fields = dict(re.findall(r'name="(attempt|shown|accept_offer)" value="([^"]*)"', page.text))
        mail = {"email": f"client{self.chance.randrange(9)}@example.ru"}
        self.forms.append((f"/checkout/{hours}", ANNA | fields | mail))
        self._send(*self.forms[-1])

    def order_more_hours(self) -> None:
        """Extra hours, wherever they are sold: for a package that runs."""
        token = self.one_of(self.tokens)
        if token is None:
            return
        path, hours = f"/checkout/extra/{token}", self.chance.choice((1, 2, 99))
        page = self.client.get(path, params={"hours": hours})
        assert page.status_code in (200, 404, 409, 500, 503), page.text
        if page.status_code == 200:
            names = "attempt|shown|counted|accept_offer"
            found = re.findall(rf'type="\w+"[^>]* name="({names})" value="([^"]*)"', page.text)
            self.forms.append((path, dict(found) | {"hours": str(hours)}))
            self._send(*self.forms[-1])

    def send_the_same_form_again(self) -> None:
        form = self.one_of(self.forms)
        if form:
            self._send(*form)

    def _send(self, path: str, form: dict[str, str]) -> None:
        with self._perhaps_dying():
            self._follow(self.client.post(path, data=form))

    def try_again(self) -> None:
        token, offer = self.one_of(self.tokens), self.shop.shelf.offer()
        if token is None or offer is None:
            return
        with self._perhaps_dying():
            data = {"accept_offer": offer.sha256}
            self._follow(self.client.post(f"/orders/{token}/retry", data=data))

    def _follow(self, answer: httpx2.Response) -> None:
        assert answer.status_code in (303, 409, 422, 429, 500, 503), answer.text
        location = answer.headers.get("location", "")
        if answer.status_code == 303 and location.startswith(self.town.yookassa.url):
            self.seen.add(location.rpartition("=")[2])
        with self.store.engine.connect() as connection:
            known = connection.exec_driver_sql("SELECT token FROM orders ORDER BY id")
            self.tokens = [str(token) for (token,) in known]

    def pay(self) -> None:
        self._at_the_payment_page("pay")
        if self.chance.random() < 0.5:
            self.come_back()

    def pay_something_else(self) -> None:
        """The money that arrives is not what was asked for: a sum or a currency nobody named."""
        value, currency = self.chance.choice(
            (("14999.99", "RUB"), ("1.00", "RUB"), ("99.00", "USD"))
        )
        self._at_the_payment_page("pay", {"amount": {"value": value, "currency": currency}})

    def decline(self) -> None:
        self._at_the_payment_page("decline")

    def expire(self) -> None:
        self._at_the_payment_page("expire")

    def _at_the_payment_page(self, what: str, said: Shown | None = None) -> None:
        payment = self.one_of([it for it in self.payments("pending") if it["id"] in self.seen])
        if payment:
            self.town.yookassa.control("POST", f"/payments/{payment['id']}/{what}", said or {})

    def come_back(self) -> None:
        """The client opens his order; what it says of his money is so."""
        token = self.one_of(self.tokens)
        if token is None:
            return
        with self._perhaps_dying():
            before = self.payments("succeeded")
            answer = self.client.get(f"/orders/{token}", headers={"accept": "application/json"})
            page = self.client.get(f"/orders/{token}")
            if answer.status_code == page.status_code == 200:
                is_honest(answer.json(), page.text, before, self.seen)
                self.seen.update(re.findall(r"orderId=([0-9a-f-]{36})", page.text))

    # odd money

    def pay_where_nobody_was_sent(self) -> None:
        """Of an attempt that was given up nobody knows the page; still somebody pays there."""
        payment = self.one_of([it for it in self.payments("pending") if it["id"] not in self.seen])
        if payment:
            self.town.yookassa.control("POST", f"/payments/{payment['id']}/pay", {})
            self._hear(payment["id"])

    def pay_twice(self) -> None:
        """A second payment with all the marks of the first, made past us."""
        first = self.one_of(self.payments())
        if first:
            self._pay_past_us(first["amount"]["value"], first["metadata"])

    def pay_for_nothing(self) -> None:
        """Money of a payment that no order of ours asked for."""
        self._pay_past_us(f"{self.chance.randint(100, 99_999)}.37", {"order": "2025-0001"})

    def _pay_past_us(self, value: str, metadata: Shown) -> None:
        asked = {
            "amount": {"value": value, "currency": "RUB"},
            "capture": True,
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
            "metadata": metadata,
        }
        made = self._past_us("/payments", asked)
        if made:
            self.town.yookassa.control("POST", f"/payments/{made}/pay", {})
            self._hear(made)

    def _past_us(self, path: str, asked: Shown) -> str | None:
        """Ask YooKassa by somebody else's hand, whose connection is better than ours."""
        ordered = self.town.yookassa.control("GET", "/fault")
        self.town.yookassa.control("PUT", "/fault", {"what": None})
        answer = self.town.yookassa.post(path, asked, key=str(self._uuid()))
        if ordered["times"]:
            self.town.yookassa.control("PUT", "/fault", ordered)
        return str(answer.json()["id"]) if answer.status_code == 200 else None

    # refunds

    def give_back(self) -> None:
        """The contractor types `checkout refund`; if the terminal hangs, he types it again."""
        number = self.one_of(self._numbers())
        if number is None:
            return
        if self.chance.random() < 0.3:
            self._yookassa_fails("POST /refunds")
        wanted = Wanted(
            number,
            self.chance.choice((None, self.chance.randint(100, 900_000))),
            "письмо клиента",
            self.chance.random() < 0.3,
        )
        with self._perhaps_dying(), suppress(CannotRefund):
            refund(self.shop, wanted)

    def _numbers(self) -> list[str]:
        with self.store.engine.connect() as connection:
            paid = "SELECT number FROM orders WHERE paid_at IS NOT NULL ORDER BY id"
            return [str(it) for (it,) in connection.exec_driver_sql(paid)]

    def give_back_elsewhere(self) -> None:
        """He gives money back in YooKassa's own cabinet, and we are only notified."""
        payment = self.one_of(self.payments("succeeded"))
        if payment is None:
            return
        left = kopecks(payment["amount"]) - kopecks(payment["refunded_amount"])
        part = self.chance.choice((left, self.chance.randint(100, 500_000)))
        currency = payment["amount"]["currency"]
        amount = {"value": f"{part // 100}.{part % 100:02}", "currency": currency}
        made = self._past_us("/refunds", {"payment_id": payment["id"], "amount": amount})
        if made:
            self._hear(made, "refund")

    def refunds_take_another_turn(self) -> None:
        become = self.chance.choice(("succeeded", "pending", "canceled"))
        self.town.yookassa.control("PUT", "/refunds", {"become": become})

    def end_a_refund(self) -> None:
        pending = self.one_of(self.refunds("pending"))
        if pending:
            how = self.chance.choice(("succeed", "succeed", "cancel"))
            self.town.yookassa.control("POST", f"/refunds/{pending['id']}/{how}", {})

    # what YooKassa, the post, the contractor and time do

    def notify(self) -> None:
        about = self.chance.choice(("payment", "payment", "refund"))
        named = self.one_of(self.payments() if about == "payment" else self.refunds())
        if named:
            self._hear(named["id"], about)

    def forge(self) -> None:
        about = self.chance.choice(("payment", "refund"))
        self._hear(f"2ec65a1e-000f-5000-8000-{self.chance.randrange(10**6):012}", about)

    def _hear(self, named: str, about: str = "payment") -> None:
        """A notification; one that is not answered 200 comes again."""
        event = f"{about}.{self.chance.choice(EVENTS)}"
        said = json.dumps({"type": "notification", "event": event, "object": {"id": named}})
        for _ in range(3):  # dying once and once more is as much as there can be
            with self._perhaps_dying():
                answer = self.client.post("/yookassa/notifications", content=said)
                if answer.status_code == 200:
                    return
        raise AssertionError("a notification is not taken")

    def replay(self) -> None:
        with self._perhaps_dying():
            replay(self.shop.store, self.shop.settings.zone, None)

    def yookassa_fails(self) -> None:
        self._yookassa_fails(self.chance.choice(WHERE))

    def _yookassa_fails(self, where: str) -> None:
        what = self.chance.choice([it for it in (*FAULTS, *PERFORMED) if it != "other_payment"])
        self.town.yookassa.fault(what, where, self.chance.randint(1, 4))

    def yookassa_is_well_again(self) -> None:
        self.town.yookassa.fault(None)

    def the_post_fails(self) -> None:
        refusal = self.chance.choice(("451 4.3.0 try later", "550 5.1.1 no such user"))
        self.town.refusals.extend([refusal] * self.chance.randint(1, 2))

    def time_passes(self) -> None:
        self.town.clock.forward(minutes=self.chance.choice(PAUSES))

    def the_clock_is_wrong(self) -> None:
        self.skew = self.chance.choice(OFF_BY)

    def the_clock_is_right(self) -> None:
        self.skew = timedelta()

    def publish(self) -> None:
        self.editions += 1
        self.town.publisher.publish(offer=dearer() if self.editions % 2 else text_of("offer"))

    def work(self) -> None:
        with self._perhaps_dying():
            worker.work_once(self.shop)

    def be_about_to_die(self) -> None:
        self.fuse.left = self.chance.randint(0, 15)

    # the end

    def calm_down(self) -> None:
        """Nothing fails any more, nobody pays any more, and everything due is done."""
        self.fuse.left, self.skew = None, timedelta()
        self.town.refusals.clear()
        self.town.yookassa.fault(None)
        self._start()
        self._pass_a_day()
        for payment in self.payments("pending"):
            self.town.yookassa.control("POST", f"/payments/{payment['id']}/expire")
        while self.refunds("pending"):
            self.end_a_refund()
        for it in (*self.payments("succeeded"), *self.refunds("succeeded")):
            self._hear(it["id"], "refund" if "payment_id" in it else "payment")
        self._pass_a_day()

    def _pass_a_day(self) -> None:
        for _ in range(3):
            self.town.clock.forward(hours=9)
            worker.work_once(self.shop)

    def payments(self, status: str | None = None) -> list[Shown]:
        return self.books.payments(status)

    def refunds(self, status: str | None = None) -> list[Shown]:
        return self.books.refunds(status)

    @property
    def books(self) -> Books:
        """All that is known, to be reckoned."""
        return Books(
            store=self.store,
            zone=self.shop.settings.zone,
            yookassa=self.town.yookassa,
            letters=self.town.mailbox.letters,
            deaths=self.crashes,
            seen=self.seen,
            look=self._look,
        )

    def _look(self, token: str) -> tuple[Shown, str]:
        facts = self.client.get(f"/orders/{token}", headers={"accept": "application/json"})
        return facts.json(), self.client.get(f"/orders/{token}").text
