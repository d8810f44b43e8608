"""The order form, filled in well or badly: where it leads and what it keeps."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from checkout.buy import Purchase, buy
from checkout.domain.shown import Shown
from offer.editions import sha256
from offer.evidence.settlement import Party
from tests.story.driving import until
from tests.town import ANNA, ROMASHKA, Town, at_once, text_of
from tests.web.buying import (
    asked_of_yookassa,
    form_on,
    orders_of,
    page_of,
    payment_of,
)

IVANOV = {
    "kind": "sole_trader",
    "name": "Иванов Иван Иванович",
    "inn": "500100732259",
    "email": "ivanov@example.ru",
}

WRONG_FIELDS = [
    ({"kind": ""}, "kind"),
    ({"kind": "state"}, "kind"),
    ({"name": ""}, "name"),
    ({"name": " \t "}, "name"),
    ({"name": "12345"}, "name"),
    ({"name": "Я" * 201}, "name"),
    ({"email": ""}, "email"),
    ({"email": "anna"}, "email"),
    ({"email": "anna@"}, "email"),
    ({"email": "anna@example"}, "email"),
    ({"email": "anna@example.ru, boris@example.ru"}, "email"),
    ({"email": "a" * 250 + "@example.ru"}, "email"),
    ({"phone": "12"}, "phone"),
    ({"phone": "позвоните мне"}, "phone"),
    ({**ROMASHKA, "organisation": ""}, "organisation"),
    ({**ROMASHKA, "organisation": "«»"}, "organisation"),
    ({**ROMASHKA, "organisation": "О" * 251}, "organisation"),
    ({**ROMASHKA, "inn": ""}, "inn"),
    ({**ROMASHKA, "inn": "7707083894"}, "inn"),
    ({**ROMASHKA, "inn": "500100732259"}, "inn"),
    ({**ROMASHKA, "kpp": "77360100"}, "kpp"),
    ({**IVANOV, "inn": ""}, "inn"),
    ({**IVANOV, "inn": "500100732258"}, "inn"),
    ({**IVANOV, "inn": "7707083893"}, "inn"),
]


@pytest.mark.parametrize("party", [ANNA, IVANOV, ROMASHKA], ids=lambda it: it["kind"])
def test_a_filled_form_leads_to_the_payment_on_yookassas_own_origin(
    town: Town, party: dict[str, str]
) -> None:
    with asked_of_yookassa(town) as asked:
        answer = town.send(town.form(**party))

    (request,) = asked
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(town.yookassa.url)
    assert answer.headers["cache-control"] == "no-store"
    assert (request["method"], request["path"]) == ("POST", "/v3/payments")
    assert request["body"]["amount"] == {"value": "15000.00", "currency": "RUB"}
    assert request["body"]["capture"] is True


@pytest.mark.parametrize(("changes", "field"), WRONG_FIELDS)
def test_a_wrong_field_is_told_at_the_field_and_all_that_was_typed_is_kept(
    town: Town, changes: dict[str, str], field: str
) -> None:
    form = town.form(**changes)
    with asked_of_yookassa(town) as asked:
        answer = town.send(form)

    page = page_of(answer)
    _, kept = form_on(answer)
    typed = {name: value for name, value in form.items() if name in kept and value.strip()}
    assert answer.status_code == 422
    assert asked == []
    assert f'href="#{field}"' in answer.text
    assert page.one(id=f"{field}-error").text
    assert "Деньги" not in page.text or "не списаны" in page.text
    assert {name: kept[name] for name in typed if name != "kind"} == {
        name: " ".join(value.split()) for name, value in typed.items() if name != "kind"
    }


def test_the_summary_names_every_field_that_is_wrong(town: Town) -> None:
    answer = town.send(town.form(name="", email="anna", phone="1"))

    summary = page_of(answer).one(role="alert")
    for field in ("name", "email", "phone"):
        assert f'href="#{field}"' in answer.text
    assert summary.text.startswith("Заказ не оформлен")


def test_the_unticked_box_is_told_at_the_box(town: Town) -> None:
    answer = town.send(town.form(accept_offer=""))

    assert answer.status_code == 422
    assert "Отметьте" in page_of(answer).one(id="accept_offer-error").text


def test_a_form_refused_once_is_taken_when_mended_under_the_same_attempt(town: Town) -> None:
    before = orders_of(town)
    form = town.form(email="anna")
    refused = town.send(form)
    _, kept = form_on(refused, "accept_offer")
    taken = town.send({**kept, "email": "anna@example.ru"})

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert kept["attempt"] == form["attempt"]
    assert orders_of(town) == before + 1


def test_no_box_is_ever_ticked_for_the_client(town: Town) -> None:
    consent = sha256(text_of("consent"))
    form = town.form(email="anna", accept_consent=consent)
    for answer in (town.client.get("/checkout/5"), town.send(form)):
        boxes = page_of(answer).all("input", type="checkbox")

        assert {box.attributes["name"] for box in boxes} == {"accept_offer", "accept_consent"}
        assert not any("checked" in box.attributes for box in boxes)


@pytest.mark.parametrize("box", ["accept_offer", "accept_consent"])
def test_a_hash_that_was_never_published_is_refused(town: Town, box: str) -> None:
    with asked_of_yookassa(town) as asked:
        answer = town.send(town.form(**{box: "0" * 64}))

    assert answer.status_code == 422
    assert "не публиковали" in page_of(answer).text
    assert asked == []


def test_a_hash_of_another_document_is_not_the_offers(town: Town) -> None:
    answer = town.send(town.form(accept_offer=sha256(text_of("consent"))))

    assert answer.status_code == 422


def test_without_the_second_box_the_order_goes_through_and_no_consent_is_recorded(
    town: Town,
) -> None:
    rows = len(town.ledger())
    facts = town.facts(town.order())

    assert facts["consent_sha256"] is None
    assert [row["kind"] for row in town.ledger()[rows:]] == ["order"]


@pytest.mark.parametrize("hours", ["3", "0", "-5", "99999999", "9" * 5000, "пять", "٥", "%00"])
def test_a_package_nobody_sells_is_not_found(town: Town, hours: str) -> None:
    form = {**ANNA, "attempt": "a", "accept_offer": sha256(text_of("offer"))}
    for answer in (
        town.client.get(f"/checkout/{hours}"),
        town.client.post(f"/checkout/{hours}", data=form),
    ):
        assert answer.status_code == 404
        assert "Такого пакета нет" in page_of(answer).text


@pytest.mark.parametrize("hours", [2, 5, 10])
def test_every_package_of_the_offer_has_its_form(town: Town, hours: int) -> None:
    edition = town.shop.shelf.offer()
    assert edition is not None
    assert edition.terms is not None
    assert {package.hours for package in edition.terms.packages} == {2, 5, 10}

    assert town.client.get(f"/checkout/{hours}").status_code == 200


def test_the_same_form_sent_twice_is_one_order_and_one_payment(town: Town) -> None:
    before = orders_of(town)
    form = town.form()
    with asked_of_yookassa(town) as asked:
        first, second = town.send(form), town.send(form)

    assert first.headers["location"] == second.headers["location"]
    assert orders_of(town) == before + 1
    assert len(asked) == 1


def test_the_same_form_sent_twice_at_once_is_one_order_and_one_payment(town: Town) -> None:
    before = orders_of(town)
    form = town.form()
    town.yookassa.fault("held", "POST /payments")

    with asked_of_yookassa(town) as asked, ThreadPoolExecutor(2) as browsers:
        answers = [browsers.submit(town.send, form) for _ in range(2)]
        until(lambda: town.yookassa.control("GET", "/idempotence")["at_work"], "the request")
        town.yookassa.control("POST", "/fault/release")
        locations = {answer.result().headers["location"] for answer in answers}

    assert len(locations) == 1
    assert orders_of(town) == before + 1
    assert len(asked) == 1


def test_the_same_form_sent_from_eight_windows_at_once_is_one_order(town: Town) -> None:
    before = orders_of(town)
    form = town.form()
    with asked_of_yookassa(town) as asked:
        answers = at_once(*(lambda: town.send(form) for _ in range(8)))

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert orders_of(town) == before + 1
    assert len(asked) == 1


def test_a_purchase_asked_for_twice_past_the_form_is_one_order_too(town: Town) -> None:
    offer = town.shop.shelf.offer()
    assert offer is not None
    assert offer.terms is not None
    package = offer.terms.package(5)
    assert package is not None
    purchase = Purchase(
        form_attempt="asked for twice",
        package=package,
        edition=offer,
        consent=None,
        party=Party("person", "Анна", None, None, None, "anna@example.ru", None),
        shown=Shown("Принимаю", "", "Оплатить", "15 000 ₽", None, "/checkout/5"),
        address="127.0.0.1",
        user_agent="",
    )
    before = orders_of(town)

    assert buy(town.shop, purchase) == buy(town.shop, purchase)
    assert orders_of(town) == before + 1


def test_the_same_form_after_the_payment_leads_to_its_order(town: Town) -> None:
    form = town.form()
    token = town.token_of(town.send(form))
    town.pay(token)

    assert town.send(form).headers["location"] == f"/orders/{token}"


def test_the_same_form_after_a_decline_leads_to_its_order(town: Town) -> None:
    form = town.form()
    token = town.token_of(town.send(form))
    town.yookassa.control("POST", f"/payments/{payment_of(town, token)}/decline")
    assert town.facts(token)["state"] == "cancelled"

    assert town.send(form).headers["location"] == f"/orders/{token}"


@pytest.mark.parametrize(
    "mended",
    [
        {"email": "anna.karenina@example.ru"},
        {"phone": ""},
        {"accept_consent": sha256(text_of("consent"))},
    ],
)
def test_the_same_attempt_with_other_data_is_a_new_order(
    town: Town, mended: dict[str, str]
) -> None:
    form = town.form()
    first, second = town.send(form), town.send({**form, **mended})

    assert second.status_code == 303
    assert town.token_of(first) != town.token_of(second)


def test_the_same_attempt_for_another_package_is_a_new_order(town: Town) -> None:
    form = town.form()
    first, second = town.send(form, 5), town.send(form, 2)

    assert town.facts(town.token_of(first))["hours"] == 5
    assert town.facts(town.token_of(second))["hours"] == 2


def test_spaces_and_the_way_a_phone_is_written_make_no_other_order(town: Town) -> None:
    form = town.form()
    again = {**form, "name": "  Анна   Каренина ", "phone": "8 (912) 345-67-89"}

    assert town.token_of(town.send(form)) == town.token_of(town.send(again))


def test_a_form_without_its_attempt_is_shown_again_with_a_new_one(town: Town) -> None:
    form = town.form()
    del form["attempt"]
    answer = town.send(form)
    _, kept = form_on(answer, "accept_offer")

    assert answer.status_code == 422
    assert kept["name"] == ANNA["name"]
    assert town.send(kept).status_code == 303


def test_too_many_forms_in_a_minute_are_refused_and_a_minute_later_taken(own_town: Town) -> None:
    form = own_town.form(name="", email="")
    statuses = [own_town.send(form).status_code for _ in range(121)]
    late = own_town.send(form)
    own_town.clock.forward(minutes=1)

    assert set(statuses[:120]) == {422}
    assert (statuses[120], late.status_code) == (429, 429)
    assert "Подождите минуту" in page_of(late).text
    assert own_town.send(form).status_code == 422


def test_the_year_the_calendar_does_not_know_stops_selling_and_asks_nothing(
    own_town: Town,
) -> None:
    form = own_town.form()
    own_town.clock.forward(days=3650)
    with asked_of_yookassa(own_town) as asked:
        answers = [own_town.client.get("/checkout/5"), own_town.send(form)]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert "Деньги не списаны" in page_of(answers[1]).text
    assert asked == []
    assert orders_of(own_town) == 0


def test_a_like_order_of_the_same_browser_is_hinted_at_and_to_nobody_else(own_town: Town) -> None:
    browser, stranger = own_town.browser(), own_town.browser()
    token = own_town.token_of(browser.post("/checkout/5", data=own_town.form()))
    stranger.post("/checkout/2", data=own_town.form(hours=2))
    own_town.pay(token)
    hinted = page_of(browser.get("/checkout/5"))

    assert "У вас есть такой же заказ 2026-0001" in hinted.text
    assert hinted.one("a", href=f"/orders/{token}").text == "Открыть его"
    for other, address in ((browser, "/checkout/2"), (stranger, "/checkout/5")):
        assert "такой же заказ" not in page_of(other.get(address)).text
    own_town.clock.forward(hours=25)
    assert "такой же заказ" not in page_of(browser.get("/checkout/5")).text
