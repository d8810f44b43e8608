"""YooKassa does not answer, or answers nonsense: the client is told that no money was taken."""

from typing import Any

import pytest

from checkout.domain.transitions import AttemptState
from checkout.gateway.client import YooKassa
from checkout.store import orders
from tests.serving import bound
from tests.town import Town, dearer
from tests.web.buying import (
    asked_of_yookassa,
    client_with,
    form_on,
    impatient,
    orders_of,
    page_of,
)

SILENT = ["hang", "reset", "truncated", "500", "500_empty", "503", "html_502", "html_200",
          "202", "409", "null", "empty_list", "empty_object", "redirect", "broken_json", "not_utf8",
          "hang_after", "reset_after", "500_after"]  # fmt: skip
ASKS_NOBODY = ["401", "403", "429", "429_header", "429_body"]


def succeeded(town: Town) -> int:
    """How many payments are paid at YooKassa."""
    return sum(payment["status"] == "succeeded" for payment in town.yookassa.payments())


@pytest.mark.parametrize("fault", [*SILENT, *ASKS_NOBODY])
def test_no_answer_is_told_without_a_lie_and_the_button_mends_it(town: Town, fault: str) -> None:
    before, payments = orders_of(town), len(town.yookassa.payments())
    client = client_with(town, impatient(town))
    form = town.form()
    town.yookassa.fault(fault, "POST /payments")
    refused = client.post("/checkout/5", data=form)
    action, retry = form_on(refused)
    page = page_of(refused)
    token = action.split("/")[2]
    created = town.facts(token)

    assert refused.status_code == 503
    assert "Деньги не списаны" in page.text
    assert "Заказ сохранён" in page.text
    assert (created["state"], created["money_taken"]) == ("created", False)

    with asked_of_yookassa(town) as asked:
        answer = client.post(action, data=retry)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(town.yookassa.url)
    assert [request["method"] for request in asked] == ["POST"]
    assert orders_of(town) == before + 1
    assert len(town.yookassa.payments()) == payments + 1


@pytest.mark.parametrize("fault", ["500_after", "reset_after", "404"])
def test_the_same_form_again_mends_it_too_and_makes_no_second_payment(
    town: Town, fault: str
) -> None:
    payments = len(town.yookassa.payments())
    form = town.form()
    town.yookassa.fault(fault, "POST /payments")
    first, second = town.send(form), town.send(form)

    assert first.status_code == 503
    assert second.status_code == 303
    assert len(town.yookassa.payments()) - payments == (0 if fault == "404" else 1)


def test_an_unanswered_request_is_replayed_with_the_same_key_and_bytes(town: Town) -> None:
    town.yookassa.fault("500_after", "POST /payments", times=2)
    with asked_of_yookassa(town) as asked:
        first = town.send(town.form())
        action, retry = form_on(first)
        second = town.client.post(action, data=retry)
        third = town.client.post(action, data=retry)

    assert [first.status_code, second.status_code, third.status_code] == [503, 503, 303]
    assert len({request["headers"]["idempotence-key"] for request in asked}) == 1
    assert len({request["text"] for request in asked}) == 1
    assert len(asked) == 3


def test_nobody_listening_at_yookassa_is_told_and_mended_when_somebody_does(town: Town) -> None:
    deaf = bound()
    deaf.socket.close()
    nobody = YooKassa(shop_id="1", secret_key="test_x", api_url=f"{deaf.url}/v3")
    refused = client_with(town, nobody).post("/checkout/5", data=town.form())
    action, retry = form_on(refused)

    assert refused.status_code == 503
    assert "Деньги не списаны" in page_of(refused).text
    assert town.client.post(action, data=retry).status_code == 303


def test_an_unanswered_request_is_replayed_though_the_edition_changed_since(
    own_town: Town,
) -> None:
    own_town.yookassa.fault("500", "POST /payments")
    action, retry = form_on(own_town.send(own_town.form()))
    own_town.publisher.publish(offer=dearer())
    answer = own_town.client.post(action, data=retry)
    facts = own_town.facts(own_town.token_of(answer))

    assert answer.status_code == 303
    assert (facts["edition"]["number"], facts["price_kopecks"]) == (1, 1_500_000)


def test_the_worker_replays_what_the_client_left_unanswered(own_town: Town) -> None:
    own_town.yookassa.fault("500_after", "POST /payments")
    action, _ = form_on(own_town.send(own_town.form()))
    own_town.clock.forward(minutes=2)
    own_town.work()
    facts = own_town.facts(action.split("/")[2])

    assert facts["state"] == "waiting"
    assert len(own_town.yookassa.payments()) == 1


