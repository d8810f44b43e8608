"""One purchase, from the form to the letter, told in the order it happens."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkout.verify import verify
from offer.editions import sha256
from tests.town import ROMASHKA, Town, a_town, text_of


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with a_town(tmp_path, database_url) as town:
        yield town


def test_a_client_buys_five_hours_and_holds_a_letter_with_the_certificate(town: Town) -> None:
    consent = sha256(text_of("consent"))
    token = town.order(accept_consent=consent)

    waiting = town.facts(token)
    assert (waiting["state"], waiting["money_taken"]) == ("waiting", None)

    paid = town.pay(token)
    assert (paid["state"], paid["money_taken"]) == ("paid", True)
    assert paid["edition"] == {"number": 1, "sha256": sha256(text_of("offer"))}
    assert paid["consent_sha256"] == consent
    assert paid["package"]["last_day"] == "2026-12-23"
    assert paid["package"]["expires_at"] == "2026-12-24T00:00:00+03:00"
    assert paid["test"] is True

    town.work()
    letters = town.letters()
    assert sorted(letters) == ["anna@example.ru", "dudkinanton@bk.ru"]
    to_client = letters["anna@example.ru"]
    assert "23.12.2026" in to_client.header("Subject")
    assert to_client.header("Reply-To") == "dudkinanton@bk.ru"
    certificate = town.client.get(f"/orders/{token}/certificate.pdf").content
    assert [it.data for it in to_client.attachments] == [certificate]
    assert certificate.startswith(b"%PDF")


def test_the_hash_is_the_same_in_text_payment_ledger_and_facts(town: Town) -> None:
    paid = town.pay(town.order())

    expected = hashlib.sha256(text_of("offer")).hexdigest()
    payment = town.yookassa.client().payment(paid["payment_id"])
    acceptance = next(row for row in town.ledger() if row["kind"] == "acceptance")
    assert paid["edition"]["sha256"] == expected
    assert payment.metadata["offer_sha256"] == expected
    assert payment.metadata["order"] == paid["number"]
    assert payment.metadata["cms_name"] == "oferta"
    assert acceptance["edition"]["sha256"] == expected


def test_the_ledger_tells_the_order_the_consent_the_acceptance_and_the_payment(
    town: Town,
) -> None:
    town.pay(town.order(accept_consent=sha256(text_of("consent"))))

    rows = town.ledger()
    assert [row["kind"] for row in rows] == ["order", "consent", "acceptance", "payment"]
    order, consent, acceptance, payment = rows
    assert order["shown"]["button"] == "Оплатить 15\u00a0000\u00a0₽"
    assert "редакции\u00a01" in order["shown"]["label"]
    assert consent["label"].startswith("Даю согласие")
    assert town.fact(acceptance["order_row"]) == order
    assert acceptance["shown"] == order["shown"]
    assert acceptance["captured_at"] == payment["captured_at"]
    assert "Анна" not in str(rows)
    assert "anna@" not in str(rows)


def test_settling_again_by_page_notification_and_poller_changes_nothing(town: Town) -> None:
    token = town.order()
    paid = town.pay(token)
    town.work()
    letters, rows = len(town.post), len(town.ledger())

    body = {
        "type": "notification",
        "event": "payment.succeeded",
        "object": {"id": paid["payment_id"]},
    }
    for _ in range(3):
        assert town.client.post("/yookassa/notifications", json=body).status_code == 200
        town.clock.forward(minutes=10)
        town.work()

    assert town.facts(token) == paid
    assert (len(town.post), len(town.ledger())) == (letters, rows)


def test_a_notification_alone_settles_an_order_whose_client_never_came_back(town: Town) -> None:
    token = town.order()
    payment_id = town.facts(token)["payment_id"]
    town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    body = {"type": "notification", "event": "payment.succeeded", "object": {"id": payment_id}}

    assert town.client.post("/yookassa/notifications", json=body).status_code == 200
    town.work()

    assert len(town.post) == 2


def test_without_any_notification_the_worker_finds_the_payment_itself(town: Town) -> None:
    token = town.order()
    town.yookassa.control("POST", f"/payments/{town.facts(token)['payment_id']}/pay")

    town.clock.forward(minutes=2)
    town.work()

    assert len(town.post) == 2


def test_a_company_is_the_party_and_the_one_who_ordered_is_named_beside(town: Town) -> None:
    token = town.order(**ROMASHKA)
    town.pay(token)
    town.work()

    letter = town.letters()["dudkinanton@bk.ru"]
    assert "ООО «Ромашка»" in letter.text
    assert "7707083893" in letter.text
    assert "Иван Петров" in letter.text


def test_a_letter_that_the_server_will_not_take_is_sent_later_and_once(town: Town) -> None:
    token = town.order()
    town.pay(token)
    town.refusals += ["451 try later"] * 3  # the daily one is refused too

    town.work()
    assert town.letters() == {}
    for _ in range(3):
        town.clock.forward(hours=1)
        town.work()

    assert sorted(town.letters()) == ["anna@example.ru", "dudkinanton@bk.ru"]


def test_all_that_a_sale_leaves_behind_is_verified(town: Town) -> None:
    token = town.order(accept_consent=sha256(text_of("consent")))
    town.pay(token)
    declined = town.facts(town.order())["payment_id"]
    town.yookassa.control("POST", f"/payments/{declined}/decline")
    town.refusals += ["550 no such mailbox"]
    for _ in range(3):
        town.work()
        town.clock.forward(hours=12)

    remarks = verify(town.shop.store, town.shop.settings.zone)
    kinds = {row["kind"] for row in town.ledger()}
    assert {it.sentence for it in remarks if it.mark == "✗"} == set()
    assert kinds >= {"order", "consent", "acceptance", "payment", "message"}
    assert len(town.client.get("/ledger/heads.json").json()["heads"]) == 2
    assert any("Опубликованные головы за 2\u00a0дня стоят" in it.sentence for it in remarks)
