"""Paying an order again: after a decline a new decision, else the same request once more."""

import pytest

from offer.editions import sha256
from tests.town import Town, at_once, dearer, text_of
from tests.web.buying import asked_of_yookassa, form_on, page_of, payment_of

CONSENT = sha256(text_of("consent"))


def declined(town: Town, **changes: str) -> str:
    """An order whose bank said no."""
    token = town.order(**changes)
    reason = {"reason": "insufficient_funds"}
    town.yookassa.control("POST", f"/payments/{payment_of(town, token)}/decline", reason)
    assert town.facts(token)["state"] == "cancelled"
    return token


def retried(town: Town, token: str, **fields: str) -> int:
    return town.client.post(f"/orders/{token}/retry", data=fields).status_code


def test_after_a_decline_nothing_is_paid_without_the_box(town: Town) -> None:
    token = declined(town)
    with asked_of_yookassa(town) as asked:
        answer = town.client.post(f"/orders/{token}/retry")

    assert answer.status_code == 422
    assert asked == []
    assert "Отметьте" in page_of(answer).one(id="accept_offer-error").text
    assert 'href="#accept_offer"' in answer.text
    assert town.facts(token)["state"] == "cancelled"


def test_after_a_decline_the_box_on_the_orders_page_leads_to_a_new_payment(town: Town) -> None:
    token = declined(town)
    first = payment_of(town, token)
    action, form = form_on(town.client.get(f"/orders/{token}"), "accept_offer")
    with asked_of_yookassa(town) as asked:
        answer = town.client.post(action, data=form)
    second = payment_of(town, token)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(town.yookassa.url)
    assert first != second
    assert town.token_of(answer) == token
    assert len({request["headers"]["idempotence-key"] for request in asked}) == 1
    assert town.pay(token)["payment_id"] == second


@pytest.mark.parametrize("how", ["decline", "expire"])
def test_an_order_can_be_tried_again_as_often_as_the_bank_says_no(town: Town, how: str) -> None:
    token = town.order()
    for _ in range(3):
        town.yookassa.control("POST", f"/payments/{payment_of(town, token)}/{how}")
        assert town.facts(token)["state"] == "cancelled"
        assert retried(town, token, accept_offer=sha256(text_of("offer"))) == 303
    facts = town.pay(token)

    assert facts["state"] == "paid"
    assert facts["reason"] is None


def test_the_next_attempt_is_the_newest_though_the_clock_was_put_back(own_town: Town) -> None:
    token = declined(own_town)
    own_town.clock.forward(days=-1)

    assert retried(own_town, token, accept_offer=sha256(text_of("offer"))) == 303
    assert own_town.facts(token)["state"] == "waiting"
    assert own_town.pay(token)["state"] == "paid"


def test_an_edition_no_longer_in_force_gets_the_redline_on_the_orders_own_form(
    own_town: Town,
) -> None:
    token = declined(own_town)
    own_town.publisher.publish(offer=dearer())
    with asked_of_yookassa(own_town) as asked:
        answer = own_town.client.post(
            f"/orders/{token}/retry", data={"accept_offer": sha256(text_of("offer"))}
        )
    action, form = form_on(answer, "accept_offer")
    page = page_of(answer)

    assert answer.status_code == 409
    assert asked == []
    assert action == f"/orders/{token}/retry"
    assert set(form) <= {"attempt", "edition", "shown", "since", "accept_offer"}
    assert [it.text for it in page.all("del") if "15" in it.text]
    assert "16 000 ₽" in page.one("button").text
    assert own_town.facts(token)["state"] == "cancelled"


def test_the_newly_accepted_edition_and_price_are_what_counts(own_town: Town) -> None:
    token = declined(own_town)
    own_town.publisher.publish(offer=dearer())
    changes = own_town.client.post(f"/orders/{token}/retry")
    action, form = form_on(changes, "accept_offer")
    with asked_of_yookassa(own_town) as asked:
        answer = own_town.client.post(action, data=form)
    paid = own_town.pay(token)
    acceptance = [row for row in own_town.ledger() if row["kind"] == "acceptance"]

    assert changes.status_code == 409
    assert answer.status_code == 303
    assert asked[0]["body"]["amount"]["value"] == "16000.00"
    assert asked[0]["body"]["metadata"]["offer_sha256"] == sha256(dearer())
    assert paid["state"] == "paid"
    assert paid["edition"] == {"number": 2, "sha256": sha256(dearer())}
    assert paid["price_kopecks"] == 1_600_000
    assert acceptance[0]["edition"]["number"] == 2
    assert acceptance[0]["amount_kopecks"] == 1_600_000
    decisions = [row for row in own_town.ledger() if row["kind"] == "order"]
    assert own_town.fact(acceptance[0]["order_row"]) == decisions[-1] != decisions[0]
    assert acceptance[0]["shown"]["button"] == (
        "Принять новую редакцию и\u00a0оплатить 16\u00a0000\u00a0₽"
    )


