"""No sentence the product shows is torn: sums, units, «№», «ст. 32», «в», dashes stay together."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.town import Town, a_town, database_in
from tests.typography import breaks, words_of
from tests.web.adding_hours import buy_extra
from tests.web.buying import given_up_and_decided_anew
from tests.web.coming_in import ask, signed_in
from tests.web.refusing import bought, refuse
from tests.web.test_every_page import PAGES


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())
def test_no_line_of_a_page_is_torn(html: str) -> None:
    assert breaks(words_of(html)) == []


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Town]:
    """A town in which much has happened, and what a browser that is signed in sees of it."""
    folder = tmp_path_factory.mktemp("busy")
    address = database_in(folder, sqlite_template)
    with a_town(folder, address, {"receipts": "two"}, receipts=True) as town:
        token = bought(town)
        buy_extra(town, token, 2)
        given_up_and_decided_anew(town)
        odd_money(town)
        refuse(town, bought(town), "Передумали и уходим")
        town.yookassa.control("PUT", "/receipts", {"become": "canceled"})
        bought(town, email="buh@example.ru")
        town.work()
        town.clock.forward(days=25)
        town.work()
        yield town


def odd_money(town: Town) -> None:
    token, given_up = given_up_and_decided_anew(town)
    town.pay(token)
    town.yookassa.control("POST", f"/payments/{given_up}/pay")
    town.work()


INSIDE = ("", "/letters", "/details", "/privacy", "/devices", "/orders/2026-0001/edition")
AT_THE_DOOR = ("/sign-in", "/sign-in/sent", "/sign-up")


def test_no_line_of_the_account_is_torn(busy: Town) -> None:
    client, stranger = signed_in(busy), busy.browser()
    ask(stranger)
    pages = [
        *(client.get(f"/account{path}") for path in INSIDE),
        *(stranger.get(f"/account{path}") for path in AT_THE_DOOR),
    ]

    assert [it.status_code for it in pages] == [200] * len(pages)
    assert [breaks(words_of(it.text)) for it in pages] == [[]] * len(pages)
