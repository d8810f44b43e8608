"""Forms that are opened and left open: the service keeps nothing of them, and each can be sent."""

import gc
import tracemalloc
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from checkout.store import tables
from tests.town import Town
from tests.web.buying import orders_of


def rows(town: Town) -> dict[str, int]:
    """How many rows each table has."""
    with town.shop.store.engine.connect() as connection:
        return {
            name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for name, table in tables.metadata.tables.items()
        }


def held() -> int:
    """Bytes that Python's own objects take."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def opened(town: Town, number: int) -> tuple[list[str], int]:
    """The names of so many open forms, and how many bytes each costs the process that serves it."""
    attempts = [""] * number
    tracemalloc.start()
    try:
        before = held()
        for place in range(number):
            page = town.client.get("/checkout/5").text
            attempts[place] = page.partition('name="attempt" value="')[2].partition('"')[0]
        cost = (held() - before) // number
    finally:
        tracemalloc.stop()
    return attempts, cost


def sent(town: Town, form: dict[str, str], attempts: list[str]) -> set[int]:
    """The statuses of all the forms, sent by as many people at a pace that is allowed."""
    statuses = set()
    for number, attempt in enumerate(attempts):
        own = {**form, "attempt": attempt, "email": f"client{number}@example.ru"}
        statuses.add(town.send(own).status_code)
        town.clock.now += timedelta(seconds=1)
    return statuses


def prove(town: Town, number: int) -> None:
    form = town.form()  # whatever is made once is made now
    before = rows(town)
    attempts, cost = opened(town, number)
    after = rows(town)
    orders = orders_of(town)

    assert after == before
    assert cost < 1_000  # of which its name, which the test keeps, is a hundred
    assert len(set(attempts)) == number
    assert sent(town, form, attempts) == {303}
    assert orders_of(town) == orders + number


def test_open_forms_are_kept_nowhere_and_each_can_be_sent(own_town: Town) -> None:
    prove(own_town, 60)


@pytest.mark.soak
def test_ten_thousand_open_forms_are_kept_nowhere_and_each_can_be_sent(own_town: Town) -> None:
    prove(own_town, 10_000)
