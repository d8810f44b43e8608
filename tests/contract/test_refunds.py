"""Refunds: how the simulated YooKassa gives money back, and what our side makes of it."""

from hashlib import sha256

import pytest

from checkout.domain.errors import Refused, UnknownOutcome
from checkout.domain.refund import Refund
from checkout.gateway.client import YooKassa
from checkout.gateway.wire import (
    UnreadableAnswerError,
    read_page,
    read_refund,
    refund_request,
    unread,
)
from tests.contract.simulated import Simulated, body, new_key, of
from tests.contract.test_answers import DEFINITE, UNCLEAR
from tests.contract.test_notifications import listening

POST, READ, LIST = "POST /refunds", "GET /refunds/{id}", "GET /refunds"
IMPATIENT = (3.05, 0.3)


def paid(simulator: Simulated) -> str:
    payment = simulator.client().create_payment(key=new_key(), body=body())
    simulator.control("POST", f"/payments/{payment.id}/pay")
    return payment.id


def request(payment_id: str, kopecks: int = 49_000, **metadata: str) -> str:
    return refund_request(
        payment_id=payment_id,
        amount_kopecks=kopecks,
        description="Возврат по заказу 2026-0042",
        metadata={"order": "2026-0042", **metadata},
    )


def refunded(yookassa: YooKassa, payment_id: str, kopecks: int = 49_000) -> Refund:
    return yookassa.create_refund(key=new_key(), body=request(payment_id, kopecks))


@pytest.fixture
def simulator(simulator: Simulated) -> Simulated:
    simulator.control("PUT", "/refunds", {"become": "succeeded"})
    return simulator


def test_a_refund_is_read_whole_and_found_again(simulator: Simulated, yookassa: YooKassa) -> None:
    payment_id = paid(simulator)

    refund = yookassa.create_refund(key=new_key(), body=request(payment_id, refund="r-1"))

    assert (refund.status, refund.amount_kopecks, refund.currency) == ("succeeded", 49_000, "RUB")
    assert (refund.payment_id, refund.metadata["refund"]) == (payment_id, "r-1")
    assert yookassa.refund(refund.id).id == refund.id


