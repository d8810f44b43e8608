"""Whatever is changed about money given back, in the table or in the ledger, is found."""

from collections.abc import Iterator

import pytest

from checkout.refund import Wanted, refund
from tests.store.history import Sold, unprotect
from tests.town import a_town

WHY = "письмо от 23.11.2026"


@pytest.fixture(scope="module")
def given_back(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sold]:
    """Orders: 1 got everything back in two parts, 2 left with a part, 3 got nothing yet."""
    folder = tmp_path_factory.mktemp("town")
    with a_town(folder, f"sqlite:///{folder / 'town.sqlite'}") as town:
        for _ in range(3):
            town.pay(town.order())
        refund(town.shop, Wanted("2026-0001", 500_000, WHY))
        refund(town.shop, Wanted("2026-0001", None, WHY))
        refund(town.shop, Wanted("2026-0002", 1_000_000, WHY, ends_package=True))
        town.yookassa.control("PUT", "/refunds", {"become": "pending"})
        refund(town.shop, Wanted("2026-0003", 100_000, WHY))
        town.work()
        sold = Sold(town.shop.store)
        unprotect(sold)
        yield sold


def test_what_was_given_back_agrees_with_the_ledger(given_back: Sold) -> None:
    assert given_back.wrong() == []
    assert "Возвраты: 4, сходятся с журналом." in [it.sentence for it in given_back.remarks()]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE refunds SET amount_kopecks = 400000 WHERE order_id = 1", "сумма в копейках"),
        ("UPDATE refunds SET reason = 'иначе' WHERE order_id = 2", "основание"),
        ("UPDATE refunds SET ends_package = 0 WHERE order_id = 2", "закончить пакет"),
        ("UPDATE refunds SET payment_id = 'p' WHERE order_id = 3", "платёж"),
        ("UPDATE refunds SET body = '{}' WHERE order_id = 3", "запрос"),
        ("UPDATE refunds SET answer = '{}' WHERE order_id = 2", "ответ ЮKassa"),
        ("UPDATE refunds SET refund_id = 'r' WHERE order_id = 2", "номер в ЮKassa"),
        ("UPDATE refunds SET state = 'cancelled' WHERE order_id = 2", "состояние"),
        ("UPDATE refunds SET state = 'succeeded' WHERE order_id = 3", "о конце ничего нет"),
        ("UPDATE refunds SET ended = NULL WHERE order_id = 2", "строка конца"),
        ("UPDATE refunds SET ordered = 1 WHERE order_id = 3", "строка решения"),
        ("UPDATE refunds SET order_id = 3 WHERE order_id = 2", "Заказ 2026-0003, возврат"),
        ("DELETE FROM refunds WHERE order_id = 2", "а в таблице его нет"),
        ("UPDATE orders SET state = 'paid' WHERE id = 1", "он paid, а возвращено 1500000"),
        ("UPDATE orders SET state = 'refunded' WHERE id = 2", "он refunded, а возвращено 1000000"),
        ("UPDATE packages SET ended_at = NULL WHERE order_id = 1", "пакет прекращён"),
        ("UPDATE packages SET ended_at = starts_at WHERE order_id = 3", "пакет прекращён"),
        ("UPDATE packages SET ended_at = expires_at WHERE order_id = 2", "пакет прекращён"),
    ],
)
def test_each_change_of_what_was_given_back_is_found(
    given_back: Sold, change: str, told: str
) -> None:
    with given_back.undone():
        given_back.spoil(change)
        wrong = given_back.wrong()

    assert [it for it in wrong if told in it], wrong
