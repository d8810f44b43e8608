"""Erasure on both databases: what goes, what stays, and the act that says so."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from checkout.certify import certify
from checkout.close_case import close_case
from checkout.domain.details import Details, Part
from checkout.erase import erase
from checkout.refuse import Said, refuse
from checkout.retain import retain
from checkout.settle import record
from checkout.shop import Shop
from checkout.store import correspondence, ledger, letters, orders, retention, tables
from checkout.store.correspondence import Heard
from checkout.store.engine import Tx
from checkout.store.letters import KeptLetter
from checkout.verify import BAD, verify
from offer.evidence.chain import broken, canonical
from tests.contract.simulated import NOON, StandingClock
from tests.store import market
from tests.store.market import Waiting
from tests.town import at_once

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