@pytest.mark.parametrize("works", [True, False], ids=["worker", "no worker"])
def test_a_request_unanswered_for_a_day_asks_for_a_new_decision(
    own_town: Town, works: bool
) -> None:
    own_town.yookassa.fault("500", "POST /payments", times=99)
    form = own_town.form()
    action, retry = form_on(own_town.send(form))
    own_town.clock.forward(hours=25)
    if works:
        own_town.work()
    own_town.yookassa.fault(None)
    with asked_of_yookassa(own_town) as asked:
        undecided = own_town.client.post(action, data=retry)
        resent = own_town.send(form)
    page = own_town.client.get(action.removesuffix("/retry"))
    _, decided = form_on(page, "accept_offer")
    answer = own_town.client.post(action, data=decided)

    assert undecided.status_code == 422
    assert resent.headers["location"] == action.removesuffix("/retry")
    assert asked == []
    assert answer.status_code == 303
    assert succeeded(own_town) == 0
    assert own_town.pay(action.split("/")[2])["state"] == "paid"


def listed(town: Town, sent: str) -> list[dict[str, Any]]:
    """What a day and an hour of work ask of YooKassa, whose answers to `sent` were all lost."""
    town.yookassa.fault(sent, "POST /payments", times=99)
    town.send(town.form())
    town.clock.forward(hours=23, minutes=30)
    with asked_of_yookassa(town) as asked:
        town.work()
        town.clock.forward(hours=2)
        town.work()
        town.clock.forward(hours=2)
        town.work()
    return asked


def test_a_payment_whose_key_is_forgotten_is_found_in_the_list(own_town: Town) -> None:
    other = own_town.order()
    asked = listed(own_town, "500_after")
    payments = own_town.yookassa.payments()
    kept = own_town.shop.store.read(lambda tx: orders.attempt_of(tx, 2))

    assert {it["method"] for it in asked} == {"GET"}
    assert own_town.facts(other)["state"] == "cancelled"
    assert kept is not None
    assert kept.state is AttemptState.FINAL
    assert kept.payment_id in {it["id"] for it in payments}
    assert len(payments) == 2


def test_a_payment_that_the_list_does_not_have_is_given_up_and_never_sent_again(
    own_town: Town,
) -> None:
    asked = listed(own_town, "500")
    kept = own_town.shop.store.read(lambda tx: orders.attempt_of(tx, 1))

    # the daily comparison asks for lists too, but not until a moment
    assert sum("created_at.lte" in it["query"] for it in asked) == 2
    assert {it["method"] for it in asked} == {"GET"}
    assert kept is not None
    assert kept.state is AttemptState.REFUSED
    assert own_town.yookassa.payments() == []


def test_while_the_list_is_not_to_be_had_nothing_is_given_up(own_town: Town) -> None:
    own_town.yookassa.fault("500", "*", times=99)
    own_town.send(own_town.form())
    for _ in range(30):
        own_town.clock.forward(hours=1)
        own_town.work()
    kept = own_town.shop.store.read(lambda tx: orders.attempt_of(tx, 1))

    assert kept is not None
    assert kept.state is AttemptState.UNSENT


@pytest.mark.parametrize("fault", ["400", "404", "405", "410", "415"])
def test_a_refusal_needs_a_new_decision_which_is_a_new_request(town: Town, fault: str) -> None:
    town.yookassa.fault(fault, "POST /payments")
    refused = town.send(town.form())
    link = page_of(refused).all("a", **{"class": "button"})[0].attributes["href"]
    undecided = town.client.post(f"{link}/retry")
    with asked_of_yookassa(town) as asked:
        action, decided = form_on(town.client.get(link), "accept_offer")
        answer = town.client.post(action, data=decided)

    assert refused.status_code == 503
    assert "Деньги не списаны" in page_of(refused).text
    assert undecided.status_code == 422
    assert answer.status_code == 303
    assert [request["method"] for request in asked] == ["POST"]


def test_a_key_under_way_elsewhere_is_no_refusal(town: Town) -> None:
    town.yookassa.control("PUT", "/idempotence", {"concurrent": "refused"})
    form = town.form()
    town.yookassa.fault("hang_after", "POST /payments")
    first = client_with(town, impatient(town)).post("/checkout/5", data=form)
    second = town.send(form)
    town.yookassa.control("PUT", "/idempotence", {"concurrent": "waits"})

    assert first.status_code == 503
    assert second.status_code in (303, 503)
    assert town.send(form).status_code == 303


@pytest.mark.parametrize("fault", SILENT + ASKS_NOBODY + ["404", "other_payment", "no_amount"])
def test_the_order_page_says_neither_paid_nor_lost_while_yookassa_does_not_say(
    town: Town, fault: str
) -> None:
    token = town.order()
    payment_id = town.facts(token)["payment_id"]
    town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    client = client_with(town, impatient(town))
    town.yookassa.fault(fault, "GET /payments/{id}")
    page = client.get(f"/orders/{token}")
    told = client.get(f"/orders/{token}", headers={"accept": "application/json"}).json()

    assert page.status_code == 200
    assert "Если вы уже оплатили, ничего не делайте" in page_of(page).text
    assert "не списаны" not in page_of(page).text
    assert told["state"] == "paid"


def test_a_status_nobody_knows_is_waited_out(town: Town) -> None:
    token = town.order()
    town.yookassa.fault("unknown_enum", "GET /payments/{id}")

    assert town.facts(token)["state"] == "waiting"
    assert town.pay(token)["state"] == "paid"
