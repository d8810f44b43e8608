"""GET /ledger/heads.json: the chain's heads for anyone to keep, and nothing about anyone."""

import hashlib
import json

import httpx2

from offer.editions import DOCUMENTS
from tests.town import Town

ADDRESS = "/ledger/heads.json"


def test_before_the_worker_looked_there_is_an_empty_list(own_town: Town) -> None:
    assert own_town.client.get(ADDRESS).json() == {"schema": 1, "heads": [], "time_stamps": []}


def two_days(town: Town) -> httpx2.Response:
    """What is published after an order of one day and a payment of the next."""
    token = town.order()
    town.work()
    town.pay(token)
    town.clock.forward(hours=24)
    town.work()
    return town.client.get(ADDRESS)


def test_each_day_has_the_row_that_was_its_newest_the_newest_day_last(own_town: Town) -> None:
    answer = two_days(own_town)

    told = answer.json()
    assert [it["day"] for it in told["heads"]] == ["2026-11-23", "2026-11-24"]
    assert told["heads"][0]["number"] == len(DOCUMENTS) + 1  # the editions came before the order
    for head in told["heads"]:
        assert set(head) == {"day", "at", "number", "hash"}
        assert own_town.hash_of(head["number"]) == head["hash"]
    letters = [it for it in own_town.mailbox.letters if "Голова журнала" in it.header("Subject")]
    assert [it["hash"] in letter.text for it, letter in zip(told["heads"], letters, strict=True)]
    assert {it.header("To") for it in letters} == {"dudkinanton@bk.ru"}


def test_it_tells_nothing_of_any_order(own_town: Town) -> None:
    text = two_days(own_town).text

    assert [it for it in ("Анна", "anna", "2026-0001", "order") if it in text] == []


def test_any_page_may_read_it_and_any_cache_keep_it_for_a_minute(own_town: Town) -> None:
    answer = two_days(own_town)

    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["content-type"] == "application/json"


def test_whoever_has_it_is_told_so_until_the_next_head(own_town: Town) -> None:
    tag = two_days(own_town).headers["etag"]
    again = own_town.client.get(ADDRESS, headers={"if-none-match": tag})
    own_town.clock.forward(hours=24)
    own_town.work()
    later = own_town.client.get(ADDRESS, headers={"if-none-match": tag})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (later.status_code, len(later.json()["heads"])) == (200, 3)
    assert hashlib.sha256(later.content).hexdigest().startswith(later.headers["etag"].strip('"'))


def test_head_is_answered_with_the_length_alone(own_town: Town) -> None:
    whole = two_days(own_town)
    head = own_town.client.head(ADDRESS)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert json.loads(whole.text)["schema"] == 1
