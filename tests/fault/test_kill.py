"""`kill -9` of the service between any two steps of a purchase, then a restart.

The order ends paid exactly once, or unpaid and clearly so (see nursery.py for what a step is).
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import filterfalse
from pathlib import Path
from typing import Any

import pytest
import requests

from checkout.clock import real_clock
from checkout.store import ledger
from checkout.store.engine import Store, open_engine
from offer.evidence.chain import broken
from tests.fault.house import DATABASE, House, Nursery, a_house, nursery
from tests.town import is_daily

STEPS_OF_A_PURCHASE = {
    "buy",  # the order, its attempt and its ledger rows
    "YooKassa.create_payment",
    "ask",  # YooKassa's answer
    "_keep_heard",  # the notification
    "YooKassa.payment",
    "record_all",  # the settlement
    "claim_message",
    "certify",
    "Mailer.send",
    "_kept",  # the letters of a message, as they will be sent
    "_hand_over",  # a letter is taken: marked, and a fact
}
MOST_OF_A_KIND = 2  # idle looks for a letter to send go on for ever


@pytest.fixture(scope="module")
def births() -> Iterator[Nursery]:
    with nursery() as one:
        yield one


def buy(house: House) -> str:
    """A whole purchase by a client who tries again when a page does not load; the token."""
    form = house.form()
    house.armed.touch()
    answer = house.persist(lambda: house.send(form))
    assert answer.status_code == 303, answer.text
    (payment,) = house.yookassa.payments()
    token = payment["confirmation"]["return_url"].rpartition("/")[2]
    house.yookassa.control("POST", f"/payments/{payment['id']}/pay")
    house.wait_for(lambda: house.facts(token)["state"] == "paid", "the settlement")
    house.wait_for(lambda: not house.rows("SELECT 1 FROM messages WHERE sent_at IS NULL"), "post")
    return str(token)


def check_bought_once(house: House, token: str) -> None:
    """One order, payment, acceptance and package; letters at least once, each with one id."""
    facts = house.facts(token)
    (payment,) = house.yookassa.payments()
    rows = house.rows("SELECT kind FROM ledger WHERE kind NOT IN ('edition', 'head')")
    kinds = Counter(kind for (kind,) in rows)
    by_recipient: dict[str, set[str]] = {}
    for letter in filterfalse(is_daily, house.mailbox.letters):
        by_recipient.setdefault(letter.header("To"), set()).add(letter.header("Message-ID"))

    assert (facts["state"], facts["money_taken"]) == ("paid", True)
    assert (payment["status"], payment["id"]) == ("succeeded", facts["payment_id"])
    arrived = {letter.header("Message-ID") for letter in house.mailbox.letters}
    facts_of_letters = [fact["message_id"] for fact in facts_of(house, "message")]
    bought = {"order": 1, "acceptance": 1, "payment": 1, "certificate": 1}
    assert kinds == {**bought, "message": len(arrived)}
    assert sorted(facts_of_letters) == sorted(arrived)
    assert house.rows("SELECT count(*) FROM packages") == [(1,)]
    assert house.rows("SELECT count(*) FROM orders") == [(1,)]
    assert house.rows("SELECT count(*) FROM cases") == [(0,)]
    assert {to: len(ids) for to, ids in by_recipient.items()} == {
        "anna@example.ru": 1,
        "dudkinanton@bk.ru": 1,
    }
    check_chain(house)


def facts_of(house: House, kind: str) -> list[dict[str, Any]]:
    """The facts of this kind, oldest first."""
    found = house.rows("SELECT kind, fact FROM ledger ORDER BY number")
    return [json.loads(fact) for its_kind, fact in found if its_kind == kind]


def check_chain(house: House) -> None:
    """The ledger is whole."""
    engine = open_engine(f"sqlite:///{house.folder}/{DATABASE}")
    rows = Store(engine, real_clock).read(ledger.entries)
    engine.dispose()
    assert broken(rows) is None


@pytest.fixture(scope="module")
def steps(
    births: Nursery, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> list[str]:
    """Every step of a purchase in which nobody dies."""
    folder = tmp_path_factory.mktemp("living") / "house"
    with a_house(births, folder, sqlite_template) as house:
        house.start_to_die("never", "before")
        check_bought_once(house, buy(house))
        seen = house.steps()
    return [step for step in seen if int(step.split()[1]) <= MOST_OF_A_KIND]


# Dead before a step is dead after the one before it; the other half is left to the long proofs, and
# so are the worker's looks at what is not there (no refund, no receipt, no head to stamp).
@pytest.mark.parametrize("when", ["before", pytest.param("after", marks=pytest.mark.soak)])
def test_a_purchase_survives_the_death_of_the_service_at_any_step(
    births: Nursery, steps: list[str], tmp_path: Path, sqlite_template: Path, when: str
) -> None:
    died_at = set()
    mine = [it for it in steps if when == "after" or it.split()[0] in STEPS_OF_A_PURCHASE]
    for step in mine:
        with a_house(births, tmp_path / step.replace(" ", "-"), sqlite_template) as house:
            house.start_to_die(step, when)
            check_bought_once(house, buy(house))
            assert house.deaths == house.has_died(), step
            if house.has_died():
                died_at.add(step.split()[0])

    assert died_at >= STEPS_OF_A_PURCHASE


# between these two lie the others' ends: dead after one is dead before the next
UNPAID = [
    ("buy 1", "before"),
    ("YooKassa.create_payment 1", "before"),
    ("ask 1", "before"),
    ("ask 1", "after"),
]


@pytest.mark.parametrize(("step", "when"), UNPAID)
def test_a_client_who_never_comes_back_after_the_death_is_told_that_nothing_is_paid(
    births: Nursery, tmp_path: Path, sqlite_template: Path, step: str, when: str
) -> None:
    with a_house(births, tmp_path / "house", sqlite_template) as house:
        house.start_to_die(step, when)
        form = house.form()
        house.armed.touch()
        with pytest.raises(requests.RequestException):
            house.send(form)
        house.revive()
        saved = house.rows("SELECT token FROM orders")
        for (token,) in saved:
            facts = house.wait_for(lambda token=token: waiting(house, token), "the worker")

            assert (facts["money_taken"], facts["paid_at"], facts["package"]) == (None, None, None)
        assert len(saved) == (0 if (step, when) == ("buy 1", "before") else 1)
        assert [it["status"] for it in house.yookassa.payments()] == ["pending"] * len(saved)
        assert [*filterfalse(is_daily, house.mailbox.letters)] == []
        check_chain(house)


def waiting(house: House, token: str) -> dict[str, Any] | None:
    """The order's facts once the worker has learnt its payment; until then nothing is taken."""
    facts = house.facts(token)
    if facts["state"] == "created":
        assert facts["money_taken"] is False
        return None
    return facts
