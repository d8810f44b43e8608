"""Erasure on both databases: what goes, what stays, and the act that says so."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from checkout.__main__ import main
from checkout.buy import _place
from checkout.certify import _keep, certify, dossier
from checkout.close_case import close_case
from checkout.confirm import confirm_email
from checkout.deliver import deliver
from checkout.domain.details import Details, Part, party_details
from checkout.erase import CannotErase, erase, sentences
from checkout.refuse import Said, refuse
from checkout.retain import retain, take_all
from checkout.settle import record
from checkout.shop import Shop
from checkout.store import correspondence, ledger, letters, orders, retention, tables
from checkout.store.correspondence import Heard
from checkout.store.engine import Tx
from checkout.store.letters import KeptLetter
from checkout.verify import BAD, verify
from checkout.who_ordered import Erased
from offer.evidence.chain import broken, canonical
from tests.contract.simulated import NOON, StandingClock
from tests.store import market
from tests.store.market import Waiting
from tests.town import at_once, environment_of

YEAR = timedelta(days=365)
PARTY, ORIGIN = Part.PARTY, Part.ORIGIN


def clock_of(shop: Shop) -> StandingClock:
    clock = shop.store.clock
    assert isinstance(clock, StandingClock)
    return clock


def later(shop: Shop, pause: timedelta) -> list[int]:
    """Move the clock on and let the worker erase what is due then."""
    clock_of(shop).now += pause
    return retain(shop)


def kept(shop: Shop) -> set[tuple[int, str]]:
    rows = select(tables.details.c.ledger, tables.details.c.part)
    return shop.store.read(lambda tx: {(it[0], it[1]) for it in tx.connection.execute(rows)})


def acts(shop: Shop) -> list[dict[str, Any]]:
    rows = shop.store.read(ledger.entries)
    assert broken(rows) is None
    return [json.loads(it.fact) for it in rows if it.kind == "erasure"]


def paid(shop: Shop, form: str = "paid") -> Waiting:
    known = market.waiting(shop, form)
    shop.store.transact(lambda tx: record(tx, shop, known.paid()))
    return market.looked_at(shop, known.order.id)


def declined(shop: Shop, form: str = "declined") -> Waiting:
    known = market.waiting(shop, form)
    shop.store.transact(lambda tx: record(tx, shop, known.paid("canceled")))
    return market.looked_at(shop, known.order.id)


def with_letter(shop: Shop, order: Waiting) -> str:
    """A kept letter of the order, not yet taken by any server."""
    find = select(tables.messages.c.id).where(tables.messages.c.order_id == order.order.id)
    message = shop.store.read(lambda tx: tx.connection.execute(find).scalars().first())
    assert message is not None
    letter = KeptLetter(message, 0, "<1@example.ru>", market.ANNA.email, b"raw", NOON)
    shop.store.transact(lambda tx: letters.keep(tx, message, [letter]))
    return str(message)


def everything(shop: Shop) -> str:
    """All the text of all tables but the ledger's own."""
    names = (
        *("details", "letters", "messages", "orders", "attempts"),
        *("papers", "cases", "ledger", "inbox", "refusals"),
    )
    found = []
    for name in names:
        table = tables.metadata.tables[name]
        rows = shop.store.read(lambda tx, it=table: tx.connection.execute(select(it)).all())  # type: ignore[misc]
        found.append(repr(rows))
    return "".join(found)


def test_an_address_goes_on_its_last_day_and_who_ordered_stays(shop: Shop) -> None:
    order = paid(shop)
    row = order.order.ledger

    assert later(shop, YEAR - timedelta(days=1)) == []
    assert kept(shop) == {(row, PARTY), (row, ORIGIN)}
    (number,) = later(shop, timedelta(days=1))

    assert kept(shop) == {(row, PARTY)}
    (act,) = acts(shop)
    assert act["rows"] == [{"row": row, "part": "origin"}]
    assert (act["replaced"], act["letters"], act["papers"]) == ([], [], [])
    assert "order" not in act
    assert act["law"] == "152-ФЗ, ст. 21 ч. 4"
    assert shop.store.read(lambda tx: ledger.row(tx, number)).kind == "erasure"


