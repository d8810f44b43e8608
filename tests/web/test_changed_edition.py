"""The edition changed between the form and its button: 409, and a decision taken anew."""

from offer.editions import sha256
from tests.town import ANNA, ROMASHKA, Town, dearer, text_of
from tests.web.buying import asked_of_yookassa, form_on, orders_of, page_of
from tests.web.test_retry import declined

NEWER_CONSENT = text_of("consent") + "\nОтозвать согласие можно письмом.\n".encode()


def test_a_form_of_the_edition_before_gets_the_redline_and_the_new_total(own_town: Town) -> None:
    form = own_town.form()
    own_town.publisher.publish(offer=dearer())
    with asked_of_yookassa(own_town) as asked:
        answer = own_town.send(form)

    page = page_of(answer)
    assert answer.status_code == 409
    assert asked == []
    assert orders_of(own_town) == 0
    assert page.one("h1").text == "Пока вы заполняли форму, оферта изменилась"
    assert "Деньги не списаны" in page.text
    assert [it.text for it in page.all("del") if "15" in it.text]
    assert [it.text for it in page.all("ins") if "16" in it.text]
    assert "16 000 ₽" in page.one("button").text
    assert "Слово за словом" in page.text
    assert page.all("a", href="/offer/1/")
    assert page.all("a", href="/offer/2/")


def test_only_the_clause_that_changed_lights_up(own_town: Town) -> None:
    form = own_town.form()
    own_town.publisher.publish(offer=dearer())
    page = page_of(own_town.send(form))

    (clause,) = page.all("section", **{"class": "redline-clause redline-changed"})
    assert "15 000" in clause.text
    assert "16 000" in clause.text


def test_the_newly_ticked_hash_under_the_same_attempt_is_what_is_accepted(own_town: Town) -> None:
    form = own_town.form()
    own_town.publisher.publish(offer=dearer())
    action, anew = form_on(own_town.send(form), "accept_offer")
    answer = own_town.client.post(action, data=anew)
    facts = own_town.facts(own_town.token_of(answer))

    assert answer.status_code == 303
    assert anew["attempt"] == form["attempt"]
    assert facts["edition"] == {"number": 2, "sha256": sha256(dearer())}
    assert facts["price_kopecks"] == 1_600_000
    assert orders_of(own_town) == 1


def test_the_details_of_a_company_survive_the_change(own_town: Town) -> None:
    form = own_town.form(**ROMASHKA)
    own_town.publisher.publish(offer=dearer())
    answer = own_town.send(form)
    action, anew = form_on(answer, "accept_offer")

    assert "ООО «Ромашка»" in page_of(answer).text
    assert {name: anew[name] for name in ROMASHKA} == ROMASHKA
    assert own_town.client.post(action, data=anew).status_code == 303


def test_no_box_is_ticked_anew_for_the_client(own_town: Town) -> None:
    form = own_town.form(accept_consent=sha256(text_of("consent")))
    own_town.publisher.publish(offer=dearer())
    answer = own_town.send(form)
    action, anew = form_on(answer)
    boxes = page_of(answer).all("input", type="checkbox")

    assert {box.attributes["name"] for box in boxes} == {"accept_offer", "accept_consent"}
    assert not any("checked" in box.attributes for box in boxes)
    assert own_town.client.post(action, data=anew).status_code == 422


def test_a_price_changed_again_while_deciding_is_told_again(own_town: Town) -> None:
    form = own_town.form()
    own_town.publisher.publish(offer=dearer("16 000 ₽"))
    action, anew = form_on(own_town.send(form), "accept_offer")
    own_town.publisher.publish(offer=dearer("17 000 ₽"))
    answer = own_town.client.post(action, data=anew)

    assert answer.status_code == 409
    assert "17 000 ₽" in page_of(answer).one("button").text
    assert [it.text for it in page_of(answer).all("del") if "16" in it.text]


def test_a_replaced_consent_is_asked_for_again_too(own_town: Town) -> None:
    form = own_town.form(accept_consent=sha256(text_of("consent")))
    own_town.publisher.publish(consent=NEWER_CONSENT)
    with asked_of_yookassa(own_town) as asked:
        answer = own_town.send(form)
    action, anew = form_on(answer, "accept_offer", "accept_consent")
    token = own_town.token_of(own_town.client.post(action, data=anew))

    assert answer.status_code == 409
    assert asked == []
    assert "изменилось согласие" in page_of(answer).one("h1").text
    assert own_town.facts(token)["consent_sha256"] == sha256(NEWER_CONSENT)


def test_a_new_consent_is_nothing_to_whoever_did_not_tick_the_old_one(own_town: Town) -> None:
    form = own_town.form()
    own_town.publisher.publish(consent=NEWER_CONSENT)

    assert own_town.send(form).status_code == 303


def test_a_text_brought_back_is_in_force_and_its_old_form_is_taken(own_town: Town) -> None:
    form = own_town.form()
    own_town.publisher.publish(offer=dearer())
    own_town.publisher.publish(offer=text_of("offer"))
    answer = own_town.send(form)
    facts = own_town.facts(own_town.token_of(answer))

    assert answer.status_code == 303
    assert facts["edition"] == {"number": 3, "sha256": sha256(text_of("offer"))}
    assert facts["price_kopecks"] == 1_500_000


def test_the_form_of_an_edition_that_was_taken_back_gets_the_change_too(own_town: Town) -> None:
    own_town.publisher.publish(offer=dearer())
    form = own_town.form()
    own_town.publisher.publish(offer=text_of("offer"))
    answer = own_town.send(form)

    assert answer.status_code == 409
    assert "15 000 ₽" in page_of(answer).one("button").text


