"""Our books against YooKassa's lists: nothing it took or gave back stays unknown to us."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text, update

from checkout.__main__ import main
from checkout.check import check
from checkout.clock import real_clock
from checkout.close_case import close_case
from checkout.compared import sentences
from checkout.domain.errors import GatewayError
from checkout.open import open_shop
from checkout.reconcile import Span, reconcile, reconcile_daily
from checkout.refund import Wanted, refund
from checkout.store import reconciliations, tables
from checkout.store.cases import opened
from checkout.store.reconciliations import Reconciliation
from tests.town import Town, is_daily, moscow
from tests.web.buying import asked_of_yookassa, payment_of, spoilt_and_settled

WHY = "письмо от 23.11.2026"
ZONE = ZoneInfo("Europe/Moscow")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def compared(town: Town) -> list[str]:
    """What the command prints of everything there ever was."""
    return sentences(reconcile(town.shop, Span(LONG_AGO)))


def differences(town: Town) -> list[str]:
    return reconcile(town.shop, Span(LONG_AGO)).differences


def cases(town: Town) -> list[str]:
    return [row["sentence"] for row in town.ledger() if row["kind"] == "case"]


def edit(town: Town, statement: str) -> None:
    with town.shop.store.engine.begin() as connection:
        connection.execute(text(statement))


def stranger(town: Town, kopecks: str = "9000.00") -> str:
    """A payment that somebody took at YooKassa without the program; its id."""
    value = {
        "amount": {"value": kopecks, "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
    }
    payment_id = town.yookassa.post("/payments", value).json()["id"]
    town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    return str(payment_id)


def paid_unnoticed(town: Town) -> str:
    """An order that was paid half a day ago, which nobody told us; its token."""
    token = town.order()
    town.yookassa.control("POST", f"/payments/{payment_of(town, token)}/pay")
    town.clock.forward(hours=12)
    return token


@pytest.fixture
def busy_town(own_town: Town) -> Town:
    """Every ordinary end: paid, declined, never paid, given back in part and whole, odd money."""
    for _ in range(3):
        own_town.pay(own_town.order())
    declined, odd = own_town.order(), own_town.order()
    own_town.yookassa.control("POST", f"/payments/{payment_of(own_town, declined)}/decline")
    own_town.facts(declined)
    spoilt_and_settled(own_town, odd, metadata={"order": "2026-9999"})
    own_town.order()
    refund(own_town.shop, Wanted("2026-0001", 150_000, WHY))
    refund(own_town.shop, Wanted("2026-0002", None, WHY))
    own_town.clock.forward(days=2)
    own_town.work()
    return own_town


def test_books_that_agree_are_one_line_and_nothing_is_written(busy_town: Town) -> None:
    rows = busy_town.ledger()

    assert compared(busy_town) == [
        "✓ В ЮKassa 6\u00a0платежей, получено 60\u00a0000\u00a0₽; "
        "2\u00a0возврата, возвращено 16\u00a0500\u00a0₽. У нас то же."
    ]
    assert busy_town.ledger() == rows


def test_money_that_nobody_told_us_of_is_found_and_starts_its_package(own_town: Town) -> None:
    token = paid_unnoticed(own_town)
    (found,) = differences(own_town)

    assert found.startswith("Заказ 2026-0001, платёж ")
    assert "в состоянии succeeded, а у нас исход не записан. Теперь записано" in found
    assert own_town.facts(token)["state"] == "paid"
    assert differences(own_town) == []


def test_what_happened_a_moment_ago_is_no_difference_yet(own_town: Town) -> None:
    own_town.pay(own_town.order())
    unnoticed = payment_of(own_town, own_town.order())
    own_town.yookassa.control("POST", f"/payments/{unnoticed}/pay")
    own_town.yookassa.control("PUT", "/refunds", {"become": "pending"})
    given_back = refund(own_town.shop, Wanted("2026-0001", 150_000, WHY)).attempt.refund_id
    own_town.yookassa.control("POST", f"/refunds/{given_back}/succeed")
    stranger(own_town)
    said = compared(own_town)

    assert [it.replace("\u00a0", " ") for it in said] == [
        "· Моложе двух часов и ещё не сверено: 2 платежа, 24 000 ₽.",
        "· Моложе суток и ещё не сверено: 1 возврат.",
        "✓ В ЮKassa 3 платежа, получено 39 000 ₽; 1 возврат, возвращено 1 500 ₽. "
        "Остальное сходится.",
    ]


def test_a_cancelled_payment_we_still_wait_for_after_a_day_is_a_difference(own_town: Town) -> None:
    token = own_town.order()
    own_town.yookassa.control("POST", f"/payments/{payment_of(own_town, token)}/decline")
    own_town.clock.forward(days=1)
    (found,) = differences(own_town)

    assert "в состоянии canceled" in found
    assert own_town.facts(token)["state"] == "cancelled"


def test_a_difference_that_a_closed_case_told_is_explained_and_another_is_another_case(
    own_town: Town,
) -> None:
    own_town.pay(own_town.order())
    edit(own_town, "UPDATE orders SET price_kopecks = 1 WHERE id = 1")
    differences(own_town)
    close_case(own_town.shop.store, ZONE, 1, "цену правили руками 24.11.2026")
    explained, agreed = compared(own_town)
    edit(own_town, "UPDATE orders SET price_kopecks = 2 WHERE id = 1")
    (other,) = differences(own_town)

    assert explained.startswith("· Заказ 2026-0001")
    assert explained.endswith("у нас 0,01\u00a0₽. Дело №\u00a01 закрыто.")
    assert agreed.startswith("✓")
    assert agreed.endswith("Остальное сходится.")
    assert other.endswith("у нас 0,02\u00a0₽.")
    assert [it.number for it in own_town.shop.store.read(opened)] == [2]
    assert differences(own_town) == [other]
    assert len(own_town.shop.store.read(opened)) == 1


def test_money_at_yookassa_without_an_order_is_a_case_once(own_town: Town) -> None:
    payment_id = stranger(own_town)
    own_town.clock.forward(hours=3)
    (found,) = differences(own_town)

    assert found.startswith(f"Платёж {payment_id}, 9\u00a0000\u00a0₽: деньги получены")
    assert [payment_id in it for it in cases(own_town)] == [True]
    assert differences(own_town) == []
    own_town.work()
    assert [payment_id in it.text for it in own_town.post] == [True]


def test_a_refund_made_at_yookassa_itself_is_found_and_written_down(own_town: Town) -> None:
    token = own_town.order()
    payment_id = own_town.pay(token)["payment_id"]
    amount = {"value": "1500.00", "currency": "RUB"}
    own_town.yookassa.post("/refunds", {"payment_id": payment_id, "amount": amount})
    (found,) = differences(own_town)

    assert "деньги возвращены" in found
    assert own_town.facts(token)["refunded_kopecks"] == 150_000
    assert differences(own_town) == []


@pytest.mark.parametrize("ends", ["succeed", "cancel"])
def test_a_refund_that_ended_unnoticed_is_found_after_a_day(own_town: Town, ends: str) -> None:
    token = own_town.order()
    own_town.pay(token)
    own_town.yookassa.control("PUT", "/refunds", {"become": "pending"})
    given_back = refund(own_town.shop, Wanted("2026-0001", 150_000, WHY)).attempt.refund_id
    own_town.yookassa.control("POST", f"/refunds/{given_back}/{ends}")
    own_town.clock.forward(days=1)
    (found,) = differences(own_town)

    assert found.startswith(f"Заказ 2026-0001, возврат {given_back}")
    assert own_town.facts(token)["refunded_kopecks"] == (150_000 if ends == "succeed" else 0)
    assert differences(own_town) == []


@pytest.mark.parametrize("table", ["attempts", "refunds"])
def test_what_we_have_and_yookassa_has_not_is_said_every_time_and_a_case_once(
    own_town: Town, table: str
) -> None:
    own_town.pay(own_town.order())
    refund(own_town.shop, Wanted("2026-0001", 150_000, WHY))
    invented = "2fbc9d2a-000f-5000-8000-000000000000"
    column = "payment_id" if table == "attempts" else "refund_id"
    edit(own_town, f"UPDATE {table} SET {column} = '{invented}'")  # noqa: S608
    first, second = differences(own_town), differences(own_town)

    assert f"{invented} записан у нас, а в ЮKassa его нет" in first[-1]
    assert first[-1] in second
    assert sum(invented in it for it in cases(own_town)) == 1


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE orders SET price_kopecks = 1 WHERE id = 1",
            "сумма у ЮKassa 15\u00a0000\u00a0₽, у нас 0,01\u00a0₽",
        ),
        ("UPDATE orders SET edition_sha256 = '0'", "хеш оферты у ЮKassa"),
        ("DELETE FROM cases WHERE kind = 'odd_money'", "ни пакета, ни решения о них нет"),
        (
            "UPDATE attempts SET answer = replace(answer, '\"15000.00\"', '\"1.00\"')"
            " WHERE order_id = 2",
            "сумма у ЮKassa 15\u00a0000\u00a0₽, у нас 1\u00a0₽",
        ),
        (
            "UPDATE refunds SET amount_kopecks = 1",
            "сумма у ЮKassa 1\u00a0500\u00a0₽, у нас 0,01\u00a0₽",
        ),
        ("UPDATE refunds SET state = 'cancelled'", "статус у ЮKassa succeeded, у нас canceled"),
    ],
)
def test_a_book_that_says_something_else_is_found(
    own_town: Town, statement: str, words: str
) -> None:
    own_town.pay(own_town.order())
    spoilt_and_settled(own_town, own_town.order(), metadata={"order": "2026-9999"})
    refund(own_town.shop, Wanted("2026-0001", 150_000, WHY))
    assert differences(own_town) == []
    edit(own_town, statement)
    found = differences(own_town)

    assert any(words in it for it in found), found


def test_half_a_list_is_no_comparison(own_town: Town) -> None:
    own_town.yookassa.fault("500", "GET /refunds")

    with pytest.raises(GatewayError):
        reconcile(own_town.shop, Span(LONG_AGO))


def test_a_payment_their_clock_puts_into_another_day_is_looked_for_by_itself(
    own_town: Town,
) -> None:
    own_town.pay(own_town.order())
    span = Span(own_town.clock.now + timedelta(minutes=1))
    sent = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
    with own_town.shop.store.engine.begin() as connection:
        connection.execute(update(tables.attempts).values(created_at=sent))
    with asked_of_yookassa(own_town) as asked:
        found = reconcile(own_town.shop, span)

    assert [it["path"].count("/") for it in asked] == [2, 3, 2]
    assert (found.payments, found.differences) == (0, [])


def made(town: Town) -> Reconciliation | None:
    return town.shop.store.read(reconciliations.latest)


def test_the_worker_compares_the_days_gone_by_once_a_day(own_town: Town) -> None:
    paid_unnoticed(own_town)  # 12:00; it is midnight now
    with asked_of_yookassa(own_town) as asked:
        reconcile_daily(own_town.shop)
        reconcile_daily(own_town.shop)
        other = open_shop(own_town.shop.settings, own_town.clock)
        with closing(other.store):
            reconcile_daily(other)
    own_town.work()
    daily = [it for it in own_town.mailbox.letters if is_daily(it)]

    assert [it["path"] for it in asked] == ["/v3/payments", "/v3/refunds"]
    assert made(own_town) == Reconciliation(
        day=moscow(2026, 11, 24).date(),
        at=own_town.clock.now,
        since=moscow(2026, 10, 24).date(),
        payments=1,
        refunds=0,
        differences=1,
    )
    assert "Сверка с ЮKassa: 24.11.2026, с 24.10.2026 1\u00a0расхождение." in [
        it.sentence for it in check(own_town.shop) if not it.good
    ]
    assert "с 24.10.2026 1\u00a0расхождение" in daily[-1].text


def test_on_its_first_day_a_shop_has_nothing_to_compare(own_town: Town) -> None:
    with asked_of_yookassa(own_town) as asked:
        own_town.work()

    assert (asked, made(own_town)) == ([], None)


def test_a_silent_yookassa_is_asked_again_in_an_hour(own_town: Town) -> None:
    own_town.order()
    own_town.clock.forward(days=1)
    own_town.yookassa.fault("500", "GET /payments", times=99)
    with asked_of_yookassa(own_town) as asked:
        reconcile_daily(own_town.shop)
        reconcile_daily(own_town.shop)
        own_town.clock.forward(minutes=59)
        reconcile_daily(own_town.shop)
        own_town.clock.forward(minutes=1)
        own_town.yookassa.fault(None)
        reconcile_daily(own_town.shop)

    assert [it["path"] for it in asked] == ["/v3/payments", "/v3/payments", "/v3/refunds"]
    assert made(own_town) is not None


@pytest.mark.usefixtures("as_its_process")
def test_the_command_says_what_differs_and_ends_with_one(
    own_town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger(own_town)
    own_town.clock.now = real_clock() + timedelta(days=2)
    own_town.pay(own_town.order())
    first, told = main(["reconcile", "--since", "2026-11-20"]), capsys.readouterr().out
    second, again = main(["reconcile", "--since", "2026-11-20"]), capsys.readouterr().out

    assert (first, second) == (1, 0)
    assert "✗ Платёж " in told
    assert told.endswith("Найдено 1\u00a0расхождение.\n")
    assert "✗" not in again
    assert "✓ В ЮKassa 2\u00a0платежа" in again


@pytest.mark.usefixtures("as_its_process")
@pytest.mark.parametrize(
    "command", [["reconcile", "--since"], ["replay", "--since"], ["confirm-clock"]]
)
@pytest.mark.parametrize(("day", "told"), [("вчера", "не дата"), ("2130-01-01", "2130")])
def test_a_day_that_is_none_or_has_not_begun_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], command: list[str], day: str, told: str
) -> None:
    status = main([*command, day])
    said = capsys.readouterr()

    assert (status, said.out) == (1, "")
    assert told in said.err
    assert "usage" not in said.err
