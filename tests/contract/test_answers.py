"""What our side makes of every answer and every failure: refused, unknown or unreachable."""

from typing import Any

import pytest

from checkout.domain.errors import GatewayError, Refused, UnknownOutcome
from checkout.gateway.client import YooKassa
from tests.contract.simulated import BOTH, Simulated, body, new_key

pytestmark = BOTH

CREATE = "POST /payments"
READ = "GET /payments/{id}"
IMPATIENT = (3.05, 0.3)

DEFINITE = [
    ("400", 400, "invalid_request"),
    ("401", 401, "invalid_credentials"),
    ("403", 403, "forbidden"),
    ("404", 404, "not_found"),
    ("405", 405, ""),
    ("410", 410, "gone"),
    ("413", 413, ""),
    ("415", 415, ""),
    ("429", 429, "too_many_requests"),
]
UNCLEAR = [
    ("201", 201),
    ("202", 202),
    ("redirect", 307),
    ("redirect_302", 302),
    ("409", 409),
    ("500", 500),
    ("500_empty", 500),
    ("html_502", 502),
    ("503", 503),
    ("503_hours", 503),
    ("html_200", 200),
    ("null", 200),
    ("empty_list", 200),
    ("empty_object", 200),
    ("broken_json", 200),
    ("not_utf8", 200),
    ("huge", 200),
    ("bomb", 200),
    ("float_amount", 200),
    ("no_amount", 200),
    ("truncated", None),
    ("reset", None),
    ("hang", None),
]


def create(yookassa: YooKassa) -> Any:
    return yookassa.create_payment(key=new_key(), body=body())


def failed(yookassa: YooKassa) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        create(yookassa)
    return raised.value


@pytest.mark.parametrize(("fault", "status", "reason"), DEFINITE)
def test_a_definite_no_is_refused_with_its_code(
    simulator: Simulated, yookassa: YooKassa, fault: str, status: int, reason: str
) -> None:
    simulator.fault(fault, CREATE)

    error = failed(yookassa)

    assert isinstance(error, Refused)
    assert (error.status, error.reason) == (status, reason)
    assert error.sentence.endswith("Деньги не списаны.")
    assert error.retry_after == (36_000 if fault == "413" else None)


@pytest.mark.parametrize(("fault", "status"), UNCLEAR)
def test_whatever_else_comes_back_from_a_creation_leaves_its_outcome_unknown(
    simulator: Simulated, fault: str, status: int | None
) -> None:
    simulator.fault(fault, CREATE)

    error = failed(simulator.client(timeouts=IMPATIENT))

    assert isinstance(error, UnknownOutcome)
    assert error.status == status


@pytest.mark.parametrize(("fault", "status"), [*UNCLEAR, ("other_payment", 200)])
def test_whatever_else_comes_back_from_a_question_says_nothing_about_money(
    simulator: Simulated, fault: str, status: int | None
) -> None:
    yookassa = simulator.client(timeouts=IMPATIENT)
    payment = create(yookassa)
    simulator.fault(fault, READ)

    with pytest.raises(UnknownOutcome) as raised:
        yookassa.payment(payment.id)

    assert raised.value.status == status
    assert "Деньги" not in raised.value.sentence
    assert yookassa.payment(payment.id).id == payment.id


@pytest.mark.parametrize(("fault", "status", "reason"), DEFINITE)
def test_a_refused_question_says_nothing_about_money(
    simulator: Simulated, yookassa: YooKassa, fault: str, status: int, reason: str
) -> None:
    payment = create(yookassa)
    simulator.fault(fault, READ)

    with pytest.raises(Refused) as raised:
        yookassa.payment(payment.id)

    assert (raised.value.status, raised.value.reason) == (status, reason)
    assert "Деньги" not in raised.value.sentence


def test_the_parameter_they_complain_of_is_told_on(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    simulator.fault("400", CREATE)

    error = failed(yookassa)

    assert isinstance(error, Refused)
    assert error.parameter == "amount"
    assert error.detail == "invalid_request Simulated fault"


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        ("429_header", 7),
        ("429_body", 1.5),
        ("429_hours", 36_000),
        ("429_years", 86_400),
        ("429_date", None),
        ("429_nonsense", None),
        ("429", None),
    ],
)
def test_how_long_they_ask_to_wait_is_told_in_seconds(
    simulator: Simulated, yookassa: YooKassa, fault: str, seconds: float | None
) -> None:
    simulator.fault(fault, CREATE)

    error = failed(yookassa)

    assert isinstance(error, Refused)
    assert error.retry_after == seconds


def test_a_reused_key_with_another_body_may_hide_a_payment_and_so_is_unknown(
    yookassa: YooKassa,
) -> None:
    key = new_key()
    yookassa.create_payment(key=key, body=body(149_000))

    with pytest.raises(UnknownOutcome) as raised:
        yookassa.create_payment(key=key, body=body(149_100))

    assert raised.value.status == 400


@pytest.mark.parametrize("fault", ["500_after", "hang_after", "reset_after", "html_502_after"])
def test_what_was_performed_behind_a_failure_is_found_by_the_same_key_and_body(
    simulator: Simulated, fault: str
) -> None:
    yookassa, key, before = simulator.client(timeouts=IMPATIENT), new_key(), simulator.payments()
    simulator.fault(fault, CREATE)

    with pytest.raises(UnknownOutcome):
        yookassa.create_payment(key=key, body=body())
    payment = yookassa.create_payment(key=key, body=body())

    created = simulator.payments()[: -len(before)] if before else simulator.payments()
    assert [shown["id"] for shown in created] == [payment.id]


def test_nothing_is_sent_again_by_itself(simulator: Simulated) -> None:
    for fault in ("reset", "202", "413", "503", "503_hours", "429_hours", "redirect", "hang"):
        before = len(simulator.requests())
        simulator.fault(fault, CREATE, times=5)

        failed(simulator.client(timeouts=IMPATIENT))

        assert len(simulator.requests()) == before + 1, fault


def test_a_redirect_is_not_followed(simulator: Simulated, yookassa: YooKassa) -> None:
    simulator.fault("redirect_302", CREATE)

    failed(yookassa)

    assert simulator.requests()[-1]["path"] == "/v3/payments"


def test_unknown_words_in_an_answer_are_read_as_they_stand(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    simulator.fault("unknown_enum", CREATE)

    payment = create(yookassa)

    assert (payment.status, payment.method) == ("under_review", "crystal")
    assert payment.cancellation_reason == "eclipse"


def test_fields_nobody_knows_are_passed_over(simulator: Simulated, yookassa: YooKassa) -> None:
    simulator.fault("new_fields", CREATE)

    payment = create(yookassa)

    assert (payment.status, payment.shop_id) == ("pending", None)
    assert '"mood": "calm"' in payment.raw


def test_the_shop_describes_itself_or_says_why_not(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    simulator.fault("null", "GET /me")

    with pytest.raises(UnknownOutcome):
        yookassa.me()
    assert yookassa.me()["test"] is True
