"""Cases: listed with the command that ends each, ended by it or by a word, once, as a fact."""

from pathlib import Path

import pytest
from sqlalchemy import event

from checkout.answer import answer
from checkout.check import check
from checkout.close_case import CannotClose, close_case
from checkout.refund import Wanted, refund
from checkout.settle import settle
from checkout.show_cases import show_cases
from checkout.store import cases, retention
from checkout.store.engine import Tx
from checkout.verify import verify
from tests.town import Town, a_town, at_once, is_daily
from tests.web.buying import payment_of, spoilt_and_settled
from tests.web.cases.running import Command
from tests.web.receipts.books import ZONE
from tests.web.refusing import refuse

WHY = "вернули в кабинете 24.11.2026"


def lines(town: Town, *, ended_too: bool = False) -> list[str]:
    shown = show_cases(town.shop.store, ZONE, ended_too=ended_too)
    return [" ".join(it.split()) for it in shown if it]


def close(town: Town, number: int, reason: str = WHY) -> str:
    return close_case(town.shop.store, ZONE, number, reason)


def waiting(town: Town) -> list[str]:
    return [it.kind for it in town.shop.store.read(cases.opened)]


def wrong(town: Town) -> list[str]:
    return [it.sentence for it in verify(town.shop.store, ZONE) if it.mark == "✗"]


def odd(town: Town) -> str:
    """An order whose money does not fit it."""
    token = town.order()
    spoilt_and_settled(town, token, amount_kopecks=1_499_999)
    return token


def test_without_cases_nothing_waits(town: Town) -> None:
    assert lines(town) == ["Открытых дел нет."]


def test_cases_are_numbered_listed_oldest_first_and_told_with_their_command(
    any_town: Town,
) -> None:
    odd(any_town)
    any_town.clock.forward(days=1)
    refuse(any_town, paid(any_town))
    any_town.work()
    said = lines(any_town)
    (letter,) = [it for it in any_town.post if "платёж не сходится" in it.header("Subject")]

    assert said[0] == "№ 1 · 23.11.2026, 12:00 (МСК)"
    assert "решать вам" in said[1]
    assert said[2].startswith("Закончить: checkout ")
    assert said[3] == 'или: checkout close 1 --reason "…"'
    assert said[4] == "№ 2 · 24.11.2026, 12:00 (МСК)"
    assert said[6].startswith("Закончить: checkout refund 2026-0002 --amount 15000.00 ")
    assert said[7] == 'или: checkout answer 2026-0002 --text "…"'
    assert "checkout" not in said[1] + said[5]  # what happened is told without them
    assert said[8:] == ["Открыто 2 дела, самое раннее с 23.11.2026."]
    assert "Дело: № 1" in letter.text.replace("\u00a0", " ")
    assert said[2].removeprefix("Закончить: ") in letter.text
    assert 'или: checkout close 1 --reason "…"' in letter.text


def paid(town: Town) -> str:
    token = town.order()
    town.pay(token)
    return token


def test_a_case_is_closed_by_a_word_that_stays_and_no_second_time(any_town: Town) -> None:
    odd(any_town)
    any_town.clock.forward(hours=1)
    said = close(any_town, 1)
    before = len(any_town.ledger())
    with pytest.raises(CannotClose, match=r"уже закрыто 23\.11\.2026, 13:00"):
        close(any_town, 1)

    assert said == "✓ Дело №\u00a01 закрыто. Открытых дел нет."
    fact = any_town.ledger()[-1]
    assert fact["action"] == "closed"
    assert (fact["by"], fact["reason"], fact["order"]) == ("word", WHY, "2026-0001")
    assert len(any_town.ledger()) == before
    assert lines(any_town) == ["Открытых дел нет."]
    assert lines(any_town, ended_too=True)[2] == (
        f"✓ Закрыто 23.11.2026, 13:00 (МСК): закрыто исполнителем: {WHY}."
    )
    assert wrong(any_town) == []


def test_a_number_that_no_case_has_is_a_sentence(town: Town) -> None:
    with pytest.raises(CannotClose, match="Дела №\u00a09 нет"):
        close(town, 9)


