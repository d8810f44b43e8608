"""Erasure that somebody asks for: all of it, or what the law lets, and by which reason."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from checkout.__main__ import main
from checkout.buy import _place
from checkout.certify import _keep, certify, dossier
from checkout.confirm import confirm_email
from checkout.deliver import deliver
from checkout.domain.details import Part, party_details
from checkout.erase import CannotErase, erase, sentences
from checkout.retain import retain, take_all
from checkout.shop import Shop
from checkout.store import letters, tables
from checkout.store.letters import KeptLetter
from checkout.who_ordered import Erased
from tests.contract.simulated import NOON
from tests.store import market
from tests.store.test_retention import (
    PARTY,
    YEAR,
    acts,
    clock_of,
    declined,
    everything,
    kept,
    later,
    paid,
    with_letter,
)
from tests.town import environment_of


def test_a_request_about_a_paid_order_erases_the_address_and_says_why_the_rest_stays(
    shop: Shop,
) -> None:
    order = paid(shop)
    zone = shop.settings.zone
    answer = erase(shop.store, zone, order.order.number, "письмо от 28.11.2026", rehearse=False)

    assert kept(shop) == {(order.order.ledger, PARTY)}
    assert answer.done
    assert answer.kept is not None
    assert answer.kept.until == date(2032, 1, 1)
    taken, staying = sentences(answer, zone)
    assert f"акт № {answer.act}" in taken
    assert "до 01.01.2032" in staying
    assert "402-ФЗ, ст. 29" in staying
    again = erase(shop.store, zone, order.order.number, "ещё раз", rehearse=False)
    assert (again.act, again.done) == (None, False)
    assert len(acts(shop)) == 1


def test_a_request_about_an_unpaid_order_erases_all_of_it_at_once(shop: Shop) -> None:
    number = declined(shop).order.number
    zone = shop.settings.zone
    foretold = erase(shop.store, zone, number, "письмо", rehearse=True)
    assert (foretold.rows, foretold.act, acts(shop)) == (2, None, [])

    answer = erase(shop.store, zone, number, "письмо", rehearse=False)

    assert (answer.rows, answer.kept, kept(shop)) == (2, None, set())
    (act,) = acts(shop)
    assert act["reason"] == "по обращению: письмо"
    again = erase(shop.store, zone, number, "письмо", rehearse=False)
    assert again.done
    assert f"акт № {answer.act}" in sentences(again, zone)[0]


def test_a_letters_link_opened_after_the_erasure_leaves_no_new_address(shop: Shop) -> None:
    order = paid(shop).order
    keys = select(tables.messages.c.key).where(tables.messages.c.order_id == order.id)
    key = next(it for it in shop.store.read(lambda tx: tx.connection.execute(keys).scalars()) if it)
    shop.store.transact(lambda tx: take_all(tx, order))

    assert not confirm_email(shop, order, key, address="198.51.100.9", user_agent="After")
    assert "198.51.100.9" not in everything(shop)


@pytest.mark.parametrize(
    "reason",
    [
        "просит Каренина",
        "по просьбе Карениной",
        "просьба Анны",
        "письмо anna@example.ru",
        "звонок с 8 (912) 345-67-89",
        " ",
        "х" * 501,
    ],
)
def test_a_reason_may_not_bring_into_the_ledger_what_is_erased(shop: Shop, reason: str) -> None:
    order = declined(shop).order
    party = replace(market.ANNA, phone="+7 912 345-67-89")
    text = party_details(party, salt="1").text
    named = update(tables.details).where(tables.details.c.part == Part.PARTY)
    shop.store.transact(lambda tx: tx.connection.execute(named.values(text=text)))
    number = order.number

    with pytest.raises(CannotErase):
        erase(shop.store, shop.settings.zone, number, reason, rehearse=False)
    assert acts(shop) == []


def test_an_order_that_never_was_cannot_be_erased(shop: Shop) -> None:
    with pytest.raises(CannotErase, match="Заказа 1999-0001 нет"):
        erase(shop.store, shop.settings.zone, "1999-0001", "письмо", rehearse=False)


def test_papers_made_while_somebody_erased_do_not_come_back(shop: Shop) -> None:
    order = paid(shop)
    message = with_letter(shop, order)
    case = shop.store.read(lambda tx: dossier(tx, shop.settings, order.order))
    clock_of(shop).now += 8 * YEAR
    assert retain(shop)
    letter = KeptLetter(message, 0, "<2@example.ru>", market.ANNA.email, b"raw", NOON)

    assert shop.store.transact(lambda tx: letters.keep(tx, message, [letter])) == []
    with pytest.raises(Erased):
        shop.store.transact(lambda tx: _keep(tx, order.order, case, b"pdf"))
    with pytest.raises(Erased):
        certify(shop, order.order)


def test_a_letter_due_for_an_erased_order_is_closed_and_not_tried_for_ever(shop: Shop) -> None:
    order = paid(shop)
    clock_of(shop).now += 8 * YEAR
    assert retain(shop)
    reopen = update(tables.messages).where(tables.messages.c.order_id == order.order.id)
    shop.store.transact(lambda tx: tx.connection.execute(reopen.values(sent_at=None)))

    assert deliver(shop) == 0
    waiting = select(tables.messages.c.kind).where(tables.messages.c.sent_at.is_(None))
    left = shop.store.read(lambda tx: tx.connection.execute(waiting).scalars().all())
    assert left == ["case"]  # to the contractor: there is nobody to tell of the payment


def test_the_same_form_sent_after_the_erasure_is_a_new_order(shop: Shop) -> None:
    order = declined(shop)
    later(shop, timedelta(days=30))
    form = market.purchase(shop, "declined")

    assert shop.store.transact(lambda tx: _place(tx, shop, form)) != order.order.id


def test_what_sqlite_erases_is_not_left_in_its_file(shop: Shop) -> None:
    path = shop.store.engine.url.database
    if shop.store.engine.dialect.name != "sqlite" or path is None:
        return  # PostgreSQL keeps dead rows until it vacuums, as deploy/README says of backups
    declined(shop)
    assert market.ANNA.email.encode() in _files(path)
    later(shop, timedelta(days=30))
    assert market.ANNA.email.encode() not in _files(path)

    by_request = declined(shop, "by request").order.number
    assert market.ANNA.email.encode() in _files(path)
    erase(shop.store, shop.settings.zone, by_request, "письмо", rehearse=False)
    assert market.ANNA.email.encode() not in _files(path)


def _files(path: str) -> bytes:
    """The database and its log, as a thief of the disk would read them."""
    files = [Path(path), Path(f"{path}-wal")]
    return b"".join(it.read_bytes() for it in files if it.exists())


@pytest.mark.usefixtures("own_logging")
def test_the_command_says_what_it_erased_and_what_it_may_not(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order = paid(shop).order.number
    reason = ("--reason", "письмо от 28.11.2026")
    for name, value in environment_of(shop).items():
        monkeypatch.setenv(name, value)

    assert (main(["erase", order, *reason, "--dry-run"]), acts(shop)) == (0, [])
    assert "Будет стёрто" in capsys.readouterr().out
    assert main(["erase", order, *reason]) == 0
    assert "Стёрто, акт №" in capsys.readouterr().out
    assert len(acts(shop)) == 1
    assert main(["erase", "1999-0001", *reason]) == 1
    assert "Заказа 1999-0001 нет." in capsys.readouterr().err
