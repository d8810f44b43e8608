"""Every letter is kept as it was sent, and that it was taken is a fact of the ledger (9.1)."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checkout.domain.details import Part
from checkout.mail.smtp import Mailer, MailError
from checkout.store import ledger, letters, orders
from checkout.store.letters import KeptLetter
from offer.editions import sha256
from tests.town import Town
from tests.web.buying import letters_to

ANNA = "anna@example.ru"
DESK = "dudkinanton@bk.ru"


def messages(town: Town) -> list[tuple[int, dict[str, Any]]]:
    """The message facts but the daily head's, each with its row's number."""
    rows = town.shop.store.read(ledger.entries)
    found = [(it.number, json.loads(it.fact)) for it in rows if it.kind == "message"]
    return [(number, fact) for number, fact in found if fact["kind"] != "head"]


def kept(town: Town, token: str) -> list[KeptLetter]:
    def read(tx: Any) -> list[KeptLetter]:
        order = orders.by_token(tx, token)
        assert order is not None
        return letters.of_order(tx, order.id, ("paid", "order"))

    return town.shop.store.read(read)


def paid(town: Town) -> str:
    token = town.order()
    town.pay(token)
    town.work()
    return token


def test_what_was_sent_to_whom_and_what_the_server_said_is_in_the_ledger(own_town: Town) -> None:
    token = paid(own_town)
    sent = {it.recipient: it for it in kept(own_town, token)}
    facts = {fact["kind"]: (number, fact) for number, fact in messages(own_town)}
    number, fact = facts["paid"]
    hidden = own_town.shop.store.read(lambda tx: ledger.details(tx, number, Part.LETTER))

    assert set(sent) == {ANNA, DESK}
    assert set(facts) == {"paid", "order"}
    assert fact["order"] == own_town.facts(token)["number"]
    assert fact["message_id"] == letters_to(own_town, ANNA)[0].header("Message-ID")
    assert fact["letter_sha256"] == sha256(sent[ANNA].raw)
    assert (fact["outcome"], fact["code"]) == ("taken", "250")
    assert hidden is not None
    assert fact["to_sha256"] == hidden.sha256
    told = json.loads(hidden.text)
    assert (told["to"], told["answer"][:15]) == (ANNA, "250 OK: kept as")
    assert ANNA not in json.dumps(fact)


def test_the_bytes_kept_are_the_bytes_that_arrived(own_town: Town) -> None:
    token = paid(own_town)
    arrived = {it.header("Message-ID"): it.raw for it in own_town.post}

    assert {it.message_id: it.raw for it in kept(own_town, token)} == arrived


def test_a_letter_tried_again_is_the_same_letter(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[str, bytes]] = []
    really = Mailer.send

    def send(mailer: Mailer, raw: bytes, *, to: str) -> str:
        tried.append((to, raw))
        if len(tried) <= 3:
            raise MailError("Сервер занят: 451 later", permanent=False)
        return really(mailer, raw, to=to)

    monkeypatch.setattr(Mailer, "send", send)
    token = paid(own_town)
    own_town.clock.now += timedelta(hours=1)
    own_town.work()

    assert [outcome["outcome"] for _, outcome in messages(own_town)] == ["taken", "taken"]
    assert len({raw for to, raw in tried if to == ANNA}) == 1
    assert len(letters_to(own_town, ANNA)) == 1
    assert own_town.facts(token)["state"] == "paid"


def test_an_address_refused_for_good_is_a_fact_once_and_tried_on(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, open_again = Mailer.send, []

    def send(mailer: Mailer, raw: bytes, *, to: str) -> str:
        if to == ANNA and not open_again:
            raise MailError("Почтовый сервер не принял письмо: 550 no such user", permanent=True)
        return really(mailer, raw, to=to)

    monkeypatch.setattr(Mailer, "send", send)
    paid(own_town)
    for _ in range(3):
        own_town.clock.now += timedelta(hours=7)
        own_town.work()
    refused = [fact for _, fact in messages(own_town) if fact["outcome"] == "refused"]
    open_again.append(True)
    own_town.clock.now += timedelta(hours=7)
    own_town.work()
    taken = [fact for _, fact in messages(own_town) if fact["outcome"] == "taken"]

    assert [(it["kind"], it["code"]) for it in refused] == [("paid", "550")]
    assert {it["kind"] for it in taken} == {"paid", "order"}
    assert refused[0]["message_id"] in {it["message_id"] for it in taken}


def test_one_readers_refusal_does_not_keep_the_letter_from_the_others(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = ("first@example.ru", "second@example.ru")
    settings = replace(own_town.shop.settings, desk_emails=desk)
    object.__setattr__(own_town.shop, "settings", settings)
    really = Mailer.send

    def send(mailer: Mailer, raw: bytes, *, to: str) -> str:
        if to == desk[0]:
            raise MailError("Почтовый сервер не принял письмо: 550 gone", permanent=True)
        return really(mailer, raw, to=to)

    monkeypatch.setattr(Mailer, "send", send)
    paid(own_town)

    assert len(letters_to(own_town, desk[1])) == 1
    own_town.clock.now += timedelta(hours=7)
    own_town.work()
    assert len(letters_to(own_town, desk[1])) == 1


def test_every_letter_to_the_contractor_names_the_head_of_the_ledger(own_town: Town) -> None:
    paid(own_town)

    for letter in own_town.mailbox.letters:
        assert "Журнал на" in letter.text.replace("\u00a0", " ") or "Голова" in letter.text