def test_the_certificate_and_letters_after_a_retry_name_the_newly_accepted_edition(
    own_town: Town,
) -> None:
    token = declined(own_town)
    own_town.publisher.publish(offer=dearer())
    retried(own_town, token, accept_offer=sha256(dearer()))
    own_town.pay(token)
    own_town.work()

    for letter in own_town.letters().values():
        assert sha256(dearer()) in "".join(letter.text.split())


def test_a_hash_never_published_is_refused_on_a_retry_too(town: Town) -> None:
    token = declined(town)

    assert retried(town, token, accept_offer="0" * 64) == 422


def test_trying_again_neither_gives_nor_takes_the_consent(own_town: Town) -> None:
    with_consent = declined(own_town, accept_consent=CONSENT)
    without = declined(own_town)
    offer = sha256(text_of("offer"))

    assert retried(own_town, with_consent, accept_offer=offer) == 303
    assert retried(own_town, without, accept_offer=offer, accept_consent=CONSENT) == 303
    assert own_town.facts(with_consent)["consent_sha256"] == CONSENT
    assert own_town.facts(without)["consent_sha256"] is None


def test_a_retry_of_what_can_still_be_paid_leads_back_to_its_payment(town: Town) -> None:
    form = town.form()
    first = town.send(form)
    token = town.token_of(first)
    with asked_of_yookassa(town) as asked:
        answer = town.client.post(f"/orders/{token}/retry")

    assert answer.headers["location"] == first.headers["location"]
    assert asked == []


def test_a_retry_of_what_is_paid_leads_to_the_order(town: Town) -> None:
    token = town.order()
    paid = town.pay(token)
    answer = town.client.post(
        f"/orders/{token}/retry", data={"accept_offer": sha256(text_of("offer"))}
    )

    assert answer.headers["location"] == f"/orders/{token}"
    assert town.facts(token) == paid


def test_a_retry_of_an_order_nobody_made_is_not_found(town: Town) -> None:
    assert retried(town, "a" * 32, accept_offer=sha256(text_of("offer"))) == 404


def test_pressing_the_button_in_four_windows_is_one_payment(own_town: Town) -> None:
    token = declined(own_town)
    offer = sha256(text_of("offer"))
    with asked_of_yookassa(own_town) as asked:
        statuses = at_once(
            *(lambda: retried(own_town, token, accept_offer=offer) for _ in range(4))
        )

    assert statuses == [303] * 4
    assert len([it for it in asked if it["method"] == "POST"]) == 1
    assert [row["kind"] for row in own_town.ledger()] == ["order", "payment", "order"]
    assert own_town.ledger()[1]["status"] == "canceled"


def test_a_retry_when_the_package_is_no_longer_sold_says_so(own_town: Town) -> None:
    token = declined(own_town)
    lines = text_of("offer").decode().splitlines()
    text = "\n".join(line for line in lines if "15 000" not in line)
    own_town.publisher.publish(offer=f"{text}\n".encode())
    page = own_town.client.get(f"/orders/{token}")

    assert page.status_code == 200
    assert page_of(page).all("form") == []
    assert retried(own_town, token, accept_offer=sha256(text_of("offer"))) == 404


def test_a_retry_in_a_year_without_its_calendar_asks_nothing(own_town: Town) -> None:
    token = declined(own_town)
    own_town.clock.forward(days=3650)
    with asked_of_yookassa(own_town) as asked:
        status = retried(own_town, token, accept_offer=sha256(text_of("offer")))

    assert status == 503
    assert asked == []


def test_the_address_of_the_retry_form_leads_back_to_the_order(town: Town) -> None:
    answer = town.client.get("/orders/abc/retry")

    assert (answer.status_code, answer.headers["location"]) == (303, "/orders/abc")
