"""A client's months: he buys, looks, corrects, buys again, and asks to be forgotten."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from checkout.domain.account import SESSION_LIVES
from checkout.verify import verify
from offer.__main__ import main as offer
from tests.town import ROMASHKA, Town, a_town, dearer, moscow
from tests.web.buying import page_of
from tests.web.coming_in import signed_in


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with a_town(tmp_path, database_url) as town:
        yield town


def first_line(browser: TestClient) -> str:
    return page_of(browser.get("/account")).one("h1").text


def sold_by_form(town: Town, browser: TestClient, hours: int) -> str:
    """Order from the account's own form: all is filled in but the boxes."""
    page = page_of(browser.get(f"/checkout/{hours}"))
    fields = {
        it.attributes["name"]: it.attributes.get("value", "")
        for it in page.all("input")
        if it.attributes.get("type") != "checkbox"
        and (it.attributes.get("type") != "radio" or "checked" in it.attributes)
    }
    (box,) = page.all("input", name="accept_offer")
    assert "checked" not in box.attributes
    answer = browser.post(
        f"/checkout/{hours}", data={**fields, "accept_offer": box.attributes["value"]}
    )
    assert answer.status_code == 303, answer.text
    return town.token_of(answer)


def test_two_months_of_a_client_from_the_first_tap_to_the_last_act(
    town: Town, tmp_path: Path
) -> None:
    # November: he buys and goes in by one tap, then by a letter
    town.clock.now = moscow(2026, 11, 22, 14)
    desk = town.browser()
    first = town.token_of(desk.post("/checkout/5", data=town.form()))
    town.pay(first)
    town.work()
    assert desk.post(f"/orders/{first}/account").headers["location"] == "/account"
    assert first_line(desk) == "5 ч до 22.12.2026"
    phone = signed_in(town)
    assert first_line(phone) == "5 ч до 22.12.2026"

    # a day later the tap no longer counts, and nobody notices but the desk
    town.clock.now += timedelta(days=1, minutes=1)
    assert desk.get("/account").headers["location"] == "/account/sign-in"
    assert first_line(phone) == "5 ч до 22.12.2026"

    # the offer becomes dearer; his package stays on its own edition
    town.publisher.publish(offer=dearer())
    town.work()
    assert "живёт по редакции 1" in page_of(phone.get("/account/orders/2026-0001/edition")).text

    # he works for a company now
    company = {key: text for key, text in ROMASHKA.items() if key != "email"}
    phone.post("/account/details", data=company)

    # the month is over: the hours stand frozen, and the session has ended
    town.clock.now = moscow(2026, 12, 23, 0, 1)
    town.work()
    assert town.clock.now - moscow(2026, 11, 22, 14) > SESSION_LIVES
    assert phone.get("/account").headers["location"] == "/account/sign-in"
    phone = signed_in(town)
    assert first_line(phone) == "Действующих часов нет"
    assert "Неиспользованные часы не переносятся (п. 3.4)" in page_of(phone.get("/account")).text

    # he buys again from the filled-in form, at the new price, as the company
    second = sold_by_form(town, phone, 5)
    assert town.pay(second)["price_kopecks"] == 16_000_00
    town.work()
    assert first_line(phone) == "5 ч до 25.01.2027"  # 23.01 is a Saturday
    assert "ООО «Ромашка»" in page_of(phone.get(f"/orders/{second}")).text
    assert "ООО «Ромашка»" not in page_of(phone.get(f"/orders/{first}")).text

    # he takes everything with him, and checks it without us
    taken = zipfile.ZipFile(io.BytesIO(phone.get("/account/takeout.zip").content))
    for number in ("2026-0001", "2026-0002"):
        proof = tmp_path / f"{number}.zip"
        proof.write_bytes(taken.read(f"account/orders/evidence-{number}.zip"))
        assert not offer(["verify", str(proof)])
    told = json.loads(taken.read("account/account.json"))["details"]
    assert [it["kind"] for it in told] == ["company", "company", "person"]

    # he asks to be forgotten: what the books need stays, with its day
    phone.post("/account/erase")
    page = page_of(phone.get("/account/privacy")).text
    assert re.findall(r"Заказ (\S+): заказ оплачен.*?до (\S+)", page) == [
        ("2026-0002", "01.01.2033"),
        ("2026-0001", "01.01.2032"),
    ]
    found = verify(town.shop.store, town.shop.settings.zone)
    assert [it.sentence for it in found if it.mark == "✗"] == []
