"""Extra hours for a package that runs: by its own edition's rate, to its own end."""

import pytest

from checkout.refund import Wanted, refund
from checkout.store import orders
from offer.editions import sha256
from tests.town import Town, dearer, text_of
from tests.web.adding_hours import ANNA, a_package, buy_extra, end_of, extra_form, order_extra, send
from tests.web.buying import letters_to, orders_of, page_of, payment_of
from tests.web.refusing import refusals, refuse
from tests.web.test_consent import found_wrong, whole


def test_extra_hours_are_bought_paid_and_end_with_their_package(own_town: Town) -> None:
    token = a_package(own_town)
    own_town.clock.forward(days=3)
    extra = buy_extra(own_town, token, 2)
    own_town.work()
    package, facts = own_town.facts(token), own_town.facts(extra)

    assert (facts["what"], facts["for_package"]) == ("extra", package["number"])
    assert (facts["hours"], facts["price_kopecks"]) == (2, 6_000_00)
    assert facts["package"]["expires_at"] == package["package"]["expires_at"]
    assert facts["package"]["last_day"] == package["package"]["last_day"]
    assert facts["package"]["starts_at"] > package["package"]["starts_at"]
    assert package["what"] == "package"
    assert package["for_package"] is None
    assert package["hours"] == 5
    assert "7 ч до" in page_of(own_town.client.get(f"/orders/{token}")).text
    assert found_wrong(own_town, extra) == []
    assert whole(own_town) == []


def test_the_rate_is_of_the_packages_own_edition_whatever_is_in_force(own_town: Town) -> None:
    token = a_package(own_town)
    text = text_of("offer").decode().replace("час — 3 000 ₽", "час — 4 000 ₽")
    assert text != text_of("offer").decode()
    own_town.publisher.publish(offer=text.encode())
    own_town.shop.shelf.look_again()
    form = extra_form(own_town, token, 3)

    assert form["accept_offer"] == sha256(text_of("offer"))
    answer = send(own_town, token, form | {"accept_offer": sha256(text.encode())})
    assert answer.status_code == 409
    assert "3 000 ₽ за час" in page_of(answer).text
    extra = own_town.token_of(send(own_town, token, form))
    facts = own_town.facts(extra)
    assert (facts["price_kopecks"], facts["edition"]["number"]) == (9_000_00, 1)


@pytest.mark.parametrize("hours", ["", "0", "100", "-1", "1.5", "1,5", "два", "1e1", "٣", "007"])
def test_hours_are_a_whole_number_from_1_to_99(town: Town, hours: str) -> None:
    token = a_package(town)
    before = orders_of(town)
    answer = send(town, token, extra_form(town, token) | {"hours": hours})

    assert answer.status_code == 422
    assert "Укажите целое число часов, от 1 до 99." in page_of(answer).text
    assert orders_of(town) == before


def test_hours_typed_and_not_counted_are_counted_and_asked_about_before_they_are_paid(
    town: Town,
) -> None:
    token = a_package(town)
    before = orders_of(town)
    answer = send(town, token, extra_form(town, token, 1) | {"hours": "2"})
    page = page_of(answer)

    assert answer.status_code == 409
    assert "Число часов изменилось. Деньги не списаны. 2 часа — это 6 000 ₽." in page.text
    assert "Оплатить 6 000 ₽" in page.text
    assert orders_of(town) == before
    form = {it.attributes["name"]: it.attributes["value"] for it in page.all("input")}
    paid = town.facts(town.token_of(send(town, token, form)))
    assert (paid["hours"], paid["price_kopecks"]) == (2, 6_000_00)


@pytest.mark.parametrize("typed", ["2", "0", "100", "два", "&hours=5"])
def test_the_button_that_counts_only_counts(town: Town, typed: str) -> None:
    token = a_package(town)
    before = orders_of(town)
    answer = send(town, token, extra_form(town, token) | {"hours": typed, "count": "yes"})
    counted = town.client.get(answer.headers["location"])

    assert answer.status_code == 303
    assert orders_of(town) == before
    if typed == "2":
        assert "Оплатить 6 000 ₽" in page_of(counted).text
    else:
        assert "Укажите целое число часов, от 1 до 99." in page_of(counted).text


