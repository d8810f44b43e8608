"""How often: by address, by e-mail, by order; told with a sentence and with Retry-After."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from starlette.testclient import TestClient

from checkout.app import create_app
from checkout.serve import gate_of
from checkout.web.guards import Gate
from checkout.web.pace import Pace, at_most, mailbox_of, network_of
from tests.town import SITE, Town
from tests.web.buying import asked_of_yookassa, orders_of, page_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def from_address(town: Town, *addresses: str, proxies: tuple[str, ...] = ()) -> list[TestClient]:
    """Clients of one and the same service at these addresses, or behind these proxies."""
    trusted = tuple(map(ip_network, proxies))
    settings = replace(town.shop.settings, trusted_proxies=trusted)
    app = create_app(town.shop, Gate(settings, gate_of(town.shop).clock))
    return [TestClient(app, base_url=SITE, client=(it, 50_000)) for it in addresses]


def tried(client: TestClient, times: int, **headers: str) -> list[int]:
    """The statuses of so many empty forms."""
    named = {name.replace("_", "-"): it for name, it in headers.items()}
    return [client.post("/checkout/5", data={}, headers=named).status_code for _ in range(times)]


# --- the pace itself


def test_so_many_at_once_and_then_as_many_in_each_window() -> None:
    pace = Pace(at_most(3, HOUR))

    assert [pace.wait("a", NOW) for _ in range(4)] == [0, 0, 0, 1200]
    assert pace.wait("b", NOW) == 0
    assert pace.wait("a", NOW + timedelta(minutes=19, seconds=59)) == 1
    assert pace.wait("a", NOW + timedelta(minutes=20)) == 0
    assert pace.wait("a", NOW + timedelta(minutes=20)) == 1200


def test_of_two_paces_the_slower_holds() -> None:
    pace = Pace(at_most(3, HOUR), at_most(4, 24 * HOUR))

    assert [pace.wait("a", NOW) for _ in range(4)] == [0, 0, 0, 1200]
    assert pace.wait("a", NOW + HOUR) == 0
    assert pace.wait("a", NOW + HOUR) == 5 * 3600


def test_a_clock_that_is_set_back_holds_nobody_longer_than_his_window() -> None:
    pace = Pace(at_most(3, HOUR))
    assert [pace.wait("a", NOW + 48 * HOUR) for _ in range(4)] == [0, 0, 0, 1200]

    assert pace.wait("a", NOW) == 0


def test_a_crowd_of_addresses_does_not_fill_the_memory() -> None:
    pace = Pace(at_most(3, HOUR), most_keys=1_000)
    for number in range(5_000):
        pace.wait(f"2001:db8:{number:x}::/64", NOW)
    held = [pace.wait("2001:db8:1387::/64", NOW) for _ in range(3)]

    assert len(pace) == 1_000
    assert held == [0, 0, 1200]  # the last of them is still known


def test_whoever_is_held_is_not_forgotten_while_he_goes_on() -> None:
    pace = Pace(at_most(1, HOUR), most_keys=10)
    pace.wait("busy", NOW)
    for number in range(100):
        pace.wait(f"other {number}", NOW)
        assert pace.wait("busy", NOW) > 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("9.9.9.9", "9.9.9.9"),
        ("2a02:5180:0:1509::7", "2a02:5180:0:1509::/64"),
        ("2a02:5180:0:1509:ffff::1", "2a02:5180:0:1509::/64"),
        ("2a02:5180:0:150a::1", "2a02:5180:0:150a::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_address_of_ipv6_stands_for_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_mailbox_is_one_however_it_is_written_and_is_not_kept() -> None:
    names = ("Anna@Example.ru", " anna@example.ru", "anna+1@example.ru", "anna+2+3@EXAMPLE.RU")

    assert len({mailbox_of(it) for it in names}) == 1
    assert mailbox_of("anna@example.ru") != mailbox_of("anna@example.com")
    assert "anna" not in mailbox_of("anna@example.ru")


# --- by address


def test_an_address_is_held_and_another_is_not(own_town: Town) -> None:
    busy, other = from_address(own_town, "9.9.9.9", "9.9.9.8")
    statuses = tried(busy, 121)
    answer = busy.post("/checkout/5", data={})

    assert statuses == [422] * 120 + [429]
    assert answer.headers["retry-after"] == "1"
    assert "Подождите минуту" in page_of(answer).text
    assert tried(other, 1) == [422]


def test_the_addresses_of_one_ipv6_network_are_one_client(own_town: Town) -> None:
    own, neighbour, other = from_address(
        own_town, "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"
    )

    assert tried(own, 120) == [422] * 120
    assert (tried(neighbour, 1), tried(other, 1)) == ([429], [422])


def test_clients_behind_a_trusted_proxy_are_told_apart_and_cannot_make_themselves_up(
    own_town: Town,
) -> None:
    (proxied,) = from_address(own_town, "10.0.0.1", proxies=("10.0.0.0/8",))
    (direct,) = from_address(own_town, "9.9.9.9", proxies=("10.0.0.0/8",))
    made_up = [tried(direct, 1, x_forwarded_for=f"1.2.3.{n}")[0] for n in range(121)]

    assert tried(proxied, 120, x_forwarded_for="1.1.1.1") == [422] * 120
    assert tried(proxied, 1, x_forwarded_for="1.1.1.1") == [429]
    assert tried(proxied, 1, x_forwarded_for="7.7.7.7, 1.1.1.1") == [429]
    assert tried(proxied, 1, x_forwarded_for="1.1.1.2") == [422]
    assert made_up == [422] * 120 + [429]


# --- by e-mail


def test_orders_for_one_mailbox_are_held_wherever_they_come_from(own_town: Town) -> None:
    clients = from_address(own_town, *(f"9.9.9.{number}" for number in range(31)))
    emails = [f"anna+{number}@example.ru" for number in range(31)]
    answers = [
        client.post("/checkout/5", data=own_town.form(email=email), follow_redirects=False)
        for client, email in zip(clients, emails, strict=True)
    ]
    late = answers[-1]
    boris = clients[0].post(
        "/checkout/5", data=own_town.form(email="boris@example.ru"), follow_redirects=False
    )

    assert [it.status_code for it in answers] == [303] * 30 + [429]
    assert late.headers["retry-after"] == "120"
    assert "Подождите 2 минуты" in page_of(late).text
    assert boris.status_code == 303
    assert orders_of(own_town) == 31


def test_forms_that_order_nothing_hold_up_nobody_whose_address_they_name(own_town: Town) -> None:
    strangers = from_address(own_town, *(f"9.9.9.{number}" for number in range(40)))
    nothing = own_town.form() | {"accept_offer": ""}
    for it in strangers:
        for path in ("/checkout/5", "/account/sign-in/code"):
            it.post(path, data=nothing, follow_redirects=False)

    assert own_town.send(own_town.form()).status_code == 303


def test_a_form_without_an_address_of_mail_is_held_by_nobodys(town: Town) -> None:
    assert {town.send(town.form(email="")).status_code for _ in range(40)} == {422}


# --- by order


def test_a_page_that_is_asked_for_without_pause_is_shown_and_yookassa_is_not_asked(
    own_town: Town,
) -> None:
    token = own_town.order()
    with asked_of_yookassa(own_town) as asked:
        pages = [own_town.client.get(f"/orders/{token}").status_code for _ in range(50)]
    own_town.clock.forward(seconds=2)

    assert pages == [200] * 50
    assert len(asked) == 30
    assert own_town.pay(token)["state"] == "waiting"  # one asking, and then none left
    own_town.clock.forward(seconds=2)
    assert own_town.facts(token)["state"] == "paid"


def test_a_retry_without_pause_is_held(own_town: Town) -> None:
    token = own_town.order()
    answers = [own_town.client.post(f"/orders/{token}/retry") for _ in range(31)]

    assert [it.status_code for it in answers] == [303] * 30 + [429]
    assert answers[-1].headers["retry-after"] == "2"


def test_ten_thousand_strangers_cost_less_than_a_photograph() -> None:
    pace = Pace(at_most(120, timedelta(minutes=1)))
    for number in range(10_000):
        pace.wait(f"2001:db8:{number:x}::/64", NOW)
    entries = sum(sys.getsizeof(it) for pair in pace._spent.items() for it in pair)

    assert entries + sys.getsizeof(pace._spent) < 4_000_000
