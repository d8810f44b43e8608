"""What a client takes out of his account, and how it is erased: by him, on request, unused."""

import io
import json
import zipfile
from datetime import timedelta

from sqlalchemy import func, select

from checkout.erase import erase
from checkout.store import tables
from offer.editions import sha256
from tests.town import ANNA, ROMASHKA, Town
from tests.web.buying import page_of
from tests.web.coming_in import letters_to, link_to, signed_in
from tests.web.test_account import COMPANY, DOOR, consent_of, count, sound


def parties(town: Town) -> int:
    """How many side rows name a client."""
    named = select(func.count()).where(tables.details.c.part == "party")
    return int(town.shop.store.read(lambda tx: tx.connection.execute(named).scalar_one()))


def test_the_takeout_has_everything_and_can_be_checked(own_town: Town) -> None:
    own_town.pay(own_town.order(accept_consent=consent_of(own_town)))
    own_town.order(2)
    browser = signed_in(own_town)
    answer = browser.get("/account/takeout.zip")
    taken = zipfile.ZipFile(io.BytesIO(answer.content))
    files = {it.removeprefix("account/"): taken.read(it) for it in taken.namelist()}

    assert {"README.txt", "account.json", "SHA256SUMS", "offer/1/offer.md"} <= files.keys()
    assert {
        "orders/2026-0001.json",
        "orders/2026-0002.json",
        "consent/1/consent.md",
    } <= files.keys()
    proofs = zipfile.ZipFile(io.BytesIO(files["orders/evidence-2026-0001.zip"]))
    assert "evidence-2026-0001/README.txt" in proofs.namelist()
    assert len([it for it in files if it.startswith("letters/")]) == 1
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert sha256(files[name]) == digest
    assert json.loads(files["account.json"])["details"][0]["name"] == ANNA["name"]


def test_erasure_closes_the_account_of_who_bought_nothing(own_town: Town) -> None:
    browser = own_town.browser()
    browser.post("/account/sign-up", data=ROMASHKA)
    browser.post(link_to(own_town, ROMASHKA["email"]))
    assert "Сотрётся всё" in browser.get("/account/privacy").text.replace("&nbsp;", " ")
    answer = browser.post("/account/erase", data={"sure": "yes"})

    assert "кабинет закрыт" in answer.text
    assert [count(own_town, it) for it in ("accounts", "sessions", "sign_ins")] == [0] * 3
    assert parties(own_town) == 0
    assert own_town.ledger()[-1]["kind"] == "erasure"
    assert browser.get("/account").headers["location"] == DOOR
    assert sound(own_town) == []


def test_erasure_names_what_stays_with_its_reason_and_day(own_town: Town) -> None:
    own_town.pay(own_town.order())
    cancelled = own_town.order(2)
    payment = own_town.facts(cancelled)["payment_id"]
    own_town.yookassa.control("POST", f"/payments/{payment}/decline", {"reason": "fraud_suspected"})
    assert own_town.facts(cancelled)["state"] == "cancelled"
    browser = signed_in(own_town)
    browser.post("/account/details", data=COMPANY)
    told = page_of(browser.get("/account/privacy")).text
    assert "Заказ 2026-0001: заказ оплачен" in told
    assert "до 01.01.2032" in told
    assert "Заказ 2026-0002" not in told

    asked = browser.post("/account/erase")
    assert "Стереть? Отменить будет нельзя." in page_of(browser.get(asked.headers["location"])).text
    assert "2026-0002" in browser.get("/account").text  # nothing is done by one press

    done = browser.post("/account/erase", data={"sure": "yes"})
    assert "Стёрто всё, что можно" in page_of(browser.get(done.headers["location"])).text
    assert "Сейчас стирать больше нечего." in page_of(browser.get("/account/privacy")).text
    assert "2026-0001" in browser.get("/account").text
    assert "2026-0002" not in browser.get("/account").text
    assert "ИНН 7707083893" not in page_of(browser.get("/account/details")).text
    assert sound(own_town) == []


def test_accounts_nobody_uses_are_erased_after_a_year(own_town: Town) -> None:
    browser = own_town.browser()
    browser.post("/account/sign-up", data=ROMASHKA)
    browser.post(link_to(own_town, ROMASHKA["email"]))
    for _ in range(13):
        assert count(own_town, "accounts") == 1
        own_town.clock.now += timedelta(days=28)
        own_town.work()
    own_town.clock.now += timedelta(days=2)
    own_town.work()

    assert count(own_town, "accounts") == 0
    assert sound(own_town) == []


def test_the_account_of_an_order_never_paid_goes_with_it(own_town: Town) -> None:
    token = own_town.order()
    payment = own_town.facts(token)["payment_id"]
    own_town.yookassa.control("POST", f"/payments/{payment}/decline", {"reason": "fraud_suspected"})
    own_town.facts(token)
    assert letters_to(own_town, "anna@example.ru") == []
    own_town.clock.now += timedelta(days=31)
    own_town.work()

    assert count(own_town, "accounts") == 0


def test_with_the_last_order_erased_on_request_the_account_goes_too(own_town: Town) -> None:
    first, second = own_town.order(), own_town.order(2)
    for token in (first, second):
        payment = own_town.facts(token)["payment_id"]
        reason = {"reason": "fraud_suspected"}
        own_town.yookassa.control("POST", f"/payments/{payment}/decline", reason)
        own_town.facts(token)
    browser = signed_in(own_town)
    browser.post("/account/details", data=COMPANY)
    zone = own_town.shop.settings.zone
    erase(own_town.shop.store, zone, "2026-0001", "письмо", rehearse=False)
    assert "2026-0002" in browser.get("/account").text

    erase(own_town.shop.store, zone, "2026-0002", "письмо", rehearse=False)
    assert browser.get("/account").headers["location"] == DOOR
    assert [count(own_town, it) for it in ("accounts", "sessions", "sign_ins")] == [0] * 3
    assert parties(own_town) == 0
    assert sound(own_town) == []
