"""Personal details stay out of the ledger: only a hash that needs their salt is in it."""

import json

from checkout.domain.details import Details, letter_details, origin_details, party_details
from offer.evidence.chain import digest
from offer.evidence.settlement import Party

PARTY = Party("company", "Иван Петров", "ООО «Ромашка»", "7707083893", None, "a@example.ru", None)


def test_details_are_hidden_behind_a_hash_that_needs_their_salt() -> None:
    shown = party_details(PARTY, salt="ab" * 16)
    salted_otherwise = party_details(PARTY, salt="cd" * 16)

    assert json.loads(shown.text)["organisation"] == "ООО «Ромашка»"
    assert shown.text == salted_otherwise.text
    assert shown.sha256 == digest("ab" * 16 + shown.text)
    assert shown.sha256 != salted_otherwise.sha256
    assert shown.sha256 != Details(shown.part, "ab" * 16, shown.text + " ").sha256


def test_who_ordered_and_from_where_stand_apart_so_that_one_can_be_erased() -> None:
    who = party_details(PARTY, salt="ab" * 16)
    whence = origin_details("192.0.2.7", "Firefox", salt="cd" * 16)
    letter = letter_details("a@example.ru", "250 OK", salt="ef" * 16)

    assert len({who.part, whence.part, letter.part}) == 3
    assert "192.0.2.7" not in who.text
    assert json.loads(whence.text) == {"address": "192.0.2.7", "user_agent": "Firefox"}
    assert json.loads(letter.text) == {"to": "a@example.ru", "answer": "250 OK"}