def test_an_unpaid_order_is_erased_after_thirty_days_with_everything_that_names_it(
    shop: Shop,
) -> None:
    order = declined(shop)
    token = order.order.token
    before = shop.store.read(lambda tx: _fingerprint(tx, token))

    assert later(shop, timedelta(days=29)) == []
    (number,) = later(shop, timedelta(days=1))

    assert kept(shop) == set()
    (act,) = acts(shop)
    row = order.order.ledger
    assert act["order"] == order.order.number
    assert act["rows"] == [{"row": row, "part": "origin"}, {"row": row, "part": "party"}]
    assert shop.store.read(lambda tx: _fingerprint(tx, token)) != before
    found = shop.store.read(lambda tx: retention.act_for(tx, order.order))
    assert found is not None
    assert found.number == number
    assert market.ANNA.name not in everything(shop)


def _fingerprint(tx: Tx, token: str) -> str:
    find = select(tables.orders.c.fingerprint).where(tables.orders.c.token == token)
    return str(tx.connection.execute(find).scalar_one())


def test_a_paid_order_is_erased_on_the_first_of_january_after_its_five_years(shop: Shop) -> None:
    order = paid(shop)
    with_letter(shop, order)
    certify(shop, order.order)
    package = shop.store.read(lambda tx: orders.package(tx, order.order.id))
    assert package is not None
    year = package.period.last_day.year + 6
    new_year = datetime(year, 1, 1, tzinfo=UTC) - timedelta(hours=3)  # midnight in Moscow

    clock_of(shop).now = new_year - timedelta(seconds=1)
    retain(shop)
    assert kept(shop) == {(order.order.ledger, PARTY)}
    clock_of(shop).now = new_year
    assert len(retain(shop)) == 1

    act = acts(shop)[-1]
    assert kept(shop) == set()
    assert act["papers"] == [order.order.number]
    assert act["letters"] == ["<1@example.ru>"]
    assert "НК РФ" not in act["law"]
    assert shop.store.read(lambda tx: correspondence.paper(tx, order.order.id)) is None
    assert shop.store.read(correspondence.unsent) == 0
    assert market.ANNA.email not in everything(shop)
    assert [
        it.sentence for it in verify(shop.store, shop.settings.zone, []) if it.mark == BAD
    ] == []


def test_waiting_orders_and_those_under_dispute_keep_who_made_them(shop: Shop) -> None:
    waiting = market.waiting(shop, "waiting")
    odd = market.waiting(shop, "odd")
    wrong = odd.paid()
    wrong = type(wrong)(**{**vars(wrong), "amount_kopecks": 1})
    shop.store.transact(lambda tx: record(tx, shop, wrong))

    later(shop, 20 * YEAR)

    assert kept(shop) == {(waiting.order.ledger, PARTY), (odd.order.ledger, PARTY)}


def test_what_the_first_version_kept_in_one_text_loses_only_the_address(shop: Shop) -> None:
    order = paid(shop)
    row = order.order.ledger
    one_text = canonical(
        {**vars(market.ANNA), "name": 'Анна "user_agent":', "address": "192.0.2.7",
         "user_agent": "Firefox"}
    )  # fmt: skip
    shop.store.transact(lambda tx: _as_first_version(tx, row, one_text))

    assert len(later(shop, YEAR)) == 1

    left = shop.store.read(lambda tx: ledger.details(tx, row, PARTY))
    assert left is not None
    assert json.loads(left.text) == {**vars(market.ANNA), "name": 'Анна "user_agent":'}
    assert left.salt != "ab" * 16
    (act,) = acts(shop)
    assert act["rows"] == []
    assert act["replaced"] == [{"row": row, "part": "party", "sha256": left.sha256}]
    assert later(shop, YEAR) == []  # a name that looks like the key is no address


def _as_first_version(tx: Tx, row: int, text: str) -> None:
    table = tables.details
    tx.connection.execute(table.delete().where(table.c.ledger == row))
    tx.connection.execute(insert(table), {"ledger": row, **vars(Details(PARTY, "ab" * 16, text))})