def test_the_same_key_and_body_give_the_money_back_once(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id, key = paid(simulator), new_key()

    twice = [yookassa.create_refund(key=key, body=request(payment_id)).id for _ in range(2)]

    assert twice[0] == twice[1]
    assert [it.id for it in yookassa.refunds(payment_id=payment_id)] == twice[:1]


def test_what_is_on_its_way_is_not_given_back_again(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = paid(simulator)
    simulator.control("PUT", "/refunds", {"become": "pending"})
    first = refunded(yookassa, payment_id, 100_000)

    with pytest.raises(Refused) as refusal:
        refunded(yookassa, payment_id, 49_001)

    assert first.status == "pending"
    assert "Refund sum exceeded" in refusal.value.detail
    simulator.control("POST", f"/refunds/{first.id}/cancel", {"reason": "rejected_by_payee"})
    ended = yookassa.refund(first.id)
    assert (ended.status, ended.cancellation_reason) == ("canceled", "rejected_by_payee")
    assert ended.cancellation_party == "refund_network"
    assert refunded(yookassa, payment_id, 149_000).status == "pending"


def test_a_shop_without_money_has_its_refund_cancelled(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    simulator.control("PUT", "/refunds", {"become": "canceled"})

    refund = refunded(yookassa, paid(simulator))

    assert (refund.status, refund.cancellation_reason) == ("canceled", "insufficient_funds")


def test_a_payment_of_three_years_ago_is_not_refunded(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = paid(simulator)
    simulator.clock.forward(days=3 * 365 + 1)

    with pytest.raises(Refused, match="Деньги не возвращены"):
        refunded(yookassa, payment_id)


def test_the_end_of_a_refund_is_notified_only_when_it_is_a_success() -> None:
    with listening() as listener:
        listener.paid()
        payment_id = listener.paid()
        listener.next(), listener.next()
        client = listener.simulator.client()
        listener.simulator.control("PUT", "/refunds", {"become": "pending"})
        lost, done = (refunded(client, payment_id).id for _ in range(2))
        listener.simulator.control("POST", f"/refunds/{lost}/cancel")
        listener.deliver("reordered")
        listener.simulator.control("POST", f"/refunds/{done}/succeed")
        told = [listener.next()[1] for _ in range(2)]

    assert [(it["event"], of(it, "object", "id")) for it in told] == [
        ("refund.succeeded", done)
    ] * 2
    assert [of(it, "object", "status") for it in told] == ["succeeded", "pending"]


def test_a_list_is_read_to_its_last_page(simulator: Simulated, yookassa: YooKassa) -> None:
    payment_id = paid(simulator)
    made = [refunded(yookassa, payment_id, 100).id for _ in range(7)]

    listed = [it.id for it in yookassa.refunds(payment_id=payment_id, limit="3")]

    assert listed == made[::-1]
    assert payment_id in [it.id for it in yookassa.payments(status="succeeded", limit="1")]


def test_half_a_list_is_no_list(simulator: Simulated, yookassa: YooKassa) -> None:
    payment_id = paid(simulator)
    for _ in range(3):
        refunded(yookassa, payment_id, 100)
    pages = yookassa.refunds(payment_id=payment_id, limit="1")
    next(pages)
    simulator.fault("500", LIST)

    with pytest.raises(UnknownOutcome):
        list(pages)


def test_a_list_with_one_that_cannot_be_read_is_none_unless_that_one_is_passed_over(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = paid(simulator)
    older, newest = (refunded(yookassa, payment_id, 100).id for _ in range(2))
    told: list[str] = []
    simulator.fault("newest_without_amount", LIST, times=2)

    with pytest.raises(UnknownOutcome):
        list(yookassa.refunds(payment_id=payment_id))
    read = yookassa.refunds(lambda name, _: told.append(name), payment_id=payment_id)
    assert ([it.id for it in read], told) == ([older], [newest])


@pytest.mark.parametrize("nameless", ["null", "[]", "{}", '{"id": 5}', '{"id": "../x"}'])
def test_what_cannot_be_read_and_has_no_id_is_called_by_its_hash(nameless: str) -> None:
    assert unread(nameless) == sha256(nameless.encode()).hexdigest()


@pytest.mark.parametrize(("fault", "status", "reason"), DEFINITE)
def test_a_definite_no_says_that_nothing_was_given_back(
    simulator: Simulated, yookassa: YooKassa, fault: str, status: int, reason: str
) -> None:
    payment_id = paid(simulator)
    simulator.fault(fault, POST)

    with pytest.raises(Refused, match="Деньги не возвращены") as refusal:
        refunded(yookassa, payment_id)

    assert (refusal.value.status, refusal.value.reason) == (status, reason)


@pytest.mark.parametrize(("fault", "status"), UNCLEAR)
def test_whatever_else_comes_back_leaves_it_unknown_whether_money_moved(
    simulator: Simulated, fault: str, status: int | None
) -> None:
    payment_id = paid(simulator)
    simulator.fault(fault, POST)

    with pytest.raises(UnknownOutcome, match="пока не известно") as unknown:
        refunded(simulator.client(timeouts=IMPATIENT), payment_id)

    assert unknown.value.status == status


def test_another_refund_than_the_one_asked_for_is_no_answer(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    refund = refunded(yookassa, paid(simulator))
    simulator.fault("other_payment", READ)

    with pytest.raises(UnknownOutcome):
        yookassa.refund(refund.id)


@pytest.mark.parametrize("wrong", ["null", "{}", '{"items":{}}', '{"items":[],"next_cursor":5}'])
def test_what_is_not_a_list_is_refused(wrong: str) -> None:
    with pytest.raises(UnreadableAnswerError):
        read_page(wrong)


@pytest.mark.parametrize("wrong", ["null", "{}", '{"id":"../x"}'])
def test_what_is_not_a_refund_is_refused(wrong: str) -> None:
    with pytest.raises(UnreadableAnswerError):
        read_refund(wrong)
