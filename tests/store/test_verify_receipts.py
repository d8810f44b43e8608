"""Whatever is changed about fiscal receipts, in the table or in the ledger, is found."""

from collections.abc import Iterator

import pytest

from checkout.give_again import give_again
from checkout.refund import Wanted, refund
from checkout.register import pursue_receipt
from checkout.store import receipts
from tests.store.history import Sold, unprotect
from tests.town import a_town, moscow

WHY = "письмо от 23.11.2026"


@pytest.fixture(scope="module")
def with_receipts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sold]:
    """Orders: 1 gave a part back and ended, 2 ended and its settlement failed, 3 still runs.

    The receipt of 4 was cancelled and given again.
    """
    folder = tmp_path_factory.mktemp("town")
    url = f"sqlite:///{folder / 'town.sqlite'}"
    with a_town(folder, url, {"receipts": "two"}, receipts=True) as town:
        for _ in range(2):
            town.pay(town.order())
        town.clock.forward(minutes=2)
        town.work()
        refund(town.shop, Wanted("2026-0001", 500_000, WHY, ends_package=True))
        for _ in range(3):
            town.clock.forward(minutes=2)
            town.work()
        town.clock.now = moscow(2026, 12, 26)
        town.yookassa.fault("400", "POST /receipts")
        town.work()
        town.pay(town.order())
        town.pay(town.order())
        (newest, *_) = town.yookassa.control("GET", "/receipts")
        town.yookassa.control("POST", f"/receipts/{newest['id']}/cancel")
        (failing,) = town.shop.store.read(lambda tx: receipts.of_order(tx, 4))
        pursue_receipt(town.shop, failing)
        give_again(town.shop, "2026-0004")
        sold = Sold(town.shop.store)
        unprotect(sold)
        yield sold


def test_receipts_agree_with_the_ledger_and_what_stands_prepaid_is_summed(
    with_receipts: Sold,
) -> None:
    assert with_receipts.wrong() == []
    assert said(with_receipts) == [
        "✓ Чеки: 8, сходятся с журналом; открытой предоплаты 45 000 ₽ по 3 заказам."
    ]


CLOSED = "UPDATE cases SET closed = 1 WHERE order_id = {}"
ODD = "INSERT INTO cases (number, kind, subject, order_id, sentence, opened_at, closed) SELECT "
OF_3 = " FROM receipts WHERE order_id = 3"
# its package never began: there is nothing to set it off by
UNFIT = "UPDATE orders SET paid_at = NULL WHERE id = 3"
NEVER = "UPDATE receipts SET settle_at = NULL WHERE order_id = 3"

THREE, TWO = (
    [("✓ Чеки: ", f"открытой предоплаты {it}")]
    for it in ("45 000 ₽ по 3 заказам", "30 000 ₽ по 2 заказам")
)
TWO_AND_ONE = [*TWO, ("! Заказ 2026-0003: предоплата 15 000 ₽", "дело № 99 закрыто")]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([CLOSED.format(2)], TWO),
        (
            [UNFIT, NEVER, f"{ODD} 99, 'odd_money', payment_id, 3, '', created_at, NULL {OF_3}"],
            THREE,
        ),
        (
            [UNFIT, NEVER, f"{ODD} 99, 'odd_money', payment_id, 3, '', created_at, 1 {OF_3}"],
            TWO_AND_ONE,
        ),
        (
            [NEVER, f"{ODD} 99, 'receipt_for_nobody', payment_id, 3, '', created_at, 1 {OF_3}"],
            TWO_AND_ONE,
        ),
        (
            [NEVER, f"{ODD} 99, 'receipt_for_nobody', payment_id, 3, '', created_at, NULL {OF_3}"],
            THREE,
        ),
    ],
    ids=["given by hand", "odd, open", "odd, kept", "for nobody, closed", "for nobody, open"],
)
def test_a_prepayment_left_open_is_told_and_one_closed_by_a_word_by_itself(
    with_receipts: Sold, changes: list[str], told: list[tuple[str, str]]
) -> None:
    with with_receipts.undone():
        for it in changes:
            with_receipts.spoil(it)
        lines = said(with_receipts)

    assert len(lines) == len(told), lines
    for line, (begins, has) in zip(lines, told, strict=True):
        assert line.startswith(begins), line
        assert has in line


