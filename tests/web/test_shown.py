"""What the client was shown is part of his acceptance: the words, the price, the day, the page."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from itsdangerous import URLSafeSerializer
from starlette.testclient import TestClient

from checkout.app import create_app
from checkout.domain import labels
from checkout.serve import gate_of
from checkout.store import ledger, orders
from checkout.web.shown import PURPOSE
from offer.editions import sha256
from tests.town import SITE, Town, dearer
from tests.web.buying import form_on
from tests.web.test_retry import declined

TOLD = re.compile(r'(<input type="hidden" name="shown" value=")[^"]+(">)')


def filled(town: Town, html: str, **changes: str) -> dict[str, str]:
    """The form of this page as a browser sends it, hidden fields and all."""
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    return {**town.form(), **fields, **changes}


def as_hashed(html: str) -> bytes:
    """A page as its hash was taken: without what it says of itself."""
    return TOLD.sub(r"\1\2", html).encode()


def last(town: Town, kind: str) -> dict[str, Any]:
    rows = [row for row in town.shop.store.read(ledger.entries) if row.kind == kind]
    return dict(json.loads(rows[-1].fact))


def kept_page(town: Town, token: str) -> bytes | None:
    def read(tx: Any) -> bytes | None:
        order = orders.by_token(tx, token)
        assert order is not None
        return ledger.shown(tx, order.ledger)

    return town.shop.store.read(read)


def test_the_acceptance_holds_the_words_price_and_day_of_the_very_page_that_was_seen(
    town: Town,
) -> None:
    html = town.client.get("/checkout/5").text
    token = town.token_of(town.send(filled(town, html)))
    until = re.findall(r"до&nbsp;<strong>([\d.]+)</strong> включительно", html)
    town.pay(token)
    shown = last(town, "acceptance")["shown"]

    assert shown == last(town, "order")["shown"]
    assert shown["label"] in html
    assert shown["consent_label"] in html
    assert f">{shown['button']}</button>" in html
    assert shown["price"] == "15\u00a0000\u00a0₽"
    assert [shown["until"]] == until
    assert shown["page"] == "/checkout/5"
    assert shown["page_sha256"] == sha256(as_hashed(html))


def test_the_page_that_was_seen_is_kept_byte_for_byte(town: Town) -> None:
    html = town.client.get("/checkout/5").text
    token = town.token_of(town.send(filled(town, html)))

    assert kept_page(town, token) == as_hashed(html)


def test_a_form_opened_before_midnight_is_accepted_with_the_day_it_showed(own_town: Town) -> None:
    html = own_town.client.get("/checkout/5").text
    own_town.clock.now += timedelta(days=1)
    token = own_town.token_of(own_town.send(filled(own_town, html)))

    assert f"<strong>{last(own_town, 'order')['shown']['until']}</strong>" in html
    assert last(own_town, "order")["shown"]["until"] not in own_town.client.get("/checkout/5").text
    assert kept_page(own_town, token) == as_hashed(html)


def test_after_a_mistake_the_page_with_its_sentences_is_the_one_that_was_seen(town: Town) -> None:
    wrong = town.send(filled(town, town.client.get("/checkout/5").text, email="no address"))
    html = wrong.text
    token = town.token_of(town.send(filled(town, html)))

    assert wrong.status_code == 422
    assert last(town, "order")["shown"]["page_sha256"] == sha256(as_hashed(html))
    assert kept_page(town, token) is None  # what somebody typed is not ours to make again


def test_a_page_of_change_is_kept_in_mind_with_its_own_button(own_town: Town) -> None:
    form = own_town.form()
    own_town.publisher.publish(offer=dearer())
    changed = own_town.send(form)
    action, decision = form_on(changed, "accept_offer")
    own_town.client.post(action, data=decision)
    shown = last(own_town, "order")["shown"]

    assert shown["button"].startswith("Принять новую редакцию")
    assert shown["page_sha256"] == sha256(as_hashed(changed.text))


def test_trying_again_is_accepted_by_the_words_of_the_orders_own_page(town: Town) -> None:
    token = declined(town)
    before = town.client.get(f"/orders/{token}")
    action, form = form_on(before, "accept_offer")
    town.client.post(action, data=form)
    shown = last(town, "order")["shown"]

    assert shown["page"] == f"/orders/{town.facts(token)['number']}"
    assert all(token not in row.fact for row in town.shop.store.read(ledger.entries))
    assert f"<strong>{shown['until']}</strong> включительно" in before.text
    assert shown["page_sha256"] == sha256(as_hashed(before.text))


@pytest.mark.parametrize(
    "how",
    [
        "nothing",
        "rubbish",
        "another form's",
        "another key's",
        "of an older edition",
        "another version's",
    ],
)
def test_a_page_we_cannot_vouch_for_is_not_claimed(own_town: Town, how: str) -> None:
    form = filled(own_town, own_town.client.get("/checkout/5").text)
    told = {
        "nothing": lambda: "",
        "rubbish": lambda: "x" * 5000,
        "another form's": lambda: filled(own_town, own_town.client.get("/checkout/5").text)[
            "shown"
        ],
        "another key's": lambda: _of_another_process(own_town),
        "of an older edition": lambda: form["shown"],
        "another version's": lambda: str(
            URLSafeSerializer(own_town.shop.key, salt=PURPOSE).dumps({"shown": {"words": "…"}})
        ),
    }[how]()
    if how == "of an older edition":
        own_town.publisher.publish(offer=dearer())
        form["accept_offer"] = sha256(dearer())
    token = own_town.token_of(own_town.send({**form, "shown": told}))
    shown = last(own_town, "order")["shown"]

    assert shown["page_sha256"] is None
    assert shown["rendered_at"] is None
    assert "Принимаю условия" in shown["label"]
    assert kept_page(own_town, token) is None


def test_the_words_of_a_cheaper_page_are_no_words_for_a_dearer_package(own_town: Town) -> None:
    page = filled(own_town, own_town.client.get("/checkout/2").text)
    dearer_one = {**own_town.form(10), "attempt": page["attempt"], "shown": page["shown"]}
    own_town.client.post("/checkout/10", data=dearer_one)
    shown = last(own_town, "order")["shown"]

    assert shown["price"] == "20\u00a0000\u00a0₽"
    assert shown["page"] == "/checkout/10"
    assert shown["page_sha256"] is None


def test_a_name_that_looks_like_a_seal_is_refused_with_a_sentence(own_town: Town) -> None:
    answer = own_town.send(own_town.form(name=f"Ян SHA256-{'0' * 64}"))
    assert answer.status_code == 422
    assert "Уберите хеш" in answer.text


@pytest.mark.parametrize(("days", "believed"), [(7, True), (8, False)])
def test_a_form_left_open_is_believed_for_a_week(own_town: Town, days: int, believed: bool) -> None:
    form = filled(own_town, own_town.client.get("/checkout/5").text)
    own_town.clock.now += timedelta(days=days)
    own_town.send(form)
    assert (last(own_town, "order")["shown"]["rendered_at"] is not None) is believed


def _of_another_process(town: Town) -> str:
    shop = replace(town.shop, key="another")
    return _told_now(TestClient(create_app(shop, gate_of(shop)), base_url=SITE))


def _told_now(client: TestClient) -> str:
    found = TOLD.search(client.get("/checkout/5").text)
    assert found is not None
    return found[0].split('"')[-2]


def test_two_processes_with_one_key_believe_each_other(town: Town) -> None:
    shop = replace(town.shop)
    client = TestClient(create_app(shop, gate_of(shop)), base_url=SITE)
    html = client.get("/checkout/5").text
    town.send(filled(town, html))

    assert last(town, "order")["shown"]["page_sha256"] == sha256(as_hashed(html))


def test_an_old_order_shows_the_words_it_was_made_with(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = own_town.order()
    before = own_town.client.get(f"/orders/{token}").text
    own_town.publisher.publish(offer=dearer())
    monkeypatch.setattr(labels, "pay_button", lambda price: f"Заплатить {price}")
    after = own_town.client.get(f"/orders/{token}").text
    words = "Принимаю условия публичной оферты в\u00a0редакции\u00a01"

    for page in (before, after):
        assert words in page
        assert "нажали «Оплатить 15\u00a0000\u00a0₽»" in page.replace("&nbsp;", "\u00a0")