@pytest.mark.parametrize(
    ("reason", "told"),
    [("", "Причина нужна"), ("…", "Причина нужна"), ("вернули Анне Карениной", "личные данные")],
)
def test_a_word_for_ever_is_needed_and_names_nobody(own_town: Town, reason: str, told: str) -> None:
    odd(own_town)
    with pytest.raises(CannotClose, match=told):
        close(own_town, 1, reason)

    assert waiting(own_town) == ["odd_money"]


def test_two_who_close_it_at_once_close_it_once(any_town: Town) -> None:
    odd(any_town)
    done = at_once(*(lambda: close(any_town, 1) for _ in range(4)))

    assert sum(isinstance(it, CannotClose) for it in done) == 3
    assert sum(it.get("action") == "closed" for it in any_town.ledger()) == 1
    assert wrong(any_town) == []


def test_what_was_closed_is_not_laid_there_again(own_town: Town) -> None:
    token = odd(own_town)
    close(own_town, 1)
    settle(own_town.shop, payment_of(own_town, token))
    own_town.work()

    assert waiting(own_town) == []


def test_a_refusal_is_not_closed_by_a_word_but_by_its_decision(own_town: Town) -> None:
    refuse(own_town, paid(own_town))
    own_town.clock.forward(days=11)
    own_town.work()
    with pytest.raises(CannotClose, match="Клиент ждёт решения"):
        close(own_town, 1)
    assert waiting(own_town) == ["refusal", "refusal_overdue"]
    answer(own_town.shop.store, "2026-0001", "часы истрачены")

    assert waiting(own_town) == []
    assert [it["by"] for it in own_town.ledger() if it.get("action") == "closed"] == ["answer"] * 2
    assert wrong(own_town) == []


def test_a_refusal_that_an_earlier_version_saw_decided_is_closed_by_a_word(own_town: Town) -> None:
    own_town.order()
    told = {"kind": "refusal", "subject": "2026-0001, 20.11.2026", "sentence": "Клиент ушёл."}
    own_town.shop.store.transact(lambda tx: cases.lay_case(tx, order_id=1, **told))

    assert close(own_town, 1, "ответили 21.11.2026").startswith("✓")


def test_money_given_back_with_the_package_closes_its_refusal(any_town: Town) -> None:
    refuse(any_town, paid(any_town))
    refund(any_town.shop, Wanted("2026-0001", 500_000, "скидка"))
    assert waiting(any_town) == ["refusal"]
    refund(any_town.shop, Wanted("2026-0001", 900_000, "отказ", ends_package=True))

    (fact,) = [it for it in any_town.ledger() if it.get("action") == "closed"]
    assert waiting(any_town) == []
    assert (fact["by"], any_town.fact(fact["row"])["action"]) == ("refund", "succeeded")
    assert wrong(any_town) == []


def test_however_many_clients_wait_for_an_answer_what_is_proposed_takes_one_query(
    own_town: Town,
) -> None:
    def counted(tx: Tx) -> int:
        asked: list[str] = []
        event.listen(tx.connection, "before_cursor_execute", lambda *it: asked.append(it[2]))
        first, *others = cases.opened(tx)
        assert first.proposed == 1_100_000
        assert all(it.proposed == 1_500_000 for it in others)
        return len(asked)

    refuse(own_town, paid(own_town))
    refund(own_town.shop, Wanted("2026-0001", 400_000, "скидка"))
    of_one = own_town.shop.store.read(counted)
    for _ in range(3):
        refuse(own_town, paid(own_town))

    assert own_town.shop.store.read(counted) == of_one == 2


def test_a_refund_that_failed_waits_for_the_next_one(own_town: Town) -> None:
    paid(own_town)
    own_town.yookassa.control("PUT", "/refunds", {"become": "canceled"})
    refund(own_town.shop, Wanted("2026-0001", 500_000, "скидка"))
    assert waiting(own_town) == ["refund_cancelled"]
    own_town.yookassa.control("PUT", "/refunds", {"become": "succeeded"})
    refund(own_town.shop, Wanted("2026-0001", 500_000, "скидка"))

    assert waiting(own_town) == []


