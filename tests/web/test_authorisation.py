"""Every route walked as nobody, as another client and as the owner: who is shown what is whose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from checkout.app import ROUTES, Entry
from checkout.web import guards
from offer.editions import sha256
from tests.town import Town, a_town, database_in, text_of
from tests.web.coming_in import signed_in

ANNAS = ("anna@example.ru", "Анна Каренина", "2026-0001", "+7 912 345-67-89")
DOORS = ("/account/sign-in", "/account/sign-in?more=yes")
ACCOUNT = [it for it in ROUTES if it.guard in (guards.account, guards.account_form)]
# open to anybody who comes from our own page, or has the secret in the address
OPEN = {
    "/account/sign-in",
    "/account/sign-in/sent",
    "/account/sign-in/code",
    "/account/sign-up",
    "/account/link/{secret}",
}


@dataclass
class Street:
    """A town in which Anna has a paid order, and who may come by."""

    town: Town
    anna: TestClient
    boris: TestClient
    tapped: TestClient
    nobody: TestClient
    letter: str
    session: str
    token: str

    def path(self, entry: Entry) -> str:
        message, number = self.letter.split("/")[-2:]
        parts = {
            "message": message,
            "number": "2026-0001" if "orders" in entry.path else number,
            "token": self.token,
            "hours": "5",
            "document": "offer",
            "day": "2026-11-23",
            "secret": "x",
            "path": "x",
        }
        return re.sub(r"{(\w+)(:\w+)?}", lambda it: parts[it[1]], entry.path)

    def ask(self, who: TestClient, entry: Entry) -> tuple[int, str, str]:
        """The status, where it leads, and what is shown, to whoever names Anna's things."""
        form = {"session": self.session, "order": "2026-0001"} if entry.method == "POST" else None
        answer = who.request(entry.method, self.path(entry), data=form)
        return answer.status_code, answer.headers.get("location", ""), answer.text


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("street")
    with a_town(folder, database_in(folder, sqlite_template)) as town:
        token = town.order(accept_consent=sha256(text_of("consent")))
        town.pay(token)
        tapped = town.browser()
        second = town.token_of(tapped.post("/checkout/2", data=town.form(2)))
        town.pay(second)
        tapped.post(f"/orders/{second}/account")
        town.order(email="boris@example.ru", name="Борис Годунов", phone="")
        anna, boris = signed_in(town), signed_in(town, "boris@example.ru")
        listed = re.findall(r"/account/letters/[^\"]+", anna.get("/account/letters").text)
        session = anna.cookies["session"].partition(".")[0]
        yield Street(town, anna, boris, tapped, town.browser(), listed[-1], session, token)


def ids(entry: Entry) -> str:
    return f"{entry.method} {entry.path}"


def test_every_route_of_the_account_is_guarded_or_open_on_purpose() -> None:
    of_account = {it.path for it in ROUTES if it.path.startswith("/account")}

    assert of_account - {it.path for it in ACCOUNT} == OPEN


@pytest.mark.parametrize("entry", ACCOUNT, ids=ids)
def test_nobody_is_led_to_the_door(street: Street, entry: Entry) -> None:
    status, leads_to, told = street.ask(street.nobody, entry)

    assert (status, leads_to in DOORS) == (303, True)
    assert not [it for it in ANNAS if it in told]


@pytest.mark.parametrize("entry", ACCOUNT, ids=ids)
def test_a_made_up_session_is_nobody(street: Street, entry: Entry) -> None:
    for cookie in (street.session, f"{street.session}.", f"{street.session}.x", "." * 9, "a" * 999):
        thief = street.town.browser(cookie=f"session={cookie}")
        status, leads_to, _ = street.ask(thief, entry)
        assert (status, leads_to in DOORS) == (303, True)


@pytest.mark.parametrize("entry", [it for it in ACCOUNT if it.method == "GET"], ids=ids)
def test_another_client_is_shown_nothing_of_anna(street: Street, entry: Entry) -> None:
    status, _, told = street.ask(street.boris, entry)

    assert status in (200, 404)
    assert not [it for it in ANNAS if it in told]
    if "{" in entry.path:
        assert status == 404


@pytest.mark.parametrize("entry", [it for it in ACCOUNT if it.method == "GET"], ids=ids)
def test_the_owner_is_shown_what_is_hers(street: Street, entry: Entry) -> None:
    assert street.ask(street.anna, entry)[0] == 200


@pytest.mark.parametrize("entry", [it for it in ACCOUNT if it.method == "GET"], ids=ids)
def test_who_came_by_one_tap_is_shown_that_browsers_orders(street: Street, entry: Entry) -> None:
    status, leads_to, told = street.ask(street.tapped, entry)

    assert status in (200, 404) or leads_to in DOORS
    assert not [it for it in ANNAS[1:] if it in told]


@pytest.mark.parametrize(
    "entry", [it for it in ACCOUNT if it.method == "POST" and "out" not in it.path], ids=ids
)
def test_another_client_changes_nothing_of_anna(street: Street, entry: Entry) -> None:
    before = len([it for it in street.town.ledger() if it.get("order") == "2026-0001"])
    boris = signed_in(street.town, "boris@example.ru")
    street.ask(boris, entry)

    after = len([it for it in street.town.ledger() if it.get("order") == "2026-0001"])
    assert after == before
    assert street.anna.get("/account").status_code == 200


@pytest.mark.parametrize("entry", [it for it in ROUTES if it.method == "POST"], ids=ids)
def test_no_form_of_another_site_does_anything(street: Street, entry: Entry) -> None:
    if entry.guard is guards.notification:
        return
    foreign = {"sec-fetch-site": "cross-site"}
    answer = street.anna.post(street.path(entry), headers=foreign)

    assert answer.status_code == 403


@pytest.mark.parametrize("entry", [it for it in ROUTES if "{token}" in it.path], ids=ids)
def test_someone_elses_order_needs_its_own_secret(street: Street, entry: Entry) -> None:
    path = re.sub(r"{path:path}", "x", entry.path.replace("{token}", "2026-0001"))
    answer = street.boris.request(entry.method, path)

    assert answer.status_code in (303, 404)
    assert not [it for it in ANNAS if it in answer.text]