def test_two_workers_at_once_erase_once(shop: Shop, tmp_path: Any, database_url: str) -> None:
    declined(shop)
    paid(shop)
    with market.opened(tmp_path, database_url) as other:
        for it in (shop, other):
            clock_of(it).now += YEAR
        results = at_once(lambda: retain(shop), lambda: retain(other))

    assert not [it for it in results if isinstance(it, BaseException)]
    erased = [(it["row"], it["part"]) for act in acts(shop) for it in act["rows"]]
    assert len(erased) == len(set(erased)) == 3


def test_a_day_is_looked_through_once(shop: Shop) -> None:
    clock_of(shop).now += YEAR
    assert retain(shop) == []
    clock_of(shop).now -= YEAR
    paid(shop)
    clock_of(shop).now += YEAR

    assert retain(shop) == []
    assert len(later(shop, timedelta(days=1))) == 1


def test_a_withdrawn_consent_puts_an_unpaid_order_thirty_days_off(shop: Shop) -> None:
    order = declined(shop)
    clock_of(shop).now += timedelta(days=10)
    at = clock_of(shop).now
    shop.store.transact(lambda tx: orders.change(tx, order.order.id, consent_withdrawn_at=at))

    assert later(shop, timedelta(days=29)) == []
    assert len(later(shop, timedelta(days=1))) == 1
    assert acts(shop)[0]["law"] == "152-ФЗ, ст. 21 ч. 5"


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


CARD = (
    '{"payment_method":{"type":"bank_card","id":"1","card":{"first6":"55-55-55","last4":"44-77"}}}'
)


def test_the_card_that_the_first_version_kept_goes_with_who_ordered(shop: Shop) -> None:
    order = declined(shop).order
    payment = order.payment_id or ""
    notice = f'{{"event":"payment.canceled","object":{CARD}}}'
    kept_whole = update(tables.attempts).where(tables.attempts.c.order_id == order.id)

    def keep(tx: Tx) -> None:
        correspondence.receive(tx, [Heard("payment.canceled", payment, notice)])
        tx.connection.execute(kept_whole.values(answer=CARD))

    shop.store.transact(keep)
    assert "44-77" in everything(shop)
    erase(shop.store, shop.settings.zone, order.number, "письмо", rehearse=False)
    assert "44-77" not in everything(shop)
    assert "55-55-55" not in everything(shop)


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


def test_why_a_client_left_goes_with_who_he_was_and_its_address_before(shop: Shop) -> None:
    order = paid(shop)
    refuse(shop, order.order, Said("Анна Каренина уходит", "192.0.2.9", "Opera"))
    told = kept(shop)
    later(shop, YEAR)
    without_address = kept(shop)
    clock_of(shop).now = datetime(2032, 1, 1, 9, tzinfo=UTC)
    retain(shop)

    assert {part for _, part in told} == {PARTY, ORIGIN, Part.REASON}
    assert {part for _, part in without_address} == {PARTY, Part.REASON}
    assert kept(shop) == set()
    assert {it["part"] for it in acts(shop)[-1]["rows"]} == {"party", "reason"}
    assert market.ANNA.name not in everything(shop)
    assert [it for it in verify(shop.store, shop.settings.zone) if it.mark == BAD] == []


def test_money_that_did_not_fit_is_erased_by_the_years_since_its_last_case_was_closed(
    shop: Shop,
) -> None:
    known = market.waiting(shop, "odd")
    odd = replace(known.paid(), amount_kopecks=1)
    shop.store.transact(lambda tx: record(tx, shop, odd))
    waiting = later(shop, 8 * YEAR)
    told = close_case(shop.store, shop.settings.zone, 1, "деньги вернули переводом")
    early = later(shop, 5 * YEAR)
    is_named = (known.order.ledger, PARTY) in kept(shop)
    (act,) = later(shop, YEAR)

    assert told.startswith("✓")
    assert (known.order.ledger, PARTY) not in kept(shop)
    assert is_named
    assert len(waiting) + len(early) == 1  # where it came from
    assert act
    assert "давности" in acts(shop)[-1]["reason"]
    assert [it for it in verify(shop.store, shop.settings.zone) if it.mark == BAD] == []