def test_a_form_that_made_its_order_leads_there_though_the_edition_changed(own_town: Town) -> None:
    form = own_town.form()
    first = own_town.send(form)
    own_town.publisher.publish(offer=dearer())
    with asked_of_yookassa(own_town) as asked:
        again = own_town.send(form)

    assert again.status_code == 303
    assert again.headers["location"] == first.headers["location"]
    assert asked == []


def test_an_edition_that_changed_after_the_payment_was_made_stays_the_one_accepted(
    own_town: Town,
) -> None:
    token = own_town.order()
    own_town.publisher.publish(offer=dearer())
    paid = own_town.pay(token)

    assert paid["state"] == "paid"
    assert paid["edition"] == {"number": 1, "sha256": sha256(text_of("offer"))}
    assert paid["price_kopecks"] == 1_500_000


def test_a_package_that_the_new_edition_no_longer_sells_is_not_found(own_town: Town) -> None:
    form = own_town.form()
    text = text_of("offer").decode()
    dropped = "\n".join(line for line in text.splitlines() if "15 000" not in line)
    own_town.publisher.publish(offer=f"{dropped}\n".encode())
    answer = own_town.send(form)

    assert answer.status_code == 404
    assert "Деньги не списаны" in page_of(answer).text


def test_wrong_fields_wait_until_the_change_is_decided(own_town: Town) -> None:
    form = own_town.form(email="anna")
    own_town.publisher.publish(offer=dearer())
    changed = own_town.send(form)
    action, anew = form_on(changed, "accept_offer")
    wrong = own_town.client.post(action, data=anew)

    assert (changed.status_code, wrong.status_code) == (409, 422)
    assert form_on(wrong)[1]["email"] == "anna"
    assert form_on(wrong)[1]["name"] == ANNA["name"]


def test_a_byte_order_mark_is_no_change_of_words(own_town: Town) -> None:
    own_town.publisher.publish(offer=b"\xef\xbb\xbf" + text_of("offer"))
    form = own_town.form()
    own_town.publisher.publish(offer=dearer())
    answer = own_town.send(form)

    assert answer.status_code == 409
    assert "\ufeff" not in answer.text


def test_the_ledger_keeps_the_words_of_the_button_that_was_pressed(own_town: Town) -> None:
    form = own_town.form()
    own_town.publisher.publish(offer=dearer())
    action, decision = form_on(own_town.send(form), "accept_offer")
    own_town.client.post(action, data=decision)

    assert own_town.ledger()[0]["shown"]["button"] == (
        "Принять новую редакцию и\u00a0оплатить 16\u00a0000\u00a0₽"
    )


def test_who_forgot_the_box_is_told_of_the_new_price_before_his_mistakes(own_town: Town) -> None:
    form = own_town.form(edition="1")
    own_town.publisher.publish(offer=dearer())
    del form["accept_offer"]
    answer = own_town.send(form)

    page = page_of(answer)
    assert answer.status_code == 409
    assert page.one("h1").text == "Пока вы заполняли форму, оферта изменилась"
    assert "16 000 ₽" in page.one("button").text
    assert page.all("a", href="/offer/1/")


def test_who_forgets_the_box_on_the_page_of_the_change_gets_it_again_with_the_error_on_top(
    own_town: Town,
) -> None:
    form = own_town.form(**ROMASHKA)
    own_town.publisher.publish(offer=dearer())
    action, unticked = form_on(own_town.send(form))
    for _ in range(2):  # and again, and the change does not get lost
        answer = own_town.client.post(action, data=unticked)
        action, unticked = form_on(answer)
    page = page_of(answer)

    assert answer.status_code == 422
    assert page.one("title").text.startswith("Ошибка: Пока вы заполняли форму")
    assert page.one("h1").text == "Пока вы заполняли форму, оферта изменилась"
    summary = page.one("div", role="alert")
    assert "Отметьте, что принимаете оферту" in summary.text
    assert page.all("a", href="#accept_offer")
    assert "было 15 000 ₽, стало 16 000 ₽" in page.text
    assert {name: unticked[name] for name in ROMASHKA} == ROMASHKA
    _, ticked = form_on(answer, "accept_offer")
    assert own_town.client.post(action, data=ticked).status_code == 303


def test_a_changed_consent_stays_told_while_the_box_of_the_offer_is_forgotten(
    own_town: Town,
) -> None:
    form = own_town.form(accept_consent=sha256(text_of("consent")))
    own_town.publisher.publish(consent=NEWER_CONSENT)
    action, unticked = form_on(own_town.send(form))
    answer = own_town.client.post(action, data=unticked)

    assert answer.status_code == 422
    assert "изменилось согласие" in page_of(answer).one("h1").text
    assert "Отметьте, что принимаете оферту" in page_of(answer).one("div", role="alert").text


def test_an_order_tried_again_without_the_box_is_told_so_on_the_page_of_the_change(
    own_town: Town,
) -> None:
    token = declined(own_town)
    own_town.publisher.publish(offer=dearer())
    changed = own_town.client.post(f"/orders/{token}/retry")
    action, unticked = form_on(changed)
    answer = own_town.client.post(action, data=unticked)

    assert changed.status_code == 409
    assert page_of(changed).all("div", role="alert") == []
    assert answer.status_code == 422
    assert "Отметьте, что принимаете оферту" in page_of(answer).one("div", role="alert").text
    assert "было 15 000 ₽, стало 16 000 ₽" in page_of(answer).text
