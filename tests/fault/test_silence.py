"""YooKassa fails in every way it can, while paying and while settling: no page lies about money."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from checkout import worker
from checkout.app import create_app
from checkout.ask import save_payment
from checkout.domain.errors import UnknownOutcome
from checkout.domain.order import Order
from checkout.domain.payment import Payment
from checkout.gateway.simulator.faults import BROKEN, INSTEAD, MANGLED
from checkout.refund import Wanted, refund
from checkout.serve import gate_of
from checkout.settle import settle
from checkout.shop import Shop
from checkout.store import orders
from tests.fault.hasty import Hasty
from tests.town import SITE, Town, a_town, at_once, database_in
from tests.web.buying import page_of

WAITS_FOR_EVER = {"held", "slow"}  # they end well by themselves: see tests/contract
FAULTS = sorted({*BROKEN, *INSTEAD, *MANGLED} - WAITS_FOR_EVER)
# performed, and then not answered; an answer about another payment is told below
PERFORMED = [f"{name}_after" for name in [*INSTEAD, "hang", "reset"]]
WHILE_PAYING = [*(name for name in FAULTS if name != "other_payment"), *PERFORMED]
ROUNDS = 2
# Each is read as one beside it that stays, as tests/contract/test_answers.py holds of every one:
# a purchase through all of them is a longer proof.
READ_AS_ANOTHER = (
    "403", "405", "410", "413", "415", "429_hours", "429_years", "429_date", "429_nonsense",
    "429_body", "500_empty", "503_hours",
)  # fmt: skip


def through(faults: list[str]) -> list[Any]:
    """The faults as parameters; those that are read as another belong to soak."""
    return [
        pytest.param(
            it, marks=pytest.mark.soak if it.removesuffix("_after") in READ_AS_ANOTHER else []
        )
        for it in faults
    ]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Town]:
    """A town whose shop does not wait for an answer that never comes."""
    folder: Path = tmp_path_factory.mktemp("town")
    with a_town(folder, database_in(folder, sqlite_template)) as town:
        hasty: Any = Hasty(town.yookassa)
        shop = replace(town.shop, yookassa=hasty, glance=hasty)
        app = create_app(shop, gate_of(shop))
        client = TestClient(
            app, base_url=SITE, follow_redirects=False, client=("127.0.0.1", 50_001)
        )
        yield replace(town, shop=shop, app=app, client=client)


def saved(town: Town, token: str) -> Order:
    """The order as it is stored; nobody is asked."""
    order = town.shop.store.read(lambda tx: orders.by_token(tx, token))
    assert order is not None
    return order


def truth(town: Town, token: str) -> list[str]:
    """The status at YooKassa of every payment made for this order."""
    number = saved(town, token).number
    payments = town.yookassa.payments()
    return [it["status"] for it in payments if it["metadata"]["order"] == number]


def check_honest(town: Town, token: str) -> str:
    """What page and facts say of the money is so, or they say that they do not know."""
    facts = town.facts(token)
    known = facts["money_taken"]
    statuses = [] if known is None else truth(town, token)  # a claim alone is held against it
    page = town.client.get(f"/orders/{token}").text
    if known is True:
        assert statuses.count("succeeded") == 1
        assert "Деньги не\u00a0списаны" not in page
    if known is False:
        assert "succeeded" not in statuses
        assert "Деньги не" in page
    if known is None:
        assert "ничего не\u00a0делайте" in page or "ничего не делайте" in page
    return str(facts["state"])


def work(shop: Shop) -> None:
    worker.follow_hints(shop)
    worker.look_at_attempts(shop)


def token_of_last_order(town: Town) -> str:
    with town.shop.store.engine.connect() as connection:
        query = "SELECT token FROM orders ORDER BY id DESC LIMIT 1"
        return str(connection.exec_driver_sql(query).scalar_one())


@pytest.mark.parametrize("fault", through(WHILE_PAYING))
def test_whatever_fails_while_the_payment_is_made_the_order_is_honest_and_payable(
    town: Town, fault: str
) -> None:
    town.clock.forward(minutes=2)
    town.yookassa.fault(fault, "POST /payments", times=ROUNDS)
    town.send(town.form())
    token = token_of_last_order(town)
    states = []
    for _ in range(ROUNDS):
        states.append(check_honest(town, token))
        town.clock.forward(minutes=2)
        work(town.shop)
    town.yookassa.fault(None)
    answer = town.client.post(f"/orders/{token}/retry")
    if answer.status_code == 422:  # YooKassa refused the request itself: a new decision
        offer = town.shop.shelf.offer()
        assert offer is not None
        data = {"accept_offer": offer.sha256}
        answer = town.client.post(f"/orders/{token}/retry", data=data)
    paid = town.pay(token)

    assert "paid" not in states
    assert answer.status_code == 303
    assert paid["state"] == "paid"
    assert truth(town, token).count("succeeded") == 1
    assert check_honest(town, token) == "paid"


@pytest.mark.parametrize("fault", through(FAULTS))
def test_whatever_fails_while_the_payment_is_asked_about_nothing_is_told_before_it_is_known(
    town: Town, fault: str
) -> None:
    town.clock.forward(minutes=2)
    token = town.order()
    payment_id = town.facts(token)["payment_id"]
    town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    hint = {"event": "payment.succeeded", "object": {"id": payment_id}}
    town.yookassa.fault(fault, "GET /payments/{id}", times=1_000)
    town.client.post("/yookassa/notifications", json=hint)
    for _ in range(ROUNDS):
        state = check_honest(town, token)
        work(town.shop)
        town.clock.forward(minutes=2)
    town.yookassa.fault(None)
    town.clock.forward(hours=1)
    work(town.shop)
    settled = saved(town, token)

    assert state in ("waiting", "paid")
    assert settled.state == "paid"
    assert check_honest(town, token) == "paid"


def test_no_fault_of_all_these_made_a_case_or_a_second_acceptance(
    town: Town, request: pytest.FixtureRequest
) -> None:
    tried = [it for it in request.session.items if it.name.startswith("test_whatever_fails")]
    kinds = [row["kind"] for row in town.ledger()]
    with town.shop.store.engine.connect() as connection:
        cases = connection.exec_driver_sql("SELECT sentence FROM cases").all()

    assert cases == []
    assert kinds.count("acceptance") == kinds.count("payment") == len(tried) > 0


def test_a_yookassa_that_is_silent_about_one_order_is_not_asked_about_the_next(
    town: Town,
) -> None:
    for _ in range(3):
        town.order()
    town.clock.forward(minutes=2)
    before = len(town.yookassa.requests())
    town.yookassa.fault("hang", "*", times=1_000)
    work(town.shop)
    asked = town.yookassa.requests()[before:]
    town.yookassa.fault(None)
    work(town.shop)

    assert len(asked) == 1


def test_money_of_a_payment_that_was_answered_under_another_id_is_a_case(town: Town) -> None:
    town.clock.forward(minutes=2)
    town.yookassa.fault("other_payment", "POST /payments")
    town.send(town.form())
    token = token_of_last_order(town)
    payment_id = town.yookassa.payments()[0]["id"]
    town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    hint = {"event": "payment.succeeded", "object": {"id": payment_id}}
    town.client.post("/yookassa/notifications", json=hint)
    work(town.shop)
    with town.shop.store.engine.connect() as connection:
        cases = connection.exec_driver_sql("SELECT sentence FROM cases").all()

    assert check_honest(town, token) == "waiting"
    assert len(cases) == 1
    assert payment_id in cases[0].sentence
    assert saved(town, token).number in cases[0].sentence


@pytest.mark.parametrize("fault", ["500", "reset", "hang"])
def test_whoever_has_paid_and_comes_back_by_any_way_is_neither_denied_it_nor_asked_for_more(
    town: Town, fault: str
) -> None:
    """Two tabs with the form, the button of the page before, the return page; all at one moment."""
    town.clock.forward(minutes=2)
    form = town.form()
    first = town.send(form)
    token, payment_page = town.token_of(first), first.headers["location"]
    back, again = f"/orders/{token}", f"/orders/{token}/retry"
    town.yookassa.control("POST", f"/payments/{saved(town, token).payment_id}/pay")
    ways: list[Callable[[], Any]] = [
        lambda: town.send(form),
        lambda: town.send(form),
        lambda: town.client.post(again, data={"accept_offer": form["accept_offer"]}),
        lambda: town.client.post(again),
        lambda: town.client.get(back),
    ]

    town.yookassa.fault(fault, "*", times=1_000)
    silent = at_once(*ways)
    town.yookassa.fault(None)
    settled = town.facts(token)["state"]
    town.yookassa.fault(fault, "*", times=1_000)
    refund(town.shop, Wanted(saved(town, token).number, 500_000, "скидка"))
    known = at_once(*ways)
    town.yookassa.fault(None)

    assert payment_page.endswith(str(saved(town, token).payment_id))
    assert [it.headers["location"] for it in silent[:4]] == [payment_page] * 4
    assert "ничего не делайте" in page_of(silent[4]).text
    assert [it.headers["location"] for it in known[:4]] == [back] * 4
    assert "Получено 15 000 ₽" in page_of(known[4]).text
    assert "Возвращаем 5 000 ₽" in page_of(known[4]).text
    assert not [it for it in (silent[4], known[4]) if "не списаны" in page_of(it).text]
    assert (settled, truth(town, token)) == ("paid", ["succeeded"])


def test_whoever_has_paid_in_another_tab_is_not_told_otherwise_by_a_question_without_an_answer(
    tmp_path: Path, sqlite_url: str
) -> None:
    """Both tabs asked, through two processes: one was answered, and the other waits for it long."""
    with a_town(tmp_path, sqlite_url) as town:
        form, create = town.form(), town.shop.yookassa.create_payment

        def ask_in_vain(**asked: str) -> Payment:
            payment = create(**asked)
            town.shop.store.transact(lambda tx: save_payment(tx, asked["key"], payment))
            town.yookassa.control("POST", f"/payments/{payment.id}/pay")
            settle(town.shop, payment.id)
            raise UnknownOutcome("ЮKassa не ответила.")

        town.shop.yookassa.create_payment = ask_in_vain  # type: ignore[method-assign]
        answer = town.send(form)
        token = token_of_last_order(town)

        assert (answer.status_code, answer.headers.get("location")) == (303, f"/orders/{token}")
        assert town.facts(token)["state"] == "paid"