def test_a_payment_that_was_lost_and_found_in_the_list_waits_for_nobody(own_town: Town) -> None:
    own_town.order()
    own_town.yookassa.fault("404", "GET /payments/{id}", times=100)
    own_town.clock.forward(hours=25)
    own_town.work()
    told = [(it.get("action"), it.get("by")) for it in own_town.ledger() if it["kind"] == "case"]

    assert told == [(None, None), ("closed", "payment")]
    assert waiting(own_town) == []
    assert wrong(own_town) == []


def test_a_receipt_that_was_late_waits_for_nobody_once_it_is_there(
    tmp_path: Path, one_url: str
) -> None:
    with a_town(tmp_path, one_url, {"receipts": "two"}, receipts=True) as town:
        town.yookassa.control("PUT", "/receipts", {"become": "pending"})
        paid(town)
        town.clock.forward(hours=25)
        town.work()
        assert waiting(town) == ["receipt_late"]
        town.yookassa.control("PUT", "/receipts", {"become": "succeeded"})
        town.clock.forward(hours=7)
        town.work()

        assert waiting(town) == []
        assert wrong(town) == []


def test_the_daily_letter_counts_what_waits(own_town: Town) -> None:
    odd(own_town)
    own_town.work()
    close(own_town, 1)
    own_town.clock.forward(days=1)
    own_town.work()
    first, second = [" ".join(it.text.split()) for it in own_town.mailbox.letters if is_daily(it)]

    assert "Открытых дел: 1, самое раннее с 23.11.2026" in first
    assert "Открытых дел: нет" in second


def test_a_check_counts_what_waits_and_says_what_was_never_compared(own_town: Town) -> None:
    odd(own_town)
    before = checked(own_town)
    close(own_town, 1)

    assert before == [
        "! Ежедневной сверки с ЮKassa ещё не было.",
        "! Открытых дел: 1, самое раннее с 23.11.2026.",
    ]
    assert checked(own_town)[1:] == ["✓ Открытых дел: нет."]


def checked(town: Town) -> list[str]:
    said = [f"{it.mark} {it.sentence}".replace("\u00a0", " ") for it in check(town.shop)]
    return [it for it in said if "сверк" in it or "дел:" in it]


def test_only_an_open_case_keeps_the_details_of_who_ordered(own_town: Town) -> None:
    from checkout.store import orders

    odd(own_town)

    def standing() -> bool:
        order = own_town.shop.store.read(lambda tx: orders.by_id(tx, 1))
        return own_town.shop.store.read(lambda tx: retention.standing(tx, order, ZONE)).case

    before = standing()
    close(own_town, 1)

    assert (before, standing()) == (True, False)


def test_the_commands_list_and_close(own_town: Town, command: Command) -> None:
    odd(own_town)
    status, listed, _ = command(own_town, "cases")
    closed = command(own_town, "close", "№1", "--reason", WHY)
    refused = command(own_town, "close", "1", "--reason", WHY)
    unknown = command(own_town, "close", "первое", "--reason", WHY)

    assert (status, "№\u00a01" in listed) == (0, True)
    assert closed[0] == 0
    assert "закрыто" in closed[1]
    assert (refused[0], "уже закрыто" in refused[2]) == (1, True)
    assert (unknown[0], "не номер дела" in unknown[2]) == (1, True)
    assert WHY in command(own_town, "cases", "--all")[1]
    assert WHY not in command(own_town, "cases")[1]


def test_a_closing_tells_the_same_as_the_ledger(own_town: Town) -> None:
    odd(own_town)
    close(own_town, 1)
    (case,) = own_town.shop.store.read(cases.ever)
    row = own_town.shop.store.read(lambda tx: cases.by_number(tx, 1))

    assert case == row
    assert case.closing is not None
    told = own_town.fact(case.closing.row)
    assert (told["case"], told["subject"]) == (1, case.subject)