def test_whoever_paid_extra_hours_is_told_to_name_his_package(own_town: Town) -> None:
    package = a_package(own_town)
    page = page_of(own_town.client.get(f"/orders/{buy_extra(own_town, package)}")).text

    assert "Опишите задачу письменно" in page
    assert "Назовите номер заказа пакета: 2026-0001." in page


def test_ninety_nine_hours_are_not_too_many(own_town: Town) -> None:
    facts = own_town.facts(order_extra(own_town, a_package(own_town, 10), 99))

    assert facts["price_kopecks"] == 99 * 2_000_00


# --- when it can't be bought


def test_nothing_is_sold_for_a_package_that_has_ended(own_town: Town) -> None:
    token = a_package(own_town)
    form = extra_form(own_town, token)
    end_of(own_town, token)
    before = orders_of(own_town)
    answer = send(own_town, token, form)

    assert answer.status_code == 409
    assert "Деньги не списаны." in page_of(answer).text
    assert own_town.client.get(f"/checkout/extra/{token}").status_code == 409
    assert orders_of(own_town) == before
    assert "Добавить часы" not in page_of(own_town.client.get(f"/orders/{token}")).text


def test_nothing_is_sold_for_a_package_whose_money_went_back(own_town: Town) -> None:
    token = a_package(own_town)
    form = extra_form(own_town, token)
    refund(own_town.shop, Wanted("2026-0001", None, "письмо"))

    assert send(own_town, token, form).status_code == 409


def test_only_the_address_of_a_started_package_leads_to_extra_hours(town: Town) -> None:
    extra = order_extra(town, a_package(town))

    for token in (extra, town.order(), "nobody"):
        assert town.client.get(f"/checkout/extra/{token}").status_code == 404
        assert send(town, token, {"hours": "1"}).status_code == 404


def test_the_box_must_be_ticked_and_a_hash_never_published_is_refused(town: Town) -> None:
    token = a_package(town)
    form = extra_form(town, token, 2)
    without = {name: value for name, value in form.items() if name != "accept_offer"}
    answer = send(town, token, without)

    assert answer.status_code == 422
    assert "Отметьте, что принимаете оферту" in page_of(answer).text
    assert "2 часа × 3 000 ₽" in page_of(answer).text
    assert send(town, token, form | {"accept_offer": "ab" * 32}).status_code == 422
    assert send(town, token, form).status_code == 303  # neither has used the form up


def test_the_same_form_sent_twice_is_one_order_and_other_hours_another(town: Town) -> None:
    token = a_package(town)
    form, before = extra_form(town, token, 2), orders_of(town)
    first, again = send(town, token, form), send(town, token, form)
    counted_anew = extra_form(town, token, 3) | {"attempt": form["attempt"]}
    other = send(town, token, counted_anew)

    assert first.headers["location"] == again.headers["location"]
    assert other.headers["location"] != first.headers["location"]
    assert orders_of(town) == before + 2


# --- what is written down


def test_the_order_tells_what_the_page_showed_and_never_its_secret(own_town: Town) -> None:
    token = a_package(own_town)
    extra = buy_extra(own_town, token, 2)
    facts = own_town.facts(extra)
    ordered = [it for it in own_town.ledger() if it["kind"] == "order"][-1]
    shown = ordered["shown"]

    assert ordered["what"] == "extra"
    assert ordered["for_package"]["order"] == own_town.facts(token)["number"]
    assert ordered["for_package"]["hours"] == 5
    assert (shown["button"], shown["price"]) == ("Оплатить 6\u00a0000\u00a0₽", "6\u00a0000\u00a0₽")
    assert shown["page"] == f"/checkout/extra/{ordered['for_package']['order']}"
    assert shown["page_sha256"]
    assert shown["rendered_at"]
    own_town.work()
    archive = own_town.client.get(f"/orders/{extra}/evidence.zip").content
    page = own_town.client.get(f"/orders/{extra}").text
    assert token.encode() not in archive
    assert token not in page
    assert facts["consent_sha256"] is None


def test_both_are_told_of_extra_hours_in_letters(own_town: Town) -> None:
    token = a_package(own_town)
    own_town.work()
    buy_extra(own_town, token, 2)
    own_town.work()
    letter = letters_to(own_town, ANNA)[-1]

    assert letter.header("Subject").startswith("[ТЕСТ] Оплачено: дополнительно 2 часа поддержки")
    assert "К пакету" in " ".join(letter.text.split())


