"""The control API and the hosted page: what a tool or a payer makes happen to a payment."""

from typing import Any

import pytest

from checkout.gateway.client import YooKassa
from tests.contract.simulated import RETURN_URL, Simulated, body, new_key, of

CONTRACT = "/checkout/payments/v2/contract"


def created(yookassa: YooKassa) -> str:
    return yookassa.create_payment(key=new_key(), body=body()).id


def click(simulator: Simulated, payment_id: str, **form: str) -> Any:
    return simulator.session.post(
        f"{simulator.url}{CONTRACT}",
        params={"orderId": payment_id},
        data=form,
        allow_redirects=False,
    )


def page_of(simulator: Simulated, payment_id: str) -> Any:
    return simulator.session.get(f"{simulator.url}{CONTRACT}", params={"orderId": payment_id})


# --- control


@pytest.mark.parametrize("method", ["bank_card", "sbp"])
def test_paid_by_control_is_paid_when_the_call_returns(
    simulator: Simulated, yookassa: YooKassa, method: str
) -> None:
    payment_id = created(yookassa)

    simulator.control("POST", f"/payments/{payment_id}/pay", {"method": method})

    payment = yookassa.payment(payment_id)
    assert (payment.status, payment.paid, payment.method) == ("succeeded", True, method)
    assert payment.captured_at == simulator.clock.now.replace(microsecond=412_000)
    assert payment.confirmation_url is None


@pytest.mark.parametrize(
    ("reason", "party"),
    [
        ("insufficient_funds", "payment_network"),
        ("country_forbidden", "yoo_money"),
        ("never_heard_of", "payment_network"),
    ],
)
def test_declined_by_control_is_cancelled_for_good_with_that_reason(
    simulator: Simulated, yookassa: YooKassa, reason: str, party: str
) -> None:
    payment_id = created(yookassa)

    simulator.control("POST", f"/payments/{payment_id}/decline", {"reason": reason})

    payment = yookassa.payment(payment_id)
    assert (payment.status, payment.paid) == ("canceled", False)
    assert (payment.cancellation_reason, payment.cancellation_party) == (reason, party)


def test_expired_by_control_is_expired_at_once(simulator: Simulated, yookassa: YooKassa) -> None:
    payment_id = created(yookassa)

    simulator.control("POST", f"/payments/{payment_id}/expire")

    assert yookassa.payment(payment_id).cancellation_reason == "expired_on_confirmation"