def said(sold: Sold) -> list[str]:
    """What is said of receipts and of what was prepaid."""
    lines = [f"{it.mark} {it.sentence}".replace("\u00a0", " ") for it in sold.remarks()]
    return [it for it in lines if "редоплат" in it]


OF_ONE = "UPDATE receipts SET {} WHERE order_id = 1 AND kind = '{}'"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (OF_ONE.format("amount_kopecks = 1", "payment"), "сумма в копейках"),
        (OF_ONE.format("amount_kopecks = 1", "settlement"), "сумма в копейках"),
        (OF_ONE.format("amount_kopecks = 'x'", "refund"), "сумма в копейках"),
        (OF_ONE.format("mode = 'full_payment'", "payment"), "незачтённой предоплаты -1500000"),
        (OF_ONE.format("state = 'failed'", "settlement"), "состояние"),
        (OF_ONE.format("body = '{}'", "settlement"), "запрос"),
        (OF_ONE.format("answer = '{}'", "payment"), "ответ ЮKassa"),
        (OF_ONE.format("receipt_id = 'rt'", "refund"), "номер в ЮKassa"),
        (OF_ONE.format("document = '1'", "payment"), "номер документа"),
        (OF_ONE.format("storage = '1'", "payment"), "фискальный накопитель"),
        (OF_ONE.format("attribute = NULL", "payment"), "фискальный признак"),
        (OF_ONE.format("registered_at = created_at", "payment"), "время регистрации"),
        (OF_ONE.format("ended = NULL", "payment"), "строка конца"),
        (OF_ONE.format("ordered = 1", "settlement"), "строка решения"),
        (OF_ONE.format("kind = 'payment'", "refund"), "чеков самого платежа 2"),
        (OF_ONE.format("subject = 'p'", "refund"), "о чём"),
        (OF_ONE.format("payment_id = 'p'", "settlement"), "платёж"),
        (OF_ONE.format("order_id = 3", "settlement"), "заказ"),
        ("DELETE FROM receipts WHERE order_id = 1 AND kind = 'settlement'", "а в таблице его нет"),
        ("DELETE FROM receipts WHERE order_id = 1 AND kind = 'refund'", "незачтённой предоплаты"),
        ("UPDATE receipts SET settle_at = NULL WHERE order_id = 3", "предоплаты 1500000 коп."),
        ("UPDATE receipts SET state = 'registered' WHERE order_id = 3", "о конце ничего нет"),
        (
            "UPDATE receipts SET state = 'registered' WHERE order_id = 2 AND state = 'failed'",
            "состояние",
        ),
        ("UPDATE receipts SET order_id = 99 WHERE order_id = 3", "Таблица receipts: строк"),
        ("UPDATE receipts SET mode = 'full_payment' WHERE order_id = 3", "зачитывать нечего"),
        ("UPDATE receipts SET instead_of = NULL WHERE order_id = 4", "вместо какого"),
        ("DELETE FROM receipts WHERE instead_of IS NOT NULL", "а в таблице его нет"),
    ],
)
def test_each_change_of_a_receipt_is_found(with_receipts: Sold, change: str, told: str) -> None:
    with with_receipts.undone():
        with_receipts.spoil(change)
        wrong = with_receipts.wrong()

    assert [it for it in wrong if told in it], wrong


def test_the_buyer_may_be_taken_out_of_a_request_and_it_is_the_same(with_receipts: Sold) -> None:
    from checkout.domain.receipts import nameless

    (row,) = with_receipts.ask("SELECT id, body FROM receipts WHERE ordered IS NOT NULL "
                               "AND order_id = 1")  # fmt: skip
    with with_receipts.undone():
        with_receipts.spoil("UPDATE receipts SET body = :body WHERE id = :id", id=row.id,
                            body=nameless(row.body))  # fmt: skip
        wrong = with_receipts.wrong()

    assert "anna@example.ru" in row.body
    assert wrong == []
