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


def opened(town: Town, number: int) -> tuple[list[dict[str, str]], int]:
    """So many open forms, and how many bytes each of them costs the process that serves them."""
    town.form()  # whatever is made once is made now
    tracemalloc.start()
    try:
        before = held()
        for _ in range(number):
            town.client.get("/checkout/5")
        cost = (held() - before) // number
    finally:
        tracemalloc.stop()
    return [town.form(email=f"client{it}@example.ru") for it in range(number)], cost


def sent(town: Town, forms: list[dict[str, str]]) -> set[int]:
    """The statuses of all the forms, sent at a pace that is allowed."""
    statuses = set()
    for form in forms:
        statuses.add(town.send(form).status_code)
        town.clock.now += timedelta(seconds=1)
    return statuses


def prove(town: Town, number: int) -> None:
    before = rows(town)
    forms, cost = opened(town, number)
    after = rows(town)
    orders = orders_of(town)

    assert after == before
    assert cost < 200  # a form's page has thousands
    assert len({it["attempt"] for it in forms}) == number
    assert sent(town, forms) == {303}
    assert orders_of(town) == orders + number


def test_open_forms_are_kept_nowhere_and_each_can_be_sent(own_town: Town) -> None:
    prove(own_town, 60)


@pytest.mark.soak
def test_ten_thousand_open_forms_are_kept_nowhere_and_each_can_be_sent(own_town: Town) -> None:
    prove(own_town, 10_000)
