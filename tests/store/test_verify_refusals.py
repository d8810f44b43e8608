"""Whatever is changed about a refused package, in the table or in the ledger, is found."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from checkout.answer import answer
from checkout.domain.order import Order
from checkout.refund import Wanted, refund
from checkout.refuse import Said, refuse
from checkout.store import orders, tables
from tests.store.history import Sold, unprotect
from tests.town import Town, a_town

SAID = Said("Проект закрыт", "192.0.2.7", "Firefox")


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sold]:
    """Orders: 1 refused and given back, 2 refused and answered, 3 refused, 4 not refused."""
    folder = tmp_path_factory.mktemp("town")
    with a_town(folder, f"sqlite:///{folder / 'town.sqlite'}") as town:
        for _ in range(4):
            town.pay(town.order())
        for number in (1, 2, 3):
            refuse(town.shop, order_of(town, number), SAID)
            town.clock.forward(minutes=1)
        refund(town.shop, Wanted("2026-0001", 1_000_000, "отказ", ends_package=True))
        answer(town.shop.store, "2026-0002", "Часы отработаны.")
        town.work()
        sold = Sold(town.shop.store)
        unprotect(sold)
        yield sold


def order_of(town: Town, number: int) -> Order:
    return town.shop.store.read(lambda tx: orders.by_id(tx, number))


def test_refusals_as_they_were_made_agree_with_the_ledger(refused: Sold) -> None:
    assert refused.wrong() == []
    assert "Отказы от пакетов: 3, сходятся с журналом." in [it.sentence for it in refused.remarks()]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("SET by_hours_kopecks = 1 WHERE order_id = 3", "сумма по часам: в таблице 1"),
        ("SET by_days_kopecks = 1 WHERE order_id = 3", "сумма по дням: в таблице 1"),
        ("SET proposed_kopecks = 1 WHERE order_id = 3", "предложено: в таблице 1"),
        ("SET decide_by = '2027-01-01' WHERE order_id = 3", "срок ответа"),
        ("SET asked_at = '2026-11-01 00:00:00.000000' WHERE order_id = 3", "время: в таблице"),
        ("SET order_id = 4 WHERE order_id = 3", "заказ: в таблице 2026-0004"),
        ("SET answer = 'Деньги вернём.' WHERE order_id = 2", "ответ: в таблице Деньги вернём."),
        ("SET answer = 'Нет.' WHERE order_id = 1", "ответ: в таблице Нет."),
        ("SET ended = NULL, ended_at = NULL WHERE order_id = 1", "строка решения: в таблице None"),
        ("SET ended = NULL, ended_at = NULL WHERE order_id = 2", "строка решения: в таблице None"),
        ("SET ended = 1, ended_at = asked_at WHERE order_id = 3", "строка решения: в таблице 1"),
        ("SET ended_at = asked_at WHERE order_id = 1", "время решения"),
        ("SET asked = 1 WHERE order_id = 3", "в журнале нет факта о нём"),
        ("SET asked = 1 WHERE order_id = 2", "а в таблице его нет"),
    ],
)
def test_each_change_of_a_refusal_is_found(refused: Sold, change: str, told: str) -> None:
    with refused.undone():
        refused.spoil(f"UPDATE refusals {change}")
        wrong = refused.wrong()

    assert [it for it in wrong if told in it], wrong


@pytest.mark.parametrize("order_id", [1, 2, 3])
def test_a_refusal_that_was_taken_out_of_the_table_is_missed(refused: Sold, order_id: int) -> None:
    with refused.undone():
        with refused.unprotected() as connection:
            gone = delete(tables.refusals).where(tables.refusals.c.order_id == order_id)
            connection.execute(gone)
        wrong = refused.wrong()

    assert [it for it in wrong if it.startswith("Отказ от пакета: в журнале есть (строка")]


@pytest.mark.parametrize("change", ["SET text = '{}'", "SET salt = 'ab'"])
def test_another_reason_is_not_the_one_that_was_given(refused: Sold, change: str) -> None:
    with refused.undone():
        refused.spoil(f"UPDATE details {change} WHERE part = 'reason'")
        wrong = refused.wrong()

    assert len([it for it in wrong if "личные данные (reason) не те" in it]) == 3


def test_a_reason_that_has_vanished_without_an_act_is_missed(refused: Sold) -> None:
    with refused.undone():
        refused.spoil("DELETE FROM details WHERE part = 'reason'")
        wrong = refused.wrong()

    assert len([it for it in wrong if "нет личных данных (reason)" in it]) == 3


def test_a_refusal_of_an_order_that_is_gone_stands_on_nothing(refused: Sold) -> None:
    with refused.undone():
        refused.spoil("UPDATE refusals SET order_id = 99 WHERE order_id = 3")
        wrong = refused.wrong()

    assert "Таблица refusals: строк, которым не на чем стоять, — 1." in wrong
