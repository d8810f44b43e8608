"""`checkout verify --online`: YooKassa, which is not in our hands, says what the ledger says."""

import pytest
from sqlalchemy import text

from checkout.check import check
from checkout.online import ask_about_paid
from offer.editions import sha256
from tests.town import Town, text_of
from tests.web.buying import asked_of_yookassa


def asked(town: Town) -> tuple[list[str], int]:
    """What is said of the paid orders, and how many pauses were made."""
    pauses: list[None] = []
    remarks = ask_about_paid(town.shop, pause=lambda: pauses.append(None))
    return [f"{it.mark} {it.sentence}" for it in remarks], len(pauses)


def edit(town: Town, statement: str) -> None:
    with town.shop.store.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.fixture
def paid(own_town: Town) -> Town:
    """Three paid orders, the second with consent, and one that nobody has paid."""
    for form in ({}, {"accept_consent": sha256(text_of("consent"))}, {}):
        own_town.pay(own_town.order(**form))
    own_town.order()
    return own_town


def test_payments_that_say_what_the_ledger_says_are_one_line(paid: Town) -> None:
    with asked_of_yookassa(paid) as questions:
        said = asked(paid)

    assert said == (["✓ ЮKassa говорит то же о всех оплаченных заказах: 3."], 2)
    assert [it["method"] for it in questions] == ["GET"] * 3


def test_a_shop_without_paid_orders_asks_nobody(own_town: Town) -> None:
    own_town.order()
    with asked_of_yookassa(own_town) as questions:
        said, pauses = asked(own_town)

    assert (said, pauses, questions) == (
        ["✓ ЮKassa говорит то же о всех оплаченных заказах: 0."],
        0,
        [],
    )


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("price_kopecks", "1", "сумма у ЮKassa 15\u00a0000\u00a0₽, у нас 0,01\u00a0₽."),
        ("edition_sha256", f"'{'0' * 64}'", f"у нас {'0' * 64}."),
        ("number", "'2026-7777'", "заказ у ЮKassa 2026-0002, у нас 2026-7777."),
        ("consent_sha256", f"'{'0' * 64}'", "хеш согласия у ЮKassa"),
        ("paid_at", "'2026-11-24 00:00:00.000000'", "время оплаты у ЮKassa 2026-11-23"),
    ],
)
def test_whatever_differs_is_named_and_the_rest_is_asked_too(
    paid: Town, column: str, value: str, words: str
) -> None:
    edit(paid, f"UPDATE orders SET {column} = {value} WHERE id = 2")  # noqa: S608
    said, pauses = asked(paid)

    assert pauses == 2
    assert len(said) == 1
    assert said[0].startswith("✗ Заказ 2026-")
    assert words in said[0]


def test_a_payment_that_yookassa_does_not_know_is_named_and_the_rest_is_asked(paid: Town) -> None:
    paid.yookassa.fault("404", "GET /payments/{id}", times=1)
    said, pauses = asked(paid)

    assert pauses == 2
    assert len(said) == 1
    assert said[0].startswith("✗ Заказ 2026-0001, платёж ")


def test_a_yookassa_that_is_silent_is_said_and_not_asked_again(paid: Town) -> None:
    paid.yookassa.fault("500", "GET /payments/{id}", times=1000)
    said, pauses = asked(paid)

    assert pauses == 0
    assert said[-1] == "✗ ЮKassa не отвечает: спрошено заказов 0, дальше не проверено."
    assert len(said) == 2


def test_the_check_walks_the_chain_and_looks_for_its_protection(paid: Town) -> None:
    before = [it for it in check(paid.shop) if "Журнал" in it.sentence or "Защита" in it.sentence]
    sqlite = paid.shop.store.engine.dialect.name == "sqlite"
    name = "ledger_no_update" if sqlite else "ledger_no_rewrite"
    edit(paid, f"DROP TRIGGER {name}{'' if sqlite else ' ON ledger'}")
    gone = check(paid.shop)
    edit(paid, "UPDATE ledger SET kind = 'gift' WHERE number = 2")
    spoilt = check(paid.shop)

    assert [it.good for it in before] == [True, True]
    assert [it.sentence for it in gone if not it.good] == [
        f"Защита от правок: нет триггера {name} таблицы ledger."
    ]
    assert [it.good for it in spoilt][:2] == [False, False]
    assert "Строка 2: изменён вид (kind)" in spoilt[0].sentence