def test_the_clock_can_be_moved_for_all_and_what_is_overdue_goes(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = created(yookassa)

    told = simulator.control("PUT", "/clock", {"now": "2026-11-23T14:00:00+03:00"})

    assert told == {"now": "2026-11-23T11:00:00.000Z"}
    assert simulator.clock.now.isoformat() == "2026-11-23T14:00:00+03:00"
    assert yookassa.payment(payment_id).status == "canceled"


def test_the_requests_are_told_oldest_first_without_credentials(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = created(yookassa)
    yookassa.payment(payment_id)

    post, get = simulator.requests()[-2:]

    assert (post["method"], post["path"]) == ("POST", "/v3/payments")
    assert of(post, "body", "metadata", "order") == "2026-0042"
    assert (get["method"], get["path"]) == ("GET", f"/v3/payments/{payment_id}")
    assert get["body"] is None
    assert "authorization" not in {name.lower() for name in post["headers"]}


def test_a_fault_hits_what_it_is_meant_for_as_often_as_told(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = created(yookassa)
    simulator.fault("500", "GET /payments/{id}", times=2)

    statuses = [simulator.api("GET", f"/payments/{payment_id}").status_code for _ in range(3)]

    assert created(yookassa)
    assert statuses == [500, 500, 200]


@pytest.mark.parametrize(
    ("call", "value", "status"),
    [
        ("POST /payments/nobody/pay", {}, 404),
        ("POST /payments/{id}/pay", {"method": "gold"}, 422),
        ("POST /payments/{id}/decline", {"reason": "Нет денег"}, 422),
        ("POST /payments/{id}/pay", [], 422),
        ("PUT /notifications", {"deliver": "sometimes"}, 422),
        ("PUT /fault", {"what": "earthquake"}, 422),
        ("PUT /fault", {"what": "truncated_after"}, 422),
        ("PUT /fault", {"what": "500", "times": "often"}, 422),
        ("PUT /clock", {"now": "yesterday"}, 422),
        ("PUT /clock", {"now": "2026-11-23T14:00:00"}, 422),
        ("PUT /idempotence", {"concurrent": "maybe"}, 422),
    ],
)
def test_what_the_control_cannot_do_it_refuses_with_a_sentence(
    simulator: Simulated, yookassa: YooKassa, call: str, value: Any, status: int
) -> None:
    method, path = call.format(id=created(yookassa)).split()

    answer = simulator.session.request(method, f"{simulator.url}/_control{path}", json=value)

    assert answer.status_code == status
    assert " " in answer.json()["error"]


def test_what_is_over_cannot_be_paid_again(simulator: Simulated, yookassa: YooKassa) -> None:
    payment_id = created(yookassa)
    simulator.control("POST", f"/payments/{payment_id}/expire")

    answer = simulator.session.post(f"{simulator.url}/_control/payments/{payment_id}/pay")

    assert answer.status_code == 409
    assert yookassa.payment(payment_id).status == "canceled"


# --- the hosted page


def test_the_page_shows_what_is_paid_for_and_that_no_money_moves(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment = yookassa.create_payment(key=new_key(), body=body())

    answer = simulator.session.get(str(payment.confirmation_url))

    text = answer.text.replace("&nbsp;", " ")
    assert answer.status_code == 200
    assert "Тестовый режим: деньги не списываются" in text
    assert "Пакет поддержки «5 часов»" in text
    assert "1 490 ₽" in text.replace("\xa0", " ")
    assert "form-action 'self' https://shop.example" in answer.headers["content-security-policy"]


def test_paying_on_the_page_leads_back_to_the_shop(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = created(yookassa)

    answer = click(simulator, payment_id, do="pay", method="sbp")

    assert (answer.status_code, answer.headers["location"]) == (303, RETURN_URL)
    assert yookassa.payment(payment_id).method == "sbp"


def test_a_decline_on_the_page_leaves_the_payment_open_for_another_try(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = created(yookassa)

    declined = click(simulator, payment_id, do="decline", reason="card_expired")
    shown = simulator.session.get(simulator.url + declined.headers["location"]).text
    between = yookassa.payment(payment_id).status
    click(simulator, payment_id, do="pay", method="bank_card")

    assert "Банк отклонил платёж: срок действия карты истёк" in shown
    assert between == "pending"
    assert yookassa.payment(payment_id).status == "succeeded"


def test_thinking_it_over_leads_back_with_nothing_paid(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = created(yookassa)

    answer = click(simulator, payment_id, do="think")

    assert answer.headers["location"] == RETURN_URL
    assert yookassa.payment(payment_id).status == "pending"


def test_leaving_silently_leads_nowhere(simulator: Simulated, yookassa: YooKassa) -> None:
    payment_id = created(yookassa)

    answer = click(simulator, payment_id, do="leave")

    assert answer.status_code == 200
    assert RETURN_URL not in answer.text
    assert yookassa.payment(payment_id).status == "pending"


@pytest.mark.parametrize(
    ("act", "heading"), [("pay", "Платёж уже прошёл"), ("expire", "Платёж отменён")]
)
def test_the_page_of_a_payment_that_is_over_says_so_and_leads_back(
    simulator: Simulated, yookassa: YooKassa, act: str, heading: str
) -> None:
    payment_id = created(yookassa)
    simulator.control("POST", f"/payments/{payment_id}/{act}")

    shown, again = page_of(simulator, payment_id), click(simulator, payment_id, do="pay")

    assert heading in shown.text
    assert f'href="{RETURN_URL}"' in shown.text
    assert (again.status_code, heading in again.text) == (409, True)


def test_a_page_of_no_payment_or_a_click_on_no_button_is_refused(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    payment_id = created(yookassa)

    assert page_of(simulator, "nobody").status_code == 404
    assert click(simulator, payment_id, do="rob").status_code == 422
    assert click(simulator, payment_id, do="pay", method="gold").status_code == 422
    assert yookassa.payment(payment_id).status == "pending"


def test_the_desk_shows_payments_and_requests_and_can_end_them(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    ids = [created(yookassa) for _ in range(3)]
    forms = [
        {"do": "pay"},
        {"do": "decline", "reason": "call_issuer"},
        {"do": "expire"},
    ]

    for payment_id, form in zip(ids, forms, strict=True):
        simulator.session.post(f"{simulator.url}/desk", data=form | {"payment": payment_id})

    desk = simulator.session.get(simulator.url + "/").text
    assert [payment_id in desk for payment_id in ids] == [True] * 3
    assert "банк просит позвонить ему" in desk
    assert "2026-0042" in desk
    statuses = [yookassa.payment(payment_id).status for payment_id in ids]
    assert statuses == ["succeeded", "canceled", "canceled"]