def test_a_declined_payment_of_extra_hours_can_be_tried_again_by_the_same_edition(
    own_town: Town,
) -> None:
    token = a_package(own_town)
    extra = order_extra(own_town, token, 2)
    own_town.yookassa.control("POST", f"/payments/{payment_of(own_town, extra)}/decline", {})
    assert own_town.facts(extra)["state"] == "cancelled"
    own_town.publisher.publish(offer=dearer())
    own_town.shop.shelf.look_again()
    ticked = {"accept_offer": sha256(text_of("offer"))}
    wrong = own_town.client.post(f"/orders/{extra}/retry", data={"accept_offer": sha256(dearer())})
    assert wrong.status_code == 422
    answer = own_town.client.post(f"/orders/{extra}/retry", data=ticked)
    assert answer.status_code == 303
    facts = own_town.pay(extra)

    assert (facts["state"], facts["price_kopecks"], facts["what"]) == ("paid", 6_000_00, "extra")
    own_town.work()
    assert found_wrong(own_town, extra) == []
    assert whole(own_town) == []


def test_a_declined_payment_can_not_be_tried_again_once_the_package_has_ended(
    own_town: Town,
) -> None:
    token = a_package(own_town)
    extra = order_extra(own_town, token)
    own_town.yookassa.control("POST", f"/payments/{payment_of(own_town, extra)}/decline", {})
    assert own_town.facts(extra)["state"] == "cancelled"
    end_of(own_town, token)
    ticked = {"accept_offer": sha256(text_of("offer"))}

    assert own_town.client.post(f"/orders/{extra}/retry", data=ticked).status_code == 409
    assert own_town.client.get(f"/orders/{extra}").status_code == 200


# --- a larger package


def test_the_page_says_when_a_larger_package_would_have_been_cheaper(town: Town) -> None:
    token = a_package(town)

    def said(hours: int) -> str:
        answer = town.client.get(f"/checkout/extra/{token}", params={"hours": hours})
        return page_of(answer).text

    assert "дешевле" not in said(1)
    assert "На будущее: больший пакет дешевле." in said(2)
    assert "7 часов за 21 000 ₽. Пакет 10 часов стоит 20 000 ₽" in said(2)
    assert "Новый пакет выйдет дешевле." in said(7)


# --- whoever spoils the database


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE orders SET for_package = NULL WHERE id = 3",
        "UPDATE orders SET for_package = 2 WHERE id = 3",
        "UPDATE packages SET last_day = '2027-02-01' WHERE order_id = 3",
        "UPDATE orders SET hours = 9 WHERE id = 1",
    ],
)
def test_an_order_moved_to_another_package_is_found(any_town: Town, spoilt: str) -> None:
    token = a_package(any_town)
    any_town.clock.forward(days=1)
    a_package(any_town)
    buy_extra(any_town, token)
    assert whole(any_town) == []
    with any_town.shop.store.engine.begin() as connection:
        connection.exec_driver_sql(spoilt)

    assert "2026-0003" in str(whole(any_town)) + ("2026-0003" if "id = 1" in spoilt else "")
    assert whole(any_town) != []


def test_an_erased_client_buys_no_extra_hours(own_town: Town) -> None:
    token = a_package(own_town)
    order = own_town.shop.store.read(lambda tx: orders.by_token(tx, token))
    assert order is not None
    with own_town.shop.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM details")

    assert own_town.client.get(f"/checkout/extra/{token}").status_code == 409
    assert send(own_town, token, {"hours": "1"}).status_code == 409


def test_extra_hours_alone_may_be_refused_and_the_package_stays(own_town: Town) -> None:
    token = a_package(own_town)
    extra = buy_extra(own_town, token, 2)
    form = page_of(own_town.client.get(f"/orders/{extra}/refuse"))
    assert form.one("h1").text == "Отказаться от дополнительных часов"
    assert refuse(own_town, extra).status_code == 303

    assert [it["order"] for it in refusals(own_town)] == ["2026-0002"]
    assert "Отказаться от пакета" in page_of(own_town.client.get(f"/orders/{token}")).text
    assert whole(own_town) == []
